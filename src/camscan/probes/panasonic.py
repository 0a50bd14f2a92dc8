"""Panasonic and i-PRO cameras: model, name, firmware, serial (facts §5.12)."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import panasonic

NAME = "panasonic"


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, panasonic.encode_search(), sender_ip_at=panasonic.SENDER_IP_AT)


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not panasonic.is_reply(reply.payload):
        return
    device = panasonic.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "panasonic.name": device.name,
            "panasonic.model": device.model,
            "panasonic.firmware": device.firmware,
            "panasonic.serial": device.serial,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Panasonic easy IP setup search: model, name, firmware, serial",
    transport=Transport.GROUP,
    ports=(panasonic.PORT,),
    fields=(
        "panasonic.name",
        "panasonic.model",
        "panasonic.firmware",
        "panasonic.serial",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", panasonic.PORT),),
    reply_port=panasonic.REPLY_PORT,
    repeats=2,
    stage=0,
)
