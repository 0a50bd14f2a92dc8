"""Fifty honest cameras beside every attacker, and a scan of all of them in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from camscan.lab.attackers.gang import Victims, attackers
from camscan.lab.device import LabDevice, Truth
from camscan.lab.fleet import fleet
from camscan.lab.process import LabProcess, child_environment
from camscan.lab.services.tripwire import Tripwire
from camscan.model.device import Kind
from camscan.model.inventory import Inventory
from camscan.report.load import load

HERE = Path(__file__).parent
NETWORK = "127.166.0"
EXCLUDED = "127.166.1.1"
STRANGER = "127.166.2.1"
ABSENT = f"{NETWORK}.99"


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


def victims_of(honest: tuple[LabDevice, ...]) -> Victims:
    """Whom the attackers point at, and whose names they steal."""
    return Victims(
        honest=honest[0].ip,
        absent=ABSENT,
        excluded=EXCLUDED,
        stranger=STRANGER,
        macs=tuple(each.truth.mac for each in honest),
        serials=tuple(each.truth.serial for each in honest),
    )


def scan_all(
    folder: Path, *, with_gang: bool = True, neighbours: bool = True, exclude: tuple[str, ...] = ()
) -> Scanned:
    """Scan the honest cameras and the gang; neighbours: the MACs on the wire are known (one segment).

    An exclusion on loopback switches every group question off, since each address shares its link.
    """
    honest = fleet(50, (NETWORK,))
    gang = attackers(NETWORK, victims_of(honest)) if with_gang else ()
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


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanned]:
    yield scan_all(tmp_path_factory.mktemp("hostile"), neighbours=True)
