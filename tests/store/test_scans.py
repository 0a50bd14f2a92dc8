"""Scans: what was acknowledged is there, an interrupted scan is readable and goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from store_inventories import device, heard, keep, listed, run

from camscan.errors import StoreError, UsageError
from camscan.model.exchange import Outcome
from camscan.model.inventory import Coverage, Inventory, ProbeCoverage
from camscan.store import locks, recording, scans
from camscan.store.engine import Store


def test_a_scan_is_loaded_as_it_was_recorded(store: Store) -> None:
    coverage = Coverage(254, 2, (ProbeCoverage("http", {Outcome.ANSWERED: 2}, ("slow",)),), ("warn",), False)
    scan = replace(run(0), coverage=coverage)
    cameras = [device("p1", "10.0.0.1", mac="44:19:b6:00:00:01"), device("p2", "10.0.0.2", serial="S2")]
    observations = tuple(heard(number) for number in range(20))
    recorded = keep(store, scan, cameras, [listed("p1")], observations)

    loaded = scans.load_scan(store, scan.scan_id)

    ids = [each.device_id for each in recorded.inventory().devices]
    assert ids == [each.device_id for each in loaded.devices]
    assert observations == loaded.observations
    assert coverage == loaded.scan.coverage
    assert [listed(ids[0])] == list(loaded.findings)
    assert cameras[0].claims == loaded.devices[0].claims
    assert cameras[0].macs == loaded.devices[0].macs


def test_a_scan_notes_the_fingerprints_that_identified_it_last(store: Store) -> None:
    scans.begin_scan(store, run(0))
    assert "" == scans.fingerprints_of(store, "HQ-00")
    whole = Inventory(run(0), (device("p1", "10.0.0.1", serial="S1"),))

    recording.finish_scan(store, whole, "2026.1 (aa)")
    assert "2026.1 (aa)" == scans.fingerprints_of(store, "HQ-00")

    recording.reidentify(store, whole, "2026.2 (bb)")
    assert ["2026.2 (bb)"] == [row.fingerprints for row in scans.list_scans(store)]


def test_an_interrupted_scan_has_its_observations_and_says_so(store: Store) -> None:
    scans.begin_scan(store, run(0))
    scans.append_observations(store, "HQ-00", [heard(1), heard(2)], ["10.0.0.1"])

    loaded = scans.load_scan(store, "HQ-00")

    assert (heard(1), heard(2)) == loaded.observations
    assert () == loaded.devices
    assert loaded.scan.coverage.interrupted
    assert not loaded.scan.coverage.complete


def test_a_scan_whose_process_died_is_resumed_where_it_stood(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans.begin_scan(store, run(0))
    scans.append_observations(store, "HQ-00", [heard(1)], ["10.0.0.1", "10.0.0.2"])
    scans.append_observations(store, "HQ-00", [], ["10.0.0.3"])
    monkeypatch.setattr(locks, "is_alive", lambda _store, _held: False)

    assert ["interrupted"] == [row.state for row in scans.list_scans(store)]
    state = scans.resume_scan(store, "HQ-00")
    scans.append_observations(store, "HQ-00", [heard(2)])
    recording.finish_scan(store, Inventory(state.scan, (device("p1", "10.0.0.1", serial="S1"),)))

    assert frozenset({"10.0.0.1", "10.0.0.2", "10.0.0.3"}) == state.finished_targets
    assert 1 == state.observations
    assert (heard(1), heard(2)) == scans.load_scan(store, "HQ-00").observations


def test_a_finished_scan_cannot_be_resumed_or_fed(store: Store) -> None:
    keep(store, run(0), [])

    with pytest.raises(UsageError, match="finished"):
        scans.resume_state(store, "HQ-00")
    with pytest.raises(StoreError, match="not running"):
        scans.append_observations(store, "HQ-00", [heard(1)])
    with pytest.raises(StoreError, match="not running"):
        recording.finish_scan(store, Inventory(run(0), ()))


def test_a_scan_id_is_used_once(store: Store) -> None:
    keep(store, run(0), [])

    with pytest.raises(StoreError, match="already"):
        scans.begin_scan(store, run(0))


def test_one_site_is_scanned_once_at_a_time_and_two_sites_together(store: Store) -> None:
    scans.begin_scan(store, run(0, "HQ"))
    scans.begin_scan(store, run(0, "LAB"))

    with pytest.raises(StoreError, match="site HQ is being scanned already: HQ-00 by process"):
        scans.begin_scan(store, run(1, "HQ"))
    assert ["running", "running"] == [row.state for row in scans.list_scans(store)]

    recording.finish_scan(store, Inventory(run(0, "HQ"), ()))
    scans.begin_scan(store, run(1, "HQ"))


def test_a_lock_of_a_dead_process_is_taken_over(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks.os, "getpid", lambda: 2**22 + 1)  # above the kernel's largest process id
    scans.begin_scan(store, run(0))
    monkeypatch.undo()

    scans.begin_scan(store, run(1))

    assert {"HQ-00": "interrupted", "HQ-01": "running"} == {
        row.scan.scan_id: row.state for row in scans.list_scans(store)
    }


def test_a_lock_of_a_reused_process_id_is_taken_over(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_process_start", lambda _pid: "another boot 1")
    scans.begin_scan(store, run(0))
    monkeypatch.undo()

    scans.begin_scan(store, run(1))


def test_a_lock_of_another_host_holds_while_it_is_refreshed(
    store: Store, clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks.platform, "node", lambda: "elsewhere")
    scans.begin_scan(store, run(0))
    monkeypatch.undo()

    clock.advance(hours=5)  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="on elsewhere"):
        scans.begin_scan(store, run(1))
    clock.advance(hours=2)  # type: ignore[attr-defined]
    scans.begin_scan(store, run(1))


def test_runs_without_a_site_do_not_shut_each_other_out(store: Store) -> None:
    scans.begin_scan(store, run(0, "", name="one"))
    scans.begin_scan(store, run(0, "", name="two"))

    assert ["running", "running"] == [row.state for row in scans.list_scans(store)]


def test_a_scan_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    for week in range(3):
        keep(store, run(week), [])

    assert "HQ-02" == scans.find_scan(store, "latest")
    assert "HQ-01" == scans.find_scan(store, "HQ-01")
    with pytest.raises(UsageError, match="could be HQ-02 or HQ-01"):
        scans.find_scan(store, "HQ")
    with pytest.raises(UsageError, match="no scan 'X'"):
        scans.find_scan(store, "X")


def test_scans_at_a_moment_are_the_last_of_each_site(store: Store) -> None:
    for week, site in ((0, "HQ"), (0, "LAB"), (1, "HQ"), (2, "LAB")):
        keep(store, run(week, site), [])

    at = run(1).started + timedelta(days=1)
    assert ["HQ-01", "LAB-00"] == scans.scans_at(store, at)
    assert ["LAB-00"] == scans.scans_at(store, at, "LAB")
    assert [] == scans.scans_at(store, run(0).started - timedelta(days=1))


def test_retention_drops_observations_and_keeps_devices_and_the_newest_scan(
    store: Store, clock: object
) -> None:
    for week in range(3):
        keep(store, run(week), [device("p", "10.0.0.1", serial="S1")], observations=[heard(week)])
    clock.at = run(3).started  # type: ignore[attr-defined]

    assert 2 == scans.prune(store, keep_days=0)
    assert 0 == scans.prune(store, keep_days=0)

    rows = {row.scan.scan_id: row for row in scans.list_scans(store)}
    assert [False, True, True] == [rows[f"HQ-0{week}"].observations_dropped for week in (2, 1, 0)]
    assert () == scans.load_scan(store, "HQ-00").observations
    assert 1 == len(scans.load_scan(store, "HQ-00").devices)
    assert (heard(2),) == scans.load_scan(store, "HQ-02").observations


def test_many_observations_come_back_in_order_batch_by_batch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "BATCH", 7)
    expected = [heard(number) for number in range(50)]
    scans.begin_scan(store, run(0))

    assert 50 == scans.append_observations(store, "HQ-00", iter(expected))
    assert expected == list(scans.observations(store, "HQ-00"))
