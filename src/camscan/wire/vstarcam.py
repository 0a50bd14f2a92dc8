"""VStarcam (Wanscam, Eye4) `DH` discovery on UDP 8600 (facts §5.11).

Rules: only code 0x0101 can be encoded (facts §0.3); the packet goes on with user and password in clear
and is cut before them, at 0xec, before anything is parsed or hashed; see `without_credentials`.
"""

from __future__ import annotations

from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.claimed import claimed_addresses
from camscan.wire.loosejson import CHINESE_ENCODINGS
from camscan.wire.reader import Reader

PORT = 8600

_SEARCH = b"\x44\x48\x01\x01"
_REPLY = b"\x44\x48\x01\x08"
_CREDENTIALS_AT = 0xEC


@dataclass(frozen=True, slots=True)
class VstarcamDevice:
    """One answer; announces_credentials: something stood where user and password are."""

    mac: str | None
    addresses: tuple[str, ...]
    uid: str
    name: str
    firmware: str
    http_port: int
    announces_credentials: bool


def encode_search() -> bytes:
    """The 4-byte search."""
    return _SEARCH


def is_reply(payload: bytes) -> bool:
    """True for code 0x0108; searches and every other code are not ours to read."""
    return payload[:4] == _REPLY


def without_credentials(payload: bytes) -> bytes:
    """The packet up to its credentials: what may be parsed, hashed and kept."""
    return payload[:_CREDENTIALS_AT]


def decode_reply(payload: bytes) -> VstarcamDevice:
    """Read one answer; raises MalformedReply for anything else."""
    announces_credentials = any(payload[_CREDENTIALS_AT:])
    reader = Reader(without_credentials(payload))
    reader.expect(_REPLY, "VStarcam answer code")
    ip = reader.text(16, what="address")
    reader.seek(0x54, "MAC")
    mac = reader.mac()
    http_port = reader.u16le("port")
    uid = reader.text(32, what="UID")
    name = reader.text(32, CHINESE_ENCODINGS, "name")
    firmware = ""
    if len(reader) >= 0xCC + 16:
        reader.seek(0xCC)
        firmware = reader.text(16, what="firmware")
    if not (uid or mac):
        raise MalformedReply("VStarcam answer without UID and MAC")
    return VstarcamDevice(
        mac=mac,
        addresses=claimed_addresses(ip),
        uid=uid,
        name=name,
        firmware=firmware,
        http_port=http_port,
        announces_credentials=announces_credentials,
    )
