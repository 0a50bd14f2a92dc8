"""The store at scale: 100,000 devices and 1,000,000 observations in, two scans compared, listings, memory.

Run: python tests/bench/bench_store.py [devices] [--db URL]. Prints wall and CPU seconds per step, because
a busy disk makes wall time say little, and exits 1 when a budget of issue 5 is missed in CPU time.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from camscan.match.diff import diff
from camscan.model.device import Claim, Device, Evidence, MacAddress
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Coverage, Inventory, Scan, Site
from camscan.model.observation import Observation
from camscan.store import comparing, devices, recording, scans
from camscan.store.engine import Store, open_store

START = datetime(2026, 1, 4, 2, 0, tzinfo=UTC)
MAKERS = ("Hikvision", "Dahua", "Axis", "Hanwha", "Uniview")
PER_DEVICE = 10


def address(number: int) -> str:
    """10.x.y.z of the n-th device."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def make_device(number: int, week: int) -> Device:
    """A device with the claims and evidence a scan gives; one in fifty has new firmware each week."""
    maker = MAKERS[number % 5]
    firmware = f"5.{week if number % 50 == 0 else 0}.{number % 9}"
    at = START + timedelta(weeks=week)
    mac = f"44:19:b6:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
    heard = Evidence(
        "sadp.answer", "sadp.desc", "DS-2CD2142FWD", "sadp", 37020, "0" * 16, at, "sadp", 0.97, maker
    )
    claims = {
        "kind": Claim("camera", 0.98, (heard,)),
        "manufacturer": Claim(maker, 0.97, (heard,)),
        "brand": Claim(maker, 0.9, (heard,)),
        "model": Claim(f"M{number % 40}", 0.9),
        "firmware": Claim(firmware, 0.9),
        "serial": Claim(f"S{number:09d}", 0.9),
    }
    return Device(
        f"p{number}",
        (address(number),),
        macs=(MacAddress(mac, True, "arp"),),
        claims=claims,
        open_ports=(80, 554),
        identity_keys=(f"mac:{mac}", f"serial:S{number:09d}"),
    )


