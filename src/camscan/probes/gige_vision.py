"""GigE Vision cameras (FLIR, Basler and other machine vision): maker, model, serial (facts §5.19)."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation, unicast_ask
from camscan.wire import gige

NAME = "gige-vision"

_REQUEST_ID = 0x6373  # only echoed; 0 is not allowed


def asks(target: Target) -> Iterator[Ask]:
    """The discovery command to one address."""
    yield unicast_ask(NAME, target.ip, gige.PORT, gige.encode_discovery(_REQUEST_ID))


def group_asks() -> Iterator[Ask]:
    """The discovery command to everyone."""
    yield group_ask(NAME, gige.encode_discovery(_REQUEST_ID))


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an acknowledge states."""
    if not gige.is_reply(reply.payload):
        return
    device = gige.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "gige.manufacturer": device.manufacturer,
            "gige.model": device.model,
            "gige.version": device.version,
            "gige.serial": device.serial,
            "gige.user_name": device.user_name,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="GigE Vision discovery: maker, model, version, serial",
    transport=Transport.GROUP,
    ports=(gige.PORT,),
    fields=(
        "gige.manufacturer",
        "gige.model",
        "gige.version",
        "gige.serial",
        "gige.user_name",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    asks=asks,
    group_asks=group_asks,
    groups=(Group("broadcast", gige.PORT),),
    repeats=2,
    stage=0,
)
