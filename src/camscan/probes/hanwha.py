"""Hanwha (Samsung Techwin) cameras of the older search (facts §5.8)."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import hanwha

NAME = "hanwha"


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, hanwha.encode_search())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not hanwha.is_reply(reply.payload):
        return
    device = hanwha.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "hanwha.model": device.model,
            "hanwha.url": device.url,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Hanwha IP installer search: MAC, model, URL",
    transport=Transport.GROUP,
    ports=(hanwha.PORT,),
    fields=(
        "hanwha.model",
        "hanwha.url",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", hanwha.PORT),),
    reply_port=hanwha.REPLY_PORT,
    repeats=2,
    experimental=True,
    stage=0,
)
