"""A command line with its own state, configuration and database, and a register with three cameras."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from camscan.cli.main import invoke
from camscan.store.engine import open_store


@dataclass
class Said:
    """What a command line said and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


def _inventories() -> ModuleType:
    path = Path(__file__).parents[1] / "store" / "store_inventories.py"
    spec = importlib.util.spec_from_file_location("store_inventories", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("store_inventories", module)
    spec.loader.exec_module(module)
    return module


make = _inventories()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the machine's own configuration or state is read or written."""
    for name in list(os.environ):
        if name.startswith("CAMSCAN_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("STATE", "CONFIG", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "etc"))
    return tmp_path


@pytest.fixture
def camscan(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line."""

    def run(*arguments: object) -> Said:
        code = invoke([str(each) for each in arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def register(home: Path) -> list[str]:
    """Two weekly scans of HQ; the ids of its cameras: one stays, one is flashed, one goes."""
    store = open_store()
    one = make.device("a", "10.0.0.1", mac="44:19:b6:00:00:01")
    two = make.device("b", "10.0.0.2", mac="44:19:b6:00:00:02", firmware="5.4")
    three = make.device("c", "10.0.0.3", serial="S3", brand="LTS", manufacturer="Dahua")
    first = make.keep(store, make.run(0), [one, two, three], [make.listed("c")], [make.heard(1)])
    flashed = make.device("b", "10.0.0.2", mac="44:19:b6:00:00:02", firmware="5.5")
    make.keep(store, make.run(1), [one, flashed], [make.listed("b")])
    store.close()
    return [each.device_id for each in first.inventory().devices]


@pytest.fixture
def hostile(home: Path) -> None:
    """A register with a camera whose model clears the screen, and which was flashed to no less."""
    store = open_store()
    camera = {"model": "\x1b[2J\x9b31m\u202e", "serial": "S1"}
    make.keep(store, make.run(0), [make.device("a", "10.0.0.1", **camera)])
    make.keep(store, make.run(1), [make.device("a", "10.0.0.1", firmware="\x1b[2J\x9b31m\u202e", **camera)])
    store.close()
