"""A tarpit that accepts all 65,535 ports, on one address and on every free one, beside honest cameras."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from camscan.lab.attackers.tarpit import answer_to
from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, Namespace, unavailable
from camscan.lab.process import child_environment
from camscan.model.device import CAMERA_KINDS
from camscan.report.load import load

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.skipif(os.geteuid() != 0, reason="raw frames need root"),
    pytest.mark.timeout(200),
]
NETWORK = "10.95.1"
HONEST = fleet(8, (NETWORK,))
MAC = "02:66:66:66:66:66"


@contextmanager
def tarpit(running: Fleet, ips: list[str]) -> Iterator[None]:
    """A namespace on the fleet's wire whose only process is the tarpit; its kernel has no address."""
    space = Namespace(running.router)
    try:
        space.sysctl({"ipv6/conf/all/disable_ipv6": "1"})
        running.router.ip(
            [f"link add pit0 type veth peer name pit1 netns {space.pid}", "link set pit0 master br0 up"]
        )
        space.ip([f"link set pit1 address {MAC}", "link set pit1 up"])
        command = (*space.prefix, sys.executable, "-m", "camscan.lab.attackers.tarpit", "pit1", MAC, *ips)
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_environment()
        )
        assert child.stdin
        assert child.stdout
        assert b"ready\n" == child.stdout.readline()
        try:
            yield
        finally:
            child.stdin.close()
            child.wait(timeout=10)
            child.stdout.close()
    finally:
        space.close()


@pytest.mark.parametrize("pits", [1, 60], ids=["one address", "sixty addresses"])
def test_a_tarpit_of_every_port_hides_nobody_and_is_no_camera(tmp_path: Path, pits: int) -> None:
    ips = [f"{NETWORK}.{number}" for number in range(100, 100 + pits)]
    out = tmp_path / "out.jsonl"
    with Fleet(HONEST, networks=(NETWORK,)) as running, tarpit(running, ips):
        for port in ("1", "65535", "40001"):
            connects = (
                "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).close()"
            )
            running.run(sys.executable, "-c", connects, ips[0], port)
        running.run(
            "sh", "-c", '"$@"; code=$?; [ $code = 0 ] || [ $code = 3 ]', "sh", sys.executable, "-m",
            "camscan", "scan", f"{NETWORK}.0/24", "--no-store", "-q", "-n", "-o", str(out),
            timeout_seconds=150,
        )  # fmt: skip
    inventory = load(out)
    found = {ip: device for device in inventory.devices for ip in device.addresses}
    assert [] == [
        (each.ip, each.truth.manufacturer)
        for each in HONEST
        if each.ip not in found or found[each.ip].value("manufacturer") != each.truth.manufacturer
    ]
    assert set(ips) <= set(found)
    assert [] == [ip for ip in ips if found[ip].kind in CAMERA_KINDS]
    assert any("tarpit" in note for note in found[ips[0]].notes)
    assert not inventory.scan.coverage.interrupted
    assert inventory.scan.ended
    assert (inventory.scan.ended - inventory.scan.started).total_seconds() < 120


def test_a_tarpit_answers_only_what_it_is_asked() -> None:
    mac, own = bytes.fromhex("026666666666"), frozenset({bytes([10, 95, 1, 100])})
    for frame in (
        b"",
        b"\0" * 13,
        b"\0" * 60,
        b"\xff" * 12 + b"\x08\x06" + b"\0" * 28,
        b"\xff" * 12 + b"\x08\x00" + b"\x4f" * 41,
    ):
        assert answer_to(frame, mac, own) is None