def make_observations(first: int, count: int) -> Iterator[Observation]:
    """Observations as probes make them: a handful of fields each, a digest that does not compress."""
    shapes = (
        ("http", 80, {"http.server": ("App-webs/",), "http.title": ("index",), "http.status": ("200",)}),
        ("sadp", 37020, {"sadp.desc": ("DS-2CD2142FWD-I",), "sadp.version": ("V5.4.5build 170124",)}),
        ("rtsp", 554, {"rtsp.server": ("Rtsp Server/2.0",), "rtsp.public": ("OPTIONS, DESCRIBE, SETUP",)}),
        ("tls", 443, {"tls.subject": ("CN=camera",), "tls.issuer": ("CN=camera",), "tls.version": ("1.2",)}),
    )
    for number in range(first, first + count):
        source, port, fields = shapes[number % 4]
        digest = hashlib.blake2b(number.to_bytes(8, "big"), digest_size=8).hexdigest()
        at = START + timedelta(milliseconds=number)
        yield Observation(address(number // PER_DEVICE), source, fields, at, digest, port)


class Devices(Sequence[Device]):
    """The devices of one week, made when asked for: what is measured is the store, not this data.

    making: wall and CPU seconds that making them took, whoever asked.
    """

    def __init__(self, count: int, week: int) -> None:
        self.count, self.week = count, week
        self.making = [0.0, 0.0]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, slice):
            return make_device(key, self.week)
        made: list[Device] = []
        numbers = range(*key.indices(self.count))
        timed(self.making, lambda: made.extend(make_device(number, self.week) for number in numbers))
        return tuple(made)

    def __iter__(self) -> Iterator[Device]:
        for first in range(0, self.count, 512):
            yield from self[first : first + 512]


class Watch:
    """Steps with their budget, and how they came out."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def step(self, name: str, budget_seconds: float, work: Callable[[], Any]) -> Any:
        """Run one step, print it, note a missed budget."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        verdict = "ok" if cpu <= budget_seconds else "MISSED"
        print(f"{name:<46} {wall:7.3f} s wall {cpu:7.3f} s CPU   budget {budget_seconds:5.2f} s  {verdict}")
        if cpu > budget_seconds:
            self.missed.append(name)
        return result


def run_of(week: int, count: int) -> Scan:
    """The scan of one week."""
    coverage = Coverage(targets=count, responders=count)
    return Scan(f"week-{week:02d}", Site("HQ"), START + timedelta(weeks=week), None, "bench", "", coverage)


def main() -> int:
    """Run all steps; 0 when every budget held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("devices", type=int, nargs="?", default=100_000)
    parser.add_argument("--db", default="")
    options = parser.parse_args()
    gc.set_threshold(20_000, 20, 50)  # as `camscan.cli.main.run` does
    count = options.devices
    scale = count / 100_000
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(options.db or str(Path(folder) / "bench.db"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        spent = [0.0, 0.0]
        insert(store, count, spent)
        print(f"{'insert: observations + devices':<46} {spent[0]:7.3f} s wall {spent[1]:7.3f} s CPU")
        if spent[1] > 5 * scale:
            watch.missed.append("insert")
        scans.begin_scan(store, run_of(1, count))
        rescan = [0.0, 0.0]
        finish(store, count, 1, rescan)
        print(f"{'second scan: place, compare, record':<46} {rescan[0]:7.3f} s wall {rescan[1]:7.3f} s CPU")
        changes = watch.step(
            "diff of two stored scans", 1 * scale, lambda: comparing.compare(store, ["week-00"], ["week-01"])
        )
        assert len(changes) == count // 50, len(changes)
        compare_in_memory(store, watch, scale)
        listings(store, watch)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak memory {peak / 1024:.0f} MB (before the work {before / 1024:.0f} MB)   budget 300 MB")
        if peak / 1024 > 300 * max(scale, 1):
            watch.missed.append("memory")
        if not options.db:
            print(f"database file {sum(p.stat().st_size for p in Path(folder).iterdir()) / 1e6:.0f} MB")
        store.close()
    print("missed: " + ", ".join(watch.missed) if watch.missed else "every budget held")
    return 1 if watch.missed else 0


def compare_in_memory(store: Store, watch: Watch, scale: float) -> None:
    """The comparison alone, without the database."""
    one, two = (comparing.all_sights(store, [name]) for name in ("week-00", "week-01"))
    watch.step("diff in memory", scale, lambda: diff(one, two))


def weekly(count: int, week: int) -> tuple[Inventory, Devices]:
    """The scan of a week: every fiftieth device has new firmware, every fifth is on a list."""
    found = tuple(finding(f"p{number}") for number in range(0, count, 5))
    devices = Devices(count, week)
    return Inventory(run_of(week, count), devices, found), devices  # type: ignore[arg-type]


def finding(device_id: str) -> Finding:
    """A policy that matches."""
    return Finding(device_id, "ndaa-889-a", "889(a)(1)(A)", Verdict.MATCHES, "named", "brand", 0.97, "law")


def insert(store: Store, count: int, spent: list[float]) -> None:
    """The first scan; only time inside the store is counted, not the making of the test's data."""
    run = run_of(0, count)
    scans.begin_scan(store, run)
    chunk = 50_000
    for first in range(0, count * PER_DEVICE, chunk):
        batch = list(make_observations(first, min(chunk, count * PER_DEVICE - first)))
        timed(spent, lambda batch=batch: scans.append_observations(store, run.scan_id, batch))
    del batch
    finish(store, count, 0, spent)


def finish(store: Store, count: int, week: int, spent: list[float]) -> None:
    """Record the devices of a week; the time to make them is taken off."""
    inventory, devices = weekly(count, week)
    timed(spent, lambda: recording.finish_scan(store, inventory))
    spent[0] -= devices.making[0]
    spent[1] -= devices.making[1]


def timed(spent: list[float], work: Callable[[], object]) -> None:
    """Add wall and CPU seconds of `work`."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    spent[0] += time.perf_counter() - wall
    spent[1] += time.process_time() - cpu


def listings(store: Store, watch: Watch) -> None:
    """Each listing an operator asks for, a page of it."""
    filters = {
        "all": devices.Filter(),
        "site": devices.Filter(site="HQ"),
        "manufacturer": devices.Filter(manufacturer="dahua"),
        "nothing found": devices.Filter(manufacturer="no such maker"),
        "policy": devices.Filter(policy="ndaa-889-a"),
        "missing": devices.Filter(status="missing"),
        "not seen for 30 days": devices.Filter(not_seen_days=30),
        "conflicts": devices.Filter(conflicts=True),
    }
    for name, wanted in filters.items():
        watch.step(f"list 100, {name}", 0.1, lambda wanted=wanted: devices.list_devices(store, wanted, 100))
        watch.step(f"count, {name}", 0.1, lambda wanted=wanted: devices.count_devices(store, wanted))
    page = devices.list_devices(store, limit=100)[-1].sight.device_id
    watch.step("list 100, second page", 0.1, lambda: devices.list_devices(store, limit=100, after=page))
    watch.step("scans list", 0.1, lambda: scans.list_scans(store))
    some = devices.list_devices(store, limit=1)[0].sight.device_id
    watch.step("devices show", 0.1, lambda: (devices.get(store, some), devices.history(store, some)))
    watch.step("find by address", 0.1, lambda: devices.find_device(store, address(77)))


if __name__ == "__main__":
    sys.exit(main())
