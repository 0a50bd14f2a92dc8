"""Three hundred cameras of twenty makers behind a lossy cable and a router, and a /24: all found, politely.

Slow: `CAMSCAN_SLOW=1` makes it twenty runs instead of one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from camscan.lab.device import LabDevice
from camscan.lab.fleet import fleet, wsd_burst
from camscan.lab.namespace import Fleet, Medium, unavailable
from camscan.model.device import CAMERA_KINDS
from camscan.model.inventory import Inventory
from camscan.net.pace import Manners

from .conftest import by_address, scan_in

SLOW = bool(os.environ.get("CAMSCAN_SLOW"))
RUNS = 20 if SLOW else 1
MANNERS = Manners()
NETWORKS = ("10.77.1", "10.77.2")
EXCLUDED = "10.77.2.77"
LOSSY = Medium(loss=0.02, delay_seconds=0.005)
COLUMNS = ("kind", "brand", "manufacturer", "model")

pytestmark = [pytest.mark.netns, pytest.mark.timeout(400)]


@pytest.fixture(autouse=True)
def _needs_namespaces() -> None:
    if reason := unavailable():
        pytest.skip(f"no namespaces here: {reason}")


def devices(count: int, networks: tuple[str, ...], bystanders: int) -> tuple[LabDevice, ...]:
    return fleet(count, networks, bystanders=bystanders)


def listed(inventory: Inventory) -> set[str]:
    """Every IPv4 address of a device that is listed as a camera."""
    return {ip for d in inventory.devices if d.kind in CAMERA_KINDS for ip in d.addresses if ":" not in ip}


def cameras(running: Fleet, *, without: str = "") -> set[str]:
    return {d.ip for d in running.devices if d.truth.is_camera and d.ip != without}


def mistaken(running: Fleet, inventory: Inventory) -> list[str]:
    """What the inventory says of a camera that is not so; the words that few packets carry are not asked."""
    found = by_address(inventory)
    return [
        f"{device.ip} {name}: {found[device.ip].value(name)!r}, not {device.truth.seen(name)!r}"
        for device in running.devices
        if device.truth.is_camera and device.ip in found
        for name in COLUMNS
        if found[device.ip].value(name) not in ("", device.truth.seen(name))
    ]


def connections(log: dict[str, Any]) -> Counter[str]:
    made: Counter[str] = Counter()
    for place, count in log["connections"].items():
        made[place.rpartition(":")[0]] += count
    return made


def assert_polite(running: Fleet, log: dict[str, Any], *, lossy: bool) -> None:
    """The manners of docs/safety.md, as the devices and a witness on the cable saw them."""
    seen = running.witnessed()
    own = {device.ip for device in running.devices}
    assert max(connections(log).values()) <= MANNERS.device_connections
    made = running.witnessed(before_the_cable=True)["most_open"]
    assert max(made[ip] for ip in own & made.keys()) <= MANNERS.device_connections_at_once
    # A device does not hear that a connection was closed when that packet is lost: a few count one more.
    crowded = [ip for ip, most in log["most_open"].items() if most > MANNERS.device_connections_at_once]
    assert len(crowded) <= (len(own) // 25 if lossy else 0), crowded
    assert max(log["most_open"].values()) <= MANNERS.device_connections_at_once + lossy
    rates = {ip: rate for ip, rate in seen["busiest_second"].items() if ip in own}
    assert max(rates.values()) <= MANNERS.device_packets_per_second
    touched = {key.split(" ")[0]: int(key.split(" ")[1]) for key in [*seen["syns"], *seen["datagrams"]]}
    assert not any(9100 <= int(key.split(" ")[1]) <= 9107 for key in [*seen["syns"], *seen["datagrams"]])
    inside = (
        *(f"{network}." for network in running.networks),
        "224.",
        "233.",
        "234.",
        "239.",
        "255.255.255.255",
    )
    assert [] == [ip for ip in touched if ":" not in ip and not ip.startswith(inside)]
    assert [] == log["authorizations"]
    assert [] == [each for each in log["forbidden"] if each[2] != "POST /onvif/device_service"]


@pytest.fixture(scope="module")
def big() -> tuple[LabDevice, ...]:
    return devices(300, NETWORKS, 20)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(RUNS))
def test_every_camera_of_a_large_lossy_fleet_is_found_each_time(
    big: tuple[LabDevice, ...], tmp_path: Path, seed: int
) -> None:
    with Fleet(big, networks=NETWORKS, medium=LOSSY, seed=seed, witness=True, excluded=[EXCLUDED]) as running:
        inventory = scan_in(running.scanner, tmp_path, *running.targets, "--exclude", EXCLUDED, "--no-store")
        log, seen = running.log(), running.witnessed()
        assert_polite(running, log, lossy=True)
    assert cameras(running, without=EXCLUDED) == listed(inventory)
    assert [] == mistaken(running, inventory)
    assert EXCLUDED not in seen["packets"]
    assert [] == log["excluded_contacts"]


@pytest.mark.slow
def test_five_times_the_rate_finds_the_same(big: tuple[LabDevice, ...], tmp_path: Path) -> None:
    with Fleet(big, networks=NETWORKS, medium=LOSSY, seed=99, witness=True) as running:
        inventory = scan_in(running.scanner, tmp_path, *running.targets, "--max-rate", "5000", "--no-store")
        assert_polite(running, running.log(), lossy=True)
    assert cameras(running) == listed(inventory)
    assert [] == mistaken(running, inventory)


@pytest.fixture(scope="module")
def small() -> Iterator[Fleet]:
    with Fleet(devices(20, NETWORKS[:1], 4), networks=NETWORKS[:1], witness=True) as running:
        yield running


def test_a_small_network_is_complete_at_default_manners(small: Fleet, tmp_path: Path) -> None:
    inventory = scan_in(small.scanner, tmp_path, *small.targets, "--no-store")
    assert_polite(small, small.log(), lossy=False)
    assert cameras(small) == listed(inventory)
    assert [] == mistaken(small, inventory)
    found = by_address(inventory)
    for device in small.devices:
        if device.truth.is_camera:
            assert device.truth.mac in {mac.mac for mac in found[device.ip].macs if mac.observed}
            assert "model" in found[device.ip].claims, device.ip
    assert inventory.scan.coverage.complete
    seconds = (inventory.scan.ended - inventory.scan.started).total_seconds() if inventory.scan.ended else 0
    assert 0 < seconds < 30  # 9 s where nothing else runs; the target of 15 s is measured by the bench


@pytest.mark.slow
@pytest.mark.parametrize("clones", [False, True], ids=["own UUIDs", "one UUID shared by all"])
def test_500_responders_of_one_burst_are_found_each_time(tmp_path: Path, clones: bool) -> None:
    responders = wsd_burst(500, first="10.88.1.1", clones=clones)
    everyone = {device.ip for device in responders}
    with Fleet(responders, networks=("10.88.0",), prefix=16) as running:
        for _ in range(RUNS):
            words = ("10.88.1.1-10.88.2.244", "--probe", "ws-discovery", "--no-store")
            inventory = scan_in(running.scanner, tmp_path, *words)
            assert everyone == everyone & set(by_address(inventory))
            # Whose IPv6 address it is shows from a hardware address, which one probe alone need not bring.
            assert 500 == sum(any(":" not in ip for ip in d.addresses) for d in inventory.devices)
