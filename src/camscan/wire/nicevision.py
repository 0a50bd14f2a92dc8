"""NiceVision (NICE Systems) search on UDP 2007 (facts §5.19, one capture).

Rules: the answer's layout beyond its magic and transaction id is unknown, so it only says that such a
device is there; for the same reason no probe sends the search yet.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from camscan.wire.reader import Reader

PORT = 2007

_MAGIC = b"NICE"
_SEARCH = b"\x01\x08\0\0"


@dataclass(frozen=True, slots=True)
class NiceVisionDevice:
    """One answer to the search of this transaction."""

    transaction_id: int


def encode_search(transaction_id: int, reply_port: int) -> bytes:
    """The 12-byte search; the answer goes to `reply_port` (both in network order `[M]`)."""
    return _MAGIC + struct.pack(">H", transaction_id & 0xFFFF) + _SEARCH + struct.pack(">H", reply_port)


def is_reply(payload: bytes) -> bool:
    """True for the magic in a packet that is not the search."""
    return payload[:4] == _MAGIC and payload[6:10] != _SEARCH


def decode_reply(payload: bytes) -> NiceVisionDevice:
    """Read one answer; raises MalformedReply for anything else."""
    reader = Reader(payload, limit=8192)
    reader.expect(_MAGIC, "NiceVision magic")
    transaction_id = reader.u16be("transaction id")
    if payload[6:10] == _SEARCH:
        reader.fail("NiceVision search, not an answer")
    return NiceVisionDevice(transaction_id)
