"""What the real tools recorded of the lab imports to the devices that a live scan of the same lab found.

The recordings were made in one namespace fleet of the demo building: camscan scanned it (observations kept in
lab_scan_live.jsonl.gz) while tcpdump recorded (lab_scan.pcap.gz); see README.md beside them.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from pathlib import Path

import pytest

from camscan import catalog
from camscan.catalog import Catalog
from camscan.lab.building import demo_building
from camscan.model.device import CAMERA_KINDS, Device
from camscan.model.inventory import Inventory
from camscan.survey.imported import ImportRequest, import_files

RECORDINGS = Path(__file__).parents[1] / "recordings" / "imports"
NAMES = ("kind", "brand", "manufacturer", "model", "firmware", "serial")


@functools.lru_cache(maxsize=1)
def known() -> Catalog:
    """Today's fingerprints."""
    return catalog.load()


@functools.lru_cache(maxsize=8)
def imported(*files: str) -> Inventory:
    """These recordings, imported together."""
    return import_files(ImportRequest(tuple(RECORDINGS / file for file in files)), known())


def by_number(devices: Iterable[Device]) -> dict[int, Device]:
    """Devices by the last number of their address: the building's plan."""
    return {
        int(ip.rpartition(".")[2]): device
        for device in devices
        for ip in device.addresses
        if ipaddress.ip_address(ip.partition("%")[0]).version == 4
    }


def test_a_capture_of_a_scan_gives_the_devices_of_the_scan() -> None:
    live = by_number(imported("lab_scan_live.jsonl.gz").devices)
    capture = by_number(imported("lab_scan.pcap.gz").devices)
    assert len(live) >= 13
    for number, device in live.items():
        expected = {name: device.value(name) for name in NAMES}
        if number == 50:  # this Axis told its firmware and serial inside TLS 1.3, which stays closed
            expected |= {"firmware": "", "serial": ""}
        assert expected == {name: capture[number].value(name) for name in NAMES}, number
        assert {m.mac for m in device.macs} <= {m.mac for m in capture[number].macs}


@pytest.mark.parametrize("file", ["nmap_sv.xml.gz", "nmap_scripts.xml.gz"])
def test_nmap_names_no_other_maker_than_the_building_has(file: str) -> None:
    truth = {int(d.truth.ip.rpartition(".")[2]): d.truth for d in demo_building()}
    devices = by_number(imported(file).devices)
    assert devices
    for number, device in devices.items():
        if truth[number].kind in CAMERA_KINDS:  # the building does not say who made its printers
            assert device.value("manufacturer") in ("", truth[number].manufacturer), number
        assert (device.kind in CAMERA_KINDS) <= (truth[number].kind in CAMERA_KINDS), number


def test_nmaps_version_scan_lists_every_camera_that_has_an_open_port_it_understood() -> None:
    truth = {int(d.truth.ip.rpartition(".")[2]): d.truth for d in demo_building()}
    devices = by_number(imported("nmap_sv.xml.gz").devices)
    cameras = {number for number, each in truth.items() if each.kind in CAMERA_KINDS and number in devices}
    missed = {number for number in cameras if devices[number].kind not in CAMERA_KINDS}
    # FLIR, VStarcam and Foscam say nothing on TCP that names them; their discovery protocols do.
    assert missed <= {57, 69, 70}
    named = {number for number in cameras if devices[number].value("manufacturer")}
    assert len(named) >= 38


@pytest.mark.parametrize(
    "file", ["masscan.json", "masscan.xml", "masscan.list", "masscan.ndjson", "masscan.gnmap"]
)
def test_masscan_finds_the_cameras_among_the_hosts_it_saw(file: str) -> None:
    truth = {int(d.truth.ip.rpartition(".")[2]): d.truth for d in demo_building()}
    inventory = imported(file)
    assert inventory.scan.coverage.complete
    devices = by_number(inventory.devices)
    assert len(devices) >= 10
    for number, device in devices.items():
        if truth[number].kind in CAMERA_KINDS:
            assert device.value("manufacturer") in ("", truth[number].manufacturer), number
        assert (device.kind in CAMERA_KINDS) <= (truth[number].kind in CAMERA_KINDS), number


def test_masscan_and_an_arp_table_together_name_more_than_either() -> None:
    alone = by_number(imported("masscan.list").devices)
    both = by_number(imported("masscan.list", "arp_scan.txt").devices)
    named = [number for number in alone if both[number].value("manufacturer")]
    assert len(named) > len([n for n, device in alone.items() if device.value("manufacturer")])
    assert both[10].macs[0].observed


def test_announcements_alone_name_their_devices() -> None:
    devices = {device.ip: device for device in imported("announcements.pcap").devices}
    assert {
        "10.78.0.10": ("Hikvision", "DS-2CD2T47G1-L"),
        "10.78.0.30": ("Dahua", ""),
        "10.78.0.50": ("Axis", "P3245-LVE"),
        "10.78.0.51": ("Axis", "M7011"),
        "10.78.0.64": ("Hikvision", "DS-2CD2132-I"),
        "10.78.0.66": ("TVT", "TD-2704TS"),
    } == {
        ip: (devices[ip].value("manufacturer"), devices[ip].value("model"))
        for ip in ("10.78.0.10", "10.78.0.30", "10.78.0.50", "10.78.0.51", "10.78.0.64", "10.78.0.66")
    }


def test_interesting_only_keeps_the_cameras_and_all_that_is_known_of_them() -> None:
    everything = imported("lab_scan.pcap.gz")
    request = ImportRequest((RECORDINGS / "lab_scan.pcap.gz",), interesting_only=True)
    kept = import_files(request, known())
    cameras = [device for device in everything.devices if device.kind in CAMERA_KINDS]
    assert {device.device_id for device in cameras} == {device.device_id for device in kept.devices}
    assert {d.device_id: d.claims for d in cameras} == {d.device_id: d.claims for d in kept.devices}
    assert len(kept.observations) < len(everything.observations)
