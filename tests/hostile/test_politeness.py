"""Politeness is a promise: a whole scan with every probe, counted from the wire, against docs/safety.md."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from camscan.lab.building import demo_building
from camscan.lab.device import LabDevice, Truth
from camscan.lab.namespace import Fleet, unavailable
from camscan.lab.services.tripwire import Tripwire
from camscan.model.device import Kind
from camscan.net.gate import PRINTER_PORTS
from camscan.net.pace import Manners
from camscan.report.load import load

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.timeout(240),
]

SAFETY = Path(__file__).parents[2] / "docs" / "safety.md"
NETWORK = "10.98.1"


def stated(pattern: str) -> int:
    """The number docs/safety.md states."""
    found = re.search(pattern, SAFETY.read_text("utf-8"))
    assert found, f"docs/safety.md no longer states {pattern}"
    return int(found.group(1).replace(",", ""))


def scan(fleet: Fleet, output: Path, *more: str) -> None:
    # The exit code may be 3 (no group questions beside exclusions); what is promised is counted either way.
    words = (
        sys.executable,
        "-m",
        "camscan",
        "scan",
        f"{NETWORK}.0/24",
        "--no-store",
        "-q",
        "-o",
        str(output),
    )
    fleet.run("sh", "-c", '"$@"; code=$?; [ $code = 0 ] || [ $code = 3 ]', "sh", *words, *more)


def resolvers() -> set[str]:
    """The machine's own DNS servers, which are asked for names unless -n is given."""
    text = Path("/etc/resolv.conf").read_text("utf-8") if Path("/etc/resolv.conf").exists() else ""
    return set(re.findall(r"^nameserver\s+(\S+)", text, re.MULTILINE))


def by_device(counts: dict[str, int]) -> Counter[str]:
    """ "address port" or "address:port" → sums by address."""
    summed: Counter[str] = Counter()
    for place, count in counts.items():
        summed[re.split(r"[ :]", place)[0]] += count
    return summed


def check_promises(seen: dict[str, Any], log: dict[str, Any]) -> None:
    manners = Manners()
    broadcast = {"255.255.255.255", f"{NETWORK}.255"}
    devices = {ip for ip in seen["busiest_second"] if ip.startswith(NETWORK) and ip not in broadcast}
    assert len(devices) > 30
    assert stated(r"At most ([\d,]+) packets a second over all") == manners.packets_per_second
    assert seen["ip_per_second"] <= manners.packets_per_second
    assert stated(r"At most (\d+) packets a second to one device") == manners.device_packets_per_second
    busiest = max(devices, key=lambda ip: seen["busiest_second"][ip])
    assert seen["busiest_second"][busiest] <= manners.device_packets_per_second, busiest
    assert stated(r"At most (\d+) connections at a time") == manners.device_connections_at_once
    assert max(seen["most_open"].values()) <= manners.device_connections_at_once
    assert stated(r"At most (\d+) TCP connections to one device") == manners.device_connections
    assert max(by_device(log["connections"]).values()) <= manners.device_connections
    for counted in ("syns", "datagrams"):
        assert not {place for place in seen[counted] if int(place.split()[1]) in PRINTER_PORTS}
    assert [] == log["authorizations"]
    assert [] == log["forbidden"]


def test_a_whole_scan_with_every_probe_keeps_every_promise(tmp_path: Path) -> None:
    with Fleet(demo_building(NETWORK), networks=(NETWORK,), witness=True) as fleet:
        scan(fleet, tmp_path / "out.jsonl", "--experimental")
        seen, log = fleet.witnessed(), fleet.log()
    check_promises(seen, log)
    elsewhere = {ip for ip in seen["packets"] if not IN_SCOPE.fullmatch(ip)}
    assert set() == elsewhere - resolvers()
    assert len(load(tmp_path / "out.jsonl").devices) > 40


def test_excluded_addresses_see_not_one_packet(tmp_path: Path) -> None:
    excluded = (f"{NETWORK}.10", f"{NETWORK}.230")
    watcher = Truth(excluded[1], "02:66:66:00:01:01", "watcher", Kind.UNKNOWN, "", "", "")
    devices = (*demo_building(NETWORK), LabDevice(watcher, (Tripwire(),)))
    with Fleet(devices, networks=(NETWORK,), witness=True, excluded=excluded) as fleet:
        scan(fleet, tmp_path / "out.jsonl", *(word for ip in excluded for word in ("--exclude", ip)))
        seen, log = fleet.witnessed(), fleet.log()
    for ip in excluded:
        assert 0 == seen["packets"].get(ip, 0)
        assert 0 == seen["arp"].get(ip, 0)
    groups = {ip for ip in seen["packets"] if ip.startswith(("224.", "239.", "255.", "ff02"))}
    assert set() == groups - KERNEL
    assert [] == log["excluded_contacts"]
    check_promises(seen, log)


IN_SCOPE = re.compile(
    rf"{re.escape(NETWORK)}\.\d+|255\.255\.255\.255|2[23]\d\.[\d.]+|ff02::[0-9a-f:]+|fe80::[0-9a-f:]+"
)
"""The targets, the groups and broadcasts of their link, and their own link-local addresses."""

KERNEL = {"224.0.0.22", "ff02::1", "ff02::2", "ff02::16"}
"""Groups to which the kernel itself speaks (IGMP, MLD, router solicitation)."""
