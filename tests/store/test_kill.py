"""`kill -9` at random moments of scan-and-store loses nothing that was acknowledged.

Thirty moments by default; CAMSCAN_KILLS=200 for the full number (CI).
"""

from __future__ import annotations

import os
import random
import select
import signal
import sqlite3
from datetime import timedelta

from store_inventories import device, heard, run

from camscan.model.inventory import Inventory
from camscan.store import devices, recording, scans
from camscan.store.engine import open_store

KILLS = int(os.environ.get("CAMSCAN_KILLS", "30"))


def write_for_ever(path: str, week: int, out: int) -> None:
    """Scan after scan, saying what was acknowledged, until killed."""
    store = open_store(path)
    os.write(out, b"ready\n")
    while True:
        scan = run(week)
        scans.begin_scan(store, scan)
        os.write(out, f"begun {scan.scan_id}\n".encode())
        for batch in range(3):
            some = [heard(batch * 20 + number) for number in range(20)]
            scans.append_observations(store, scan.scan_id, some, [f"t{batch}"])
            os.write(out, f"kept {scan.scan_id} {20 * (batch + 1)}\n".encode())
        cameras = tuple(
            device(f"p{n}", f"10.0.0.{n}", serial=f"S{n:06d}", firmware=str(week)) for n in range(30)
        )
        recording.finish_scan(store, Inventory(scan, cameras))
        os.write(out, f"finished {scan.scan_id}\n".encode())
        week += 1


def test_killed_at_random_moments_nothing_acknowledged_is_lost(database: str) -> None:
    chance = random.Random(20260104)
    path = database
    open_store(path).close()
    kept: dict[str, int] = {}
    finished: set[str] = set()
    week = 0
    for _kill in range(KILLS):
        lines = _run_and_kill(path, week, chance.randrange(8), chance.uniform(0, 0.02))
        for words in map(str.split, lines):
            if words[0] == "begun":
                kept.setdefault(words[1], 0)
            elif words[0] == "kept":
                kept[words[1]] = int(words[2])
            elif words[0] == "finished":
                finished.add(words[1])
        week = 1 + max((int(name[3:]) for name in _all_scans(path)), default=-1)
        _check(path, kept, finished)
    assert kept
    assert finished


def _run_and_kill(path: str, week: int, lines: int, seconds: float) -> list[str]:
    """What a writer had said when it was killed: a little while after so many lines, however slow it is."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            write_for_ever(path, week, writer)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb", 0) as pipe:
        said = b"".join(pipe.readline() for _ in range(lines + 1))
        select.select([], [], [], seconds)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        said += pipe.read()
    assert said.startswith(b"ready\n")
    return said.decode().splitlines()[1:]


def _all_scans(path: str) -> list[str]:
    if "://" not in path:
        with sqlite3.connect(path) as connection:
            assert "ok" == connection.execute("PRAGMA integrity_check").fetchone()[0]
    store = open_store(path)
    found = [row.scan.scan_id for row in scans.list_scans(store)]
    store.close()
    return found


def _check(path: str, kept: dict[str, int], finished: set[str]) -> None:
    store = open_store(path)
    rows = {row.scan.scan_id: row for row in scans.list_scans(store)}
    for name, count in kept.items():
        assert count <= rows[name].observations, name
        assert name not in finished or rows[name].state == "finished"
        assert rows[name].state in ("finished", "interrupted")
    newest = max(kept, default="")
    if newest:
        whole = [heard(number) for number in range(60)]
        assert whole[: rows[newest].observations] == list(scans.observations(store, newest))
        assert 30 * (rows[newest].state == "finished") == len(scans.load_scan(store, newest).devices)
    listed = devices.list_devices(store)
    assert len(listed) in (0, 30)
    assert all(each.last_seen - each.first_seen >= timedelta(0) for each in listed)
    store.close()
