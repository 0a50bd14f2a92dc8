"""360 Vision discovery on UDP 3600: one line of text each way (facts §5.19, one capture)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.reader import decode_text

PORT = 3600

_WORD = b"DISCOVER"
_PAIR = re.compile(r"\b([A-Z]{2,16})=(?:'([^']{0,128})'|\"([^\"]{0,128})\"|(\S{0,128}))")
_LIMIT_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Vision360Device:
    """One answer; mac is what KEY holds, None when it is none."""

    device_type: str
    mac: str | None
    identifier: str


def encode_discover() -> bytes:
    """The question."""
    return _WORD + b"\n"


def is_reply(payload: bytes) -> bool:
    """True for the word with pairs behind it; the bare word is the question."""
    return payload.startswith(_WORD + b" ")


def decode_reply(payload: bytes) -> Vision360Device:
    """Read one answer; raises MalformedReply for anything else."""
    if not is_reply(payload) or len(payload) > _LIMIT_BYTES:
        raise MalformedReply("not a 360 Vision answer")
    said: dict[str, str] = {}
    for match in _PAIR.finditer(decode_text(payload)):
        said.setdefault(match.group(1), next((text for text in match.groups()[1:] if text), ""))
    device = Vision360Device(
        device_type=said.get("TYPE", ""),
        mac=parse_mac(said.get("KEY", "")),
        identifier=said.get("ID", ""),
    )
    if not (device.device_type or device.mac):
        raise MalformedReply("360 Vision answer without TYPE and KEY")
    return device
