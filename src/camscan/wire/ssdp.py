"""SSDP: M-SEARCH to send, NOTIFY and search responses to read (UPnP Device Architecture 1.1, section 1).

Rules: header names without case, first value wins; a message without ST, NT, USN, SERVER or LOCATION says
nothing and is malformed. Source: facts §4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.headers import HEADER_LIMIT, Headers, first_value, lines_of, parse_headers
from camscan.wire.text import one_line

GROUP = "239.255.255.250"
GROUP_IPV6 = "ff02::c"
PORT = 1900
_TARGET = re.compile(r"[A-Za-z0-9:._-]{1,128}")
_RESPONSE = re.compile(r"HTTP/\d(?:\.\d)?\s+\d{3}\b", re.IGNORECASE)
_UUID_TAIL = re.compile(r"uuid:[0-9A-Za-z_.-]{0,64}?[-_]([0-9A-Fa-f]{12})(?![0-9A-Za-z])")
_STANDARD_RANDOM = re.compile(
    r"uuid:[0-9a-f]{8}-[0-9a-f]{4}-[345][0-9a-f]{3}-[89ab][0-9a-f]{3}-", re.IGNORECASE
)


class Kind(StrEnum):
    """What an SSDP packet is."""

    RESPONSE = "response"
    NOTIFY = "notify"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Message:
    """One packet; target is ST of a response or search and NT of a NOTIFY; event is NTS. "" where absent."""

    kind: Kind
    target: str
    event: str
    usn: str
    location: str
    server: str
    headers: Headers


def encode_search(target: str, host: str, wait_seconds: int | None) -> bytes:
    """An M-SEARCH. host: `239.255.255.250:1900`; wait_seconds: MX, 1 to 5, None for unicast.

    Raises ValueError for a target or wait outside the protocol.
    """
    if not _TARGET.fullmatch(target) or (wait_seconds is not None and not 1 <= wait_seconds <= 5):
        raise ValueError(f"no search target or wait: {target!r}, {wait_seconds!r}")
    lines = ["M-SEARCH * HTTP/1.1", f"HOST: {host}", 'MAN: "ssdp:discover"']
    if wait_seconds is not None:
        lines.append(f"MX: {wait_seconds}")
    lines += [f"ST: {target}", "", ""]
    return "\r\n".join(lines).encode("ascii")


def decode(payload: bytes) -> Message:
    """One SSDP packet. Raises MalformedReply when the first line or every known header is missing."""
    lines = lines_of(payload[:HEADER_LIMIT].lstrip(b"\r\n\0 "))
    first = lines[0].strip()
    if _RESPONSE.match(first):
        kind = Kind.RESPONSE
    elif first.upper().startswith("NOTIFY "):
        kind = Kind.NOTIFY
    elif first.upper().startswith("M-SEARCH "):
        kind = Kind.SEARCH
    else:
        raise MalformedReply(f"no SSDP message: it begins {payload[:16].hex(' ') or 'with nothing'}")
    headers = parse_headers(lines[1:])

    def value(name: str) -> str:
        return one_line(first_value(headers, name))

    message = Message(
        kind=kind,
        target=value("NT") if kind is Kind.NOTIFY else value("ST"),
        event=value("NTS"),
        usn=value("USN"),
        location=value("LOCATION") or value("AL"),
        server=value("SERVER"),
        headers=headers,
    )
    if not any((message.target, message.usn, message.location, message.server)):
        raise MalformedReply("SSDP message without ST, NT, USN, LOCATION or SERVER")
    return message


def usn_mac(usn: str) -> str | None:
    """The MAC a USN or UDN ends in (`uuid:Upnp-BasicDevice-1_0-ACCC8E270AD8`); None for random UUIDs."""
    found = _UUID_TAIL.search(usn)
    return parse_mac(found.group(1)) if found and not _STANDARD_RANDOM.search(usn) else None
