"""Sony cameras (UDP 2380) and VISCA-over-IP PTZ cameras (UDP 52380), facts §5.13."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation, unicast_ask
from camscan.wire import sony

NAME = "sony"

_PORTS = (sony.PORT, sony.PTZ_PORT)


def asks(target: Target) -> Iterator[Ask]:
    """The enquiry to both ports of one address."""
    for port in _PORTS:
        yield unicast_ask(NAME, target.ip, port, sony.encode_enquiry())


def group_asks() -> Iterator[Ask]:
    """The enquiry to everyone."""
    yield group_ask(NAME, sony.encode_enquiry())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not sony.is_reply(reply.payload):
        return
    device = sony.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "sony.model": device.model,
            "sony.serial": device.serial,
            "sony.firmware": device.firmware,
            "sony.name": device.name,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Sony setup enquiry: model, serial, firmware, name",
    transport=Transport.GROUP,
    ports=_PORTS,
    fields=(
        "sony.model",
        "sony.serial",
        "sony.firmware",
        "sony.name",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    asks=asks,
    group_asks=group_asks,
    groups=(
        Group("broadcast", sony.PORT),
        Group("broadcast", sony.PTZ_PORT),
    ),
    repeats=2,
    stage=0,
)
