"""Vivotek cameras: long and short model (facts §5.9); Foscam’s packets on this port are left alone."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import vivotek

NAME = "vivotek"

_SESSION = 0x43  # only echoed


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, vivotek.encode_search(_SESSION))


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not vivotek.is_reply(reply.payload):
        return
    device = vivotek.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "vivotek.model": device.model,
            "vivotek.short_model": device.short_model,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Vivotek search: model, MAC",
    transport=Transport.GROUP,
    ports=(vivotek.PORT,),
    fields=(
        "vivotek.model",
        "vivotek.short_model",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", vivotek.PORT),),
    repeats=2,
    experimental=True,
    stage=0,
)
