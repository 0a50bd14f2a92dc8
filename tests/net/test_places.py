"""Addresses and their numbers, with no dictionary between."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from camscan.net.places import Places


@given(st.lists(st.integers(0, 40), max_size=60))
def test_places_of_addresses_one_by_one_are_those_addresses(ips: list[int]) -> None:
    places = Places.of_each(ips)
    held = sorted(set(ips))
    assert held == [places.address(place) for place in range(places.count)]
    assert [held.index(ip) if ip in held else -1 for ip in range(45)] == [places.of(ip) for ip in range(45)]
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(places.spans))
