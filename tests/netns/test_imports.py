"""nmap, masscan and tcpdump at work on the fleet that camscan scans: their files import to the same devices.

What a tool does not record cannot be imported, and these tests say what that is:

- tcpdump recorded the scan itself: everything, but what was said inside TLS 1.3;
- nmap `-sV --script` speaks no camera's discovery protocol and no ONVIF: cameras and makers, few models;
- masscan records no hardware address, and speaks RTSP when it is told the words (`--hello-string[554]`): all
  cameras, and with the ARP table beside it all makers.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from camscan import catalog
from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, unavailable
from camscan.model.device import CAMERA_KINDS, Device
from camscan.survey.imported import ImportRequest, import_files

from .conftest import by_address, scan_in

NETWORK = "10.77.1"
PORTS = "80,443,554,8000,8080,37777,34567"
SCRIPTS = "http-title,http-server-header,http-auth,ssl-cert,rtsp-methods,banner"
SAID_INSIDE_TLS = {"Axis": {"firmware", "serial"}}
"""What a maker tells over TLS 1.3 only, where no capture shows it."""

RTSP_HELLO = base64.b64encode(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n").decode()
"""docs/imports.md gives masscan these words."""

MASSCAN = ("masscan-1.json", "masscan-2.json")
NAMES = ("kind", "brand", "manufacturer", "model", "firmware", "serial")

pytestmark = [
    pytest.mark.netns,
    pytest.mark.timeout(400),
    pytest.mark.skipif(bool(unavailable()), reason=unavailable() or "-"),
    *(
        pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is not installed")
        for tool in ("nmap", "masscan", "tcpdump")
    ),
]


@dataclass(frozen=True)
class Recorded:
    """What a live scan found, by IPv4 address, and where the tools' files are."""

    live: dict[str, Device]
    folder: Path

    def cameras(self) -> dict[str, str]:
        """Address → maker."""
        return makers(self.live)


def makers(devices: dict[str, Device]) -> dict[str, str]:
    """Address → maker of every camera."""
    return {ip: device.value("manufacturer") for ip, device in devices.items() if device.kind in CAMERA_KINDS}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("recorded")
    with Fleet(fleet(20, (NETWORK,), bystanders=4), networks=(NETWORK,)) as running:
        dump = subprocess.Popen(
            (*running.scanner.prefix, "tcpdump", "-i", "lan0", "-U", "-B", "8192", "-Z", "root",
             "-w", str(folder / "live.pcap")),
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert dump.stderr
        while "listening" not in (line := dump.stderr.readline()):
            assert line, "tcpdump did not start"
        inventory = scan_in(running.scanner, folder, *running.targets, "--no-store")
        dump.terminate()
        dump.wait(timeout=10)
        dump.stderr.close()
        hosts = f"{NETWORK}.2-30"
        # The kernel has one neighbour table for all its namespaces: others' tests may push entries out.
        (folder / "neigh-1.json").write_text(running.run("ip", "-j", "neigh"))
        # Twice: on a busy machine banners come after masscan has given up.
        for number in (1, 2):
            running.run(
                "masscan", f"{NETWORK}.2-{NETWORK}.30", "-p", PORTS, "--banners", "-e", "lan0",
                "--rate", "500", "--adapter-ip", f"{NETWORK}.240", "--router-mac", "02-00-00-00-01-00",
                "--wait", "6", "--hello-string[554]", RTSP_HELLO,
                "-oJ", str(folder / f"masscan-{number}.json"),
            )  # fmt: skip
        running.run(
            "nmap", "-n", "-T5", "-sV", "--version-intensity", "1", "-p", PORTS, "--script", SCRIPTS,
            "--script-timeout", "4s", "-oX", str(folder / "nmap.xml"), hosts, timeout_seconds=300,
        )  # fmt: skip
        (folder / "neigh-2.json").write_text(running.run("ip", "-j", "neigh"))
    return Recorded(by_ipv4(by_address(inventory)), folder)


def by_ipv4(devices: dict[str, Device]) -> dict[str, Device]:
    return {ip: device for ip, device in devices.items() if ":" not in ip}


def imported(recorded: Recorded, *files: str) -> dict[str, Device]:
    paths = tuple(recorded.folder / file for file in files)
    return by_ipv4(by_address(import_files(ImportRequest(paths), catalog.load())))


def test_a_capture_of_the_scan_is_the_scan(recorded: Recorded) -> None:
    found = imported(recorded, "live.pcap")
    assert 20 == len(recorded.cameras())
    assert recorded.cameras() == makers(found)
    for ip, device in recorded.live.items():
        silent = SAID_INSIDE_TLS.get(device.value("manufacturer"), set())
        expected = {name: "" if name in silent else device.value(name) for name in NAMES}
        assert expected == {name: found[ip].value(name) for name in NAMES}, ip
        assert {each.mac for each in device.macs} <= {each.mac for each in found[ip].macs}, ip
        # A port that accepted nothing but the sweep's packet is in the capture, too.
        assert set(device.open_ports) <= set(found[ip].open_ports), ip


def test_nmap_names_the_same_cameras_and_makers(recorded: Recorded) -> None:
    found = imported(recorded, "nmap.xml")
    assert recorded.cameras() == makers(found)
    for ip, device in found.items():
        assert device.value("model") in ("", recorded.live[ip].value("model")), ip
        assert {each.mac for each in recorded.live[ip].macs} >= {each.mac for each in device.macs}, ip


def test_masscan_with_the_arp_table_names_the_same_makers_and_cameras(recorded: Recorded) -> None:
    found = imported(recorded, *MASSCAN, "neigh-1.json", "neigh-2.json")
    assert recorded.cameras() == makers(found)


def test_masscan_alone_invents_no_camera_and_no_maker(recorded: Recorded) -> None:
    found = makers(imported(recorded, *MASSCAN))
    # On a busy machine one or the other is not heard out; two makers of twenty show from the ARP table only.
    assert len(found) >= 16
    assert set(found) <= set(recorded.cameras())
    # i-PRO was a part of Panasonic and its devices still say so; that i-PRO makes them shows in the address.
    told = {(maker, recorded.cameras()[ip]) for ip, maker in found.items() if maker}
    assert {("Panasonic", "i-PRO")} >= {pair for pair in told if pair[0] != pair[1]}
