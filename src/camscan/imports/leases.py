"""DHCP lease files of ISC dhcpd and dnsmasq to observations.

Rules: of several leases of one address the last in the file holds; only leases in force are read, a device
that gave its lease back is elsewhere. The hardware address is what the client stated, so it is *claimed*.
Source: dhcpd.leases(5), dnsmasq(8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from camscan.imports.lines import text_lines
from camscan.imports.notes import Notes
from camscan.model.address import parse_ip, parse_mac
from camscan.model.observation import Observation, RawFields

SOURCE = "dhcp"
MAX_LEASES = 2_000_000
MAX_STATEMENT_CHARACTERS = 4096
_LEASE = re.compile(r"\s*lease\s+(\S{3,45})\s*\{")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_OCTAL = re.compile(r"\\([0-7]{3})|\\(.)")
_STARTS = re.compile(r"\s*(?:starts|cltt)\s+(?:\d\s+(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)|epoch (\d{1,12}))")


@dataclass(slots=True)
class _Lease:
    ip: str
    line: int
    mac: str | None = None
    at: datetime | None = None
    active: bool = True
    fields: dict[str, str] = field(default_factory=dict)


def read_isc(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """`dhcpd.leases`, the log that ISC dhcpd appends to."""
    leases: dict[str, _Lease] = {}
    lease: _Lease | None = None
    for number, line in text_lines(stream, notes):
        if found := _LEASE.match(line):
            if lease is not None:
                notes.fault(f"line {lease.line}", f"the lease of {lease.ip} has no end")
            ip = parse_ip(found.group(1))
            if ip is None:
                notes.fault(f"line {number}", f"{found.group(1)!r} is no address")
            lease = _Lease(ip, number) if ip else None
        elif lease is not None and line.strip() == "}":
            if len(leases) < MAX_LEASES or lease.ip in leases:
                leases[lease.ip] = lease
            lease = None
        elif lease is not None:
            _statement(lease, line[:MAX_STATEMENT_CHARACTERS].strip())
    if lease is not None:
        notes.fault(f"line {lease.line}", f"the lease of {lease.ip} is cut short")
    yield from _observations(leases, notes)


def _statement(lease: _Lease, line: str) -> None:
    words = line.rstrip(";").split()
    if line.startswith("hardware ethernet") and len(words) == 3:
        lease.mac = parse_mac(words[2])
    elif line.startswith("binding state"):
        lease.active = words[-1] == "active"
    elif line.startswith("client-hostname"):
        lease.fields["dhcp.hostname"] = _quoted(line)
    elif "vendor-class-identifier" in line:
        lease.fields["dhcp.vendor_class"] = _quoted(line)
    elif (found := _STARTS.match(line)) and not lease.at:
        lease.at = _instant(found)


def _quoted(line: str) -> str:
    found = _QUOTED.match(line, max(line.find('"'), 0))  # one try: search would begin anew at each quote
    return _OCTAL.sub(_unescaped, found.group(1)) if found else ""


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found.group(1), 8)) if found.group(1) else found.group(2)


def _instant(found: re.Match[str]) -> datetime | None:
    try:
        if found.group(2):
            return datetime.fromtimestamp(int(found.group(2)), UTC)
        return datetime.strptime(found.group(1), "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _observations(leases: dict[str, _Lease], notes: Notes) -> Iterator[Observation]:
    for lease in leases.values():
        notes.records += 1
        if not lease.active:
            notes.skipped["leases no longer in force"] += 1
            continue
        fields: RawFields = {"mac.claimed": lease.mac, **lease.fields}
        yield notes.observe(lease.ip, SOURCE, fields, at=lease.at)


DNSMASQ_LINE = re.compile(
    r"(\d{1,12}) (?:\d{1,2}-)?([0-9A-Fa-f:]{17}|\*) (\d{1,3}(?:\.\d{1,3}){3}) (\S{1,255}) (\S+)$"
)
_DNSMASQ_V6 = re.compile(r"(?:duid \S+|\d{1,12} T?\d+ [0-9A-Fa-f:]{3,39} \S+ \S+)$")


def read_dnsmasq(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """`dnsmasq.leases`: expiry, hardware address, address, name or `*`, client id or `*`."""
    for number, line in text_lines(stream, notes):
        text = line.strip()
        if not text:
            continue
        found = DNSMASQ_LINE.match(text)
        ip = parse_ip(found.group(3)) if found else None
        if found is None or ip is None:
            if _DNSMASQ_V6.match(text):
                notes.skipped["DHCPv6 leases, which name no hardware address"] += not text.startswith("duid")
            else:
                notes.fault(f"line {number}", "no dnsmasq lease")
            continue
        notes.records += 1
        name = "" if found.group(4) == "*" else found.group(4)
        fields: RawFields = {"mac.claimed": parse_mac(found.group(2)), "dhcp.hostname": name}
        yield notes.observe(ip, SOURCE, fields)
