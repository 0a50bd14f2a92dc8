"""Two processes at once: different sites both succeed, the same site is refused for one of them."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from store_inventories import device, heard, run

from camscan.errors import StoreError
from camscan.model.inventory import Inventory
from camscan.store import devices, recording, scans
from camscan.store.engine import open_store


def _scan(db: str, site: str, weeks: range, barrier: object, said: object) -> None:
    """Weekly scans of one site, as fast as they go; says what happened."""
    store = open_store(db)
    barrier.wait(20)  # type: ignore[attr-defined]
    try:
        for week in weeks:
            scan = run(week, site)
            scans.begin_scan(store, scan)
            for batch in range(5):
                scans.append_observations(store, scan.scan_id, [heard(batch * 10 + n) for n in range(10)])
            cameras = [device(f"p{n}", f"10.0.0.{n}", serial=f"{site}-{n:06d}") for n in range(1, 20)]
            recording.finish_scan(store, Inventory(scan, tuple(cameras)))
        said.put("finished")  # type: ignore[attr-defined]
    except StoreError as fault:
        said.put(str(fault))  # type: ignore[attr-defined]
    store.close()


def _together(db: str, jobs: list[tuple[str, range]]) -> list[str]:
    context = multiprocessing.get_context("fork")
    barrier, said = context.Barrier(len(jobs)), context.Queue()
    processes = [context.Process(target=_scan, args=(db, site, weeks, barrier, said)) for site, weeks in jobs]
    for process in processes:
        process.start()
    words = [said.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(20)
    return sorted(words)


def test_two_sites_at_once_are_both_recorded_whole(database: str) -> None:
    open_store(database).close()

    assert ["finished", "finished"] == _together(database, [("HQ", range(5)), ("LAB", range(5))])

    store = open_store(database)
    assert 10 == sum(row.state == "finished" for row in scans.list_scans(store))
    assert {50} == {row.observations for row in scans.list_scans(store)}
    assert 38 == len(devices.list_devices(store))


def test_one_site_twice_at_once_is_refused_clearly(tmp_path: Path) -> None:
    db = str(tmp_path / "camscan.db")
    open_store(db).close()

    words = _together(db, [("HQ", range(30)), ("HQ", range(100, 130))])

    assert "finished" in words
    refused = [word for word in words if word != "finished"]
    assert all(word.startswith("site HQ is being scanned already: HQ-") for word in refused)
    store = open_store(db)
    assert 19 == len(devices.list_devices(store))
