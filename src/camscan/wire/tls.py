"""A DER certificate to the facts an inventory keeps; nothing is verified, nothing is trusted.

Rules: `cryptography` reads; what it refuses (wrong string types, wrong dates, … of old cameras) is read
by `wire/der.py`; texts are capped and free of control characters; only MalformedReply leaves this file.
Source: RFC 5280, RFC 4514; facts 6.2.5.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.der import MAX_CERTIFICATE_BYTES, read_certificate
from camscan.wire.text import one_line

MAX_NAME_CHARACTERS = 2048


@dataclass(frozen=True, slots=True)
class Certificate:
    """subject, issuer: RFC 4514 text, most specific first; san: DNS names, mail, URIs, addresses; sha256,
    serial: lower-case hex; not_before, not_after: ISO dates; key_bits: decimal. "" or () when unreadable."""

    subject: str
    issuer: str
    san: tuple[str, ...]
    sha256: str
    serial: str
    not_before: str
    not_after: str
    key_bits: str


def decode_certificate(der: bytes) -> Certificate:
    """The facts in one certificate. Raises MalformedReply when neither reader can follow it."""
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise MalformedReply(
            f"certificate of {len(der)} bytes where at most {MAX_CERTIFICATE_BYTES} are read"
        )
    from camscan.wire.x509 import read_by_cryptography  # 50 ms that a scan without TLS does not pay

    fields = read_by_cryptography(der)
    if fields is None:
        fields = read_certificate(der)
    return Certificate(
        subject=_text(fields.subject),
        issuer=_text(fields.issuer),
        san=tuple(_text(name) for name in fields.san if _text(name)),
        sha256=hashlib.sha256(der).hexdigest(),
        serial=fields.serial.removeprefix("00") or fields.serial,
        not_before=fields.not_before,
        not_after=fields.not_after,
        key_bits=fields.key_bits,
    )


def _text(value: str) -> str:
    return one_line(value[: 4 * MAX_NAME_CHARACTERS])[:MAX_NAME_CHARACTERS]
