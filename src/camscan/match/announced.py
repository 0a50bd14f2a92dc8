"""What a device says of itself in fields made for it: model, serial, firmware, host name, maker text.

These need no fingerprint; a placeholder (`IPC`, `General`, `SerialNumber`, all zeros) is never a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from camscan.match import weights
from camscan.model.device import Evidence
from camscan.model.observation import Observation

_VENDOR = weights.ANNOUNCED_BY_VENDOR_PROTOCOL
_DEVICE = weights.ANNOUNCED_BY_DEVICE_INFORMATION
_OPEN = weights.ANNOUNCED_BY_OPEN_PROTOCOL

STRENGTH: Mapping[str, float] = {
    "onvif.device_model": _DEVICE,
    "onvif.device_firmware": _DEVICE,
    "onvif.device_serial": _DEVICE,
    "onvif.hardware": _OPEN,
    "upnp.model_name": _OPEN - 0.05,
    "upnp.model_number": _OPEN,
    "upnp.serial": _OPEN,
    "hanwha.model": 0.5,  # cut to ten characters by its protocol
    "vivotek.model": 0.5,  # a sort of device, `Mega-Pixel Network Camera`, where the short one is the number
    "xm.version": 0.4,
    "xm.serial_no": 0.6,  # a cloud id
}
"""Fields weaker than a vendor protocol's own; every other field of a group counts as that."""

_BUILD = re.compile(r"(?<=[0-9])[ _]?build[ _]?(?=[0-9])")  # `V5.6.2build 190701`: one spelling for all

_HOST_FIELDS = (
    "net.hostname",
    "dhcp.hostname",
    "mdns.host",
    "onvif.hostname",
    "ubiquiti.hostname",
    "snmp.sys_name",
)

PLACEHOLDERS = frozenset(
    """
    camera generic unknown ipc ipcamera ipcam networkcamera general private na none null nvt nvr dvr onvif
    h264 h264dvr serialnumber serial model string default device manufacturer test admin ipdome hardware
    firmware firmwareversion ver10 devicemodel 0 1 na1 networkvideotransmitter
    """.split()
)


def is_placeholder(text: str) -> bool:
    """Is this a word that devices put where a value should be?"""
    folded = re.sub(r"[^a-z0-9]", "", text.lower())
    return not folded or folded in PLACEHOLDERS or len(set(folded)) == 1


def plausible_serial(text: str) -> bool:
    """Long enough, not a placeholder, not a counting row such as 1234567890."""
    folded = re.sub(r"[^a-z0-9]", "", text.lower())
    return len(folded) >= 5 and not is_placeholder(text) and folded not in "01234567890123456789"


def announced(
    observation: Observation, groups: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, Evidence]]:
    """(claim name, evidence) for each value announced; `groups` is the catalog's field groups."""
    for group, claim in (
        ("model", "model"),
        ("serial", "serial"),
        ("firmware", "firmware"),
        ("maker", "brand"),
    ):
        for field in groups.get(group, ()):
            for value in observation.fields.get(field, ()):
                good = plausible_serial(value) if group == "serial" else not is_placeholder(value)
                if good and len(value) <= 120:
                    weight = weights.ANNOUNCED_BRAND if group == "maker" else STRENGTH.get(field, _VENDOR)
                    says = _BUILD.sub(" build ", value) if group == "firmware" else value
                    yield claim, evidence(observation, "<announced>", field, value, says, weight, field)


def host_names(observations: Iterable[Observation]) -> str:
    """The best host name among the observations, or ""."""
    found: dict[str, str] = {}
    for observation in observations:
        for field in _HOST_FIELDS:
            if value := observation.first(field):
                found.setdefault(field, value.rstrip("."))
    return next((found[field] for field in _HOST_FIELDS if field in found), "")


def evidence(
    observation: Observation, rule: str, field: str, value: str, says: str, weight: float, family: str
) -> Evidence:
    """Evidence from one observation."""
    return Evidence(
        rule=rule,
        field=field,
        value=value,
        source=observation.source,
        port=observation.port,
        digest=observation.digest,
        at=observation.at,
        family=family,
        weight=weight,
        says=says,
    )
