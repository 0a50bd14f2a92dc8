"""Server certificates with the subjects that real devices were recorded with (facts §6.2.5)."""

from __future__ import annotations

import functools
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_NAMES = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME,
    "SERIALNUMBER": NameOID.SERIAL_NUMBER,
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """subject, issuer: "CN=…,OU=…,O=…" (issuer "" = self-signed). old: what devices of 2012 offer,
    TLS 1.0 and nothing newer, with a 1024-bit key."""

    subject: str
    issuer: str = ""
    old: bool = False


@functools.cache
def server_context(certificate: Certificate) -> ssl.SSLContext:
    """A TLS server context presenting `certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate.old:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        Path(file.name).write_bytes(_pem(certificate))
        context.load_cert_chain(file.name)
    return context


def _pem(certificate: Certificate) -> bytes:
    key = _key(1024 if certificate.old else 2048)
    # Real devices of that age also signed with SHA-1; the cryptography library no longer can, and what a
    # client must cope with is the key size and the protocol version.
    subject = _name(certificate.subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_name(certificate.issuer) if certificate.issuer else subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(certificate.subject.encode()[:15], "big") | 1)
        .not_valid_before(datetime(2015, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2035, 1, 1, tzinfo=UTC))
    )
    signed = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return private + signed.public_bytes(serialization.Encoding.PEM)


@functools.cache
def _key(bits: int) -> rsa.RSAPrivateKey:
    # One key for the whole lab: making one per device would cost seconds and teach nothing.
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _name(text: str) -> x509.Name:
    pairs = [part.split("=", 1) for part in text.split(",")]
    return x509.Name([x509.NameAttribute(_NAMES[key], value) for key, value in pairs])
