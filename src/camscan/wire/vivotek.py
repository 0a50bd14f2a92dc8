"""Vivotek discovery on UDP 10000 (facts §5.9, one capture).

Rules: one session byte, the magic, then type-length-value records; type 04 has one value byte and no
length. Foscam speaks on the same port with another magic.
"""

from __future__ import annotations

from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.claimed import claimed_addresses
from camscan.wire.reader import Reader, decode_text

PORT = 10000

_MAGIC = b"\x4a\x5d\x8f\x1c"
_LONG_NAME, _MAC, _IPV4, _ONE_BYTE, _HTTP_PORT, _SHORT_MODEL = 0x01, 0x02, 0x03, 0x04, 0x06, 0x09


@dataclass(frozen=True, slots=True)
class VivotekDevice:
    """One answer; http_port 0 when not stated."""

    mac: str | None
    addresses: tuple[str, ...]
    model: str
    short_model: str
    http_port: int


def encode_search(session: int) -> bytes:
    """The 5-byte search; the answer repeats the session byte."""
    return bytes((session & 0xFF,)) + _MAGIC


def is_reply(payload: bytes) -> bool:
    """True for the magic with records behind it; the bare magic is a search."""
    return payload[1:5] == _MAGIC and len(payload) > 5


def decode_reply(payload: bytes) -> VivotekDevice:
    """Read one answer; raises MalformedReply for anything else."""
    if not is_reply(payload):
        raise MalformedReply("not a Vivotek answer")
    reader = Reader(payload, limit=4096)
    reader.skip(5)
    records: dict[int, bytes] = {}
    while reader.remaining:
        kind = reader.u8("record type")
        length = 1 if kind == _ONE_BYTE else reader.u8("record length")
        records.setdefault(kind, reader.take(length, f"record {kind:02x}"))
    mac = Reader(records[_MAC]).mac() if _MAC in records else None
    model, short = (decode_text(records.get(kind, b"").rstrip(b"\0")) for kind in (_LONG_NAME, _SHORT_MODEL))
    if not (mac or model or short):
        raise MalformedReply("Vivotek answer without MAC and model")
    return VivotekDevice(
        mac=mac,
        addresses=claimed_addresses(Reader(records[_IPV4]).ipv4()) if _IPV4 in records else (),
        model=model,
        short_model=short,
        http_port=int.from_bytes(records.get(_HTTP_PORT, b"")[:2], "little"),
    )
