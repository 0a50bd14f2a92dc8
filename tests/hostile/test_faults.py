"""What the machine can do to a scan: one clear line, what is known is kept, the exit code as documented."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import netaddr
import pytest

from camscan.catalog import load as load_catalog
from camscan.cli.exits import Exit
from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, unavailable
from camscan.lab.process import LabProcess, child_environment
from camscan.model.inventory import Inventory
from camscan.model.scope import Scope
from camscan.net import clock
from camscan.net.interfaces import list_interfaces
from camscan.report.load import load
from camscan.scan import scan
from camscan.survey.request import ScanRequest

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.timeout(120),
]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")

COUNT = 6
TARGETS = f"10.99.1.2-10.99.1.{COUNT + 1}"


class Place:
    """Where a scan stands: a fleet in a namespace, and a folder for its outputs."""

    def __init__(self, running: Fleet, folder: Path) -> None:
        self.fleet, self.folder = running, folder
        self.jsonl, self.csv = folder / "out.jsonl", folder / "out.csv"

    def start(self, *more: str, before: tuple[str, ...] = (), files: bool = True) -> subprocess.Popen[str]:
        """`camscan scan` of the fleet, as a person would start it."""
        outputs = ("-o", str(self.jsonl), "-o", str(self.csv)) if files else ()
        return subprocess.Popen(
            [
                *self.fleet.scanner.prefix, *before, sys.executable, "-m", "camscan",
                "scan", TARGETS, "--no-store", *outputs, *more,
            ],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**child_environment(), "NO_COLOR": "1"},
        )  # fmt: skip

    def after_first_device(self, process: subprocess.Popen[str]) -> None:
        """Wait until the growing file holds a device."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if self.jsonl.exists() and b'"type":"device"' in self.jsonl.read_bytes():
                return
            time.sleep(0.02)
        pytest.fail(f"no device was written in time: {process.poll()}")


@pytest.fixture(scope="module")
def running() -> Iterator[Fleet]:
    with Fleet(fleet(COUNT, ("10.99.1",)), networks=("10.99.1",)) as made:
        yield made


@pytest.fixture
def place(running: Fleet, tmp_path: Path) -> Place:
    return Place(running, tmp_path)


@pytest.fixture
def own_place(tmp_path: Path) -> Iterator[Place]:
    """A fleet of the test's own, for those that break its network."""
    with Fleet(fleet(COUNT, ("10.99.1",)), networks=("10.99.1",)) as made:
        yield Place(made, tmp_path)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=90)
    assert "Traceback" not in err + out, err
    assert "never retrieved" not in err
    return process.returncode, out, err


def whole_lines(file: Path) -> Inventory:
    content = file.read_bytes()
    assert content.endswith(b"\n")
    return load(file)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_scan_writes_what_it_knows(place: Place, number: signal.Signals) -> None:
    process = place.start()
    place.after_first_device(process)
    process.send_signal(number)
    code, _, err = ended(process)
    assert Exit.INTERRUPTED == code
    assert "stopping; what is known so far will be written" in err
    kept = whole_lines(place.jsonl)
    assert kept.scan.coverage.interrupted
    assert kept.devices
    assert len(place.csv.read_text().splitlines()) > 1


def test_a_killed_scan_leaves_whole_lines_that_load(place: Place) -> None:
    process = place.start()
    place.after_first_device(process)
    process.kill()
    process.communicate()
    kept = whole_lines(place.jsonl)
    assert kept.devices
    assert TARGETS == kept.scan.scope_text
    assert kept.scan.coverage.interrupted
    assert any("cut short" in text for text in kept.scan.coverage.warnings)


def test_a_reader_that_goes_away_costs_no_file(place: Place) -> None:
    process = place.start()
    assert process.stdout
    process.stdout.close()
    process.wait(timeout=90)
    err = process.stderr.read() if process.stderr else ""
    assert Exit.OPERATIONAL == process.returncode
    assert 1 == err.count("nobody reads standard output any more"), err
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert COUNT == len(whole_lines(place.jsonl).devices)


def test_without_files_a_reader_that_goes_away_ends_the_scan(place: Place) -> None:
    began = time.monotonic()
    process = place.start("--max-time", "80", files=False)
    assert process.stdout
    process.stdout.close()
    process.wait(timeout=90)
    assert Exit.OPERATIONAL == process.returncode
    assert time.monotonic() - began < 40


def test_a_file_size_limit_keeps_the_lines_that_fit(place: Place) -> None:
    process = place.start(before=("sh", "-c", 'ulimit -f 40; exec "$@"', "sh"))
    code, out, err = ended(process)
    assert Exit.OPERATIONAL == code
    assert 1 == err.count("while scanning")
    assert f"cannot write {place.jsonl}: File too large" in err
    assert "10.99.1.2" in out
    assert whole_lines(place.jsonl).devices
    assert COUNT + 1 == len(place.csv.read_text().splitlines())


