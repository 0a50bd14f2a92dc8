"""`camscan schedule`: units that systemd accepts, a crontab line that says the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from camscan.errors import UsageError
from camscan.publish import calendar, systemd

Cli = Callable[..., object]


@pytest.mark.parametrize(
    ("text", "unit", "cron"),
    [
        ("Sun 02:00", "Sun *-*-* 02:00:00", "0 2 * * 0"),
        ("sunday 2:00", "Sun *-*-* 02:00:00", "0 2 * * 0"),
        ("Mon..Fri 22:30", "Mon,Tue,Wed,Thu,Fri *-*-* 22:30:00", "30 22 * * 1,2,3,4,5"),
        ("Sat..Mon 04:05", "Mon,Sat,Sun *-*-* 04:05:00", "5 4 * * 0,1,6"),
        ("Mon,Thu 02:00", "Mon,Thu *-*-* 02:00:00", "0 2 * * 1,4"),
        ("daily 03:15", "*-*-* 03:15:00", "15 3 * * *"),
        ("03:15", "*-*-* 03:15:00", "15 3 * * *"),
        ("Mon..Sun 03:15", "*-*-* 03:15:00", "15 3 * * *"),
        ("1 04:00", "*-*-01 04:00:00", "0 4 1 * *"),
    ],
)
def test_a_time_is_the_same_for_systemd_and_cron(text: str, unit: str, cron: str) -> None:
    assert (unit, cron) == (calendar.parse(text).systemd(), calendar.parse(text).cron())


@pytest.mark.parametrize(
    "text",
    ["", "soon", "Sun", "25:00", "Sun 2:60", "Son 02:00", "29 02:00", "0 02:00", "Sun 02:00\n[Service]"],
)
def test_what_is_no_time_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(UsageError, match="--on"):
        calendar.parse(text)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("text", ["Sun 02:00", "Mon..Fri 22:30", "daily 03:15", "1 04:00", "Sat..Mon 04:05"])
def test_systemd_understands_the_time(text: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "calendar", calendar.parse(text).systemd()], capture_output=True, check=False
    )

    assert 0 == done.returncode


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("words", [["--system"], ["--system", "--run-as", "daemon"], ["--user"]])
def test_the_units_pass_systemd_analyze(
    camscan: Cli, tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    extra = ["--", "--max-rate", "50", "-o", "/tmp/100% $HOME.csv"]
    said = camscan(
        "schedule", "install", "--site", "HQ", "--on", "Sun 02:00", "--unit-dir", tmp_path, *words, *extra
    )
    assert 0 == said.code

    units = [str(tmp_path / f"camscan-HQ.{kind}") for kind in ("service", "timer")]
    mode = ["--user"] if words == ["--user"] else []
    done = subprocess.run(
        ["systemd-analyze", "verify", *mode, *units], capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_system_service_is_hardened(camscan: Cli, tmp_path: Path) -> None:
    camscan("schedule", "install", "--site", "HQ", "--on", "Sun 02:00", "--unit-dir", tmp_path, "--system")
    unit = tmp_path / "camscan-HQ.service"
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=30", str(unit)],
        capture_output=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout
    lines = unit.read_text().splitlines()
    for line in ("DynamicUser=yes", "AmbientCapabilities=CAP_NET_RAW", "CapabilityBoundingSet=CAP_NET_RAW"):
        assert line in lines
    for line in ("StandardOutput=journal", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert line in lines


def test_what_is_installed_is_listed_and_removed(camscan: Cli, tmp_path: Path) -> None:
    place = ["--unit-dir", tmp_path]
    camscan("schedule", "install", "--site", "HQ", "--on", "Sun 02:00", *place)
    (tmp_path / "camscan-other.timer").write_text("[Timer]\nOnCalendar=daily\n")

    listed = camscan("schedule", "list", "--format", "csv", *place).out
    assert ["site,on,unit", f"HQ,Sun *-*-* 02:00:00,{tmp_path}/camscan-HQ.timer"] == listed.splitlines()

    assert 0 == camscan("schedule", "remove", "--site", "HQ", *place).code
    assert ["camscan-other.timer"] == sorted(
        path.name for path in tmp_path.iterdir() if path.name.startswith("camscan-")
    )
    refused = camscan("schedule", "remove", "--site", "other", *place)
    assert (2, 1) == (refused.code, refused.err.count("\n"))


def test_a_crontab_line_is_printed(camscan: Cli) -> None:
    said = camscan(
        "schedule", "install", "--site", "HQ", "--on", "Mon 02:05", "--cron", "--", "-o", "a 100%.csv"
    )

    assert said.out.startswith("5 2 * * 1 /")
    assert said.out.endswith("scan site:HQ --save --quiet -o 'a 100\\%.csv'\n")


def test_a_word_that_would_begin_another_line_of_the_crontab_is_refused(camscan: Cli) -> None:
    words = ("schedule", "install", "--site", "HQ", "--on", "Mon 02:05", "--cron", "--", "-o")
    said = camscan(*words, "a.csv\n* * * * * another_line")
    assert (2, "") == (said.code, said.out)


def test_units_are_printed_and_nothing_is_written(camscan: Cli, home: Path) -> None:
    said = camscan("schedule", "install", "--site", "HQ", "--on", "Mon 02:05", "--print", "--user")

    assert "OnCalendar=Mon *-*-* 02:05:00" in said.out
    assert not (home / "config").exists()


def test_a_site_that_could_leave_its_file_name_is_refused(camscan: Cli, tmp_path: Path) -> None:
    said = camscan("schedule", "install", "--site", "../x", "--on", "02:00", "--unit-dir", tmp_path)

    assert 2 == said.code
    assert [] == [path for path in tmp_path.iterdir() if path.suffix in (".service", ".timer")]


def test_a_command_line_is_quoted_for_systemd() -> None:
    schedule = systemd.Schedule("HQ", calendar.parse("02:00"), ("/usr/bin/camscan", 'a "b" $HOME 100%\\'))

    assert 'ExecStart=/usr/bin/camscan "a \\"b\\" $$HOME 100%%\\\\"' in systemd.service(schedule)
