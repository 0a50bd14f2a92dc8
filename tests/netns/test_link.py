"""What one link holds beside its targets: foreign addresses, IPv6, a second interface, an exclusion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from camscan.lab.device import LabDevice, Truth
from camscan.lab.fleet import fleet
from camscan.lab.makers.dahua import dahua
from camscan.lab.makers.hikvision import hikvision
from camscan.lab.namespace import Fleet, unavailable
from camscan.model.device import CAMERA_KINDS, Kind

from .conftest import by_address, scan_in

pytestmark = [pytest.mark.netns, pytest.mark.timeout(240)]

NEAR, FAR = "10.77.1", "10.77.2"
EXCLUDED = f"{NEAR}.5"
STRAYS = ("192.168.1.64", "192.168.1.108", "169.254.8.9", "192.0.0.64")


def truth(ip: str, mac: str, maker: str, model: str, firmware: str, serial: str) -> Truth:
    return Truth(ip, mac, "", Kind.CAMERA, maker, maker, model, firmware, serial)


def strays() -> tuple[LabDevice, ...]:
    """Three factory-fresh cameras and one that got no lease, on the wire of the first subnet."""
    model = "DS-2CD2T47G1-L"
    serial = f"{model}20190522AAWRD2"
    return (
        hikvision(
            truth(STRAYS[0], "68:6d:bc:00:ff:01", "Hikvision", model, "V5.6.5", f"{serial}0009001"),
            build="build 200316",
            sadp_to_group=True,
        ),
        dahua(
            truth(STRAYS[1], "14:a7:8b:00:ff:02", "Dahua", "IPC-HDW1431T1-S4", "2.800.0000000.29.R.210630",
                  "6J0E022PAG99001"),
        ),
        hikvision(
            truth(STRAYS[2], "68:6d:bc:00:ff:03", "Hikvision", model, "V5.6.5", f"{serial}0009003"),
            build="build 200316",
        ),
        hikvision(
            truth(STRAYS[3], "68:6d:bc:00:ff:04", "Hikvision", model, "V5.6.5", f"{serial}0009004"),
            build="build 200316",
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def link() -> Iterator[Fleet]:
    if reason := unavailable():
        pytest.skip(f"no namespaces here: {reason}")
    devices = (*fleet(24, (NEAR, FAR), bystanders=2), *strays())
    with Fleet(devices, networks=(NEAR, FAR), witness=True, excluded=(EXCLUDED,)) as running:
        # A second interface of the scanner, on the far subnet.
        running.router.ip(
            [
                f"link add port1 type veth peer name lan1 netns {running.scanner.pid}",
                "link set port1 master br1 up",
            ]
        )
        running.scanner.ip([f"addr add {FAR}.250/24 broadcast + dev lan1"])
        yield running


def since(before: dict[str, Any], after: dict[str, Any], what: str) -> dict[str, int]:
    """What the witness counted between two moments."""
    counts = {key: count - before[what].get(key, 0) for key, count in after[what].items()}
    return {key: count for key, count in counts.items() if count}


def near(link: Fleet) -> list[LabDevice]:
    return [device for device in link.devices if device.ip.startswith(f"{NEAR}.")]


def test_a_link_shows_its_strays_and_every_device_once(link: Fleet, tmp_path: Path) -> None:
    before = link.witnessed()
    inventory = scan_in(link.scanner, tmp_path, "-e", "lan0", "--no-store")
    after = link.witnessed()
    found = by_address(inventory)

    for ip in STRAYS:
        assert "misaddressed" in found[ip].flags, ip
        assert found[ip].kind is Kind.CAMERA
    packets = since(before, after, "packets")
    assert [] == [ip for ip in STRAYS if ip in packets]
    assert not any(to.startswith(f"{FAR}.") for to in packets)
    assert not any("misaddressed" in found[device.ip].flags for device in near(link) if device.ip in found)

    cameras = [device.truth for device in near(link) if device.truth.is_camera]
    assert [] == [each.ip for each in cameras if found[each.ip].kind not in CAMERA_KINDS]
    for each in cameras:
        assert each.mac in {mac.mac for mac in found[each.ip].macs if mac.observed}, each.ip
    heard6 = {ip.partition("%")[0] for ip in found if ip.startswith("fe80:")}
    assert len(heard6) > 5
    twice = [
        each.ip
        for each in cameras
        if each.link_local in heard6 and f"{each.link_local}%lan0" not in found[each.ip].addresses
    ]
    assert [] == twice
    here = [d for d in inventory.devices if any(":" not in ip for ip in d.addresses)]
    assert len(here) == len(near(link)) + len(STRAYS), [d.addresses for d in here]


def test_an_excluded_address_on_the_link_hears_nothing_at_all(link: Fleet, tmp_path: Path) -> None:
    before, contacts = link.witnessed(), link.log()["excluded_contacts"]
    inventory = scan_in(link.scanner, tmp_path, f"{NEAR}.0/24", "--exclude", EXCLUDED, "--no-store")
    after = link.witnessed()
    packets, arp = since(before, after, "packets"), since(before, after, "arp")
    assert EXCLUDED not in packets
    assert EXCLUDED not in arp
    groups = ("224.0.0.251", "239.", "ff02::c", "ff02::fb", "255.", f"{NEAR}.255")
    assert [] == [ip for ip in packets if ip.startswith(groups)]
    assert contacts == link.log()["excluded_contacts"]
    cameras = [d.ip for d in near(link) if d.truth.is_camera and d.ip != EXCLUDED]
    found = by_address(inventory)
    assert [] == [ip for ip in cameras if ip not in found or found[ip].kind not in CAMERA_KINDS]
    assert EXCLUDED not in found


def test_an_interface_is_chosen(link: Fleet, tmp_path: Path) -> None:
    link.scanner.ip(["link set lan1 up"])
    before = link.witnessed()
    inventory = scan_in(link.scanner, tmp_path, "-e", "lan1", "--no-store")
    after = link.witnessed()
    link.scanner.ip(["link set lan1 down"])
    # What remains is the kernel's own: memberships, and neighbours of an earlier scan.
    assert {} == {**since(before, after, "syns"), **since(before, after, "datagrams")}
    listed = {ip for d in inventory.devices if d.kind in CAMERA_KINDS for ip in d.addresses if ":" not in ip}
    assert {d.ip for d in link.devices if d.truth.is_camera and d.ip.startswith(f"{FAR}.")} == listed


def test_a_bridge_is_asked_when_it_is_chosen(link: Fleet, tmp_path: Path) -> None:
    link.scanner.ip(
        [
            "link add vmbr0 type bridge",
            "link set lan1 master vmbr0 up",
            f"addr del {FAR}.250/24 dev lan1",
            f"addr add {FAR}.250/24 broadcast + dev vmbr0",
            "link set vmbr0 up",
        ]
    )
    try:
        inventory = scan_in(link.scanner, tmp_path, "-e", "vmbr0", "--no-store")
    finally:
        link.scanner.ip(
            ["link del vmbr0", "link set lan1 down", f"addr add {FAR}.250/24 broadcast + dev lan1"]
        )
    listed = {ip for d in inventory.devices if d.kind in CAMERA_KINDS for ip in d.addresses if ":" not in ip}
    assert {d.ip for d in link.devices if d.truth.is_camera and d.ip.startswith(f"{FAR}.")} == listed
    assert all(mac.observed for d in inventory.devices for mac in d.macs[:1] if d.kind in CAMERA_KINDS)


def test_an_interface_that_is_down_is_named_and_the_others_are_asked(link: Fleet, tmp_path: Path) -> None:
    link.scanner.ip(["link set lan1 down"])
    inventory = scan_in(link.scanner, tmp_path, "-e", "lan0", "-e", "lan1", f"{NEAR}.0/24", f"{FAR}.0/24")
    cameras = {d.ip for d in link.devices if d.truth.is_camera and d.ip not in STRAYS}
    listed = {ip for d in inventory.devices if d.kind in CAMERA_KINDS for ip in d.addresses}
    assert [] == sorted(cameras - listed)
    assert ["the interface lan1 is down; it was left out"] == [
        warning for warning in inventory.scan.coverage.warnings if "lan1" in warning
    ]
    assert not inventory.scan.coverage.complete
