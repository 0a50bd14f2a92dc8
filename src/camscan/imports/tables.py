"""Address tables people paste: `ip neigh`, `arp -a` of every system, arp-scan, switch MAC and ARP tables.

Rules: a line with an address and a hardware address pairs them, whatever stands around; a line with the
latter alone is a switch's, and says behind which port it was seen. Headings and prompts are stepped over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from camscan.imports.lines import json_records, list_at, text_at, text_lines
from camscan.imports.notes import Found, Notes, Unplaced
from camscan.model.address import parse_ip, parse_mac
from camscan.model.observation import Observation

SOURCE = "arp"
SWITCH_SOURCE = "switch-table"
MAX_LINE_CHARACTERS = 1000

_MAC = re.compile(
    r"(?<![0-9A-Za-z:.-])(?:"
    r"[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}|"
    r"[0-9A-Fa-f]{4}(?:[.-][0-9A-Fa-f]{4}){2}|[0-9A-Fa-f]{6}-[0-9A-Fa-f]{6}"
    r")(?![0-9A-Za-z:.-])"
)
_IPV4 = re.compile(r"(?<![0-9A-Za-z.:-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z.:/-])")
_IPV6 = re.compile(r"(?<![0-9A-Za-z.:-])[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{1,37}(?:%\S{1,16})?(?![0-9A-Za-z.:-])")
_PORT = re.compile(
    r"(?:(?:Gi|Te|Fa|Eth|Po|Tw|Hu|Fo|Fi|Ge|Xe|Et|Ap|Gigabit|Ethernet|FastEthernet|Port-channel|ge-|xe-|et-|ae|"
    r"swp|lan|eth|ether|sfp|bond|Trk|BAGG|XGE|GE|port)[\w/.:-]{0,30}\d|\d{1,3}(?:/\d{1,3}){1,3})$",
    re.IGNORECASE,
)
_BARE_PORT = re.compile(r"[A-Z]{0,2}\d{1,3}$")
_VLAN = re.compile(r"(?:vlan|vid)?\s?(\d{1,4})$", re.IGNORECASE)
_DEAD = re.compile(r"\b(?:FAILED|INCOMPLETE|incomplete|invalid)\b")


def read(stream: BinaryIO, notes: Notes) -> Iterator[Found]:
    """Every line that pairs addresses or places one behind a switch port."""
    for _, line in text_lines(stream, notes):
        found = entry(line[:MAX_LINE_CHARACTERS])
        if found is None:
            continue
        notes.records += 1
        ip, mac, port = found
        if ip:
            fields: dict[str, str | None] = {"mac.observed": mac, "net.switch_port": port or None}
            yield notes.observe(ip, SOURCE, fields, payload=mac.encode())
        else:
            yield Unplaced(mac, SWITCH_SOURCE, {"net.switch_port": port}, notes.at, provenance=notes.name)


def read_json(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """`ip -j neigh`."""
    for _, record in json_records(stream, notes):
        ip, mac = parse_ip(text_at(record, "dst")), parse_mac(text_at(record, "lladdr"))
        if ip and mac and "FAILED" not in list_at(record, "state"):
            notes.records += 1
            if ip.startswith("fe80:") and "%" not in ip and (device := text_at(record, "dev")):
                ip = f"{ip}%{device[:32]}"
            yield notes.observe(ip, SOURCE, {"mac.observed": mac}, payload=mac.encode())


def entry(line: str) -> tuple[str, str, str] | None:
    """(address or "", hardware address, switch port in words or "") of one line; None without a host's."""
    found = _MAC.search(line)
    if found is None or _DEAD.search(line):
        return None
    mac = parse_mac(_padded(found.group()))
    if mac is None:
        return None
    rest = f"{line[: found.start()]} {line[found.end() :]}"
    ip = _address(rest)
    if ip is None:
        return None
    return ip, mac, "" if ip else switch_port(line[: found.start()], line[found.end() :])


def _padded(text: str) -> str:
    """`0:1c:42:0:0:8`, as BSD and macOS print it, with its zeros."""
    return ":".join(part.zfill(2) for part in text.split(":")) if ":" in text else text


def _address(text: str) -> str | None:
    """The first address of a host; "" without any, None when it is a group's or nobody's."""
    found = _IPV4.search(text) or _IPV6.search(text)
    if found is None:
        return ""
    ip = parse_ip(found.group())
    if ip is None:
        return ""
    first = ip.partition(".")[0]
    if "." in ip and ":" not in ip and (int(first) == 0 or int(first) >= 224):
        return None
    if ip.startswith("fe80:") and "%" not in ip and (device := re.search(r"\bdev (\S{1,32})", text)):
        return f"{ip}%{device.group(1)}"
    return None if ip.startswith("ff") else ip


def switch_port(before: str, after: str) -> str:
    """`port Gi1/0/7, VLAN 10` from what stands around the hardware address; "" when nothing names a port."""
    words = [word.strip("*+,|") for word in f"{before} {after}".split()]
    port = next((word for word in reversed(words) if _PORT.match(word)), "")
    if not port and after.split() and _BARE_PORT.match(after.split()[0]):
        port = after.split()[0]
    vlan = next(
        (found.group(1) for word in words if word != port and (found := _VLAN.match(word))),
        "",
    )
    said = [f"port {port}"] if port else []
    if vlan and 0 < int(vlan) < 4095:
        said.append(f"VLAN {int(vlan)}")
    return ", ".join(said)
