"""Settings: files in XDG order, variables, flags; each value knows its origin."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from camscan.cli import settings
from camscan.errors import UsageError

Cli = Callable[..., object]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def files(home: Path) -> tuple[Path, Path]:
    """The system's file and the user's."""
    return home / "etc" / "camscan" / "config.toml", home / "config" / "camscan" / "config.toml"


def test_the_stronger_wins_and_each_value_names_its_origin(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(files[0], 'db = "/system.db"\nsite = "SYS"\nretention_days = 10\nnot_seen_days = 3\n')
    write(files[1], 'site = "OWN"\nretention_days = 20\n[scan]\nexclude = ["10.0.0.9"]\n')
    monkeypatch.setenv("CAMSCAN_RETENTION_DAYS", "30")

    values = settings.load({"not_seen_days": 7, "db": None}).values

    assert ("/system.db", str(files[0])) == (values["db"].value, values["db"].origin)
    assert ("OWN", str(files[1])) == (values["site"].value, values["site"].origin)
    assert (30, "CAMSCAN_RETENTION_DAYS") == (values["retention_days"].value, values["retention_days"].origin)
    assert (7, "--not-seen-days") == (values["not_seen_days"].value, values["not_seen_days"].origin)
    assert (("10.0.0.9",), 3) == (values["scan.exclude"].value, values["scan.timing"].value)
    assert "default" == values["scan.timing"].origin


def test_the_first_of_several_system_directories_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        write(home / name / "camscan" / "config.toml", f'site = "{name}"\n')
    monkeypatch.setenv("XDG_CONFIG_DIRS", f"{home / 'one'}:{home / 'two'}")

    assert "one" == settings.load().get("site")


def test_a_named_file_is_the_only_one(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    write(files[1], 'site = "OWN"\n')
    monkeypatch.setenv("CAMSCAN_CONFIG", str(write(files[0].with_name("other.toml"), "not_seen_days = 1\n")))

    assert ("", 1) == (settings.load().get("site"), settings.load().get("not_seen_days"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("retention_day = 3\n", "there is no setting 'retention_day'; did you mean retention_days?"),
        ("[scan]\nmaxrate = 3\n", "there is no setting 'scan.maxrate'; did you mean scan.max_rate?"),
        ("[skan]\nx = 3\n", "there is no setting 'skan'"),
        ("retention_days = -1\n", "retention_days must be not below 0, not -1"),
        ('retention_days = "many"\n', "retention_days must be a number, not 'many'"),
        ("site = 5\n", "site must be a text, not 5"),
        ("site = true\nretention_days = true\n", "site must be a text"),
        ("[scan]\nexclude = [1]\n", "scan.exclude must be a list of texts"),
        ("site = \n", "is not TOML"),
    ],
)
def test_what_is_wrong_is_one_line_with_file_and_key(
    camscan: Cli, files: tuple[Path, Path], text: str, says: str
) -> None:
    write(files[1], text)

    said = camscan("config", "show")

    assert (2, 1) == (said.code, said.err.count("\n"))
    assert str(files[1]) in said.err
    assert says in said.err


def test_a_wrong_variable_is_named(camscan: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSCAN_SCAN_MAX_RATE", "fast")

    said = camscan("config", "show")

    assert "camscan: CAMSCAN_SCAN_MAX_RATE: scan.max_rate must be a number, not 'fast'\n" == said.err


def test_a_named_file_that_is_not_there_is_an_error(camscan: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSCAN_CONFIG", "/nowhere/config.toml")

    assert "named by CAMSCAN_CONFIG, does not exist" in camscan("config", "show").err


def test_passwords_in_urls_are_not_shown(camscan: Cli, files: tuple[Path, Path]) -> None:
    write(files[1], '[alerts.endpoints]\nops = "mailto://me:secret@example.org"\n')

    said = camscan("config", "show", "--origin", "--format", "json").out

    assert "secret" not in said
    row = next(each for each in json.loads(said) if each["key"] == "alerts.endpoints")
    assert {"key": "alerts.endpoints", "value": "ops = mailto://…", "origin": str(files[1])} == row


def test_a_wrong_secret_is_not_shown_either(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("CAMSCAN_ALERTS_ENDPOINTS", "secret")

    with pytest.raises(UsageError) as caught:
        settings.load()
    assert "secret" not in str(caught.value)


def test_a_table_in_a_variable(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("CAMSCAN_ALERTS_ENDPOINTS", "ops=json://h/?a=b log=syslog://")

    assert {"ops": "json://h/?a=b", "log": "syslog://"} == settings.load().get("alerts.endpoints")


def test_the_database_comes_from_the_settings(
    camscan: Cli, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMSCAN_DB", str(home / "mine.db"))

    camscan("sites", "add", "HQ")

    assert (home / "mine.db").exists()
    assert 0 == camscan("sites", "show", "HQ", "--db", home / "mine.db").code


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()

    for setting in settings.SETTINGS:
        assert f"`{setting.key}`" in text
        assert setting.variable in text
        assert setting.about in text
