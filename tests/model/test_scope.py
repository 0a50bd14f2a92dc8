"""The scope: what the operator typed, exactly, and nothing beside it."""

from __future__ import annotations

import ipaddress

import netaddr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ScopeError
from camscan.model.scope import Scope, parse_target


def addresses(text: str) -> netaddr.IPSet:
    return parse_target(text).addresses


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("192.168.1.7", 1),
        ("192.168.1.0/24", 254),
        ("192.168.1.0/31", 2),
        ("192.168.1.9/32", 1),
        ("10.0.0.1-10.0.0.9", 9),
        ("10.0.0.1-9", 9),
        ("10.0.0-3.1-254", 4 * 254),
        ("10.0.*.1", 256),
        ("10.0.0.1,3,5", 3),
        ("fe80::1", 1),
        ("fe80::1%eth0", 1),
    ],
)
def test_a_target_text_means_so_many_addresses(text: str, count: int) -> None:
    assert count == addresses(text).size


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.0/33",
        "10.0.300.1",
        "300.1.1.1",
        "10.0.0.9-10.0.0.1",
        "a b",
        "10.0.0.5-1",
        "",
        "-x",
        "10.0.0.0/2",
    ],
)
def test_a_target_that_means_nothing_is_one_clear_line(text: str) -> None:
    with pytest.raises(ScopeError) as fault:
        parse_target(text)
    assert "\n" not in str(fault.value)


def test_a_host_name_is_left_for_dns() -> None:
    assert "cam-3.example.net" == parse_target("cam-3.example.net").host


def test_exclusions_always_win() -> None:
    scope = Scope.of([addresses("10.0.0.0/29")], [addresses("10.0.0.3"), addresses("10.0.0.5-10.0.0.6")])
    assert ["10.0.0.1", "10.0.0.2", "10.0.0.4"] == list(scope.addresses())
    assert not scope.permits("10.0.0.3")
    assert scope.excludes("10.0.0.3")
    assert scope.excludes_any_of("10.0.0.0/24")
    assert not scope.excludes_any_of("10.0.1.0/24")


@pytest.mark.parametrize("text", ["8.8.8.8", "11.0.0.0/24", "2001:4860::8888"])
def test_public_addresses_are_refused_unless_allowed(text: str) -> None:
    with pytest.raises(ScopeError, match="--allow-public"):
        Scope.of([addresses(text)])
    assert len(Scope.of([addresses(text)], allow_public=True))


def test_a_range_that_reaches_from_private_into_public_space_is_refused() -> None:
    with pytest.raises(ScopeError, match="11\\.0\\.0\\.0"):
        Scope.of([addresses("10.255.255.0-11.0.0.5")])


@given(st.integers(1, 3000), st.integers(0, 2**32))
def test_a_shuffled_walk_visits_every_address_once(count: int, seed: int) -> None:
    first = ipaddress.ip_address("10.0.0.0")
    scope = Scope.of([addresses(f"{first + 1}-{first + count}")])
    walked = list(scope.addresses(seed))
    assert count == len(walked) == len(set(walked))
    assert set(walked) == set(scope.addresses())


@given(st.text(max_size=40))
def test_any_text_is_a_target_or_a_scope_error(text: str) -> None:
    try:
        spec = parse_target(text)
    except ScopeError:
        return
    assert spec.host or spec.addresses.size > 0
    assert not Scope.of([]).permits(text)
