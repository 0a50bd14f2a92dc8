"""camscan beside nmap and the WSDiscovery package on the same simulated cameras, in one run, in namespaces.

`python tests/bench/bench_discovery.py [--runs N] [--peers-python PYTHON] [--skip-nmap] [--skip-burst]`

Two tables in Markdown. (1) A /24 with 20 cameras of 20 makers: wall time, what was identified, connections
per device as the devices counted them, nmap on the same TCP ports with -sV. (2) 500 WS-Discovery responders
that answer one burst: how many each tool finds in each run. WSDiscovery is looked for in `--peers-python`
(default: this Python); where a peer is missing its row says so. Nothing leaves the namespaces.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from camscan.lab.device import LabDevice
from camscan.lab.fleet import fleet, wsd_burst
from camscan.lab.namespace import Fleet, Medium, unavailable
from camscan.lab.process import child_environment
from camscan.model.device import CAMERA_KINDS
from camscan.probes.ports import CAMERA_PORTS
from camscan.report.load import read

SETTLE_SECONDS = 2.0
NETWORK = "10.77.1"
BURST, BURST_FIRST, BURST_TARGETS = "10.88.0", "10.88.1.1", "10.88.1.1-10.88.2.244"
CAMSCAN = ("scan", "-n", "-q", "--no-store")
NMAP = ("-n", "-sV", "-T4")
PORTS = ",".join(str(each.port) for each in CAMERA_PORTS)

WSDISCOVERY = """
import json, sys, time
from wsdiscovery.discovery import ThreadedWSDiscovery
found = ThreadedWSDiscovery()
found.start()
began = time.monotonic()
services = found.searchServices(timeout=float(sys.argv[1]))
took = time.monotonic() - began
addresses = {address.split("/")[2] for each in services for address in each.getXAddrs()}
print(json.dumps([len(services), len(addresses), took]))
found.stop()
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One run of one tool: seconds, devices found, those whose model it told, connections by device."""

    seconds: float
    found: int
    models: int
    connections: tuple[int, ...]
    first_seconds: float | None = None


def main() -> int:
    """Print both tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--burst-runs", type=int, default=20)
    options.add_argument("--peers-python", default=sys.executable)
    options.add_argument("--skip-nmap", action="store_true")
    options.add_argument("--skip-burst", action="store_true")
    asked = options.parse_args()
    if reason := unavailable():
        print(f"no namespaces here: {reason}")
        return 1
    print(f"Linux {platform.release()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"Python {platform.python_version()}\n")  # fmt: skip
    side_by_side(asked.runs, nmap=not asked.skip_nmap)
    if not asked.skip_burst:
        burst(asked.burst_runs, asked.peers_python)
    return 0


def side_by_side(runs: int, *, nmap: bool) -> None:
    """Table 1."""
    cameras = fleet(20, (NETWORK,))
    ours, theirs = [], []
    for number in range(runs):
        ours.append(with_fleet(cameras, run_camscan, seed=number))
        if nmap and shutil.which("nmap"):
            theirs.append(with_fleet(cameras, run_nmap, seed=number))
    print("| tool | runs | seconds (median, worst) | first device | found | model told | "
          "connections per device (median, most) |")  # fmt: skip
    print("|---|---:|---:|---:|---:|---:|---:|")
    print(row(f"camscan {' '.join(CAMSCAN)}", ours, len(cameras)))
    if theirs:
        print(row(f"nmap {' '.join(NMAP)} -p (the same {len(CAMERA_PORTS)} ports)", theirs, len(cameras)))
        time_ratio = median(r.seconds for r in theirs) / median(r.seconds for r in ours)
        per_device = median(c for r in theirs for c in r.connections) / median(
            c for r in ours for c in r.connections
        )
        print(f"\nnmap took {time_ratio:.1f} times as long and made {per_device:.1f} times as many "
              "connections to a device. Not like for like: nmap names services, not makers; it has no "
              "multicast, no 1,000 packets/s limit, and finds UDP-only devices only with -sU.\n")  # fmt: skip
    else:
        print("\nnmap: not run (not installed, or --skip-nmap)\n")


def with_fleet(devices: Sequence[LabDevice], tool: object, *, seed: int) -> Result:
    """A fleet of its own for each run, so that no cache of an earlier one helps."""
    with Fleet(devices, networks=(NETWORK,), medium=Medium(), seed=seed) as running:
        seconds, found, models, first = tool(running)  # type: ignore[operator]
        log = running.log()
    made: Counter[str] = Counter()
    for place, count in log["connections"].items():
        made[place.rpartition(":")[0]] += count
    return Result(seconds, found, models, tuple(made[d.ip] for d in devices), first)


def run_camscan(running: Fleet) -> tuple[float, int, int, float | None]:
    """(seconds, cameras found, models right, seconds to the first line on screen)."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "inventory.jsonl"
        words = [word for word in CAMSCAN if word != "-q"]
        command = [*running.scanner.prefix, sys.executable, "-m", "camscan", *words]
        command += [*running.targets, "-o", str(out)]
        began = time.monotonic()
        first = None
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                 env=child_environment())  # fmt: skip
        for line in child.stdout or ():
            if first is None and f"{NETWORK}." in line:
                first = time.monotonic() - began
        child.wait()
        seconds = time.monotonic() - began
        inventory = read(out.read_bytes().splitlines(keepends=True))
    truth = {device.ip: device.truth for device in running.devices}
    seen = {ip: d for d in inventory.devices for ip in d.addresses if ip in truth and d.kind in CAMERA_KINDS}
    models = sum(truth[ip].model == device.value("model") for ip, device in seen.items())
    return seconds, len(seen), models, first


def run_nmap(running: Fleet) -> tuple[float, int, int, float | None]:
    """(seconds, hosts with an open port, hosts whose model stands anywhere in what nmap says, None)."""
    began = time.monotonic()
    text = running.run("nmap", *NMAP, "-p", PORTS, "-oX", "-", *running.targets, timeout_seconds=1800)
    seconds = time.monotonic() - began
    truth = {device.ip: device.truth for device in running.devices}
    found = models = 0
    for host in ElementTree.fromstring(text).iter("host"):
        ip = next((a.get("addr", "") for a in host.iter("address") if a.get("addrtype") == "ipv4"), "")
        if ip in truth and any(s.get("state") == "open" for s in host.iter("state")):
            found += 1
            models += truth[ip].model in ElementTree.tostring(host, encoding="unicode")
    return seconds, found, models, None


def burst(runs: int, python: str) -> None:
    """Table 2."""
    devices = wsd_burst(500, first=BURST_FIRST)
    ours: list[tuple[int, float]] = []
    theirs: list[tuple[int, float]] = []
    missing = subprocess.run(
        [python, "-c", "import wsdiscovery"], capture_output=True, check=False
    ).returncode
    with Fleet(devices, networks=(BURST,), prefix=16) as running:
        for _ in range(runs):
            time.sleep(SETTLE_SECONDS)  # the responders still answer what the other tool asked
            ours.append(burst_camscan(running))
            if not missing:
                time.sleep(SETTLE_SECONDS)
                said = running.run(python, "-c", WSDISCOVERY, "4", timeout_seconds=120)
                _, addresses, took = json.loads(said)
                theirs.append((addresses, took))
    print("| tool | runs | of 500 found: least, median, most | runs with all | seconds (median) |")
    print("|---|---:|---:|---:|---:|")
    print(burst_row("camscan scan --probe ws-discovery", ours))
    if theirs:
        print(burst_row("WSDiscovery 2.1.2, searchServices(timeout=4)", theirs))
        print("\nNot like for like: camscan is a whole process, asks the group in four dialects and "
              "each address once more, and identifies; WSDiscovery asks the group, waits 4 s.")  # fmt: skip
    else:
        print(f"\nWSDiscovery: not run (not installed in {python}; pip install WSDiscovery)")


def burst_camscan(running: Fleet) -> tuple[int, float]:
    """(responders found, seconds of the whole process)."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "inventory.jsonl"
        began = time.monotonic()
        command = (sys.executable, "-m", "camscan", *CAMSCAN, "--probe", "ws-discovery", BURST_TARGETS)
        subprocess.run(
            (*running.scanner.prefix, *command, "-o", str(out)), check=True, env=child_environment()
        )
        seconds = time.monotonic() - began
        inventory = read(out.read_bytes().splitlines(keepends=True))
    known = {device.ip for device in running.devices}
    return len(known & {ip for device in inventory.devices for ip in device.addresses}), seconds


def row(name: str, results: list[Result], total: int) -> str:
    """One line of table 1."""
    times = [r.seconds for r in results]
    firsts = [r.first_seconds for r in results if r.first_seconds is not None]
    connections = [c for r in results for c in r.connections]
    return (
        f"| `{name}` | {len(results)} | {median(times):.1f}, {max(times):.1f} | "
        f"{f'{median(firsts):.2f} s' if firsts else '–'} | "
        f"{min(r.found for r in results)} of {total} | {min(r.models for r in results)} | "
        f"{median(connections):.0f}, {max(connections)} |"
    )


def burst_row(name: str, results: list[tuple[int, float]]) -> str:
    """One line of table 2."""
    counts = [count for count, _ in results]
    return (
        f"| `{name}` | {len(results)} | {min(counts)}, {median(counts):.0f}, {max(counts)} | "
        f"{sum(count == 500 for count in counts)} | {median(s for _, s in results):.1f} |"
    )


def median(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


if __name__ == "__main__":
    sys.exit(main())
