"""What a server says before it is spoken to: FTP, telnet and other greetings.

Rules: not a byte is sent; ports 21 and 23 are asked only with `--experimental`, while greetings that another
tool recorded are read by the same code. Source: facts 6.5.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Framing, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, observe
from camscan.wire.banner import decode_banner

NAME = "banner"
PORTS = (21, 23)


def banner_asks(target: Target, port: int) -> tuple[Ask, ...]:
    """Connect to one port and listen."""
    return (
        Ask(
            probe=NAME,
            ip=target.ip,
            port=port,
            transport=Transport.TCP,
            payload=b"",
            framing=Framing.BANNER,
            step="greeting",
            timeout_seconds=4.0,
            limit_bytes=4096,
        ),
    )


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """One Observation with the greeting under the field of its kind. Raises MalformedReply without text."""
    banner = decode_banner(reply.payload, reply.source_port)
    yield observe(
        reply.source_ip,
        NAME,
        {banner.field: banner.text},
        at=reply.at,
        payload=reply.payload,
        port=reply.source_port,
        interface=reply.interface,
    )


PROBE = Probe(
    name=NAME,
    about="Listens to what an FTP or telnet server says first; sends nothing.",
    transport=Transport.TCP,
    ports=PORTS,
    fields=("ftp.banner", "telnet.banner", "tcp.banner", "sip.user_agent"),
    read=read,
    asks=lambda target: tuple(ask for port in PORTS for ask in banner_asks(target, port)),
    packets=2,
    experimental=True,
    stage=2,
)
