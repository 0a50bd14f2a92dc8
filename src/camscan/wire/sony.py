"""Sony setup protocol on UDP 2380 (cameras) and 52380 (VISCA-over-IP PTZ), facts §5.13.

Rules: only the enquiries of `Enquiry` can be encoded (facts §0.3: a SET unit assigns a new address);
a frame is 0x02, units that each end in 0xff, 0x03; what follows the 0x03 is ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.reader import decode_text

PORT = 2380
PTZ_PORT = 52380

_BEGIN, _UNIT_END, _END = b"\x02", b"\xff", b"\x03"
_ENCODINGS = ("utf-8", "shift_jis", "latin-1")
_FIRST_UNIT = re.compile(rb"\x02(?!ENQ:|SET)[A-Z][A-Z0-9]{1,15}:")
_MAX_UNITS = 128
_LIMIT_BYTES = 8192


class Enquiry(StrEnum):
    """The only units camscan sends."""

    ALL = "ENQ:allinfo"
    NETWORK = "ENQ:network"


@dataclass(frozen=True, slots=True)
class SonyDevice:
    """One answer; "" where it has no such unit."""

    mac: str | None
    addresses: tuple[str, ...]
    model: str
    serial: str
    firmware: str
    name: str
    web_port: str


def encode_enquiry(enquiry: Enquiry = Enquiry.ALL) -> bytes:
    """One frame of one enquiry unit."""
    return _BEGIN + Enquiry(enquiry).value.encode("ascii") + _UNIT_END + _END


def is_reply(payload: bytes) -> bool:
    """True for a frame of `KEY:value` units; enquiries and settings are not ours to read."""
    return _FIRST_UNIT.match(payload) is not None


def decode_reply(payload: bytes) -> SonyDevice:
    """Read one answer; raises MalformedReply for anything else, a frame without end included."""
    if not is_reply(payload):
        raise MalformedReply("not a Sony answer")
    if len(payload) > _LIMIT_BYTES:
        raise MalformedReply(f"Sony answer of {len(payload)} bytes")
    end = payload.find(_UNIT_END + _END)
    if end < 0:
        raise MalformedReply("Sony answer without end")
    said: dict[str, str] = {}
    for unit in payload[1:end].split(_UNIT_END)[:_MAX_UNITS]:
        key, _, value = decode_text(unit, _ENCODINGS).partition(":")
        said.setdefault(key.strip().upper(), value.strip())
    device = SonyDevice(
        mac=parse_mac(said.get("MAC", "")[:64]),
        addresses=claimed_addresses(said.get("IPADR", "")),
        model=said.get("MODEL") or said.get("MODELNAME", ""),
        serial=said.get("SERIAL", ""),
        firmware=said.get("SOFTVERSION", ""),
        name=said.get("NAME", ""),
        web_port=said.get("WEBPORT", ""),
    )
    if not (device.mac or device.model or device.serial):
        raise MalformedReply("Sony answer without MAC, model and serial")
    return device
