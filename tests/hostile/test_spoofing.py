"""Raw packets from made-up sources, in a namespace: true cameras are found, few others are named."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from camscan.audit.sureness import SURE
from camscan.lab.attackers import words
from camscan.lab.attackers.datagrams import Impostor
from camscan.lab.device import LabDevice, Truth
from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, unavailable
from camscan.model.device import Kind
from camscan.model.finding import Verdict
from camscan.model.inventory import Inventory
from camscan.report.load import load
from camscan.survey.admission import MAX_MISADDRESSED
from camscan.survey.unconfirmed import NOTE

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.skipif(os.geteuid() != 0, reason="raw packets need root"),
    pytest.mark.timeout(180),
]
NETWORK = "10.96.1"
PUBLIC = tuple(f"198.51.100.{number}" for number in range(1, 200))
PRIVATE = tuple(f"192.168.{number // 250}.{number % 250 + 1}" for number in range(1500))
ANSWER = words.sadp(
    DeviceType="IP Camera", DeviceDescription="DS-2CD2T47G1-L", SoftwareVersion="V5.6.5build 200316",
    DeviceSN="DS-2CD2T47G1-L20190522AAWRD2@number@",
)  # fmt: skip


def scan(running: Fleet, folder: Path, *targets: str) -> tuple[Inventory, float, float]:
    """The inventory, the seconds it took and the megabytes at most."""
    report = folder / "usage"
    code = (
        "import re, sys\nfrom camscan.cli.main import invoke\ncode = invoke(sys.argv[2:])\n"
        "peak = re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]\n"
        "open(sys.argv[1], 'w').write(peak)\nsys.exit(0 if code == 3 else code)"
    )
    began = time.monotonic()
    running.run(
        sys.executable, "-c", code, str(report), "scan", *targets, "--no-store", "-q", "-n",
        "-o", str(folder / "out.jsonl"),
    )  # fmt: skip
    seconds = time.monotonic() - began
    return load(folder / "out.jsonl"), seconds, int(report.read_text()) / 1024


def forger(*sources: str) -> LabDevice:
    """Answers the group question of SADP as each of these, with a serial of its own."""
    spoofer = Truth(f"{NETWORK}.200", "02:66:66:00:00:01", "spoofed", Kind.UNKNOWN, "", "", "")
    return LabDevice(spoofer, (Impostor(37020, ANSWER, sources, "239.255.255.250"),))


def test_an_answer_forged_from_inside_the_scope_is_never_sure(tmp_path: Path) -> None:
    honest = fleet(6, (NETWORK,))
    free, bosch = f"{NETWORK}.99", honest[5]
    with Fleet((*honest, forger(free, bosch.ip)), networks=(NETWORK,)) as running:
        inventory, _, _ = scan(running, tmp_path, f"{NETWORK}.2-{NETWORK}.7", free)
    found = {ip: device for device in inventory.devices for ip in device.addresses}
    for each in honest[:5]:
        assert each.truth.manufacturer == found[each.ip].value("manufacturer")
        assert NOTE not in found[each.ip].notes
    forged, victim = found[free], found[bosch.ip]
    assert NOTE in forged.notes
    assert "Hikvision" == forged.value("manufacturer")
    assert forged.confidence < SURE
    assert victim.confidence < SURE, "two makers speak from one address"
    assert any("contradict" in note for note in victim.notes)
    flat = {each.device_id for each in inventory.findings if each.verdict is Verdict.MATCHES}
    assert not {forged.device_id, victim.device_id} & flat


def test_a_flood_from_inside_the_scope_ends_in_time_and_hides_nobody(tmp_path: Path) -> None:
    honest = fleet(6, (NETWORK,))
    sources = tuple(f"10.96.{2 + number // 250}.{number % 250 + 1}" for number in range(400))
    with Fleet((*honest, forger(*sources)), networks=(NETWORK,), prefix=22) as running:
        inventory, seconds, megabytes = scan(
            running, tmp_path, f"{NETWORK}.2-{NETWORK}.7", "10.96.2.0/23", "--max-rate", "20000"
        )
    found = {ip: device for device in inventory.devices for ip in device.addresses}
    assert {each.ip: each.truth.manufacturer for each in honest} == {
        each.ip: found[each.ip].value("manufacturer") for each in honest
    }
    flooded = [found[ip] for ip in sources if ip in found]
    assert flooded
    assert all(NOTE in device.notes and device.confidence < SURE for device in flooded)
    assert seconds < 100
    assert megabytes < 200


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
