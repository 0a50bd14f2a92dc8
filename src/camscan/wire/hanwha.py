"""Hanwha (Samsung Techwin) IP installer search: UDP 7701, answered to 7711 (facts §5.8, one capture).

Rules: all fields are fixed-width ASCII; the protocol cuts the model after ten characters. Newer Wisenet
models are silent here.
"""

from __future__ import annotations

from dataclasses import dataclass

from camscan.wire.claimed import claimed_addresses, require_mac
from camscan.wire.reader import Reader

PORT = 7701
REPLY_PORT = 7711

_SEARCH_BYTES = 262
_REPLY = b"\x0b"


@dataclass(frozen=True, slots=True)
class HanwhaDevice:
    """One answer; model is what fits into ten characters."""

    mac: str
    addresses: tuple[str, ...]
    model: str
    url: str


def encode_search() -> bytes:
    """The 262-byte search."""
    return b"\x01".ljust(_SEARCH_BYTES, b"\0")


def is_reply(payload: bytes) -> bool:
    """True for an answer's first byte; a search begins 0x01."""
    return payload[:1] == _REPLY


def decode_reply(payload: bytes) -> HanwhaDevice:
    """Read one answer; raises MalformedReply for anything else."""
    reader = Reader(payload, limit=4096)
    reader.expect(_REPLY, "Hanwha answer code")
    reader.seek(0x13, "MAC")
    mac = require_mac(reader.text(18, what="MAC"), "Hanwha answer")
    reader.seek(0x25, "address")
    ip = reader.text(16, what="address")
    reader.seek(0x6D, "model")
    model = reader.text(10, what="model")
    url = ""
    if len(reader) >= 0x85 + 39:
        reader.seek(0x85)
        url = reader.text(39, what="URL")
    return HanwhaDevice(mac=mac, addresses=claimed_addresses(ip), model=model, url=url)
