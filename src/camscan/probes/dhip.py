"""Dahua DHIP: class, model, serial, firmware and the customer’s name without a login (facts §5.3).

Rules: asked to answer by unicast first; answers to the group arrive at port 37810, which is read as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation, unicast_ask
from camscan.wire import dhip

NAME = "dhip"


def asks(target: Target) -> Iterator[Ask]:
    """The search to one address: some thermal firmware answers nothing else."""
    yield unicast_ask(NAME, target.ip, dhip.PORT, dhip.encode_search())


def group_asks() -> Iterator[Ask]:
    """The search to everyone, with either way of answering."""
    yield group_ask(NAME, dhip.encode_search(), step="unicast answer")
    yield group_ask(NAME, dhip.encode_search(unicast_answer=False), step="group answer")


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not dhip.is_reply(reply.payload):
        return
    device = dhip.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "dhip.device_class": device.device_class,
            "dhip.device_type": device.device_type,
            "dhip.detail_type": device.detail_type,
            "dhip.serial_no": device.serial_no,
            "dhip.version": device.version,
            "dhip.vendor": device.vendor,
            "dhip.manufacturer": device.manufacturer,
            "dhip.machine_name": device.machine_name,
            "dhip.http_port": device.http_port,
            "dhip.port": device.port,
            "dhip.init": device.init,
            "dhip.video_inputs": device.video_inputs,
            "dhip.remote_inputs": device.remote_inputs,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Dahua DHIP search: class, model, serial, firmware, vendor",
    transport=Transport.GROUP,
    ports=(dhip.PORT,),
    fields=(
        "dhip.device_class",
        "dhip.device_type",
        "dhip.detail_type",
        "dhip.serial_no",
        "dhip.version",
        "dhip.vendor",
        "dhip.manufacturer",
        "dhip.machine_name",
        "dhip.http_port",
        "dhip.port",
        "dhip.init",
        "dhip.video_inputs",
        "dhip.remote_inputs",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    asks=asks,
    group_asks=group_asks,
    groups=(
        Group(dhip.GROUP, dhip.PORT, join=(dhip.GROUP,)),
        Group("broadcast", dhip.PORT),
    ),
    repeats=2,
    speaks_on=(dhip.PORT,),
    stage=0,
)
