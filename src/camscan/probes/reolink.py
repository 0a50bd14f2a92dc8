"""Reolink cameras and recorders: MAC, UID, name (facts §5.15)."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import reolink

NAME = "reolink"


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, reolink.encode_search())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not reolink.is_reply(reply.payload):
        return
    device = reolink.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "reolink.name": device.name,
            "reolink.uid": device.uid,
            "reolink.type": device.device_type,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Reolink LAN search: MAC, UID, name, kind",
    transport=Transport.GROUP,
    ports=(reolink.PORT,),
    fields=(
        "reolink.name",
        "reolink.uid",
        "reolink.type",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", reolink.PORT),),
    reply_port=reolink.REPLY_PORT,
    repeats=2,
    experimental=True,
    stage=0,
)