@AS_ROOT
def test_a_full_disk_keeps_the_lines_that_fit(place: Place) -> None:
    full, saved = place.folder / "full", place.folder / "saved"
    full.mkdir()
    saved.mkdir()
    place.jsonl, place.csv = full / "out.jsonl", full / "out.csv"
    script = (
        f'mount -t tmpfs -o size=32k none {full} && {{ "$@"; code=$?; cp {full}/out.* {saved}; exit $code; }}'
    )
    code, out, err = ended(place.start(before=("unshare", "--mount", "sh", "-c", script, "sh")))
    assert Exit.OPERATIONAL == code
    assert "No space left on device" in err
    assert "10.99.1.2" in out
    assert whole_lines(saved / "out.jsonl").devices


def test_a_folder_that_vanishes_is_named(place: Place) -> None:
    folder = place.folder / "gone"
    folder.mkdir()
    place.jsonl, place.csv = folder / "out.jsonl", folder / "out.csv"
    process = place.start()
    place.after_first_device(process)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    code, out, err = ended(process)
    assert Exit.OPERATIONAL == code
    assert f"cannot write {place.jsonl}: No such file or directory" in err
    assert "10.99.1.2" in out


@pytest.mark.parametrize("limit", [48, 100])
def test_few_descriptors_cost_completeness_at_most(place: Place, limit: int) -> None:
    code, _, _err = ended(place.start(before=("sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh")))
    assert code in (Exit.OK, Exit.INCOMPLETE)
    kept = whole_lines(place.jsonl)
    assert COUNT == len(kept.devices)
    reasons = " ".join(text for row in kept.scan.coverage.probes for text in row.reasons)
    assert ("Too many open files" in reasons) is (code == Exit.INCOMPLETE)


def test_a_host_name_without_dns_is_one_line(place: Place) -> None:
    code, _, err = ended(place.start("camera.example"))
    assert Exit.USAGE == code
    assert 1 == len(err.strip().splitlines())
    assert "'camera.example'" in err
    assert not place.jsonl.exists()


@AS_ROOT
def test_a_resolver_that_never_answers_costs_seconds_not_the_scan(place: Place) -> None:
    resolver = place.folder / "resolv.conf"
    resolver.write_text("nameserver 10.99.1.240\noptions timeout:30 attempts:5\n")
    script = f'mount --bind {resolver} /etc/resolv.conf && exec "$@"'
    began = time.monotonic()
    code, _, _ = ended(place.start(before=("unshare", "--mount", "sh", "-c", script, "sh")))
    assert Exit.OK == code
    assert time.monotonic() - began < 60
    assert COUNT == len(whole_lines(place.jsonl).devices)


@pytest.mark.parametrize(
    "accident",
    ["link set lan0 down", "addr del 10.99.1.250/24 dev lan0"],
    ids=["interface down", "address gone"],
)
def test_a_network_that_goes_away_mid_scan(own_place: Place, accident: str) -> None:
    process = own_place.start()
    own_place.after_first_device(process)
    own_place.fleet.scanner.ip([accident])
    code, _, _ = ended(process)
    assert Exit.INCOMPLETE == code
    kept = whole_lines(own_place.jsonl)
    assert kept.devices
    assert not kept.scan.coverage.complete
    reasons = " ".join(text for row in kept.scan.coverage.probes for text in row.reasons)
    assert "not-run" in reasons


def test_an_address_that_changes_mid_scan(own_place: Place) -> None:
    process = own_place.start()
    own_place.after_first_device(process)
    own_place.fleet.scanner.ip(["addr add 10.99.1.251/24 dev lan0", "addr del 10.99.1.250/24 dev lan0"])
    code, _, _ = ended(process)
    assert code in (Exit.OK, Exit.INCOMPLETE)
    assert whole_lines(own_place.jsonl).devices


class JumpingDatetime(datetime):
    """A wall clock that jumps a day back or two forward at each look."""

    _steps = itertools.cycle([timedelta(days=2), timedelta(days=-1), timedelta(seconds=-3)])
    _offset = timedelta()

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        cls._offset += next(cls._steps)
        return datetime.now(UTC) + cls._offset


@pytest.fixture
def jumping_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "datetime", JumpingDatetime)


def test_a_clock_that_jumps_changes_dates_and_nothing_else(
    jumping_clock: None, loopback_scan: Callable[[], Inventory]
) -> None:
    inventory = loopback_scan()
    assert COUNT == len(inventory.devices)
    assert inventory.scan.coverage.complete
    assert len({each.at.date() for each in inventory.observations}) > 3


@pytest.fixture
def loopback_scan() -> Callable[[], Inventory]:
    def run() -> Inventory:
        devices = fleet(COUNT, ("127.167.0",))
        with LabProcess(devices) as lab:
            request = ScanRequest(
                scope=Scope.of([netaddr.IPSet([each.ip for each in devices])], text="lab"),
                links=tuple(each for each in list_interfaces() if each.loopback),
                neighbours=lab.neighbours, port_map=lab.port_map, resolve_names=False,
            )  # fmt: skip
            return asyncio.run(scan(request, load_catalog()))

    return run
