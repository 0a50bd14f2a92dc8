"""Ubiquiti cameras and recorders: model, firmware, MAC, adoption (facts §5.14).

Rules: UniFi devices also announce themselves at port 10001; most Ubiquiti devices are no cameras.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import boolean_text, group_ask, observation, unicast_ask
from camscan.wire import ubiquiti

NAME = "ubiquiti"


def asks(target: Target) -> Iterator[Ask]:
    """Both protocol versions to one address."""
    for version in (1, 2):
        payload = ubiquiti.encode_request(version)
        yield unicast_ask(NAME, target.ip, ubiquiti.PORT, payload, step=f"version {version}")


def group_asks() -> Iterator[Ask]:
    """Both protocol versions to everyone."""
    for version in (1, 2):
        yield group_ask(NAME, ubiquiti.encode_request(version), step=f"version {version}")


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer or announcement states."""
    if not ubiquiti.is_reply(reply.payload):
        return
    device = ubiquiti.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "ubiquiti.model": device.model,
            "ubiquiti.platform": device.platform,
            "ubiquiti.firmware": device.firmware,
            "ubiquiti.hostname": device.host_name,
            "ubiquiti.default": boolean_text(device.default),
            "mac.claimed": device.macs,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="Ubiquiti discovery: model, firmware, MAC, adoption",
    transport=Transport.GROUP,
    ports=(ubiquiti.PORT,),
    fields=(
        "ubiquiti.model",
        "ubiquiti.platform",
        "ubiquiti.firmware",
        "ubiquiti.hostname",
        "ubiquiti.default",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    asks=asks,
    group_asks=group_asks,
    groups=(
        Group(ubiquiti.GROUP, ubiquiti.PORT, join=(ubiquiti.GROUP,)),
        Group("broadcast", ubiquiti.PORT),
    ),
    repeats=2,
    speaks_on=(ubiquiti.PORT,),
    stage=0,
)
