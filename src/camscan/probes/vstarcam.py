"""VStarcam, Wanscam and Eye4 cameras: UID, name, firmware (facts §5.11).

Rules: the packet is cut before its user and password ahead of everything else, hashing included.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import vstarcam

NAME = "vstarcam"


def group_asks() -> Iterator[Ask]:
    """The search to everyone."""
    yield group_ask(NAME, vstarcam.encode_search())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not vstarcam.is_reply(reply.payload):
        return
    device = vstarcam.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "vstarcam.uid": device.uid,
            "vstarcam.name": device.name,
            "vstarcam.firmware": device.firmware,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
            "device.credentials_announced": "true" if device.announces_credentials else None,
        },
        vstarcam.without_credentials(reply.payload),
    )


PROBE = Probe(
    name=NAME,
    about="VStarcam search: UID, name, firmware, MAC",
    transport=Transport.GROUP,
    ports=(vstarcam.PORT,),
    fields=(
        "vstarcam.uid",
        "vstarcam.name",
        "vstarcam.firmware",
        "mac.claimed",
        "net.claimed_address",
        "device.credentials_announced",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", vstarcam.PORT),),
    repeats=2,
    stage=0,
)
