"""Events: told to each endpoint once, owed while it is dead; metrics count what the register holds."""

from __future__ import annotations

import pytest
from store_inventories import device, keep, listed, run

from camscan.store import corrections, events, metrics, sites
from camscan.store.engine import Store

MAC1, MAC2 = "44:19:b6:00:00:01", "44:19:b6:00:00:02"


def two_weeks(store: Store) -> None:
    one, two = device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)
    keep(store, run(0), [one], [listed("a")])
    keep(store, run(1), [device("a", "10.0.0.9", mac=MAC1), two], [listed("a")])


def test_an_endpoint_is_owed_until_it_was_told(store: Store) -> None:
    two_weeks(store)

    owed = events.owed(store, "ops")
    events.failed(store, "ops", "connection refused")
    assert owed == events.owed(store, "ops")
    (row,) = events.endpoints(store)
    assert (1, "connection refused", len(owed)) == (row.failures, row.last_error, row.owed)

    events.delivered(store, "ops", owed)
    assert [] == events.owed(store, "ops")
    (row,) = events.endpoints(store)
    assert (0, "", 0) == (row.failures, row.last_error, row.owed)


def test_a_new_endpoint_starts_with_the_newest_scan(store: Store) -> None:
    two_weeks(store)

    assert ["moved", "new"] == [each.kind for each in events.owed(store, "ops")]


def test_endpoints_are_told_independently(store: Store) -> None:
    two_weeks(store)
    events.delivered(store, "one", events.owed(store, "one"))

    assert 2 == len(events.owed(store, "two"))


def test_only_the_wanted_kinds_are_owed(store: Store) -> None:
    two_weeks(store)

    assert ["new"] == [each.kind for each in events.owed(store, "ops", ["new", "gone"])]


def test_metrics_count_each_device_once_and_each_policy(store: Store) -> None:
    two_weeks(store)
    assert [("HQ", "Hikvision", "", 2, 0), ("HQ", "Hikvision", "ndaa-889-a", 1, 0)] == metrics.counts(store)

    keep(store, run(2), [])
    assert [("HQ", "Hikvision", "", 2, 2), ("HQ", "Hikvision", "ndaa-889-a", 1, 1)] == metrics.counts(store)


def test_a_merged_device_counts_once(store: Store) -> None:
    first = keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1), device("b", "10.0.0.2", mac=MAC2)])
    corrections.merge(store, *[each.device_id for each in first.inventory().devices])

    assert [("HQ", "Hikvision", "", 1, 0)] == metrics.counts(store)
    assert [1] == [devices for _site, devices, _last in sites.list_all(store)]


def test_last_scans_are_one_per_site(store: Store, clock: object) -> None:
    for week, site in ((0, "HQ"), (0, "LAB"), (1, "HQ")):
        keep(store, run(week, site), [])
    clock.at = run(2).started  # type: ignore[attr-defined]

    assert ["HQ-01", "LAB-00"] == [each.scan_id for each in metrics.last_scans(store)]


@pytest.mark.parametrize("count", [0, 1])
def test_a_site_without_devices_makes_no_event(store: Store, count: int) -> None:
    keep(store, run(0), [device("a", "10.0.0.1", mac=MAC1)] * count)

    assert count == len(events.list_events(store))
