"""Hardware addresses the kernel already knows: no packet, no privilege.

Source: /proc/net/arp for IPv4 and `ip -j neigh` for both; `arp -an` where neither exists (macOS, BSD).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from camscan.model.address import parse_ip, parse_mac

_ARP = Path("/proc/net/arp")
_ARP_LINE = re.compile(r"\(([0-9a-fA-F.:]+)\) at ([0-9a-fA-F:]{11,17})")
_TIMEOUT_SECONDS = 3


def read_neighbours() -> dict[str, str]:
    """Address → canonical MAC; link-local IPv6 addresses carry their zone. Empty where nothing is known."""
    found = _from_proc()
    if shutil.which("ip"):
        found.update(_from_ip())
    elif not _ARP.exists() and shutil.which("arp"):
        found.update(_from_arp())
    return found


def _from_proc() -> dict[str, str]:
    try:
        lines = _ARP.read_text().splitlines()[1:]
    except OSError:
        return {}
    return parse_proc_arp(lines)


def parse_proc_arp(lines: list[str]) -> dict[str, str]:
    """Lines of /proc/net/arp after its header; incomplete entries (flags 0x0) are left out."""
    found = {}
    for line in lines:
        parts = line.split()
        if (
            len(parts) >= 4
            and parts[2] != "0x0"
            and (mac := parse_mac(parts[3]))
            and (ip := parse_ip(parts[0]))
        ):
            found[ip] = mac
    return found


def _from_ip() -> dict[str, str]:
    return parse_ip_neigh(_run(["ip", "-j", "neigh", "show"]))


def parse_ip_neigh(text: str) -> dict[str, str]:
    """The JSON of `ip -j neigh show`; failed entries are left out."""
    try:
        rows = json.loads(text or "[]")
    except ValueError:
        return {}
    found = {}
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict) or "FAILED" in (row.get("state") or []):
            continue
        ip, mac = parse_ip(str(row.get("dst", ""))), parse_mac(str(row.get("lladdr", "")))
        if ip and mac:
            found[f"{ip}%{row.get('dev')}" if ip.startswith("fe80:") else ip] = mac
    return found


def _from_arp() -> dict[str, str]:
    found = {}
    for ip, mac in _ARP_LINE.findall(_run(["arp", "-an"])):
        padded = ":".join(part.zfill(2) for part in mac.split(":"))
        if (known := parse_mac(padded)) and (address := parse_ip(ip)):
            found[address] = known
    return found


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
