"""Bosch cameras and encoders: serial, name and device type (facts §5.7)."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import bosch

NAME = "bosch"

_TRANSACTION_ID = 0x63616D73  # only echoed


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, bosch.encode_scan(_TRANSACTION_ID))


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not bosch.is_reply(reply.payload):
        return
    device = bosch.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "bosch.name": device.name,
            "bosch.serial": device.serial,
            "bosch.device_type": device.device_types,
            "bosch.app": device.app,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Bosch RCP+ scan: MAC, serial, name, device type",
    transport=Transport.GROUP,
    ports=(bosch.PORT,),
    fields=(
        "bosch.name",
        "bosch.serial",
        "bosch.device_type",
        "bosch.app",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", bosch.PORT),),
    reply_port=bosch.REPLY_PORT,
    repeats=2,
    experimental=True,
    stage=0,
)
