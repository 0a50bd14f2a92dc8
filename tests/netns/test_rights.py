"""The same small fleet as root, with CAP_NET_RAW alone, and with no right at all; and at every timing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest

from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, unavailable
from camscan.lab.process import child_environment
from camscan.model.device import CAMERA_KINDS
from camscan.model.inventory import Inventory
from camscan.report.load import read

pytestmark = [pytest.mark.netns, pytest.mark.timeout(400)]

NETWORKS = ("10.77.1", "10.77.2")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
RIGHTS = {
    "root": (),
    "CAP_NET_RAW alone": (*NOBODY, "--inh-caps=-all,+net_raw", "--ambient-caps=+net_raw",
                          "--bounding-set=-all,+net_raw"),
    "no right": (*NOBODY, "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"),
}  # fmt: skip
SLOW = pytest.mark.skipif(not os.environ.get("CAMSCAN_SLOW"), reason="slow: CAMSCAN_SLOW=1")


@pytest.fixture(scope="module")
def mixed() -> Iterator[Fleet]:
    if reason := unavailable():
        pytest.skip(f"no namespaces here: {reason}")
    with Fleet(fleet(16, NETWORKS, bystanders=4), networks=NETWORKS, witness=True) as running:
        yield running


@pytest.fixture(autouse=True)
def _readable() -> None:
    """The user without rights must be able to read Python and camscan, wherever they are installed."""
    if unavailable():
        return  # `mixed` skips with the reason
    seen = subprocess.run(
        (*NOBODY, sys.executable, "-c", "import camscan"), capture_output=True, check=False, cwd="/"
    )
    if seen.returncode:
        pytest.skip(f"user 65534 may not read this installation: {seen.stderr.decode()[-80:].strip()}")


def environment(home: str) -> dict[str, str]:
    """Without the places that only the owner of this test may read."""
    kept = {key: value for key, value in child_environment().items() if not key.startswith("XDG_")}
    return {**kept, "HOME": home}


def scan_with(running: Fleet, prefix: tuple[str, ...], *arguments: str) -> Inventory:
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o777)  # whoever the scan runs as
        done = _run(running, prefix, arguments, home)
    assert done.returncode in (0, 3), done.stderr[-2000:]
    return read(done.stdout.splitlines(keepends=True))


def _run(
    running: Fleet, prefix: tuple[str, ...], arguments: tuple[str, ...], home: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        (*running.scanner.prefix, *prefix, sys.executable, "-m", "camscan", "scan", "-n", "-q", "--no-store",
         "--format", "jsonl", *arguments),
        capture_output=True, check=False, timeout=380, env=environment(home),
    )  # fmt: skip


def listed(inventory: Inventory) -> set[str]:
    return {ip for d in inventory.devices if d.kind in CAMERA_KINDS for ip in d.addresses if ":" not in ip}


def cameras(running: Fleet) -> set[str]:
    return {d.ip for d in running.devices if d.truth.is_camera}


@pytest.mark.parametrize("rights", RIGHTS)
def test_every_camera_is_found_with_fewer_rights_too_and_the_summary_names_what_was_lost(
    mixed: Fleet, rights: str
) -> None:
    if rights != "root" and (os.geteuid() != 0 or not shutil.which("setpriv")):
        pytest.skip("setpriv run by root gives rights away")
    inventory = scan_with(mixed, RIGHTS[rights], *mixed.targets)
    assert cameras(mixed) == listed(inventory)
    named = [text for text in inventory.scan.coverage.warnings if "CAP_NET_RAW" in text]
    assert (1 if rights == "no right" else 0) == len(named)


@pytest.mark.parametrize(
    "timing", ["3", "4", "5", *(pytest.param(slow, marks=SLOW) for slow in ("0", "1", "2"))]
)
def test_every_timing_finds_the_same(mixed: Fleet, timing: str) -> None:
    """-T0 sends ten packets a second: a handful of addresses, so that it ends."""
    handful = sorted(cameras(mixed), key=lambda ip: tuple(map(int, ip.split("."))))[:3]
    targets = handful if timing in "01" else list(mixed.targets)
    inventory = scan_with(mixed, (), f"-T{timing}", *targets)
    assert (set(handful) if timing in "01" else cameras(mixed)) == listed(inventory)
    found = {ip: device for device in inventory.devices for ip in device.addresses}
    truths = {device.ip: device.truth for device in mixed.devices}
    assert {ip: truths[ip].seen("brand") for ip in handful} == {
        ip: found[ip].value("brand") for ip in handful
    }
