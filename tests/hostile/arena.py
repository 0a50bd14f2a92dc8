"""Fifty honest cameras beside attackers, and a scan of all of them in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camscan.lab.attackers.gang import Victims, attackers
from camscan.lab.device import LabDevice, Truth
from camscan.lab.fleet import fleet
from camscan.lab.process import LabProcess, child_environment
from camscan.lab.services.tripwire import Tripwire
from camscan.model.device import Kind
from camscan.model.inventory import Inventory
from camscan.report.load import load

ONVIF_WHERE_NONE_IS = ("POST /onvif/device_service", "POST /x", "POST /")
"""The lab's plain web servers log every POST; the ONVIF question is one that docs/safety.md announces, and it
goes to the path that a device names for it, at the device's own address (`odd-pointers`)."""

HERE = Path(__file__).parent
NETWORK = "127.166.0"
EXCLUDED = "127.166.1.1"
STRANGER = "127.166.2.1"
ABSENT = f"{NETWORK}.99"
HONEST = fleet(50, (NETWORK,))


@dataclass(frozen=True)
class Scanned:
    """One scan of the gang: what it wrote, said and took, and what the lab saw of it."""

    honest: tuple[LabDevice, ...]
    gang: tuple[LabDevice, ...]
    inventory: Inventory
    folder: Path
    stdout: bytes
    stderr: bytes
    seconds: float
    megabytes: float
    log: dict[str, Any]


def watcher(ip: str) -> LabDevice:
    """An address that only notices who touches it."""
    return LabDevice(Truth(ip, "02:66:66:00:01:01", "watcher", Kind.UNKNOWN, "", "", ""), (Tripwire(),))


def whole_gang(*only: str) -> tuple[LabDevice, ...]:
    """Every attacker, or those of these names; they point at, and steal the names of, the honest ones."""
    victims = Victims(
        honest=HONEST[0].ip,
        absent=ABSENT,
        excluded=EXCLUDED,
        stranger=STRANGER,
        macs=tuple(each.truth.mac for each in HONEST),
        serials=tuple(each.truth.serial for each in HONEST),
    )
    return tuple(each for each in attackers(NETWORK, victims) if not only or each.truth.hostname in only)


def scan_all(
    folder: Path,
    *,
    honest: tuple[LabDevice, ...] = HONEST,
    gang: tuple[LabDevice, ...] = (),
    neighbours: bool = True,
    exclude: tuple[str, ...] = (),
) -> Scanned:
    """Scan honest cameras and attackers; neighbours: the MACs on the wire are known (one segment).

    An exclusion on loopback switches every group question off, since each address shares its link.
    """
    watched = (EXCLUDED, STRANGER)
    with LabProcess((*honest, *gang, *map(watcher, watched)), excluded=watched) as lab:
        order = {
            "folder": str(folder),
            "targets": [each.ip for each in (*honest, *gang)] + [ABSENT, *exclude],
            "exclude": list(exclude),
            "neighbours": {each.ip: each.truth.mac for each in (*honest, *gang)} if neighbours else {},
            "port_map": [[*key, moved] for key, moved in lab.port_map.items()],
            "experimental": True,
        }
        done = subprocess.run(
            [sys.executable, str(HERE / "scan_child.py")],
            input=json.dumps(order).encode(),
            capture_output=True,
            env=child_environment(),
            check=False,
            timeout=170,
        )
        log = lab.log()
    log["forbidden"] = [each for each in log["forbidden"] if each[2] not in ONVIF_WHERE_NONE_IS]
    assert done.returncode in (0, 3), done.stderr.decode()[-4000:]
    figures = json.loads((folder / "figures.json").read_text())
    return Scanned(
        honest,
        gang,
        load(folder / "inventory.jsonl"),
        folder,
        done.stdout,
        done.stderr,
        figures["seconds"],
        figures["megabytes"],
        log,
    )
