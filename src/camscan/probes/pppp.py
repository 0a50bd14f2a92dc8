"""No-name Wi-Fi cameras of the CS2 peer-to-peer network: their UID (facts §5.17).

Rules: an answer is never answered; the prefix of the UID names a licence, not a maker for certain.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import group_ask, observation
from camscan.wire import pppp

NAME = "pppp"


def group_asks() -> Iterator[Ask]:
    """Both searches."""
    for payload in pppp.encode_searches():
        yield group_ask(NAME, payload, step=payload[:2].hex())


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not pppp.is_reply(reply.payload):
        return
    device = pppp.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "pppp.uid": device.uid,
        },
    )


PROBE = Probe(
    name=NAME,
    about="CS2 PPPP LAN search: UID",
    transport=Transport.GROUP,
    ports=(pppp.PORT,),
    fields=("pppp.uid",),
    read=read,
    group_asks=group_asks,
    groups=(Group("broadcast", pppp.PORT),),
    repeats=2,
    experimental=True,
    stage=0,
)
