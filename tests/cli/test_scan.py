"""The scan command as a person types it: bad words are one clear line, good words become a scope."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.cli.exits import Exit
from camscan.cli.main import invoke
from camscan.cli.targets import Asked, build_scope, parse_ports
from camscan.errors import UsageError


def outcome(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = invoke(list(arguments))
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["10.0.0.0/33"], "10.0.0.0/33"),
        (["8.8.8.8"], "--allow-public"),
        (["10.0.0.1", "-p", "0"], "ports run from 1"),
        (["10.0.0.1", "-p", "80-70"], "low to high"),
        (["10.0.0.1", "-p", "http"], "not a port"),
        (["10.0.0.1", "-p", "9100"], "printer ports"),
        (["10.0.0.1", "-e", "nosuch0"], "nosuch0"),
        (["10.0.0.1", "--exclude", "10.0.0.0/24"], "nothing is left"),
        (["10.0.0.1", "-o", "inventory.doc"], ".csv"),
        (["10.0.0.1", "--format", "doc"], "csv"),
        (["10.0.0.1", "-o", "/no/such/folder/x.csv"], "/no/such/folder"),
        (["-iL", "/no/such/file"], "/no/such/file"),
        (["@/no/such/file"], "/no/such/file"),
        (["10.0.0.1", "--credentials", "/no/such/file"], "/no/such/file"),
        (["10.0.0.1", "-T", "6"], "-T"),
        (["10.0.0.1", "--nonsense"], "--nonsense"),
        (["site:nowhere"], "nowhere"),
        (["127.0.0.1", "--max-time", "nan"], "--max-time"),
        (["127.0.0.1", "--max-rate", "nan"], "--max-rate"),
        (["127.0.0.1", "--site", "../../x"], "site id"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CAMSCAN_DB", str(tmp_path / "register.db"))
    code, said = outcome(capsys, "scan", "-q", *arguments)
    assert Exit.USAGE == code
    assert words in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()[-1]) < 400


def test_targets_come_from_words_files_and_comments(tmp_path: Path) -> None:
    listed = tmp_path / "targets.txt"
    listed.write_text("# the lab\n127.0.7.1  127.0.7.2 # two\n\n127.0.7.8-9\n")
    excluded = tmp_path / "not.txt"
    excluded.write_text("127.0.7.2\n")
    scope, links = build_scope(Asked(("127.0.9.1", f"@{listed}"), exclude_file=str(excluded)))
    assert ["127.0.7.1", "127.0.7.8", "127.0.7.9", "127.0.9.1"] == list(scope.addresses())
    assert ["lo"] == [link.name for link in links]


def test_standard_input_is_a_file_of_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("127.0.7.1\n127.0.7.2\n"))
    scope, _ = build_scope(Asked((), target_file="-"))
    assert 2 == len(scope)


def test_a_host_name_becomes_its_addresses() -> None:
    scope, _ = build_scope(Asked(("localhost",)))
    assert scope.permits("127.0.0.1")


def test_ports_keep_their_order_and_are_named_once() -> None:
    assert (443, 80, 81, 82) == parse_ports("443,80-82,81")
    assert () == parse_ports("")
    with pytest.raises(UsageError):
        parse_ports("80,,x")


def test_credentials_are_read_from_toml_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from camscan.cli.logins import load_logins
    from camscan.survey.logins import login_for

    file = tmp_path / "logins.toml"
    file.write_text(
        '[[login]]\nhosts = "10.0.0.0/24"\nuser = "auditor"\npassword = "planted-secret"\n'
        '[[login]]\nhosts = "10.0.0.7/32"\nuser = "narrow"\n'
    )
    file.chmod(0o600)
    monkeypatch.setenv("CAMSCAN_USER", "anywhere")
    monkeypatch.setenv("CAMSCAN_PASSWORD", "planted-too")
    logins, _ = load_logins(file, ask=False)
    assert ["auditor", "narrow", "anywhere"] == [
        login.user for ip in ("10.0.0.9", "10.0.0.7", "10.9.0.1") if (login := login_for(ip, logins))
    ]
    assert "planted" not in repr(logins)
    assert "" == capsys.readouterr().err


def test_a_credentials_file_that_others_can_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from camscan.cli.logins import load_logins

    file = tmp_path / "logins.toml"
    file.write_text('[[login]]\nuser = "auditor"\n')
    file.chmod(0o644)
    load_logins(file, ask=False)
    assert "chmod 600" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["not toml at all =", "[[login]]\n", '[[login]]\nuser = "x"\nhosts = "nowhere/99"\n']
)
def test_a_wrong_credentials_file_names_the_file_and_no_secret(text: str, tmp_path: Path) -> None:
    from camscan.cli.logins import load_logins

    file = tmp_path / "logins.toml"
    file.write_text(text + 'password = "planted-secret"\n')
    with pytest.raises(UsageError) as fault:
        load_logins(file, ask=False)
    assert "logins.toml" in str(fault.value)
    assert "planted" not in str(fault.value)


def test_doctor_says_what_each_lack_costs(capsys: pytest.CaptureFixture[str]) -> None:
    assert Exit.OK == invoke(["doctor"])
    said = capsys.readouterr().out
    assert "raw sockets" in said
    assert "file descriptors" in said
    assert Exit.OK == invoke(["doctor", "--json"])
    import json

    for row in json.loads(capsys.readouterr().out):
        assert row["available"] or row["cost"], row["name"]
