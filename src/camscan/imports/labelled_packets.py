"""Labelled lines of vendor discovery protocols to the fields their probes fill.

Rules: a packet is offered to every probe's own reading code, the first that understands it decides; text
that no probe understands is read as a banner. JSON without its header is what public fixtures keep.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Probe, Reply, Transport
from camscan.model.observation import Observation, RawFields
from camscan.probes import (
    bosch,
    dahua_dvrip,
    dhip,
    foscam,
    gige_vision,
    hanwha,
    panasonic,
    pppp,
    reolink,
    sadp,
    sony,
    topsee,
    tp_link,
    tvt,
    ubiquiti,
    vision360,
    vivotek,
    vstarcam,
    xiongmai,
)
from camscan.wire.tplink import decode_body as decode_tplink
from camscan.wire.xiongmai import decode_body as decode_xiongmai

ADDRESS = "192.0.2.1"
AT = datetime(2000, 1, 1, tzinfo=UTC)

Read = Callable[[bytes], Iterable[tuple[str, RawFields]]]

_PROBES: tuple[Probe, ...] = (
    sadp.PROBE,
    dhip.PROBE,
    tp_link.PROBE,
    xiongmai.PROBE,
    foscam.PROBE,
    vivotek.PROBE,
    ubiquiti.PROBE,
    sony.PROBE,
    panasonic.PROBE,
    hanwha.PROBE,
    bosch.PROBE,
    vstarcam.PROBE,
    tvt.PROBE,
    gige_vision.PROBE,
    reolink.PROBE,
    pppp.PROBE,
    vision360.PROBE,
    topsee.PROBE,
    dahua_dvrip.PROBE,
)


def read_packet(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    """(source, fields) of a packet of an unnamed vendor protocol."""
    if payload.lstrip().startswith(b"{"):
        for source, read in (("tp-link", _tplink_body), ("xiongmai", _xiongmai_body)):
            fields = read(payload)
            if any(fields.values()):
                yield source, fields
                return
    for probe in _PROBES:
        try:
            heard = list(read_with(probe)(payload))
        except MalformedReply:
            continue
        if heard:
            yield from heard
            return
    text = payload.decode("utf-8", "replace").strip()
    if text.replace("\n", " ").replace("\r", " ").replace("\t", " ").isprintable():
        yield "banner", {"tcp.banner": text}


def _tplink_body(payload: bytes) -> dict[str, str | None]:
    told_system = _kasa_system(payload)
    if told_system:
        return told_system
    try:
        told = decode_tplink(payload)
    except MalformedReply:
        return {}
    return {
        "tplink.device_type": told.device_type,
        "tplink.model": told.model,
        "tplink.hardware": told.hardware,
        "tplink.firmware": told.firmware,
        "mac.claimed": told.mac,
    }


def _kasa_system(payload: bytes) -> dict[str, str | None]:
    """The `get_sysinfo` answer of the older Kasa protocol (facts §5.16), as the newer one's fields."""
    try:
        system = json.loads(payload)["system"]["get_sysinfo"]
        system = system.get("system", system)
        texts = {
            key: str(system.get(key, ""))
            for key in ("type", "mic_type", "model", "hw_ver", "sw_ver", "mac", "mic_mac")
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {
        "tplink.device_type": texts["type"] or texts["mic_type"],
        "tplink.model": texts["model"],
        "tplink.hardware": texts["hw_ver"],
        "tplink.firmware": texts["sw_ver"],
        "mac.claimed": texts["mac"] or texts["mic_mac"],
    }


def _xiongmai_body(payload: bytes) -> dict[str, str | None]:
    try:
        told = decode_xiongmai(payload)
    except MalformedReply:
        return {}
    return {
        "xm.host_name": told.host_name,
        "xm.serial_no": told.serial_no,
        "xm.version": told.version,
        "xm.channels": told.channels,
        "xm.device_type": told.device_type,
        "mac.claimed": told.mac,
    }


def read_with(probe: Probe) -> Read:
    """The probe's own reading code, for one recorded packet."""

    def read(payload: bytes) -> Iterator[tuple[str, RawFields]]:
        ask = Ask(probe.name, ADDRESS, 0, Transport.UDP, b"")
        for each in probe.read(Reply(ask, ADDRESS, 0, payload, AT)):
            if isinstance(each, Observation):
                yield each.source, {field: list(values) for field, values in each.fields.items()}

    return read
