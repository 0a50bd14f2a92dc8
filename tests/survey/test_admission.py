"""Whose answers make a device."""

from __future__ import annotations

from camscan.model.scope import Scope, parse_target
from camscan.net.interfaces import Interface
from camscan.survey.admission import Admission

SCOPE = Scope.of([parse_target("10.0.0.0/24").addresses], [parse_target("10.0.0.9").addresses])
ADMISSION_LINKS = (Interface("eth9", 9, ("10.0.0.200/16",)),)


def admits(ip: str, interface: str = "eth9") -> bool:
    return Admission(SCOPE, ADMISSION_LINKS).admits(ip, interface)


def test_a_target_is_admitted_and_an_exclusion_never_is() -> None:
    assert admits("10.0.0.5")
    assert not admits("10.0.0.9")


def test_a_device_set_up_for_another_network_is_admitted_on_the_link() -> None:
    for ip in ("192.168.1.64", "192.168.1.108", "192.0.0.64", "169.254.7.7", "fe80::1%eth9"):
        assert admits(ip), ip
        assert not admits(ip, interface=""), ip


def test_a_neighbour_outside_the_targets_is_counted_and_not_listed() -> None:
    admission = Admission(SCOPE, ADMISSION_LINKS)
    assert not admission.admits("10.0.7.7", "eth9")
    assert not admission.admits("8.8.8.8", "eth9")
    assert {"10.0.7.7", "8.8.8.8"} == admission.outside
