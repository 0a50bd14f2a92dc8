"""`camscan report` and `camscan export` from the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import simulated_audit

from camscan.cli.exits import Exit
from camscan.cli.main import invoke
from camscan.report import formats
from camscan.report.load import load


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, audit: simulated_audit.Audit) -> Path:
    path = tmp_path_factory.mktemp("report") / "audit.jsonl"
    formats.write(audit.inventory, path)
    return path


def test_each_output_gets_the_format_of_its_suffix(file: Path, tmp_path: Path) -> None:
    names = ["a.csv", "a.html", "a.md", "a.cdx.json"]
    code = invoke(["report", str(file), *(part for name in names for part in ("-o", str(tmp_path / name)))])
    assert Exit.OK == code
    held = load(file)
    assert all(
        (tmp_path / name).read_bytes() == formats.render(held, formats.by_path(name)) for name in names
    )


def test_a_format_goes_to_standard_output_alone(
    file: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert Exit.OK == invoke(["report", str(file), "--format", "au-2023"])
    out, err = capfdbinary.readouterr()
    assert formats.render(load(file), "au-2023") == out
    assert b"" == err


def test_a_policy_by_organisation_and_site(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = invoke(
        ["report", str(file), "--policy", "ndaa-889", "--by", "organisation,site", "--format", "csv"]
    )
    assert Exit.OK == code
    assert capsys.readouterr().out.startswith("organisation,site,devices,sites\r\n")


def test_a_policy_that_met_nothing_says_which_did(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    invoke(["report", str(file), "--policy", "uk-2022"])
    assert "policies there: advisory, ndaa-889-a, ndaa-889-b" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-o", "a.doc"], "known suffixes"),
        (["--format", "word"], "known formats"),
        (["--columns", "colour", "--format", "csv"], "known columns"),
        (["--lang", "tlh", "--format", "html"], "there are: en, ar"),
        (["--by", "site", "--format", "html"], "writes csv and md"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert Exit.USAGE == invoke(["report", str(file), *arguments])
    err = capsys.readouterr().err
    assert told in err
    assert 1 == err.count("\n")


def test_a_file_that_is_no_inventory_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("hello\n")
    assert Exit.USAGE == invoke(["report", str(path)])
    assert "line 1" in capsys.readouterr().err


def test_export_writes_pseudonyms_and_needs_a_key(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], audit: simulated_audit.Audit
) -> None:
    key, out = tmp_path / "key", tmp_path / "public.jsonl"
    assert Exit.USAGE == invoke(["export", str(file), "--pseudonymise", str(key), "-o", str(out)])
    assert "make a key" in capsys.readouterr().err
    key.write_bytes(bytes(32))
    assert Exit.OK == invoke(["export", str(file), "--pseudonymise", str(key), "-o", str(out)])
    assert len(audit.units) == len(load(out).devices)
    assert audit.units[0].serial not in out.read_text("utf-8")


def test_export_without_an_aim_says_so(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Exit.USAGE == invoke(["export", str(file)])
    assert "nothing to do" in capsys.readouterr().err


def test_netbox_without_a_token_says_where_it_goes(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NETBOX_TOKEN", raising=False)
    assert Exit.USAGE == invoke(["export", str(file), "--netbox", "http://127.0.0.1:9"])
    assert "NETBOX_TOKEN" in capsys.readouterr().err


def test_a_policy_nobody_knows_is_refused_with_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none.jsonl"
    formats.write(simulated_audit.audit(3, 1).inventory, file)

    assert invoke(["report", str(file), "--policy", "nonsense"]) == 2

    assert "no policy 'nonsense'; known here: " in capsys.readouterr().err


def test_a_known_policy_without_findings_is_one_line_and_no_empty_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none.jsonl"
    formats.write(replace(simulated_audit.audit(3, 1).inventory, findings=()), file)

    assert invoke(["report", str(file), "--policy", "qc-2023"]) == 0

    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
