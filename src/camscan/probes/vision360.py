"""360 Vision PTZ cameras: type and MAC (facts §5.19)."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import vision360

NAME = "vision360"


def group_asks() -> Iterator[Ask]:
    """The question to everyone."""
    yield group_ask(NAME, vision360.encode_discover())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not vision360.is_reply(reply.payload):
        return
    device = vision360.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "vision360.type": device.device_type,
            "vision360.id": device.identifier,
            "mac.claimed": device.mac,
        },
    )


PROBE = Probe(
    name=NAME,
    about="360 Vision discovery: type, MAC",
    transport=Transport.GROUP,
    ports=(vision360.PORT,),
    fields=(
        "vision360.type",
        "vision360.id",
        "mac.claimed",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", vision360.PORT),),
    reply_port=vision360.PORT,
    repeats=2,
    experimental=True,
    stage=0,
)
