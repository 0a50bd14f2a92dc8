from __future__ import annotations

import pytest

from camscan.catalog.names import Names
from camscan.model.fingerprint import Brand, Vendor

NAMES = Names(
    [
        Vendor("hikvision", "Hikvision", aliases=("Hangzhou Hikvision Digital Technology",)),
        Vendor("ezviz", "EZVIZ"),
        Vendor("lts", "LTS"),
        Vendor("tp-link", "TP-Link"),
    ],
    [
        Brand("EZVIZ", "hikvision", "subsidiary", "", "high", "x"),
        Brand("LTS", "hikvision", "relabel", "", "high", "x"),
        Brand("Corner Shop", "lts", "relabel", "", "low", "x"),
        Brand("Nobody", "", "relabel", "", "low", "x"),
    ],
)


@pytest.mark.parametrize("text", ["TP-LINK", "tplink", "TP Link", "tp-link"])
def test_case_blanks_and_punctuation_do_not_matter(text: str) -> None:
    assert "tp-link" == NAMES.identity(text)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Hikvision", "hikvision", True),
        ("EZVIZ", "Hangzhou Hikvision Digital Technology", True),
        ("hikvision", "LTS", True),
        ("Corner Shop", "hikvision", True),
        ("EZVIZ", "LTS", False),
        ("tp-link", "hikvision", False),
        ("Nobody", "hikvision", False),
    ],
)
def test_two_names_agree_when_one_is_a_label_of_the_other(one: str, other: str, expected: bool) -> None:
    assert expected is NAMES.agree(one, other)
    assert expected is NAMES.agree(other, one)
