"""The register after scans: who is who, what changed, what an operator wrote stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from store_inventories import device, heard, keep, kinds, listed, run

from camscan.errors import UsageError
from camscan.model.device import Claim, Device
from camscan.model.inventory import Inventory, Site
from camscan.store import comparing, corrections, devices, entries, events, recording, scans
from camscan.store.engine import Store

MAC1, MAC2, MAC3 = (f"44:19:b6:00:00:0{number}" for number in (1, 2, 3))


def ids(recorded: recording.Recorded) -> list[str]:
    return [each.device_id for each in recorded.inventory().devices]


def two_cameras() -> list[Device]:
    """One at 10.0.0.1, one at 10.0.0.2."""
    return [device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)]


def test_a_device_that_moves_is_renamed_and_flashed_stays_itself(store: Store) -> None:
    first = keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1, firmware="1", hostname="lobby")])
    second = keep(store, run(1), [device("x", "10.0.7.7", mac=MAC1, firmware="2", hostname="yard")])

    assert ids(first) == ids(second)
    assert ["moved", "re-firmwared"] == kinds(second)


def test_the_first_inventory_of_a_site_is_one_event_and_no_change(store: Store) -> None:
    recorded = keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)])

    assert recorded.first
    assert () == recorded.changes
    assert ["first-inventory"] == [each.kind for each in events.list_events(store)]


def test_a_swapped_device_is_a_new_one_and_the_old_one_is_gone(store: Store) -> None:
    keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1, serial="S1")])
    recorded = keep(store, run(1), [device("a", "10.0.0.1", mac=MAC2, serial="S2")])

    assert ["gone", "new"] == kinds(recorded)


def test_gone_and_returned_are_said_once(store: Store) -> None:
    camera, other = device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)
    keep(store, run(0), [camera, other])

    assert ["gone"] == kinds(keep(store, run(1), [other]))
    assert [] == kinds(keep(store, run(2), [other]))
    assert ["returned"] == kinds(keep(store, run(3), [other, camera]))
    assert [] == kinds(keep(store, run(4), [other, camera]))


def test_nothing_is_gone_from_where_the_scan_did_not_look(store: Store) -> None:
    keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1), device("b", "10.1.0.1", mac=MAC2)])

    assert [] == kinds(keep(store, run(1, scope="10.0.0.0/24"), [device("a", "10.0.0.1", mac=MAC1)]))
    place = Site("HQ", networks=("10.0.0.0/24",))
    assert [] == kinds(keep(store, run(2, place, "site:HQ"), [device("a", "10.0.0.1", mac=MAC1)]))


def test_an_interrupted_scan_makes_nothing_gone(store: Store) -> None:
    keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1)])
    scan = run(1)
    broken = replace(scan, coverage=replace(scan.coverage, interrupted=True, complete=False))

    assert [] == kinds(keep(store, broken, []))
    assert ["active"] == [each.status for each in devices.list_devices(store)]


def test_two_that_share_a_mac_stay_two(store: Store) -> None:
    pair = [
        device("a", "10.0.0.1", mac=MAC1, serial="S000001"),
        device("b", "10.0.0.2", mac=MAC1, serial="S000002"),
    ]
    first = keep(store, run(0), pair)
    second = keep(store, run(1), [replace(pair[1], addresses=("10.0.0.9",)), pair[0]])

    assert 2 == len(set(ids(first)))
    assert [*reversed(ids(first))] == ids(second)
    assert ["moved"] == kinds(second)
    shown = devices.list_devices(store, devices.Filter(conflicts=True))
    assert [f"mac:{MAC1} is held by several devices"] * 2 == [each.sight.conflicts[0] for each in shown]


def test_a_clone_that_appears_is_new_and_in_conflict(store: Store) -> None:
    original = device("a", "10.0.0.1", mac=MAC1, serial="S000001")
    first = keep(store, run(0), [original])
    recorded = keep(store, run(1), [device("b", "10.0.0.2", mac=MAC1, serial="S000002"), original])

    assert ids(first)[0] == ids(recorded)[1]
    assert ["identity-conflict", "identity-conflict", "new"] == kinds(recorded)


def test_private_addresses_of_two_sites_do_not_mix(store: Store) -> None:
    here = keep(store, run(0, "HQ"), [device("a", "10.0.0.1")])
    there = keep(store, run(0, "LAB"), [device("a", "10.0.0.1")])

    assert ids(here) != ids(there)


def test_a_device_that_travels_to_another_site_stays_itself(store: Store) -> None:
    camera = device("a", "10.0.0.1", mac=MAC1, serial="S1")
    first = keep(store, run(0, "HQ"), [camera, device("b", "10.0.0.2", mac=MAC2)])
    keep(store, run(0, "LAB"), [device("c", "10.0.0.3", mac=MAC3)])
    recorded = keep(store, run(1, "LAB"), [device("c", "10.0.0.3", mac=MAC3), camera])

    assert ids(first)[0] == ids(recorded)[1]
    assert [("moved", "HQ 10.0.0.1", "LAB 10.0.0.1")] == [
        (str(each.kind), each.before, each.after) for each in recorded.changes
    ]
    assert [] == kinds(keep(store, run(1, "HQ"), [device("b", "10.0.0.2", mac=MAC2)]))


def test_only_a_mac_in_common_is_not_enough_to_travel(store: Store) -> None:
    first = keep(store, run(0, "HQ"), [device("a", "10.0.0.1", mac=MAC1)])
    second = keep(store, run(0, "LAB"), [device("a", "10.0.0.1", mac=MAC1)])

    assert ids(first) != ids(second)


def test_nothing_an_operator_entered_is_overwritten_by_a_scan(store: Store) -> None:
    camera = device("a", "10.0.0.1", mac=MAC1)
    (name,) = ids(keep(store, run(0), [camera]))
    written = {"status": "disconnected", "building": "Main", "room": "2.04", "note": "behind the door"}
    entries.put(store, [(name, written)])

    for week in range(1, 4):
        keep(store, run(week), [replace(camera, addresses=(f"10.0.0.{week}",))])

    assert written == devices.get(store, name).entries
    assert "disconnected" == devices.get(store, name).status


def test_a_removed_device_that_answers_is_said_once(store: Store, clock: object) -> None:
    camera = device("a", "10.0.0.1", mac=MAC1)
    (name,) = ids(keep(store, run(0), [camera]))
    clock.at = run(0).started.replace(day=7)  # type: ignore[attr-defined]
    entries.put(store, [(name, {"status": "removed"})])

    assert ["seen-though-removed"] == kinds(keep(store, run(1), [camera]))
    assert [] == kinds(keep(store, run(2), [camera]))


def test_a_removed_device_is_not_missed(store: Store) -> None:
    (name,) = ids(keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1)]))
    entries.put(store, [(name, {"status": "removed"})])

    assert [] == kinds(keep(store, run(1), []))


def test_a_waiver_ends_after_its_last_day(store: Store) -> None:
    (name,) = ids(keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1)]))
    entries.put(store, [(name, {"waiver-until": "2026-03-31", "waiver-reason": "replacement ordered"})])

    assert frozenset({name}) == entries.waived(store, date(2026, 3, 31))
    assert frozenset() == entries.waived(store, date(2026, 4, 1))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"colour": "red"}, "there is no entry 'colour'"),
        ({"status": "gone"}, "in-service, disconnected"),
        ({"waiver-until": "soon"}, "YYYY-MM-DD"),
    ],
)
def test_a_wrong_entry_is_refused_with_what_is_allowed(
    store: Store, values: dict[str, str], says: str
) -> None:
    (name,) = ids(keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1)]))

    with pytest.raises(UsageError, match=says):
        entries.put(store, [(name, {"note": "kept?"}), (name, values)])
    assert {} == devices.get(store, name).entries


def test_entries_of_an_unknown_device_change_nothing(store: Store) -> None:
    (name,) = ids(keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1)]))

    with pytest.raises(UsageError, match="no device 'cam-x'; nothing was changed"):
        entries.put(store, [(name, {"note": "x"}), ("cam-x", {"note": "y"})])
    assert {} == devices.get(store, name).entries


def test_a_merge_survives_rescans_and_shows_one_device(store: Store) -> None:
    cable, radio = device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)
    one, two = ids(keep(store, run(0), [cable, radio]))
    corrections.merge(store, one, two)

    recorded = keep(store, run(1), [radio, replace(cable, addresses=("10.0.0.5",))])

    assert [one] == ids(recorded)
    assert [] == kinds(recorded)  # it still answers at one of its addresses
    (shown,) = devices.list_devices(store)
    assert (one, two) == shown.identities
    assert 1 == devices.count_devices(store)
    assert {"10.0.0.5", "10.0.0.2"} == set(shown.sight.addresses)
    assert [one] == [each.device_id for each in scans.load_scan(store, "HQ-00").devices]


def test_a_merged_device_is_gone_only_when_all_of_it_is(store: Store) -> None:
    cable, radio = device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)
    one, two = ids(keep(store, run(0), [cable, radio]))
    corrections.merge(store, one, two)

    assert [] == kinds(keep(store, run(1), [radio]))
    assert ["gone"] == kinds(keep(store, run(2), []))
    assert ["returned"] == kinds(keep(store, run(3), [radio]))
    assert [] == kinds(keep(store, run(4), [cable]))


def test_a_split_undoes_a_merge_with_everything_entered(store: Store) -> None:
    one, two = ids(
        keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)])
    )
    entries.put(store, [(one, {"room": "1"}), (two, {"room": "2", "note": "two"})])
    corrections.merge(store, one, two)
    assert {"room": "1", "note": "two"} == devices.get(store, one).entries

    assert two == corrections.split(store, one)

    assert {"room": "1"} == devices.get(store, one).entries
    assert {"room": "2", "note": "two"} == devices.get(store, two).entries
    assert ["merge", "split"] == [each.kind for each in corrections.history(store, one)]


def test_a_scan_that_finds_two_to_be_one_merges_and_says_so(store: Store) -> None:
    one, two = ids(
        keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)])
    )
    both = replace(
        device("ab", "10.0.0.1", mac=MAC1, keys=[f"mac:{MAC2}"]), addresses=("10.0.0.1", "10.0.0.2")
    )
    recorded = keep(store, run(1), [both])

    assert [("merged", two, one)] == [(str(each.kind), each.before, each.after) for each in recorded.changes]
    assert [one] == [each.sight.device_id for each in devices.list_devices(store)]
    assert [] == kinds(keep(store, run(2), [both]))


def test_a_split_survives_scans_that_would_merge_again(store: Store) -> None:
    one, two = ids(
        keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)])
    )
    both = replace(
        device("ab", "10.0.0.1", mac=MAC1, keys=[f"mac:{MAC2}"]), addresses=("10.0.0.1", "10.0.0.2")
    )
    keep(store, run(1), [both])
    corrections.split(store, one, two)

    for week in (2, 3):
        recorded = keep(store, run(week), [both])
        assert [] == kinds(recorded)
        shown = {each.sight.device_id: each for each in devices.list_devices(store)}
        assert {one, two} == set(shown)
        assert {"active"} == {each.status for each in shown.values()}
        assert ("10.0.0.2",) == shown[two].sight.addresses


def test_a_device_the_register_took_for_one_is_divided_by_its_history(store: Store) -> None:
    # A clone with the same MAC takes the place of the first one, which is switched off.
    first = device("a", "10.0.0.1", mac=MAC1)
    second = device("b", "10.0.0.2", mac=MAC1)
    (name,) = ids(keep(store, run(0), [first]))
    assert [name] == ids(keep(store, run(1), [second]))

    other = corrections.split(store, name, "10.0.0.2")

    assert [run(0).started, run(1).started] == [devices.get(store, each).last_seen for each in (name, other)]
    both = keep(store, run(2), [second, first])
    assert [other, name] == ids(both)
    assert [name] == [each.device_id for each in scans.load_scan(store, "HQ-00").devices]
    assert [other] == [each.device_id for each in scans.load_scan(store, "HQ-01").devices]


def test_a_split_that_would_leave_nothing_is_refused(store: Store) -> None:
    (name,) = ids(keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1)]))

    with pytest.raises(UsageError, match="nothing would be left"):
        corrections.split(store, name, f"mac:{MAC1}")
    with pytest.raises(UsageError, match="never had"):
        corrections.split(store, name, "10.9.9.9")
    with pytest.raises(UsageError, match="say what to take out"):
        corrections.split(store, name)


def test_an_older_scan_recorded_late_adds_history_and_no_events(store: Store) -> None:
    keep(store, run(5), [device("a", "10.0.0.5", mac=MAC1, firmware="5")])
    recorded = keep(store, run(2), [device("a", "10.0.0.2", mac=MAC1, firmware="2")])

    (shown,) = devices.list_devices(store)
    assert () == recorded.changes
    assert ("5", ("10.0.0.5",)) == (shown.sight.firmware, shown.sight.addresses)
    assert (run(2).started, run(5).started) == (shown.first_seen, shown.last_seen)
    assert ["2", "5"] == [sight.firmware for _at, _scan, sight in devices.history(store, ids(recorded)[0])]
    assert 1 == len(events.list_events(store))


def test_identifying_again_changes_the_register_and_keeps_ids_and_entries(store: Store) -> None:
    camera = device("a", "10.0.0.1", mac=MAC1, manufacturer="")
    (name,) = ids(keep(store, run(0), [camera], observations=[heard(1)]))
    keep(store, run(1), [camera])
    entries.put(store, [(name, {"note": "mine"})])
    better = replace(camera, claims=dict(camera.claims) | {"manufacturer": Claim("Dahua", 0.9)})

    recorded = recording.reidentify(store, Inventory(run(1), (better,), (listed("a"),)))

    assert [name] == ids(recorded)
    shown = devices.get(store, name)
    assert ("Dahua", ("ndaa-889-a",), {"note": "mine"}) == (
        shown.sight.manufacturer,
        shown.policies,
        shown.entries,
    )
    assert "" == scans.load_scan(store, "HQ-00").devices[0].value("manufacturer")
    assert ["", "Dahua"] == [each[2].manufacturer for each in devices.history(store, name)]
    recording.reidentify(store, Inventory(run(0), (better,)))
    assert ["Dahua", "Dahua"] == [each[2].manufacturer for each in devices.history(store, name)]


def test_identifying_again_forgets_a_device_that_was_none(store: Store) -> None:
    one, two = device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)
    first = keep(store, run(0), [one, two])

    recording.reidentify(store, Inventory(run(0), (one,)))
    again = recording.reidentify(store, Inventory(run(0), (one, two)))

    assert ids(first)[0] == ids(again)[0]
    assert set(ids(again)) == {each.sight.device_id for each in devices.list_devices(store)}


def test_comparing_two_scans_says_what_the_register_said(store: Store) -> None:
    keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)])
    moved = [
        device("a", "10.0.0.8", mac=MAC1, firmware="6", brand="Trendnet"),
        device("c", "10.0.0.3", mac=MAC3),
    ]
    recorded = keep(store, run(1), moved, [listed("a")])

    assert list(recorded.changes) == comparing.compare(store, ["HQ-00"], ["HQ-01"])
    assert ["gone", "moved", "new", "re-firmwared", "re-labelled"] == kinds(recorded)
    assert [] == comparing.compare(store, ["HQ-01"], ["HQ-01"])


def test_the_register_as_an_inventory_has_each_device_as_last_seen(store: Store) -> None:
    keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)], [listed("b")])
    keep(store, run(0, "LAB"), [device("c", "10.0.0.1", mac=MAC3)])
    keep(store, run(1), [device("a", "10.0.0.9", mac=MAC1)])

    inventory = devices.load_register(store)

    assert {("HQ", "10.0.0.9", "active"), ("HQ", "10.0.0.2", "missing"), ("LAB", "10.0.0.1", "active")} == {
        (each.site, each.ip, each.status) for each in inventory.devices
    }
    assert "HQ-01" == inventory.scan.scan_id
    assert {"HQ-00", "LAB-00"} == {each.scan_id for each in inventory.scans}
    assert ["10.0.0.2"] == [
        each.ip for each in inventory.devices for one in inventory.findings if one.device_id == each.device_id
    ]
    assert ["LAB"] == [each.site for each in devices.load_register(store, "LAB").devices]
