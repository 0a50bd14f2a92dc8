"""How every vendor UDP probe builds its Asks and its Observations; no PROBE here.

Rules: an Observation's address and port are the packet's, never the payload's; `payload` is what is
hashed and must already be free of credentials.
"""

from __future__ import annotations

from camscan.model.exchange import Ask, Reply, Transport
from camscan.model.observation import Observation, RawFields, observe


def group_ask(probe: str, payload: bytes, *, step: str = "", sender_ip_at: int | None = None) -> Ask:
    """One datagram for the probe's groups; `net` fills in address and port, per interface."""
    return Ask(probe, "", 0, Transport.GROUP, payload, step=step, sender_ip_at=sender_ip_at)


def unicast_ask(probe: str, ip: str, port: int, payload: bytes, *, step: str = "") -> Ask:
    """One datagram to one address."""
    return Ask(probe, ip, port, Transport.UDP, payload, step=step)


def observation(reply: Reply, probe: str, fields: RawFields, payload: bytes | None = None) -> Observation:
    """What `reply` stated; `payload` replaces its bytes for the digest where credentials were cut out."""
    return observe(
        reply.source_ip,
        probe,
        fields,
        at=reply.at,
        payload=reply.payload if payload is None else payload,
        port=reply.source_port,
        interface=reply.interface,
    )


def boolean_text(value: bool | None) -> str | None:
    """`true`, `false`, or nothing for a device that did not say."""
    return None if value is None else str(value).lower()
