"""`camscan devices`, `scans` and `alerts`: the register on the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., object]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_devices_are_listed_with_their_status(camscan: Cli, register: list[str]) -> None:
    said = rows(camscan("devices", "list", "--format", "csv").out)

    assert [("10.0.0.1", "active"), ("10.0.0.2", "active"), ("10.0.0.3", "missing")] == [
        (row["address"], row["status"]) for row in said
    ]
    assert register == [row["device_id"] for row in said]


@pytest.mark.parametrize(
    ("words", "addresses"),
    [
        (["--status", "missing"], ["10.0.0.3"]),
        (["--manufacturer", "dah"], ["10.0.0.3"]),
        (["--policy", "ndaa-889-a"], ["10.0.0.2", "10.0.0.3"]),
        (["--policy", "ndaa"], []),
        (["--site", "HQ", "--kind", "camera"], ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        (["--site", "LAB"], []),
        (["--conflicts"], []),
        (["--not-seen", "100000"], []),
    ],
)
def test_devices_are_filtered(
    camscan: Cli, register: list[str], words: list[str], addresses: list[str]
) -> None:
    said = camscan("devices", "list", "--format", "csv", *words).out

    assert addresses == [row["address"] for row in rows(said)]


def test_not_seen_without_a_number_uses_the_setting(
    camscan: Cli, register: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMSCAN_NOT_SEEN_DAYS", "1")

    assert 3 == len(json.loads(camscan("devices", "list", "--format", "json", "--not-seen").out))


def test_a_long_list_is_cut_and_says_so(camscan: Cli, register: list[str]) -> None:
    said = camscan("devices", "list", "--limit", "2")

    assert 3 == said.out.count("\n")
    assert "camscan: 2 of 3 devices; --all lists every one\n" == said.err


def test_a_device_is_shown_by_id_beginning_or_address(camscan: Cli, register: list[str]) -> None:
    shown = [camscan("devices", "show", name).out for name in (register[1], register[1][:9], "10.0.0.2")]

    assert 1 == len(set(shown))
    assert "2026-01-11  re-firmwared 5.4 → 5.5  (HQ-01)" in shown[0]
    assert "2026-01-04  first seen at 10.0.0.2  (HQ-00)" in shown[0]


def test_entries_are_set_shown_and_taken_back(camscan: Cli, register: list[str]) -> None:
    assert 0 == camscan("devices", "set", "10.0.0.3", "status=removed", "room=2.04", "note=a = b").code

    shown = camscan("devices", "show", "10.0.0.3").out
    assert all(word in shown for word in ("removed", "2.04", "a = b"))
    camscan("devices", "set", "10.0.0.3", "status=")
    assert "missing" in camscan("devices", "show", "10.0.0.3").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["10.0.0.3", "status"], "'status' is not NAME=VALUE; names are status,"),
        (["10.0.0.3", "colour=red"], "there is no entry 'colour'"),
        (["10.9.9.9", "note=x"], "there is no device '10.9.9.9'"),
        (["cam-", "note=x"], "write the whole id"),
    ],
)
def test_a_wrong_entry_is_one_line(camscan: Cli, register: list[str], words: list[str], says: str) -> None:
    said = camscan("devices", "set", *words)

    assert (2, 1) == (said.code, said.err.count("\n"))
    assert says in said.err


def test_the_list_is_edited_and_imported(camscan: Cli, register: list[str], tmp_path: Path) -> None:
    table = rows(camscan("devices", "list", "--format", "csv").out)
    table[0]["room"], table[2]["status"], table[2]["status_date"] = "1.01", "removed", "2026-02-01"
    file = tmp_path / "devices.csv"
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, table[0])
        writer.writeheader()
        writer.writerows(table)

    assert "camscan: 2 devices changed\n" == camscan("devices", "import", file).err

    after = rows(camscan("devices", "list", "--format", "csv").out)
    assert [("1.01", "active"), ("", "active"), ("", "removed")] == [
        (row["room"], row["status"]) for row in after
    ]


def test_a_bad_row_stops_the_whole_import(camscan: Cli, register: list[str], tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    file.write_text(f"device,room\n{register[0]},1.01\n10.9.9.9,2\n")

    said = camscan("devices", "import", file)

    assert 2 == said.code
    assert "devices.csv:3: there is no device '10.9.9.9'" in said.err
    assert "1.01" not in camscan("devices", "show", register[0]).out


def test_merge_and_split_are_shown(camscan: Cli, register: list[str]) -> None:
    one, two, _three = register
    merged = camscan("devices", "merge", one, two)
    assert f"camscan: {two} is now {one}; `camscan devices split {one} {two}` undoes it\n" == merged.err
    assert ["known", "as:", two] in [
        line.split() for line in camscan("devices", "show", one).out.splitlines()
    ]
    assert "2 of" not in camscan("devices", "list").err
    assert 2 == len(rows(camscan("devices", "list", "--format", "csv").out))

    assert f"camscan: {two} is a device of its own again\n" == camscan("devices", "split", one).err
    shown = camscan("devices", "show", one).out
    assert f"merge: {one} and {two}" in shown
    assert f"split: {one} and {two}" in shown


def test_what_a_device_says_cannot_move_the_cursor(camscan: Cli, hostile: None) -> None:
    assert "\x1b" not in camscan("devices", "list").out + camscan("devices", "show", "10.0.0.1").out


def test_scans_are_listed_and_written_again(camscan: Cli, register: list[str], tmp_path: Path) -> None:
    listed = rows(camscan("scans", "list", "--format", "csv").out)
    assert [("HQ-01", "finished", "2", "0"), ("HQ-00", "finished", "3", "1")] == [
        (row["scan_id"], row["state"], row["devices"], row["observations"]) for row in listed
    ]
    for name, devices in (("HQ-00", 3), ("latest", 2), ("register", 3)):
        file = tmp_path / f"{name}.jsonl"
        assert 0 == camscan("scans", "write", name, "-o", file).code
        kinds = [json.loads(line)["type"] for line in file.read_text().splitlines()]
        assert devices == kinds.count("device")


def test_pruning_says_how_many_scans(camscan: Cli, register: list[str]) -> None:
    said = camscan("scans", "prune", "--keep-days", "0")

    assert "camscan: dropped the observations of 1 scans\n" == said.err
    listed = rows(camscan("scans", "list", "--format", "csv").out)
    assert ["0", "dropped"] == [row["observations"] for row in listed]


def test_events_are_listed(camscan: Cli, register: list[str]) -> None:
    said = rows(camscan("alerts", "list", "--format", "csv").out)

    assert ["gone", "re-firmwared", "first-inventory"] == [row["kind"] for row in said]


@pytest.mark.parametrize(
    "words", [["list"], ["list", "--format", "json"], ["list", "--format", "csv"], ["show", "10.0.0.1"],
              ["show", "10.0.0.1", "--format", "json"]],
)  # fmt: skip
def test_what_a_camera_calls_itself_never_reaches_the_terminal_raw(
    camscan: Cli, hostile: None, words: list[str]
) -> None:
    said = camscan("devices", *words)

    assert 0 == said.code
    assert "[2J" in said.out
    assert not set(said.out) & set("\x1b\x9b\u202e")
