"""What follows a stored scan: alerts, metrics, retention; nothing of it fails the scan."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.cli import database, settings
from camscan.store import events, scans
from camscan.store.engine import open_store

pytest.importorskip("apprise")


def test_metrics_are_written_and_a_dead_endpoint_is_a_warning(
    register: list[str], home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAMSCAN_ALERTS_ENDPOINTS", "ops=json://me:secret@127.0.0.1:1/")
    monkeypatch.setenv("CAMSCAN_PROMETHEUS_FILE", str(home / "camscan.prom"))
    monkeypatch.setenv("CAMSCAN_RETENTION_DAYS", "1")
    store = open_store()

    database.after_scan(store, settings.load())

    said = capsys.readouterr().err
    assert said.startswith("camscan: warning: alert endpoint ops: ")
    assert "secret" not in said
    assert (
        'camscan_devices{site="HQ",manufacturer="Hikvision",policy=""} 2'
        in (home / "camscan.prom").read_text()
    )
    assert [False, True] == [row.observations_dropped for row in scans.list_scans(store)]
    assert [("ops", 1)] == [(row.name, row.failures) for row in events.endpoints(store)]
    store.close()


def test_a_metrics_file_that_cannot_be_written_is_a_warning(
    register: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAMSCAN_PROMETHEUS_FILE", "/nowhere/camscan.prom")
    store = open_store()

    database.after_scan(store, settings.load())

    assert "camscan: warning: cannot write /nowhere/camscan.prom" in capsys.readouterr().err
    store.close()
