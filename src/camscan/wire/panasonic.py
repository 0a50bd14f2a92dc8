"""Panasonic / i-PRO "easy IP setup" search: UDP 10670, answered to 10669 (facts §5.12).

Rules: the request carries the sender's own IPv4 address at `SENDER_IP_AT`, which whoever sends it must
fill in; its checksum may be 0, the algorithm is unknown; records are big-endian tag, length, value.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.claimed import claimed_addresses
from camscan.wire.reader import Reader, decode_text

PORT = 10670
REPLY_PORT = 10669
SENDER_IP_AT = 18

_ENCODINGS = ("utf-8", "shift_jis", "latin-1")
_REQUEST_HEAD = bytes.fromhex("0001 0000 000d 0000 0000 0000")
_REQUEST_TAIL = bytes.fromhex("0001 2011 1e11 231f 1e19 1300 0002 0000 0000 0000 0000 0000 0000 ffff 0000")
_RECORDS_AT = 0x35
_END = 0xFFFF
_MAX_RECORDS = 256
_IPV4, _HTTP_PORT, _IPV6, _NAME, _MODEL, _FIRMWARE, _SERIAL = 0x20, 0x25, 0x40, 0xA7, 0xA8, 0xA9, 0xD1


@dataclass(frozen=True, slots=True)
class PanasonicDevice:
    """One answer; "" where it has no such record, http_port 0."""

    mac: str | None
    addresses: tuple[str, ...]
    name: str
    model: str
    firmware: str
    serial: str
    http_port: int


def encode_search(mac: bytes = b"\xff" * 6, ip: bytes = bytes(4)) -> bytes:
    """The 52-byte search; devices accept an all-ones `mac`; `ip` is the sender's address, packed."""
    return _REQUEST_HEAD + mac + ip + _REQUEST_TAIL


def is_reply(payload: bytes) -> bool:
    """True for kind 0x000e; searches (0x000d) and foreign packets are not."""
    return payload[:2] == b"\0\x01" and payload[4:6] == b"\0\x0e"


def decode_reply(payload: bytes) -> PanasonicDevice:
    """Read one answer; raises MalformedReply for anything else, an unfinished record list included."""
    if not is_reply(payload):
        raise MalformedReply("not a Panasonic answer")
    reader = Reader(payload, limit=8192)
    reader.skip(6)
    mac = reader.mac()
    reader.seek(_RECORDS_AT, "records")
    records: dict[int, bytes] = {}
    for _ in range(_MAX_RECORDS):
        tag = reader.u16be("record tag")
        if tag == _END:
            break
        value = reader.take(reader.u16be("record length"), f"record {tag:04x}")
        records.setdefault(tag, value)
    else:
        reader.fail(f"more than {_MAX_RECORDS} records")
    device = PanasonicDevice(
        mac=mac,
        addresses=claimed_addresses(_address(records.get(_IPV4)), _address(records.get(_IPV6))),
        name=_text(records.get(_NAME)),
        model=_text(records.get(_MODEL)),
        firmware=_text(records.get(_FIRMWARE)),
        serial=_text(records.get(_SERIAL)),
        http_port=int.from_bytes(records.get(_HTTP_PORT, b"")[:2], "big"),
    )
    if not (device.mac or device.model or device.serial):
        raise MalformedReply("Panasonic answer without MAC, model and serial")
    return device


def _text(raw: bytes | None) -> str:
    return decode_text((raw or b"").split(b"\0", 1)[0], _ENCODINGS)


def _address(raw: bytes | None) -> str:
    return str(ipaddress.ip_address(raw)) if raw is not None and len(raw) in (4, 16) else ""
