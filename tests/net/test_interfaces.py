"""Interfaces as data: what lies on a link."""

from __future__ import annotations

import pytest

from camscan.net.interfaces import Interface

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
