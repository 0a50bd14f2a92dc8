"""The command itself: what a mistyped word gets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from camscan.cli.main import invoke


def test_a_mistyped_command_is_answered_with_the_nearest_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["repotr"]) == 2

    assert "Did you mean report" in capsys.readouterr().err


def test_a_word_near_to_nothing_gets_no_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["zzzzzz"]) == 2

    assert "Did you mean" not in capsys.readouterr().err


def test_what_an_error_quotes_is_cut_where_a_stranger_may_have_written_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(f"id,{'x' * 100_000}\n")
    assert invoke(["sites", "import", str(file), "--db", str(tmp_path / "r.db")]) == 2

    assert len(capsys.readouterr().err) < 5000


@pytest.mark.parametrize("command", [["config", "show"], ["scan", "127.0.0.1", "--credentials"]])
def test_toml_nested_without_end_is_one_line(
    command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "deep.toml"
    file.write_text("x = " + "[" * 5000)
    if command[0] == "config":
        monkeypatch.setenv("CAMSCAN_CONFIG", str(file))
    else:
        command = [*command, str(file), "--no-store"]
    assert invoke(command) == 2

    assert "is not TOML" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["scan", "127.0.0.1", "--no-store"], ["import"]])
def test_an_output_that_is_no_file_is_refused_before_anything_is_done(
    command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Opening a pipe that nobody reads would wait without end."""
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    files = [__file__] if command == ["import"] else []
    assert invoke([*command, *files, "-o", str(pipe)]) == 2

    assert "it is no file" in capsys.readouterr().err


def test_a_user_without_a_home_is_told_what_to_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)

    def nobody(_user: object) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert invoke(["config", "show"]) == 0
    assert invoke(["devices", "list"]) == 1

    assert "set HOME" in capsys.readouterr().err


def test_a_number_longer_than_python_reads_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "long.toml").write_text(f"retention_days = {'9' * 5000}\n")
    monkeypatch.setenv("CAMSCAN_CONFIG", str(tmp_path / "long.toml"))
    assert invoke(["config", "show"]) == 2

    assert "is not TOML" in capsys.readouterr().err
