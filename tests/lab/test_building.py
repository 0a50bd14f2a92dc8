"""The demo building is consistent: its truth is unique, well-formed, and broad enough to test against."""

from __future__ import annotations

import re

import pytest

from camscan.lab.building import demo_building, truth_table
from camscan.lab.fleet import MAKERS, fleet, wsd_burst
from camscan.model.address import parse_mac
from camscan.model.device import Kind

TRUTH = truth_table(demo_building())
HIKVISION_TAIL = re.compile(r"20[012]\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[A-Z]{2,4}\w{5,10}(WCVU)?$")


def test_every_device_has_its_own_address_on_the_network_and_its_own_mac():
    assert len(TRUTH) == len({truth.ip for truth in TRUTH}) == len({truth.mac for truth in TRUTH})
    assert all(truth.ip.startswith("127.77.0.") for truth in TRUTH)
    assert [truth.mac for truth in TRUTH] == [parse_mac(truth.mac) for truth in TRUTH]


def test_no_device_runs_two_services_on_one_port():
    for device in demo_building():
        ports = [port for service in device.services for port in service.ports]
        assert len(ports) == len(set(ports)), device.ip


def test_the_building_moves_to_another_network_as_a_whole():
    assert {"127.9.9"} == {device.ip.rpartition(".")[0] for device in demo_building("127.9.9")}


@pytest.mark.parametrize("maker", ["Hikvision", "Dahua"])
def test_at_least_five_relabels_stand_beside_the_original(maker):
    brands = {truth.brand for truth in TRUTH if truth.manufacturer == maker}
    assert maker in brands
    assert len(brands) >= 6


def test_the_five_named_systems_each_have_a_camera():
    cameras = {truth.manufacturer for truth in TRUTH if truth.is_camera}
    assert {"Hikvision", "Dahua", "Huawei", "ZTE", "Hytera"} <= cameras
    assert len(cameras) >= 20


def test_two_of_the_named_makers_also_stand_there_as_something_else():
    others = [device for device in demo_building() if not device.truth.is_camera]
    assert {"S5735-L-V2", "ZXHN H108L"} <= {device.truth.model for device in others}
    assert len(others) >= 8


def test_every_kind_an_inventory_lists_is_there_but_access_terminals():
    kinds = {truth.kind for truth in TRUTH}
    assert {
        Kind.CAMERA,
        Kind.RECORDER,
        Kind.ENCODER,
        Kind.INTERCOM,
        Kind.CAMERA_LIKE,
        Kind.NOT_A_CAMERA,
    } == kinds


def test_serials_of_the_hikvision_platform_keep_the_factory_tail():
    serials = [truth.serial for truth in TRUTH if truth.manufacturer == "Hikvision"]
    assert [] == [serial for serial in serials if not HIKVISION_TAIL.search(serial)]


def test_what_only_a_login_reveals_is_marked():
    hanwha = next(truth for truth in TRUTH if truth.brand == "Hanwha Vision")
    assert ("", "1.41.16", "XNO-6080R") == (hanwha.seen("firmware"), hanwha.firmware, hanwha.seen("model"))


def test_a_fleet_spreads_every_maker_over_every_network():
    devices = fleet(300, ("10.1.1", "10.1.2"), bystanders=4)
    assert 304 == len({device.ip for device in devices}) == len({device.truth.mac for device in devices})
    places = {
        (device.truth.brand, device.ip.rpartition(".")[0]) for device in devices if device.truth.is_camera
    }
    assert 2 * len(MAKERS) == len(places)


def test_a_fleet_too_large_for_its_networks_is_refused():
    with pytest.raises(ValueError, match="hold 248 devices, not 249"):
        fleet(249, ("10.1.1",))


def test_a_burst_of_clones_shares_one_endpoint_and_nothing_else():
    clones = wsd_burst(3, clones=True)
    assert 1 == len({device.services[0].endpoint for device in clones})
    assert 3 == len({device.truth.mac for device in clones})
