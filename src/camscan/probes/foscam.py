"""Foscam cameras: name and versions (facts §5.10); Vivotek’s packets on this port are left alone."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import foscam

NAME = "foscam"


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, foscam.encode_request())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not foscam.is_reply(reply.payload):
        return
    device = foscam.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "foscam.name": device.name,
            "foscam.firmware": device.firmware,
            "foscam.web_version": device.web_version,
            "foscam.serial": device.serial,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Foscam search: MAC, name, firmware",
    transport=Transport.GROUP,
    ports=(foscam.PORT,),
    fields=(
        "foscam.name",
        "foscam.firmware",
        "foscam.web_version",
        "foscam.serial",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", foscam.PORT),),
    reply_port=foscam.PORT,
    repeats=2,
    stage=0,
)
