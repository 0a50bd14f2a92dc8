from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from camscan.errors import MalformedReply
from camscan.model.exchange import Framing, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.tls import PROBE, read, tls_asks

AT = datetime(2026, 1, 2, tzinfo=UTC)


def certificate(name: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name.from_rfc4514_string(name)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 9, AT, AT + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def observed(der: bytes | None, version: str) -> list[Observation]:
    (ask,) = tls_asks(Target("10.0.3.17"), 443)
    reply = Reply(ask, "10.0.3.17", 443, b"", AT, certificate=der, tls_version=version)
    return [each for each in read(reply) if isinstance(each, Observation)]


def test_the_handshake_is_asked_without_a_byte_of_payload() -> None:
    (ask,) = tls_asks(Target("10.0.3.17"), 8443)
    assert (ask.transport, ask.framing, ask.payload, ask.port) == (
        Transport.TLS,
        Framing.HANDSHAKE,
        b"",
        8443,
    )


def test_a_certificate_and_its_version_become_one_observation() -> None:
    (seen,) = observed(certificate("CN=axis-accc8ea31abf,O=Axis Communications AB"), "TLSv1.2")
    assert seen.first("tls.subject") == "CN=axis-accc8ea31abf,O=Axis Communications AB"
    assert tuple(
        seen.first(name) for name in ("tls.version", "tls.key_bits", "tls.serial", "tls.not_before")
    ) == ("TLSv1.2", "256", "09", "2026-01-02")
    assert set(seen.fields) <= set(PROBE.fields)


def test_two_certificates_have_two_digests() -> None:
    first, second = (observed(certificate("CN=x"), "TLSv1.3")[0] for _ in range(2))
    assert first.digest != second.digest


def test_a_handshake_without_certificate_still_tells_its_version() -> None:
    (seen,) = observed(None, "TLSv1")
    assert dict(seen.fields) == {"tls.version": ("TLSv1",)}


@pytest.mark.parametrize(("der", "version"), [(None, ""), (b"", ""), (b"junk", "TLSv1")])
def test_no_handshake_and_no_certificate_are_malformed(der: bytes | None, version: str) -> None:
    with pytest.raises(MalformedReply):
        observed(der, version)
