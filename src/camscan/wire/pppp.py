"""CS2 "PPPP" peer-to-peer cameras: LAN search on UDP 32108 (facts §5.17).

Rules: only 0xf130 and 0xf132 can be encoded (facts §0.3); an answer is never answered, that would open
a session; vendor-encrypted variants do not begin 0xf1 and are foreign here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.reader import Reader

PORT = 32108

_SEARCHES = (b"\xf1\x30\0\0", b"\xf1\x32\0\0")
_ANSWER = b"\xf1\x41"
_WORD = re.compile(r"[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class PpppDevice:
    """One answer: the three parts of the UID; the prefix names the vendor's licence."""

    prefix: str
    number: int
    check: str

    @property
    def uid(self) -> str:
        """`PREFIX-NUMBER-CHECK`, the number with at least six digits."""
        return f"{self.prefix}-{self.number:06d}-{self.check}"


def encode_searches() -> tuple[bytes, bytes]:
    """The usual search and the extended one that some firmware needs."""
    return _SEARCHES


def is_reply(payload: bytes) -> bool:
    """True for 0xf141; searches (our own come back) and every session message are not ours to read."""
    return payload[:2] == _ANSWER


def decode_reply(payload: bytes) -> PpppDevice:
    """Read one answer; raises MalformedReply for anything else."""
    reader = Reader(payload, limit=2048)
    reader.expect(_ANSWER, "PPPP answer code")
    uid = reader.sub(reader.u16be("length"), "UID")
    prefix = uid.text(8, what="UID prefix")
    number = uid.u32be("UID number")
    check = uid.text(min(8, uid.remaining), what="UID check letters")
    if not (_WORD.fullmatch(prefix) and _WORD.fullmatch(check)):
        raise MalformedReply("PPPP answer whose UID is not letters and digits")
    return PpppDevice(prefix, number, check)
