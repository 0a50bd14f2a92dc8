"""The register or the alert endpoint goes away while a scan runs: the scan's own result is not lost."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from camscan.cli.exits import Exit
from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, unavailable
from camscan.lab.process import child_environment
from camscan.report.load import load

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.timeout(180),
]
COUNT = 5
TARGETS = f"10.94.1.2-10.94.1.{COUNT + 1}"


def postgres_server() -> ModuleType:
    path = Path(__file__).parents[1] / "store" / "postgres_server.py"
    spec = importlib.util.spec_from_file_location("camscan_test_postgres_server", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def running() -> Iterator[Fleet]:
    with Fleet(fleet(COUNT, ("10.94.1",)), networks=("10.94.1",)) as made:
        yield made


def start(running: Fleet, folder: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    environment = {**child_environment(), "HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
                   "XDG_DATA_HOME": str(folder), "NO_COLOR": "1", **more}  # fmt: skip
    return subprocess.Popen(
        (*running.scanner.prefix, sys.executable, "-m", "camscan", "scan", TARGETS, "-n",
         "-o", str(folder / "out.jsonl"), "-o", str(folder / "out.csv"), *words),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def after_first_device(process: subprocess.Popen[str], file: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and b'"type":"device"' in file.read_bytes():
            return
        time.sleep(0.02)
    pytest.fail(f"no device was written in time: {process.communicate()}")


def nothing_is_lost(process: subprocess.Popen[str], folder: Path) -> tuple[int, str]:
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in out + err, err
    kept = load(folder / "out.jsonl")
    assert COUNT == len(kept.devices)
    assert kept.scan.coverage.complete
    assert COUNT + 1 == len((folder / "out.csv").read_text().splitlines())
    return process.returncode, err


@pytest.mark.parametrize("save", [True, False], ids=["asked for", "configured"])
def test_postgresql_killed_while_scanning(running: Fleet, tmp_path: Path, save: bool) -> None:
    postgres = postgres_server()
    if reason := postgres.why_not():
        pytest.skip(reason)
    with postgres.server() as url:
        folder = Path(url.partition("host=")[2])
        process = start(
            running, tmp_path, *(["--save", "--db", url] if save else []),
            **({} if save else {"CAMSCAN_DB": url}),
        )  # fmt: skip
        after_first_device(process, tmp_path / "out.jsonl")
        os.kill(int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGQUIT)
        code, err = nothing_is_lost(process, tmp_path)
    assert Exit.OPERATIONAL == code, err
    assert 1 == err.count("register"), err
    assert "password" not in err.lower()


def test_a_register_of_sqlite_that_cannot_be_written(running: Fleet, tmp_path: Path) -> None:
    blocked = tmp_path / "no-folder" / "register.db"
    blocked.parent.write_text("a file where a folder should be")
    process = start(running, tmp_path, "--save", "--db", str(blocked))
    out, err = process.communicate(timeout=120)
    assert process.returncode in (Exit.OPERATIONAL, Exit.USAGE), err
    assert "Traceback" not in out + err
    assert str(blocked) in err or str(blocked.parent) in err


def test_an_alert_endpoint_that_is_away_is_a_warning(running: Fleet, tmp_path: Path) -> None:
    pytest.importorskip("apprise", reason="the extra alerts is not installed")
    (tmp_path / "camscan").mkdir()
    config = tmp_path / "camscan" / "config.toml"
    config.write_text(
        '[alerts]\non = ["all"]\n[alerts.endpoints]\nops = "json://user:alertSECRET@127.0.0.1:9/hook"\n'
    )
    config.chmod(0o600)
    process = start(running, tmp_path, "--save", CAMSCAN_CONFIG=str(config))
    code, err = nothing_is_lost(process, tmp_path)
    assert Exit.OK == code, err
    assert 1 == err.count("alert endpoint ops"), err
    assert "its events stay owed" in err
    assert "alertSECRET" not in err
