"""The order in which a sweep walks over its targets."""

from __future__ import annotations

import pytest

from camscan.net.places import Places
from camscan.net.raw.walk import NumpyWalk, Walk

np = pytest.importorskip("numpy")


def drawn(walk: Walk, steps: int) -> list[int]:
    found: list[int] = []
    while walk.left:
        found += list(walk.take(steps))
    return found


@pytest.mark.parametrize("total", [0, 1, 3, 254, 4096, 65534])
def test_every_number_comes_once_with_and_without_numpy_in_the_same_order(total: int) -> None:
    plain, columns = drawn(Walk(total, 7), 500), drawn(NumpyWalk(total, 7), 777)
    assert plain == columns
    assert list(range(total)) == sorted(plain)


def test_another_seed_is_another_order_and_the_same_seed_the_same() -> None:
    assert drawn(Walk(254, 1), 64) == drawn(Walk(254, 1), 99)
    assert drawn(Walk(254, 1), 64) != drawn(Walk(254, 2), 64)


def test_places_number_the_addresses_of_ranges_both_ways() -> None:
    places = Places([(10, 12), (20, 20), (30, 39)])
    members = [10, 11, 12, 20, *range(30, 40)]
    assert members == [places.address(place) for place in range(places.count)]
    assert list(range(14)) == [places.of(ip) for ip in members]
    outside = [0, 9, 13, 19, 21, 29, 40]
    assert [-1] * 7 == [places.of(ip) for ip in outside]
    asked = np.array([*members, *outside], np.uint32)
    assert [*range(14), *[-1] * 7] == places.of_many(asked).tolist()
    assert [True] * 14 + [False] * 7 == places.hold(asked).tolist()
    assert members == places.addresses(np.arange(14)).tolist()
