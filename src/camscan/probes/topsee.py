"""Topsee (Tianshitong) cameras: model, serial, version (facts §5.18).

Rules: the account list is cut out ahead of everything else, hashing included.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import topsee

NAME = "topsee"


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, topsee.encode_search())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not topsee.is_reply(reply.payload):
        return
    device = topsee.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "topsee.model": device.model,
            "topsee.serial": device.serial,
            "topsee.version": device.version,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
            "device.credentials_announced": "true" if device.announces_credentials else None,
        },
        topsee.without_credentials(reply.payload),
    )


PROBE = Probe(
    name=NAME,
    about="Topsee search: model, serial, version",
    transport=Transport.GROUP,
    ports=(topsee.PORT,),
    fields=(
        "topsee.model",
        "topsee.serial",
        "topsee.version",
        "mac.claimed",
        "net.claimed_address",
        "device.credentials_announced",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", topsee.PORT),),
    reply_port=topsee.PORT,
    repeats=2,
    experimental=True,
    stage=0,
)
