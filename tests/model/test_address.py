"""Hardware addresses as devices write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.model.address import is_locally_administered, mac_from_eui64, parse_ip, parse_mac


@pytest.mark.parametrize(
    "text",
    ["4C-BD-8F-10-20-30", "4c:bd:8f:10:20:30", "4cbd.8f10.2030", "4CBD8F102030", " 4c:bd:8f:10:20:30 "],
)
def test_every_notation_is_one_mac(text: str) -> None:
    assert "4c:bd:8f:10:20:30" == parse_mac(text)


@pytest.mark.parametrize(
    "text",
    [
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:fb",
        "4c:bd:8f:10:20",
        "4c:bd:8f:10:20:3g",
        "",
    ],
)
def test_what_names_no_device_is_no_mac(text: str) -> None:
    assert parse_mac(text) is None


def test_an_invented_address_is_known_by_its_bit() -> None:
    assert is_locally_administered("02:42:ac:11:00:02")
    assert not is_locally_administered("4c:bd:8f:10:20:30")


def test_an_eui64_address_holds_its_mac() -> None:
    # facts/protocols.md §7: Dahua's LinkLocalAddress and a Hikvision sample
    assert "08:ed:ed:87:42:7a" == mac_from_eui64("fe80::0aed:edff:fe87:427a")
    assert "68:6d:bc:ee:f8:f0" == mac_from_eui64("fe80::6a6d:bcff:feee:f8f0%eth0")
    assert mac_from_eui64("fe80::1") is None
    assert mac_from_eui64("10.0.0.1") is None


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none(text: str) -> None:
    mac = parse_mac(text)
    assert mac is None or (17 == len(mac) and mac == parse_mac(mac))
    ip = parse_ip(text)
    assert ip is None or ip == parse_ip(ip)
    assert mac_from_eui64(text) is None or ":" in text
