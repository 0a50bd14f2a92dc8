"""TVT recorders and cameras and their many labels (facts §5.6).

Rules: answers go to a group, never to the sender; devices also announce themselves; the password area is
zeroed before anything is read or hashed.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import tvt

NAME = "tvt"


def group_asks() -> Iterator[Ask]:
    """The search, and its older form."""
    yield group_ask(NAME, tvt.encode_search(), step="current")
    yield group_ask(NAME, tvt.encode_search(version=0x00010007), step="older")


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an announcement states."""
    if not tvt.is_reply(reply.payload):
        return
    device = tvt.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "tvt.name": device.name,
            "tvt.product": device.product,
            "tvt.customer": device.customer,
            "tvt.manufacturer": device.manufacturer,
            "tvt.device_class": device.device_class,
            "tvt.firmware": device.firmware,
            "tvt.build_date": device.build_date,
            "tvt.serial": device.serial,
            "tvt.channels": device.channels,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
            "device.credentials_announced": "true" if device.announces_credentials else None,
        },
        tvt.without_credentials(reply.payload),
    )


PROBE = Probe(
    name=NAME,
    about="TVT MHED search: name, product, customer, firmware, serial",
    transport=Transport.GROUP,
    ports=(tvt.PORT,),
    fields=(
        "tvt.name",
        "tvt.product",
        "tvt.customer",
        "tvt.manufacturer",
        "tvt.device_class",
        "tvt.firmware",
        "tvt.build_date",
        "tvt.serial",
        "tvt.channels",
        "mac.claimed",
        "net.claimed_address",
        "device.credentials_announced",
    ),
    read=read,
    group_asks=group_asks,
    groups=(Group(tvt.SEARCH_GROUP, tvt.PORT, join=(tvt.ANSWER_GROUP, tvt.SEARCH_GROUP)),),
    reply_port=tvt.PORT,
    repeats=2,
    speaks_on=(tvt.PORT,),
    stage=0,
)
