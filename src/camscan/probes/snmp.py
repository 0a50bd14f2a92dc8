"""SNMP v2c with the operator's community: sysDescr, sysObjectID, sysName, and makers' objects (facts §6.3).

Rules: no community, no question; none is ever guessed; the community is in the packet sent and nowhere else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from camscan.model.address import mac_from_bytes
from camscan.model.exchange import Ask, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, RawFields
from camscan.probes.datagram import observation, unicast_ask
from camscan.wire import snmp

NAME = "snmp"
SYSTEM = "system"
MAKERS = "makers"
_SYSTEM_OIDS = (snmp.SYS_DESCR, snmp.SYS_OBJECT_ID, snmp.SYS_NAME)
_PHYSICAL_ADDRESSES = tuple(f"1.3.6.1.2.1.2.2.1.6.{index}" for index in (1, 2, 3))
_MAKER_OIDS = (
    "1.3.6.1.4.1.39165.1.1.0",  # Hikvision model
    "1.3.6.1.4.1.39165.1.3.0",  # Hikvision firmware
    "1.3.6.1.4.1.39165.1.6.0",  # Hikvision brand
    "1.3.6.1.4.1.1004849.2.1.1.1.0",  # Dahua firmware
    "1.3.6.1.4.1.1004849.2.1.2.4.0",  # Dahua serial
    "1.3.6.1.4.1.3967.1.1.0",  # Bosch
)


def _no_asks(_target: Target) -> Iterable[Ask]:
    """Nothing: without a community there is no question."""
    return ()


def with_community(community: str) -> Probe:
    """The probe with the operator's community.

    Two packets, as an agent may refuse a whole request for one object it does not have.
    """

    def asks(target: Target) -> Iterable[Ask]:
        for step, oids in ((SYSTEM, _SYSTEM_OIDS), (MAKERS, (*_MAKER_OIDS, *_PHYSICAL_ADDRESSES))):
            payload = snmp.encode_get(community, _request_id(target.ip, step), oids)
            yield unicast_ask(NAME, target.ip, snmp.PORT, payload, step=step)

    return replace(PROBE, asks=asks, needs="")


def _request_id(ip: str, step: str) -> int:
    """The same for a repeat of the same question."""
    return zlib.crc32(f"{step} {ip}".encode()) & 0x7FFFFFFF


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What a Response states."""
    response = snmp.decode(reply.payload)
    fields = response_fields(response)
    if any(fields.values()):
        yield observation(reply, NAME, fields)


def response_fields(response: snmp.Response) -> RawFields:
    """The observation fields of one Response; imports use it on captured packets."""
    others = [
        f"{each.oid} = {each.text}"
        for each in response.bindings
        if each.text and each.oid not in (*_SYSTEM_OIDS, *_PHYSICAL_ADDRESSES)
    ]
    macs = [mac_from_bytes(each.raw) for each in response.bindings if each.oid in _PHYSICAL_ADDRESSES]
    return {
        "snmp.sys_descr": response.value(snmp.SYS_DESCR),
        "snmp.sys_object_id": response.value(snmp.SYS_OBJECT_ID),
        "snmp.sys_name": response.value(snmp.SYS_NAME),
        "snmp.value": others,
        "mac.claimed": macs,
    }


PROBE = Probe(
    name=NAME,
    about="Reads what a device calls itself by SNMP v2c, with the community the operator supplied.",
    transport=Transport.UDP,
    ports=(snmp.PORT,),
    fields=("snmp.sys_descr", "snmp.sys_object_id", "snmp.sys_name", "snmp.value", "mac.claimed"),
    read=read,
    asks=_no_asks,
    repeats=2,
    packets=4,
    needs="community",
    stage=1,
)
