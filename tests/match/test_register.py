"""Identity over time as a pure function: evidence is weighed, one identity per device, no chance."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.match.register import (
    MOST_HOLDERS,
    MOST_KEYS,
    Placement,
    Sight,
    part_of,
    place,
    recognise,
    remember,
    score,
    shared_keys,
    sight_of,
)
from camscan.model.device import Claim, Device

MAC1, MAC2 = "mac:44:19:b6:00:00:01", "mac:44:19:b6:00:00:02"
NOBODY: frozenset[str] = frozenset()


def sight(
    name: str,
    ip: str = "10.0.0.1",
    *keys: str,
    model: str = "",
    maker: str = "",
    host: str = "",
    zone: str = "",
) -> Sight:
    return Sight(name, name, "HQ", zone, (ip,), host, "camera", "", maker, model, "", "", keys, ())


def ids(placements: list[Placement]) -> list[str]:
    return [each.sight.device_id for each in placements]


def fresh(each: Sight) -> str:
    return f"new-{each.device_id}"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        pytest.param(("10.0.0.1", MAC1), ("10.0.0.9", MAC1), True, id="moved, by MAC"),
        pytest.param(("10.0.0.1", "serial:S000001"), ("10.0.0.9", "serial:S000001"), True, id="by serial"),
        pytest.param(("10.0.0.1", "uuid:1"), ("10.0.0.9", "uuid:1"), True, id="moved, by UUID"),
        pytest.param(("10.0.0.1", "cert:1"), ("10.0.0.9", "cert:1"), True, id="moved, by certificate"),
        pytest.param(("10.0.0.1",), ("10.0.0.1",), True, id="nothing but the address"),
        pytest.param(("10.0.0.1",), ("10.0.0.2",), False, id="nothing at all"),
        pytest.param(("10.0.0.1", MAC1), ("10.0.0.1", MAC2), False, id="swapped, by MAC"),
        pytest.param(("10.0.0.1", "serial:S1"), ("10.0.0.1", "serial:S2"), False, id="swapped, by serial"),
        pytest.param(("10.0.0.1", "uuid:1"), ("10.0.0.1", "uuid:2"), False, id="another UUID"),
        pytest.param(("10.0.0.1", MAC1, "serial:S1"), ("10.0.0.9", MAC2, "serial:S1"), True, id="new NIC"),
        pytest.param(
            ("10.0.0.1", MAC1, "serial:S000001"), ("10.0.0.9", MAC1, "serial:S000002"), False, id="cloned MAC"
        ),
        pytest.param(
            ("10.0.0.1", "serial:DS-2CD20170101123456789"),
            ("10.0.0.9", "serial:123456789"),
            True,
            id="the long and the short serial",
        ),
        pytest.param(
            ("10.0.0.1", "mac-claimed:44:19:b6:00:00:01"),
            ("10.0.0.9", MAC1),
            True,
            id="claimed, observed",
        ),
    ],
)
def test_evidence_is_weighed(old: tuple[str, ...], new: tuple[str, ...], same: bool) -> None:
    (placed,) = place([sight("known", *old)], [sight("p", *new)], fresh)

    assert same == (placed.sight.device_id == "known")


def test_another_model_at_the_same_address_is_another_device() -> None:
    (placed,) = place([sight("known", model="A")], [sight("p", model="B")], fresh)

    assert "new-p" == placed.sight.device_id


def test_another_maker_speaks_against() -> None:
    old, new = sight("a", "10.0.0.1", "cert:1", maker="Axis"), sight("b", "10.0.0.9", "cert:1", maker="Dahua")

    assert score(old, new, NOBODY) < score(old, new._replace(manufacturer="Axis"), NOBODY)


def test_an_address_counts_only_in_its_zone() -> None:
    (placed,) = place([sight("known", zone="east")], [sight("p", zone="west")], fresh)

    assert "new-p" == placed.sight.device_id


def test_a_host_name_that_is_unique_follows_a_device_without_keys() -> None:
    known = [sight("known", model="M", host="lobby"), sight("x", "10.0.0.2", model="N", host="yard")]
    (placed,) = place(known, [sight("p", "10.0.0.9", model="M", host="lobby")], fresh)

    assert "known" == placed.sight.device_id


def test_a_key_of_many_devices_identifies_none_of_them() -> None:
    known = [sight(f"k{n}", f"10.0.0.{n}", "serial:123456") for n in range(MOST_HOLDERS + 1)]
    (placed,) = place(known, [sight("p", "10.0.9.9", "serial:123456")], fresh)

    assert "new-p" == placed.sight.device_id


def test_two_with_one_mac_are_told_apart_by_their_addresses() -> None:
    known = [sight("a", "10.0.0.1", MAC1), sight("b", "10.0.0.2", MAC1)]
    placements = place(known, [sight("p", "10.0.0.2", MAC1), sight("q", "10.0.0.1", MAC1)], fresh)

    assert ["b", "a"] == ids(placements)
    assert {(f"{MAC1} is held by several devices",)} == {each.sight.conflicts for each in placements}


def test_a_device_with_the_keys_of_two_absorbs_the_other() -> None:
    known = [sight("a", "10.0.0.1", MAC1), sight("b", "10.0.0.2", MAC2)]
    (placed,) = place(known, [sight("p", "10.0.0.1", MAC1, MAC2)], fresh)

    assert ("a", ("b",)) == (placed.sight.device_id, tuple(each.device_id for each in placed.absorbed))


def test_a_pair_that_was_split_is_kept_apart_with_its_own_keys_and_addresses() -> None:
    known = [sight("a", "10.0.0.1", MAC1), sight("b", "10.0.0.2", MAC2)]
    both = sight("p", "10.0.0.1", MAC1, MAC2)._replace(addresses=("10.0.0.1", "10.0.0.2"))
    (placed,) = place(known, [both], fresh, apart={frozenset({"a", "b"})})

    assert () == placed.absorbed
    assert (("10.0.0.1",), (MAC1,)) == (placed.sight.addresses, placed.sight.keys)
    assert ("10.0.0.2",) == part_of(placed.kept_apart[0], both).addresses


def test_a_changed_strong_key_is_a_doubt() -> None:
    old, new = sight("a", "10.0.0.1", MAC1, "serial:S1"), sight("p", "10.0.0.1", MAC2, "serial:S1")
    (placed,) = place([old], [new], fresh)

    assert ("mac was 44:19:b6:00:00:01 and is 44:19:b6:00:00:02",) == placed.sight.conflicts


def test_another_site_is_recognised_only_by_mac_and_serial_together() -> None:
    stranger = sight("far", "10.0.0.1", MAC1, "serial:S1")
    seen = [
        sight("p", "10.0.0.1", MAC1),
        sight("q", "10.0.0.2", "serial:S1"),
        sight("r", "10.0.0.3", MAC1, "serial:S1"),
    ]

    assert {} == recognise([stranger], seen[:2])
    assert {0: stranger} == recognise([stranger], seen[2:])


def test_remembered_keys_are_bounded_and_the_newest_stay() -> None:
    keys: tuple[str, ...] = ()
    for number in range(100):
        keys = remember(keys, (f"cert:{number}",))

    assert MOST_KEYS == len(keys)
    assert "cert:99" == keys[0]


def test_a_device_becomes_a_sight_without_line_breaks_in_its_keys() -> None:
    device = Device(
        "p", ("10.0.0.1",), claims={"model": Claim("M", 0.9)}, identity_keys=("serial:a\nb", "mac:x")
    )

    seen = sight_of(device, "HQ")

    assert ("M", ("serial:a b", "mac:x"), "HQ") == (seen.model, seen.keys, seen.site)


def test_only_macs_and_serials_make_a_conflict() -> None:
    pair = [sight("a", "10.0.0.1", MAC1, "cert:1"), sight("b", "10.0.0.2", MAC1, "cert:1")]

    assert frozenset({MAC1}) == shared_keys(pair)


KEYS = st.lists(
    st.sampled_from([MAC1, MAC2, "serial:S1", "serial:S2", "uuid:1", "uuid:2", "cert:1", "mac-claimed:x"]),
    max_size=4,
    unique=True,
)
SIGHTS = st.lists(
    st.builds(
        lambda number, keys, model, host: (f"10.0.0.{number}", keys, model, host),
        st.integers(1, 6),
        KEYS,
        st.sampled_from(["", "A", "B"]),
        st.sampled_from(["", "cam", "yard"]),
    ),
    max_size=6,
)


def made(prefix: str, rows: list[tuple[str, list[str], str, str]]) -> list[Sight]:
    return [
        sight(f"{prefix}{index}", ip, *keys, model=model, host=host)
        for index, (ip, keys, model, host) in enumerate(rows)
    ]


@given(SIGHTS, SIGHTS)
@settings(max_examples=300, deadline=None)
def test_whatever_is_seen_no_identity_is_given_twice(
    old: list[tuple[str, list[str], str, str]], new: list[tuple[str, list[str], str, str]]
) -> None:
    placements = place(made("k", old), made("p", new), fresh)

    assert len(new) == len({each.sight.identity_id for each in placements})
    taken = [each.known.identity_id for each in placements if each.known]
    for each in placements:
        assert not {part.identity_id for part in each.absorbed} & set(taken)


@given(SIGHTS, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_the_same_distinct_devices_in_any_order_are_the_same(
    rows: list[tuple[str, list[str], str, str]], chance: random.Random
) -> None:
    distinct = [(f"10.0.0.{n}", [f"mac:{n}", *row[1]], row[2], row[3]) for n, row in enumerate(rows)]
    known = made("k", distinct)
    order = list(range(len(known)))
    chance.shuffle(order)

    placements = place(known, [known[number] for number in order], fresh)

    assert [f"k{number}" for number in order] == ids(placements)
