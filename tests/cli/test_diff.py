"""`camscan diff`: two scans, two dates, two files; exit 10 on what was named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., object]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(each["kind"], each["address"]) for each in json.loads(text)]


EXPECTED = [("re-firmwared", "10.0.0.2"), ("gone", "10.0.0.3")]


@pytest.mark.parametrize(
    "sides", [("HQ-00", "HQ-01"), ("HQ-00", "latest"), ("2026-01-04", "2026-03-01"), ("2026-01-05", "HQ-01")]
)
def test_scans_and_dates_are_compared(camscan: Cli, register: list[str], sides: tuple[str, str]) -> None:
    said = camscan("diff", *sides, "--format", "json")

    assert (0, EXPECTED) == (said.code, kinds(said.out))


def test_two_files_are_compared(camscan: Cli, register: list[str], tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.jsonl" for name in ("HQ-00", "HQ-01")]
    for file in files:
        camscan("scans", "write", file.stem, "-o", file)

    said = camscan("diff", *files, "--format", "json")

    assert (0, EXPECTED) == (said.code, kinds(said.out))


def test_text_and_csv_have_the_same_changes(camscan: Cli, register: list[str]) -> None:
    text = camscan("diff", "HQ-00", "HQ-01").out
    table = camscan("diff", "HQ-00", "HQ-01", "--format", "csv").out

    assert ["kind", "re-firmwared", "gone"] == [line.split()[0] for line in text.splitlines()]
    assert ["kind", "re-firmwared", "gone"] == [line.split(",")[0] for line in table.splitlines()]
    assert "no change\n" == camscan("diff", "HQ-01", "HQ-01").out


@pytest.mark.parametrize(
    ("sides", "words", "code"),
    [
        (("HQ-00", "HQ-01"), [], 0),
        (("HQ-00", "HQ-01"), ["any"], 10),
        (("HQ-01", "HQ-01"), ["any"], 0),
        (("HQ-00", "HQ-01"), ["new"], 0),
        (("HQ-01", "HQ-00"), ["new"], 10),
        (("HQ-00", "HQ-01"), ["listed"], 10),
        (("HQ-00", "HQ-01"), ["advisory", "unknown"], 0),
        (("HQ-00", "HQ-01"), ["advisory", "listed"], 10),
    ],
)
def test_the_exit_code_says_what_was_named(
    camscan: Cli, register: list[str], sides: tuple[str, str], words: list[str], code: int
) -> None:
    options = [part for word in words for part in ("--fail-on", word)]

    assert code == camscan("diff", *sides, *options).code


def test_a_waiver_excuses_until_its_last_day(camscan: Cli, register: list[str]) -> None:
    camscan("devices", "set", "10.0.0.2", "waiver-until=2999-12-31")
    assert 0 == camscan("diff", "HQ-00", "HQ-01", "--fail-on", "listed").code

    camscan("devices", "set", "10.0.0.2", "waiver-until=2020-12-31")
    assert 10 == camscan("diff", "HQ-00", "HQ-01", "--fail-on", "listed").code


def test_an_unknown_scan_is_one_line(camscan: Cli, register: list[str]) -> None:
    said = camscan("diff", "HQ-00", "HQ-99")

    assert (2, 1) == (said.code, said.err.count("\n"))
    assert "there is no scan 'HQ-99'" in said.err
