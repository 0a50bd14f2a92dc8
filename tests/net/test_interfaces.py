"""Interfaces as data: what lies on a link."""

from __future__ import annotations

import pytest

from camscan.errors import UsageError
from camscan.net.interfaces import Interface, choose_interfaces, left_out, list_interfaces

LINK = Interface("lan0", 2, ("10.77.1.250/24", "172.16.4.1/30"), ("fe80::1",))


@pytest.mark.parametrize(
    ("ip", "held"),
    [
        ("10.77.1.0", True),
        ("10.77.1.255", True),
        ("10.77.2.1", False),
        ("172.16.4.3", True),
        ("172.16.4.4", False),
        ("fe80::5%lan0", True),
        ("fe80::5", True),
        ("2001:db8::1", False),
        ("fe80::zz", False),
        ("10.77.1", False),
        ("", False),
        ("10.77.1.9\x00", False),
    ],
)
def test_an_interface_holds_the_addresses_of_its_networks(ip: str, held: bool) -> None:
    assert held is LINK.holds(ip)


DOWN = Interface("lan1", 3, ("10.77.2.250/24",), up=False)
KNOWN = (LINK, DOWN)


def test_of_those_chosen_one_that_is_down_is_left_out_and_named() -> None:
    assert (LINK,) == choose_interfaces(["lan0", "lan1"], KNOWN)
    assert ("the interface lan1 is down; it was left out",) == left_out(["lan0", "lan1"], KNOWN)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["lan1"], "lan1 is down"),
        (["lo", "lan1"], "the interface lo has no address"),
        (["lan0", "lan9"], "no interface 'lan9'; with an address there are: lan0, lan1"),
    ],
)
def test_what_cannot_be_scanned_at_all_is_said(names: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        choose_interfaces(names, KNOWN)


def test_the_loopback_of_this_machine_is_up() -> None:
    assert [(True, True)] == [(each.up, each.loopback) for each in list_interfaces() if each.name == "lo"]
