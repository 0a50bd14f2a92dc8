"""Dahua’s older discovery, which old recorders answer and DHIP they do not (facts §5.4)."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import dvrip

NAME = "dahua-dvrip"


def group_asks() -> Iterator[Ask]:
    """Both known forms of the search."""
    for variant in (1, 0):
        yield group_ask(NAME, dvrip.encode_search(variant=variant), step=f"variant {variant}")


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not dvrip.is_reply(reply.payload):
        return
    device = dvrip.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "dvrip.type": device.device_type,
            "dvrip.name": device.name,
            "dvrip.serial_no": device.serial_no,
            "dvrip.version": device.version,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Dahua DVRIP search of older recorders: type, name, serial",
    transport=Transport.GROUP,
    ports=(dvrip.PORT,),
    fields=(
        "dvrip.type",
        "dvrip.name",
        "dvrip.serial_no",
        "dvrip.version",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", dvrip.PORT),),
    reply_port=dvrip.PORT,
    repeats=2,
    stage=0,
)
