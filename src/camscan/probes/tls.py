"""The TLS handshake of a port: its certificate and protocol version. Nothing is sent but the handshake.

Rule: nothing is verified here; the certificate is evidence of who made the device, never of trust.
Source: facts 6.2.5.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Framing, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, observe
from camscan.probes.ports import ports_speaking
from camscan.wire.tls import decode_certificate

NAME = "tls"


def tls_asks(target: Target, port: int) -> tuple[Ask, ...]:
    """The handshake with one open port."""
    return (
        Ask(
            probe=NAME,
            ip=target.ip,
            port=port,
            transport=Transport.TLS,
            payload=b"",
            framing=Framing.HANDSHAKE,
            step="handshake",
            timeout_seconds=6.0,
        ),
    )


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """One Observation with tls.* values. Raises MalformedReply without certificate and version, or when the
    certificate cannot be read at all."""
    if not reply.certificate:
        if not reply.tls_version:
            raise MalformedReply("no TLS: neither certificate nor version")
        fields: dict[str, str | tuple[str, ...] | None] = {}
    else:
        certificate = decode_certificate(reply.certificate)
        fields = {
            "tls.subject": certificate.subject,
            "tls.issuer": certificate.issuer,
            "tls.san": certificate.san,
            "tls.sha256": certificate.sha256,
            "tls.serial": certificate.serial,
            "tls.not_before": certificate.not_before,
            "tls.not_after": certificate.not_after,
            "tls.key_bits": certificate.key_bits,
        }
    fields["tls.version"] = reply.tls_version
    yield observe(
        reply.source_ip,
        NAME,
        fields,
        at=reply.at,
        payload=reply.certificate or reply.payload,
        port=reply.source_port,
        interface=reply.interface,
    )


PROBE = Probe(
    name=NAME,
    about="Completes a TLS handshake and reads the server certificate.",
    transport=Transport.TLS,
    ports=ports_speaking(NAME),
    fields=(
        "tls.subject",
        "tls.issuer",
        "tls.san",
        "tls.sha256",
        "tls.serial",
        "tls.version",
        "tls.not_before",
        "tls.not_after",
        "tls.key_bits",
    ),
    read=read,
    asks=lambda target: tls_asks(target, 443),
    packets=1,
    stage=1,
)
