"""Devices that answer from an address of another network."""

from __future__ import annotations

from camscan.model.device import Device
from camscan.model.scope import Scope, parse_target
from camscan.net.interfaces import Interface
from camscan.survey.misaddressed import mark_misaddressed

SCOPE = Scope.of([parse_target("10.0.0.0/24").addresses])
LINKS = (Interface("eth9", 9, ("10.0.0.200/24",)),)


def marked(*addresses: str) -> Device:
    return mark_misaddressed([Device("d", addresses)], LINKS, SCOPE)[0]


def test_a_factory_address_is_flagged_and_explained() -> None:
    device = marked("192.168.1.64")
    assert ("misaddressed",) == device.flags
    assert "factory address of Hikvision" in device.notes[0]


def test_a_device_with_any_address_in_place_is_not() -> None:
    assert () == marked("10.0.0.5").flags
    assert () == marked("169.254.3.3", "10.0.0.5").flags
    assert () == marked("fe80::1%eth9").flags
