"""The facts of a certificate by `cryptography`, in a file of its own because it takes long to import.

Rules: None for what it refuses; `wire/der.py` is the second reader. Source: RFC 5280, RFC 4514.
"""

from __future__ import annotations

import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from camscan.wire.der import MAX_NAMES, CertificateFields

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


def read_by_cryptography(der: bytes) -> CertificateFields | None:
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
