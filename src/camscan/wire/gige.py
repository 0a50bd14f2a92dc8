"""GigE Vision control protocol (GVCP) discovery on UDP 3956 (facts §5.19).

Rules: only the discovery command (0x0002) can be encoded; the acknowledge has 256 bytes, all numbers in
network order, texts fixed-width and NUL padded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.claimed import claimed_addresses
from camscan.wire.reader import Reader

PORT = 3956

_COMMAND = b"\x42\x11\x00\x02\x00\x00"
_ACKNOWLEDGE = b"\x00\x03"
_ACKNOWLEDGE_BYTES = 256


@dataclass(frozen=True, slots=True)
class GigeDevice:
    """One discovery acknowledge."""

    mac: str | None
    addresses: tuple[str, ...]
    manufacturer: str
    model: str
    version: str
    information: str
    serial: str
    user_name: str


def encode_discovery(request_id: int) -> bytes:
    """The 8-byte discovery command; request_id is 1 to 65535, 0 is not allowed."""
    return _COMMAND + struct.pack(">H", request_id)


def is_reply(payload: bytes) -> bool:
    """True for a successful discovery acknowledge; commands begin 0x42."""
    return payload[:2] == b"\0\0" and payload[2:4] == _ACKNOWLEDGE


def decode_reply(payload: bytes) -> GigeDevice:
    """Read one acknowledge; raises MalformedReply for anything else."""
    if not is_reply(payload):
        raise MalformedReply("not a GigE Vision discovery acknowledge")
    reader = Reader(payload, limit=4096)
    if len(reader) < _ACKNOWLEDGE_BYTES:
        reader.fail("discovery acknowledge cut short")
    reader.seek(0x12)
    mac = reader.mac()
    reader.seek(0x2C)
    ip = reader.ipv4()
    reader.seek(0x50)
    manufacturer, model, version, information, serial, user_name = (
        reader.text(width) for width in (32, 32, 32, 48, 16, 16)
    )
    if not (mac or manufacturer or model):
        raise MalformedReply("discovery acknowledge without MAC, manufacturer and model")
    return GigeDevice(
        mac, claimed_addresses(ip), manufacturer, model, version, information, serial, user_name
    )
