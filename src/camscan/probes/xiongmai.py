"""Xiongmai boards: hundreds of no-name brands behind one protocol (facts §5.5)."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import xiongmai

NAME = "xiongmai"


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, xiongmai.encode_search())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not xiongmai.is_reply(reply.payload):
        return
    device = xiongmai.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "xm.host_name": device.host_name,
            "xm.serial_no": device.serial_no,
            "xm.version": device.version,
            "xm.channels": device.channels,
            "xm.device_type": device.device_type,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Xiongmai search: MAC, serial, host name, channels",
    transport=Transport.GROUP,
    ports=(xiongmai.PORT,),
    fields=(
        "xm.host_name",
        "xm.serial_no",
        "xm.version",
        "xm.channels",
        "xm.device_type",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", xiongmai.PORT),),
    reply_port=xiongmai.PORT,
    repeats=3,
    stage=0,
)
