"""Reolink LAN search: UDP 2000, answered to 3000 (facts §5.15, one reported dump).

Rules: there is no magic and the offsets rest on one dump, so fields are recognised by their form: runs
of printable text between binary bytes. BcUDP (2015/2018) sets up a connection and is not spoken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.loosejson import CHINESE_ENCODINGS
from camscan.wire.reader import decode_text

PORT = 2000
REPLY_PORT = 3000

_SEARCH = b"\xaa\xaa\0\0"
_LIMIT_BYTES = 2048
_RUN = re.compile(rb"[\x20-\x7e\x80-\xfe]{4,128}")
_UID = re.compile(r"(?=[0-9A-Z]{0,15}[A-Z])(?=[0-9A-Z]{0,15}[0-9])[0-9A-Z]{16}")
_IPV4 = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}")
_MARKERS = {b"\x28\x23": "IPC", b"2823": "IPC", b"\xaa\xaa": "NVR", b"aaaa": "NVR"}


@dataclass(frozen=True, slots=True)
class ReolinkDevice:
    """One answer; device_type is `IPC`, `NVR` or ""."""

    mac: str
    addresses: tuple[str, ...]
    uid: str
    name: str
    device_type: str


def encode_search() -> bytes:
    """The 4-byte search."""
    return _SEARCH


def is_reply(payload: bytes) -> bool:
    """True for a packet that holds both a MAC and a UID as text: the only marks this answer has."""
    if not 64 <= len(payload) <= _LIMIT_BYTES:
        return False
    runs = _runs(payload)
    return any(parse_mac(run.text) for run in runs) and any(_UID.fullmatch(run.text) for run in runs)


def decode_reply(payload: bytes) -> ReolinkDevice:
    """Read one answer; raises MalformedReply for anything else."""
    if len(payload) > _LIMIT_BYTES:
        raise MalformedReply(f"Reolink answer of {len(payload)} bytes")
    runs = _runs(payload)
    mac = next((run for run in runs if parse_mac(run.text)), None)
    uid = next((run for run in runs if _UID.fullmatch(run.text)), None)
    if mac is None or uid is None:
        raise MalformedReply("Reolink answer without MAC and UID")
    ips = [index for index, run in enumerate(runs) if _IPV4.fullmatch(run.text)]
    return ReolinkDevice(
        mac=parse_mac(mac.text) or "",
        addresses=claimed_addresses(*(runs[index].text for index in ips)),
        uid=uid.text,
        name=_name(runs[ips[0] + 1 :]) if ips else "",
        device_type=_device_type(payload[mac.end : runs[ips[0]].start]) if ips else "",
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of printable bytes: where it stands in the packet, and its text."""

    start: int
    end: int
    text: str


def _runs(payload: bytes) -> list[_Run]:
    return [
        _Run(match.start(), match.end(), decode_text(match.group(), CHINESE_ENCODINGS))
        for match in _RUN.finditer(payload)
    ]


def _name(runs: list[_Run]) -> str:
    """The run behind the address, unless it is the MAC or the UID already."""
    first = runs[0].text if runs else ""
    return "" if parse_mac(first) or _UID.fullmatch(first) or _IPV4.fullmatch(first) else first


def _device_type(zone: bytes) -> str:
    """The kind whose marker, as bytes or as text, comes first between the MAC and the address."""
    found = [(zone.find(marker), kind) for marker, kind in _MARKERS.items() if marker in zone]
    return min(found)[1] if found else ""
