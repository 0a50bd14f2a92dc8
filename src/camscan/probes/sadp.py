"""Hikvision SADP: model, full serial, firmware, activation and OEM codes without a login (facts §5.1).

Rules: answers come to the sender or to the group, so port 37020 is read as well; a Hello comes unasked.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_URL, UUID, uuid5

from camscan.model.exchange import Ask, Group, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, RawFields
from camscan.probes.datagram import boolean_text, group_ask, observation, unicast_ask
from camscan.wire import sadp, sadp_raw

NAME = "sadp"


def _uuid(kind: sadp.Inquiry, whom: str) -> UUID:
    """Stable per question: a repeat is recognisable as one, and probes stay free of chance."""
    return uuid5(NAMESPACE_URL, f"camscan:sadp:{kind.value}:{whom}")


def asks(target: Target) -> Iterator[Ask]:
    """Both inquiries to one address."""
    for kind in sadp.Inquiry:
        payload = sadp.encode_inquiry(_uuid(kind, target.ip), kind)
        yield unicast_ask(NAME, target.ip, sadp.PORT, payload, step=kind.value)


def group_asks() -> Iterator[Ask]:
    """Both inquiries to everyone."""
    for kind in sadp.Inquiry:
        yield group_ask(NAME, sadp.encode_inquiry(_uuid(kind, "all"), kind), step=kind.value)


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What a ProbeMatch or Hello states."""
    if not sadp.is_reply(reply.payload):
        return
    device = sadp.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "sadp.device_type": device.device_type,
            "sadp.device_description": device.device_description,
            "sadp.device_sn": device.device_sn,
            "sadp.software_version": device.software_version,
            "sadp.dsp_version": device.dsp_version,
            "sadp.boot_time": device.boot_time,
            "sadp.activated": boolean_text(device.activated),
            "sadp.cloud": boolean_text(device.cloud),
            "sadp.oem_info": device.oem_info,
            "sadp.oem_code": device.oem_code,
            "sadp.detail_oem_code": device.detail_oem_code,
            "sadp.ezviz_code": device.ezviz_code,
            "sadp.specific_device_type": device.specific_device_type,
            "sadp.base_desc": device.base_desc,
            "sadp.analog_channels": device.analog_channels,
            "sadp.digital_channels": device.digital_channels,
            "sadp.disks": device.disks,
            "sadp.command_port": device.command_port,
            "sadp.http_port": device.http_port,
            "sadp.hidden": device.hidden,
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


def fields_of_frame(frame: sadp_raw.SadpFrame) -> RawFields:
    """The same fields from a raw Ethernet reply (EtherType 0x8033), for whoever captures frames."""
    return {
        "sadp.device_type": str(frame.device_type),
        "sadp.device_sn": frame.serial,
        "sadp.software_version": frame.software_version,
        "sadp.dsp_version": frame.dsp_version,
        "sadp.boot_time": frame.boot_time,
        "sadp.disks": str(frame.disks),
        "sadp.command_port": str(frame.port),
        "mac.claimed": frame.mac,
        "net.claimed_address": frame.addresses,
    }


PROBE = Probe(
    name=NAME,
    about="Hikvision SADP inquiry: model, serial, firmware, activation, OEM codes",
    transport=Transport.GROUP,
    ports=(sadp.PORT,),
    fields=(
        "sadp.device_type",
        "sadp.device_description",
        "sadp.device_sn",
        "sadp.software_version",
        "sadp.dsp_version",
        "sadp.boot_time",
        "sadp.activated",
        "sadp.cloud",
        "sadp.oem_info",
        "sadp.oem_code",
        "sadp.detail_oem_code",
        "sadp.ezviz_code",
        "sadp.specific_device_type",
        "sadp.base_desc",
        "sadp.analog_channels",
        "sadp.digital_channels",
        "sadp.disks",
        "sadp.command_port",
        "sadp.http_port",
        "sadp.hidden",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    asks=asks,
    group_asks=group_asks,
    groups=(
        Group(sadp.GROUP, sadp.PORT, join=(sadp.GROUP,)),
        Group("broadcast", sadp.PORT),
    ),
    repeats=2,
    speaks_on=(sadp.PORT,),
    stage=0,
)
