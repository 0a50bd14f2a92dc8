"""Raw packets from made-up sources, in a namespace: true cameras are found, few others are named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from camscan.lab.attackers import words
from camscan.lab.attackers.datagrams import Impostor
from camscan.lab.device import LabDevice, Truth
from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, unavailable
from camscan.model.device import Kind
from camscan.report.load import load
from camscan.survey.admission import MAX_MISADDRESSED

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.skipif(os.geteuid() != 0, reason="raw packets need root"),
    pytest.mark.timeout(120),
]
NETWORK = "10.96.1"
PUBLIC = tuple(f"198.51.100.{number}" for number in range(1, 200))
PRIVATE = tuple(f"192.168.{number // 250}.{number % 250 + 1}" for number in range(1500))
ANSWER = words.sadp(
    DeviceType="IP Camera", DeviceDescription="DS-2CD2T47G1-L", SoftwareVersion="V5.6.5build 200316",
    DeviceSN="DS-2CD2T47G1-L20190522AAWRD2@number@",
)  # fmt: skip


def test_spoofed_sources_do_not_crowd_out_or_become_cameras(tmp_path: Path) -> None:
    honest = fleet(6, (NETWORK,))
    spoofer = Truth(f"{NETWORK}.200", "02:66:66:00:00:01", "spoofed", Kind.UNKNOWN, "", "", "")
    lies = Impostor(37020, ANSWER, (*PUBLIC, *PRIVATE), "239.255.255.250")
    with Fleet((*honest, LabDevice(spoofer, (lies,))), networks=(NETWORK,), witness=True) as running:
        running.run(
            "sh", "-c", '"$@"; code=$?; [ $code = 0 ] || [ $code = 3 ]', "sh",
            sys.executable, "-m", "camscan", "scan", f"{NETWORK}.2-{NETWORK}.7", "--no-store", "-q", "-n",
            "-o", str(tmp_path / "out.jsonl"),
        )  # fmt: skip
        seen = running.witnessed()
    inventory = load(tmp_path / "out.jsonl")
    found = {ip for device in inventory.devices for ip in device.addresses}
    assert {device.ip for device in honest} <= found
    assert set() == found & set(PUBLIC)
    assert len(found & set(PRIVATE)) <= MAX_MISADDRESSED
    assert all("misaddressed" in d.flags for d in inventory.devices if set(d.addresses) & set(PRIVATE))
    assert set() == set(seen["packets"]) & {*PUBLIC, *PRIVATE}, "a packet left the scope"
    assert any("makes them up" in text for text in inventory.scan.coverage.warnings)
