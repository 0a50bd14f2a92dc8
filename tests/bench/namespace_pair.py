"""Two network namespaces joined by one wire, no way out, for the benches: the far end is the kernel itself.

Rules: nothing of ours answers, so nothing of ours distorts: the far kernel owns the addresses (local routes),
refuses closed ports with RST and accepts open ones; addresses it does not own are dropped. `enter` starts the
program again inside; the namespaces end with the process.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

_CLONE_NEWNET = 0x40000000
_INSIDE = "CAMSCAN_BENCH_INSIDE"
LIMIT_SECONDS = 120
OURS, THEIRS = "10.99.0.1", "10.99.0.2"


def enter() -> None:
    """Start this program again in a namespace of its own, once; exits with the reason where that fails."""
    if os.environ.get(_INSIDE):
        return
    if sys.platform != "linux" or not shutil.which("unshare"):
        sys.exit("skipped: this bench needs Linux and unshare")
    flags = "-n" if os.geteuid() == 0 else "-Urn"
    os.environ[_INSIDE] = "1"
    os.execvp("unshare", ["unshare", flags, sys.executable, *sys.argv])


def ip_command(lines: Iterable[str]) -> None:
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines).encode(), check=True)


def build(*, owned: Sequence[str], listening: Sequence[tuple[str, int]] = (), on_link: str = "") -> str:
    """Make the pair; returns the far end's hardware address.

    owned: networks and addresses the far kernel answers for; on_link: our own address with its prefix when
    these lie on the wire itself, "" when they lie behind the far end as a router.
    """
    ready_in, ready_out = os.pipe()
    moved_in, moved_out = os.pipe()
    ip_command(["link set lo up", "link add va type veth peer name vb"])
    pid = os.fork()
    if pid == 0:
        system = ctypes.CDLL(None)
        system.prctl(1, signal.SIGKILL)
        system.unshare(_CLONE_NEWNET)
        os.write(ready_out, b"x")
        os.read(moved_in, 1)
        address = [] if on_link else [f"addr add {THEIRS}/30 dev vb"]
        ip_command(["link set lo up", *address, "link set vb address 02:00:00:00:be:ef", "link set vb up"])
        if on_link:  # answers to our own address must find their way back
            ip_command([f"route add {on_link.split('/')[0]}/32 dev vb"])
        ip_command(f"route add local {each} dev lo" for each in owned)
        kept = []
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        for pair in listening:
            kept.append(socket.create_server(pair, backlog=16))
        os.write(ready_out, b"y")
        murmur(on_link.split("/")[0] or OURS)
    os.close(ready_out)
    if os.read(ready_in, 1) != b"x":
        sys.exit("skipped: no second namespace may be made here")
    ip_command([f"link set vb netns {pid}"])
    os.write(moved_out, b"x")
    if os.read(ready_in, 1) != b"y":
        sys.exit("the far end did not start")
    if on_link:
        ip_command([f"addr add {on_link} dev va", "link set va up"])
    else:
        ip_command(
            [
                f"addr add {OURS}/30 dev va",
                "link set va up",
                f"route add default via {THEIRS}",
                f"neigh replace {THEIRS} lladdr 02:00:00:00:be:ef dev va",
            ]
        )
    return "02:00:00:00:be:ef"


def murmur(ip: str) -> None:
    """Five datagrams a second for ever: no network is silent, and masscan ends with the next packet only."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        while True:
            with contextlib.suppress(OSError):
                sock.sendto(b"", (ip, 9))
            time.sleep(0.2)


@dataclass
class Contestant:
    """One tool: commands run one after the other, and how many findings their output holds."""

    name: str
    commands: list[list[str]]
    count: Callable[[str], int]
    flags: str = ""
    wanted: int = 0
    """How many findings there are to make, where that is not what the others are to make."""
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ended_by_us: int = 0

    def run(self) -> None:
        """Once; user and system seconds of the commands and their children."""
        output, cpu, memory = [], 0.0, 0
        began = time.monotonic()
        for command in self.commands:
            with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
                child = subprocess.Popen(command, stdout=out, stderr=err)
                limit = threading.Timer(LIMIT_SECONDS, child.send_signal, [signal.SIGTERM])
                limit.start()
                _, status, usage = os.wait4(child.pid, 0)
                limit.cancel()
                self.ended_by_us += os.waitstatus_to_exitcode(status) == -signal.SIGTERM
                child.returncode = os.waitstatus_to_exitcode(status)
                out.seek(0)
                err.seek(0)
                output.append(out.read())
                if child.returncode:
                    self.notes.append(err.read().strip()[-200:])
            cpu += usage.ru_utime + usage.ru_stime
            memory = max(memory, usage.ru_maxrss // 1024)
        self.wall.append(time.monotonic() - began)
        self.cpu.append(cpu)
        self.memory.append(memory)
        self.found.append(self.count("\n".join(output)))

    def row(self, wanted: int) -> str:
        """One line of the table: medians, and the range in brackets."""

        def spread(values: Sequence[float]) -> str:
            return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"

        flags = self.flags
        if self.ended_by_us:
            flags += f"; {self.ended_by_us} did not end within {LIMIT_SECONDS} s and were ended by the bench"
        lost = [(self.wanted or wanted) - found for found in self.found]
        return (
            f"| {self.name} | {len(self.cpu)} | {spread(self.cpu)} | {spread(self.wall)} | "
            f"{statistics.median(lost):g} ({min(lost)}–{max(lost)}) | {max(self.memory)} | {flags} |"
        )


def compete(contestants: Sequence[Contestant], runs: int, wanted: int, title: str) -> None:
    """Everyone in turn, `runs` times, so that whatever else the machine does meets all alike."""
    load = os.getloadavg()[0]
    for _ in range(runs):
        for each in contestants:
            each.run()
    print(f"\n### {title}\n")
    print(f"load average before {load:.1f}, after {os.getloadavg()[0]:.1f}; {os.cpu_count()} processors\n")
    print("| tool | runs | CPU seconds, median (range) | wall seconds | lost | most MB | flags |")
    print("|---|---|---|---|---|---|---|")
    for each in contestants:
        print(each.row(wanted))
    for each in contestants:
        for note in dict.fromkeys(each.notes):
            print(f"note: {each.name}: {note}", file=sys.stderr)
    sys.stdout.flush()


def installed(name: str) -> bool:
    """Is the tool here? Says so when not."""
    if shutil.which(name):
        return True
    print(f"skipped: {name} is not installed", file=sys.stderr)
    return False
