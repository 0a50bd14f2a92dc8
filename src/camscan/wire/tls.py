"""A DER certificate to the facts an inventory keeps; nothing is verified, nothing is trusted.

Rules: `cryptography` reads; what it refuses (wrong string types, wrong dates, … of old cameras) is read
by `wire/der.py`; texts are capped and free of control characters; only MalformedReply leaves this file.
Source: RFC 5280, RFC 4514; facts 6.2.5.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from camscan.errors import MalformedReply
from camscan.wire.der import MAX_CERTIFICATE_BYTES, MAX_NAMES, CertificateFields, read_certificate
from camscan.wire.text import one_line

MAX_NAME_CHARACTERS = 2048

_REFUSALS = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_TEXT_NAMES = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier, x509.IPAddress)
_NAMES = {NameOID.SERIAL_NUMBER: "SERIALNUMBER", NameOID.EMAIL_ADDRESS: "emailAddress"}


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
    fields = _by_cryptography(der)
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


def _by_cryptography(der: bytes) -> CertificateFields | None:
    """Everything by `cryptography`, or None when it refuses the certificate or one of its names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what it will refuse one day; we have a second reader
        try:
            certificate = x509.load_der_x509_certificate(der)
            subject = certificate.subject.rfc4514_string(_NAMES)
            issuer = certificate.issuer.rfc4514_string(_NAMES)
            serial = _hex(certificate.serial_number)
            not_before = certificate.not_valid_before_utc.date().isoformat()
            not_after = certificate.not_valid_after_utc.date().isoformat()
        except _REFUSALS:
            return None
        return CertificateFields(
            subject,
            issuer,
            serial,
            not_before,
            not_after,
            _key_bits(certificate),
            _alternative_names(certificate),
        )


def _hex(number: int) -> str:
    """Hex as DER writes the number: two's complement for the negative ones, whole bytes."""
    size = number.bit_length() // 8 + 1
    return number.to_bytes(size, "big", signed=True).hex()


def _key_bits(certificate: x509.Certificate) -> str:
    """Decimal key size; Ed25519 and Ed448 keys have one size only and say nothing; "" for unknown keys."""
    try:
        return str(getattr(certificate.public_key(), "key_size", "") or "")
    except _REFUSALS:
        return ""


def _alternative_names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = list(extension.value)[:MAX_NAMES]
    except _REFUSALS:
        return ()
    return tuple(str(name.value) for name in names if isinstance(name, _TEXT_NAMES))
