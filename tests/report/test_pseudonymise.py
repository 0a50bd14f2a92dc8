"""Pseudonyms: consistent, one-to-one, nothing left that leads back."""

from __future__ import annotations

import ipaddress

import pytest
import simulated_audit
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import UsageError
from camscan.report import jsonl
from camscan.report.load import read
from camscan.report.pseudonymise import Pseudonyms, pseudonymise
from camscan.report.summary import summarise

KEY = bytes(range(32))
NAMES = Pseudonyms(KEY)

IPV4 = st.integers(0, 2**32 - 1).map(lambda n: str(ipaddress.IPv4Address(n)))
MAC = st.binary(min_size=6, max_size=6).map(lambda raw: ":".join(f"{b:02x}" for b in raw))


def test_nothing_in_the_export_leads_back(audit: simulated_audit.Audit) -> None:
    content = jsonl.render(pseudonymise(audit.inventory, KEY)).decode("utf-8")
    for unit in audit.units:
        assert unit.mac not in content
        if unit.serial:
            assert unit.serial not in content
        assert f'"{unit.ip}"' not in content
        assert f"cam-{unit.number}." not in content
    for word in ("Attorney", "Treasury", "Laboratory", "site-001", "example", "10.49.0.0"):
        assert word not in content


def test_what_research_counts_is_unchanged(audit: simulated_audit.Audit) -> None:
    before, after = summarise(audit.inventory), summarise(pseudonymise(audit.inventory, KEY))
    assert before.makers == after.makers
    assert before.brands == after.brands
    assert before.kinds == after.kinds
    assert [place.devices for place in before.organisations] == [
        place.devices for place in after.organisations
    ]
    assert (before.listed, before.to_check, before.known_sites) == (
        after.listed,
        after.to_check,
        after.known_sites,
    )


def test_models_and_firmware_stay(audit: simulated_audit.Audit) -> None:
    after = pseudonymise(audit.inventory, KEY)
    assert [(u.model, u.firmware) for u in audit.units] == [
        (device.value("model"), device.value("firmware")) for device in after.devices
    ]


def test_one_key_gives_the_same_file_and_another_key_another(audit: simulated_audit.Audit) -> None:
    small = simulated_audit.audit(5, 3).inventory
    assert pseudonymise(small, KEY) == pseudonymise(small, KEY)
    assert pseudonymise(small, KEY) != pseudonymise(small, KEY[::-1])


def test_the_export_is_an_inventory_that_can_be_read_again() -> None:
    after = pseudonymise(simulated_audit.audit(5, 3).inventory, KEY)
    assert after == read(jsonl.render(after).splitlines(keepends=True))


def test_no_two_tails_of_one_maker_meet() -> None:
    tails = {NAMES.mac(f"44:19:b6:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}") for n in range(20_000)}
    assert 20_000 == len(tails)
    assert {"44:19:b6"} == {mac[:8] for mac in tails}


def test_private_networks_stay_networks() -> None:
    one, other, far = (NAMES.ip(text) for text in ("10.1.2.3", "10.1.2.77", "10.9.2.3"))
    assert one.rsplit(".", 1)[0] == other.rsplit(".", 1)[0]
    assert one.rsplit(".", 1)[0] != far.rsplit(".", 1)[0]
    assert 256 == len({NAMES.ip(f"192.168.7.{n}") for n in range(256)})


@given(IPV4)
def test_a_private_address_stays_in_its_block_and_a_public_one_is_recognisably_none(text: str) -> None:
    made = ipaddress.ip_address(NAMES.ip(text))
    blocks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")
    own = [block for block in blocks if ipaddress.ip_address(text) in ipaddress.ip_network(block)]
    if own:
        assert made in ipaddress.ip_network(own[0])
    else:
        assert made in ipaddress.ip_network("fd00::/8")


@given(MAC, MAC)
def test_equal_macs_have_equal_pseudonyms_and_different_ones_different(one: str, other: str) -> None:
    assert (one == other) == (NAMES.mac(one) == NAMES.mac(other))


def test_a_version_is_not_taken_for_an_address() -> None:
    assert "5.4.0.12" == NAMES.scrub("5.4.0.12")


def test_a_mac_inside_a_text_is_replaced_in_any_spelling() -> None:
    assert NAMES.mac("44:19:b6:00:00:01") == NAMES.scrub("44-19-B6-00-00-01")


@pytest.mark.parametrize("text", ["fe80::4619:b6ff:fe00:1%eth0", "2001:db8::1", "not an address"])
def test_an_ipv6_address_keeps_only_its_scope(text: str) -> None:
    made = NAMES.ip(text)
    assert text != made
    assert text.startswith("fe80") == made.startswith("fe80")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(UsageError, match="16 bytes or more"):
        Pseudonyms(b"short")
