"""IPv6 neighbours: one question to all nodes of the link joins what IPv4 shows and finds what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from camscan.lab.device import LabDevice
from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, unavailable

from .conftest import by_address, scan_in

pytestmark = [pytest.mark.netns, pytest.mark.timeout(200)]

NETWORK = "10.77.1"
PREFIX6 = "fd00:77:1:"
SILENT_MAC, SILENT = "68:6d:bc:00:66:01", "fe80::6a6d:bcff:fe00:6601%lan0"
ALL_NODES = "ff02::1"


@pytest.fixture(scope="module")
def link() -> Iterator[Fleet]:
    """Eight devices, the first with an address of a prefix too; and one that has no IPv4 and no service."""
    if reason := unavailable():
        pytest.skip(f"no namespaces here: {reason}")
    devices = fleet(8, (NETWORK,), bystanders=2)
    with Fleet(devices, networks=(NETWORK,), witness=True, excluded=(devices[1].ip,)) as running:
        running.space.ip(
            [
                f"link add link parent0 name six address {SILENT_MAC} type macvlan mode bridge",
                "link set six up",
                f"addr add {PREFIX6}:5/64 dev d0 nodad",
            ]
        )
        running.scanner.ip([f"addr add {PREFIX6}:fa/64 dev lan0 nodad"])
        yield running


def own6(device: LabDevice) -> str:
    return f"{device.truth.link_local}%lan0"


def test_every_address_is_joined_to_its_device_and_who_has_no_ipv4_is_listed(
    link: Fleet, tmp_path: Path
) -> None:
    before = link.witnessed()
    # mDNS and the sweep alone: what is heard over IPv6 comes from the neighbours.
    inventory = scan_in(link.scanner, tmp_path, "--probe", "tcp-connect", "--no-store", f"{NETWORK}.0/24")
    after = link.witnessed()
    found = by_address(inventory)

    for device in link.devices:
        if device.ip in found:
            assert own6(device) in found[device.ip].addresses, device.ip
            assert {device.truth.mac} == {mac.mac for mac in found[device.ip].macs if mac.observed}
    assert sum(device.ip in found for device in link.devices) >= 8
    assert f"{PREFIX6}:5" in found[link.devices[0].ip].addresses
    assert (SILENT,) == found[SILENT].addresses
    assert [(SILENT_MAC, True)] == [(mac.mac, mac.observed) for mac in found[SILENT].macs]
    assert after["packets"][ALL_NODES] > before["packets"].get(ALL_NODES, 0)
    # The kernel tells who answers where we are; no question goes to any of them.
    assert [] == [key for key in (*after["syns"], *after["datagrams"]) if ":" in key and key[:2] != "ff"]


def test_of_a_single_target_no_neighbour_is_listed_but_itself(link: Fleet, tmp_path: Path) -> None:
    one = link.devices[0]
    inventory = scan_in(link.scanner, tmp_path, one.ip, "--probe", "tcp-connect", "--no-store")
    (device,) = inventory.devices
    assert {one.ip, own6(one), f"{PREFIX6}:5"} == set(device.addresses)
    assert any("outside the targets" in text for text in inventory.scan.coverage.warnings)


def test_nobody_is_asked_where_an_excluded_address_would_hear_it(link: Fleet, tmp_path: Path) -> None:
    before = link.witnessed()["packets"].get(ALL_NODES, 0)
    words = (f"{NETWORK}.0/24", "--exclude", link.devices[1].ip, "--probe", "tcp-connect", "--no-store")
    inventory = scan_in(link.scanner, tmp_path, *words)
    assert before == link.witnessed()["packets"].get(ALL_NODES, 0)
    assert SILENT not in by_address(inventory)


def test_nobody_is_asked_when_group_questions_are_off(link: Fleet, tmp_path: Path) -> None:
    before = link.witnessed()["packets"].get(ALL_NODES, 0)
    words = (link.devices[0].ip, "--group-questions", "never", "--probe", "tcp-connect", "--no-store")
    scan_in(link.scanner, tmp_path, *words)
    assert before == link.witnessed()["packets"].get(ALL_NODES, 0)
