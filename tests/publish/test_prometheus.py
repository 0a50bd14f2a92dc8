"""The register as Prometheus text: escaped, one row per device in policy "", written whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from camscan.errors import OperationalError
from camscan.model.exchange import Outcome
from camscan.model.inventory import Coverage, ProbeCoverage, Scan, Site
from camscan.publish.prometheus import render
from camscan.publish.textfile import write_atomically

AT = datetime(2026, 1, 4, 2, 0, tzinfo=UTC)


def test_devices_scan_age_and_coverage() -> None:
    coverage = Coverage(254, 3, (ProbeCoverage("http", {Outcome.ANSWERED: 3, Outcome.SILENT: 251}),))
    scan = Scan("s", Site("HQ"), AT, AT, "0", "", coverage)
    counts = [("HQ", "Hikvision", "", 3, 1), ("HQ", "Hikvision", "ndaa-889-a", 3, 1)]

    lines = render(counts, [scan], AT + timedelta(hours=1)).splitlines()

    for line in (
        'camscan_devices{site="HQ",manufacturer="Hikvision",policy=""} 3',
        'camscan_devices{site="HQ",manufacturer="Hikvision",policy="ndaa-889-a"} 3',
        'camscan_devices_missing{site="HQ",manufacturer="Hikvision"} 1',
        'camscan_scan_timestamp_seconds{site="HQ"} 1767492000',
        'camscan_scan_age_seconds{site="HQ"} 3600',
        'camscan_scan_targets{site="HQ"} 254',
        'camscan_scan_responders{site="HQ"} 3',
        'camscan_scan_complete{site="HQ"} 1',
        'camscan_probe_targets{site="HQ",probe="http",outcome="silent"} 251',
    ):
        assert line in lines
    assert len([line for line in lines if line.startswith("# TYPE")]) == len(
        {line.split("{")[0] for line in lines if not line.startswith("#")}
    )


def test_what_a_device_says_cannot_end_a_label() -> None:
    text = render([("HQ", 'a"b\\c\nd\x00', "", 1, 0)], [], AT)

    assert 'manufacturer="a\\"b\\\\c\\nd�"' in text


def test_an_empty_register_is_an_empty_file() -> None:
    assert "" == render([], [], AT)


def test_a_file_is_replaced_whole_and_readable_for_all(tmp_path: Path) -> None:
    path = tmp_path / "camscan.prom"
    write_atomically(path, "one\n")
    write_atomically(path, "two\n")

    assert ("two\n", 0o644) == (path.read_text(), path.stat().st_mode & 0o777)
    assert [path] == list(tmp_path.iterdir())


def test_a_directory_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match=r"cannot write .*camscan\.prom: No such file or directory"):
        write_atomically(tmp_path / "none" / "camscan.prom", "x")
