"""A scan of the lab on loopback, with every raw right and a default route at hand, sends nothing outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from camscan.lab.namespace import Namespace, unavailable
from camscan.lab.process import child_environment
from camscan.report.load import load

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.skipif(os.geteuid() != 0, reason="raw rights are what is tested"),
    pytest.mark.timeout(180),
]
LOOPBACK = "127.77.0"
LAB = """
import sys
from camscan.lab.fleet import fleet
from camscan.lab.process import LabProcess
import json
with LabProcess(fleet(8, (sys.argv[1],))) as lab:
    print(json.dumps([[*key, moved] for key, moved in lab.port_map.items()]), flush=True)
    sys.stdin.read()
"""
COUNT = """
import select, socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
link.bind((sys.argv[1], 0))
print("ready", flush=True)
seen = []
while True:
    readable, _, _ = select.select([link, sys.stdin], [], [])
    if link in readable:
        frame, about = link.recvfrom(65535)
        seen.append(frame[:64].hex())
        continue
    break
print(len(seen), *seen[:5], flush=True)
"""


@pytest.fixture
def space() -> Iterator[Namespace]:
    """Loopback, and `out0` with an address and the default route; everything that leaves ends in a sink."""
    made = Namespace()
    try:
        made.sysctl({"ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1"})
        made.ip(
            [
                "link set lo up",
                "link add out0 type veth peer name sink0",
                "addr add 192.168.77.2/24 dev out0",
                "link set out0 up",
                "link set sink0 up arp off",
                "route add default via 192.168.77.1 dev out0",
                "neigh replace 192.168.77.1 lladdr 02:00:00:00:00:01 dev out0 nud permanent",
            ]
        )
        yield made
    finally:
        made.close()


def start(space: Namespace, code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (*space.prefix, sys.executable, "-c", code, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env=child_environment(),
    )  # fmt: skip


def stop(child: subprocess.Popen[str]) -> str:
    out, _ = child.communicate(timeout=20)
    return out


def frames_out(space: Namespace, *command: str) -> list[str]:
    """The number of frames that left while the command ran, and the first of them in hexadecimal."""
    counter = start(space, COUNT, "sink0")
    assert counter.stdout
    assert "ready\n" == counter.stdout.readline()
    done = subprocess.run(
        (*space.prefix, *command), capture_output=True, text=True, check=False, timeout=150,
        env=child_environment(),
    )  # fmt: skip
    seen = stop(counter).split()
    assert done.returncode in (0, 3), done.stderr[-2000:]
    return seen


def test_the_counter_counts(space: Namespace) -> None:
    spoken = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.1.1.1', 9))"
    assert "1" == frames_out(space, sys.executable, "-c", spoken)[0]


@pytest.mark.parametrize("rights", [(), ("--experimental",)], ids=["default", "experimental"])
def test_a_loopback_scan_sends_no_frame_out(
    space: Namespace, tmp_path: Path, rights: tuple[str, ...]
) -> None:
    lab = start(space, LAB, LOOPBACK)
    assert lab.stdout
    assert lab.stdout.readline().startswith("[")
    out = tmp_path / "out.jsonl"
    try:
        seen = frames_out(
            space, sys.executable, "-m", "camscan", "scan", f"{LOOPBACK}.1-{LOOPBACK}.20", "--no-store", "-q",
            "-n", "-o", str(out), *rights,
        )  # fmt: skip
    finally:
        stop(lab)
    assert ["0"] == seen
    assert load(out).devices, "the lab was not heard: the scan proves nothing"
