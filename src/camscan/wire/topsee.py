"""Topsee / Tianshitong "TST" search on UDP 3001, XML in GB2312 (facts §5.18, one source).

Rules: only the search (Msg_code 1) can be encoded; the answer lists accounts with passwords, so
everything from the first to the last mention of one is cut from the bytes before anything is parsed or
hashed (`without_credentials`); whether fields are elements or attributes is not documented: both are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.xml import parse_xml

PORT = 3001

_SECRET = re.compile(rb"user|account|admin|pass|pwd|login", re.IGNORECASE)
_PASSWORD_VALUE = re.compile(rb"(?:pass\w{0,16}|pwd)\s{0,4}(?:=\s{0,4}[\"'][^\"']|>[^<\s])", re.IGNORECASE)
_CODE = re.compile(rb"Msg_code\s{0,4}[=>]\s{0,4}[\"']?(\d{1,4})")
_ANSWER = b"3"
_LIMIT_BYTES = 32768


@dataclass(frozen=True, slots=True)
class TopseeDevice:
    """One answer; "" where it said nothing. announces_credentials: a password stood in it."""

    mac: str | None
    addresses: tuple[str, ...]
    model: str
    serial: str
    device_id: str
    version: str
    announces_credentials: bool


def encode_search() -> bytes:
    """The search."""
    return (
        '<?xml version="1.0" encoding="GB2312" ?>\n<XML_TOPSEE>\n'
        '<MESSAGE_HEADER Msg_type="SYSTEM_SEARCHIPC_MESSAGE" Msg_code="1" Msg_flag="0"/>\n'
        "<MESSAGE_BODY></MESSAGE_BODY>\n</XML_TOPSEE>"
    ).encode("gb2312")


def is_reply(payload: bytes) -> bool:
    """True for a message of code 3; searches (our own come back) and commands are not ours to read."""
    code = _CODE.search(payload[:1024])
    return b"XML_TOPSEE" in payload[:256] and code is not None and code.group(1) == _ANSWER


def without_credentials(payload: bytes) -> bytes:
    """The message without everything between the tags of its first and its last mention of an account."""
    mentions = [match.span() for match in _SECRET.finditer(payload)]
    if not mentions:
        return payload
    start = payload.rfind(b"<", 0, mentions[0][0])
    end = payload.find(b"<", mentions[-1][1])
    return payload[: max(start, 0)] + (payload[end:] if end >= 0 else b"")


def decode_reply(payload: bytes) -> TopseeDevice:
    """Read one answer; raises MalformedReply for anything else."""
    if len(payload) > _LIMIT_BYTES:
        raise MalformedReply(f"Topsee answer of {len(payload)} bytes")
    announces_credentials = _PASSWORD_VALUE.search(payload) is not None
    payload = without_credentials(payload)
    if not is_reply(payload):
        raise MalformedReply("not a Topsee answer")
    said: dict[str, str] = {}
    for element in parse_xml(payload).iter():
        for key, value in (*element.attributes, (element.name, element.text)):
            if value.strip():
                said.setdefault(key.lower(), value.strip())
    device = TopseeDevice(
        mac=parse_mac(_first(said, "mac", "macaddress", "macaddr")[:64]),
        addresses=claimed_addresses(_first(said, "ipaddress", "ipaddr", "ip")),
        model=_first(said, "devicemodule", "devicetype"),
        serial=_first(said, "serialnumber"),
        device_id=_first(said, "devid"),
        version=_first(said, "version"),
        announces_credentials=announces_credentials,
    )
    if not (device.model or device.serial or device.device_id):
        raise MalformedReply("Topsee answer without model, serial and id")
    return device


def _first(said: dict[str, str], *names: str) -> str:
    return next(filter(None, (said.get(name, "") for name in names)), "")
