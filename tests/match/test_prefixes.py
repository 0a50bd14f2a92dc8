from __future__ import annotations

import pytest

from camscan.match.prefixes import PrefixOwner, PrefixStatus, PrefixTable

TABLE = PrefixTable(
    {
        "8c1f64": ("IEEE Registration Authority", ""),
        "8c1f64abc": ("Small Cameras", "small"),
        "4419b6": ("Hikvision", "hikvision"),
    },
    {"848a59": ("Hisilicon", "chip maker"), "8c1f640": ("Broker", "resells blocks")},
)


def test_the_longest_block_wins() -> None:
    owner = TABLE.look_up("8C-1F-64-AB-C0-01")
    assert PrefixOwner(PrefixStatus.REGISTERED, "8c1f64abc", 36, "Small Cameras", "small") == owner


def test_a_longer_ambiguous_block_wins_over_a_shorter_registered_one() -> None:
    assert PrefixStatus.AMBIGUOUS is TABLE.look_up("8c:1f:64:0a:00:01").status


def test_an_ambiguous_block_names_no_vendor_and_says_why() -> None:
    owner = TABLE.look_up("84:8a:59:00:00:01")
    assert (PrefixStatus.AMBIGUOUS, "", "chip maker") == (owner.status, owner.vendor, owner.why)


@pytest.mark.parametrize(
    ("mac", "status"),
    [
        ("46:19:b6:00:00:01", PrefixStatus.LOCAL),
        ("00:00:01:00:00:01", PrefixStatus.UNKNOWN),
        ("not a mac", PrefixStatus.INVALID),
        ("00:00:00:00:00:00", PrefixStatus.INVALID),
        ("44:19:b6", PrefixStatus.INVALID),
    ],
)
def test_what_proves_nothing_is_told_apart(mac: str, status: PrefixStatus) -> None:
    assert PrefixOwner(status) == TABLE.look_up(mac)
