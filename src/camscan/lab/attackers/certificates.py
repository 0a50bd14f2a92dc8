"""A certificate whose every field is absurd: length, number, dates, control characters, markup."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from camscan.lab.attackers.words import EVERY_INJECTION

_NAMES = 400


def absurd_context(names: int = _NAMES) -> ssl.SSLContext:
    """A TLS server context that presents it; names: how many hosts it is good for, 25 bytes each."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        Path(file.name).write_bytes(_pem(names))
        context.load_cert_chain(file.name)
    return context


def _pem(count: int) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is absurd is known
        common = x509.NameAttribute(NameOID.COMMON_NAME, EVERY_INJECTION, _validate=False)
    attributes = [common]
    attributes += [
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{number}" + "U" * 200, _validate=False)
        for number in range(40)
    ]
    subject = x509.Name(attributes)
    names = [x509.DNSName(f"host-{number}.example") for number in range(count)]
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number((1 << 158) + 12345)
        .not_valid_before(datetime(1950, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + signed.public_bytes(serialization.Encoding.PEM)
