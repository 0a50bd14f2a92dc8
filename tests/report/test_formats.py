"""Suffixes, the one way to disk, and that every format survives everything."""

from __future__ import annotations

import errno
import gc
import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import simulated_audit
from rich.console import Console

import hostile
from camscan.errors import FileFormatError, OperationalError, UsageError
from camscan.model.inventory import Inventory
from camscan.report import cyclonedx, formats, jsonl, reference, table
from camscan.report.language import codes, language, read_po
from camscan.report.load import read
from camscan.report.wording import devices_text, percent

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("inventory.csv", "csv"),
        ("out/Inventory.JSONL", "jsonl"),
        ("a.ecs.jsonl", "ecs"),
        ("a.au-2023.csv", "au-2023"),
        ("a.cdx.json", "cyclonedx"),
        ("a.b.html", "html"),
        ("a.netbox.csv", "netbox"),
    ],
)
def test_the_longest_fitting_suffix_picks_the_format(path: str, name: str) -> None:
    assert name == formats.by_path(path).name


@pytest.mark.parametrize("path", ["inventory.doc", "inventory", ".csv", "inventory.json"])
def test_an_unknown_suffix_is_a_usage_error_that_lists_the_known_ones(path: str) -> None:
    with pytest.raises(UsageError, match=r"known suffixes: \.csv, \.jsonl, \.html"):
        formats.by_path(path)


def test_an_unknown_format_is_a_usage_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="known formats: csv, jsonl, html"):
        formats.render(hostile.inventory("a"), "word")


def test_columns_for_a_format_without_any_are_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no choice of columns"):
        formats.render(hostile.inventory("a"), "jsonl", columns=["ip"])


@pytest.mark.parametrize("form", formats.FORMATS, ids=lambda form: form.name)
def test_every_format_writes_a_hostile_inventory_and_an_empty_one(form: formats.Format) -> None:
    if form.name in ("xlsx", "pdf"):
        pytest.importorskip(
            {"xlsx": "rustpy_xlsxwriter", "pdf": "fpdf"}[form.name], reason="extra not installed"
        )
    content = formats.render(hostile.inventory(), form)
    assert content
    if form.text:
        shown = content.decode("utf-8")
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\x00"} & set(shown)
    from dataclasses import replace

    nothing = replace(hostile.inventory("a"), devices=(), findings=())
    assert isinstance(formats.render(nothing, form), bytes)


@pytest.mark.parametrize("form", formats.FORMATS, ids=lambda form: form.name)
def test_the_same_inventory_gives_the_same_file(form: formats.Format) -> None:
    if form.name in ("xlsx", "pdf"):
        pytest.importorskip(
            {"xlsx": "rustpy_xlsxwriter", "pdf": "fpdf"}[form.name], reason="extra not installed"
        )
    held = simulated_audit.audit(8, 4).inventory
    assert formats.render(held, form) == formats.render(held, form)


def test_a_file_is_replaced_in_one_step_and_no_part_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    formats.write(hostile.inventory("a"), path)
    assert path.read_bytes() == formats.render(hostile.inventory("a"), "csv")
    assert [path] == list(tmp_path.iterdir())


def test_a_full_disk_is_one_line_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    def full(*_asked: object, **_options: object) -> Iterator[bytes]:
        yield b"half of it"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(formats, "pieces", full)
    with pytest.raises(OperationalError, match=r"cannot write .*a\.csv: No space left on device"):
        formats.write(hostile.inventory("a"), path)
    assert "old" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="No such file or directory"):
        formats.write(hostile.inventory("a"), tmp_path / "no" / "a.csv")


# --- the references ---


def test_the_schema_and_the_generated_pages_are_current() -> None:
    for path, text in reference.files(ROOT).items():
        assert text == path.read_text(encoding="utf-8"), f"run python -m camscan.report.reference: {path}"


def test_every_key_of_the_file_has_its_meaning_written_down() -> None:
    for name, component in reference.schema()["$defs"].items():
        for key, about in component.get("properties", {}).items():
            assert key == "type" or about.get("description"), f"{name}.{key}"


# --- CycloneDX ---


@pytest.mark.parametrize("held", [simulated_audit.audit(60, 20).inventory, hostile.inventory()])
def test_cyclonedx_meets_its_schema(held: object) -> None:
    validation = pytest.importorskip(
        "cyclonedx.validation.json", reason="cyclonedx-python-lib is not installed"
    )
    from cyclonedx.schema import SchemaVersion

    content = cyclonedx.render(held)  # type: ignore[arg-type]
    fault = validation.JsonStrictValidator(SchemaVersion.V1_6).validate_str(content.decode("utf-8"))
    assert None is fault


def test_cyclonedx_has_each_device_with_its_firmware_and_never_more_than_the_verdict_says(
    audit: simulated_audit.Audit,
) -> None:
    document = json.loads(cyclonedx.render(audit.inventory))
    standing = [unit for unit in audit.units if unit.status != "removed"]
    assert len(standing) == len(document["components"])
    for unit, component in zip(standing, document["components"], strict=True):
        held = [each["version"] for each in component.get("components", ())]
        assert ([unit.firmware] if unit.firmware else []) == held
        assert unit.maker == component.get("manufacturer", {}).get("name", "")
    assert {"in_triage"} == {each["analysis"]["state"] for each in document["vulnerabilities"]}


# --- workbook ---


def workbook(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".xml")
        }


def test_the_workbook_has_five_sheets_frozen_and_filtered_and_no_formula(
    audit: simulated_audit.Audit,
) -> None:
    pytest.importorskip("rustpy_xlsxwriter", reason="the extra xlsx is not installed")
    for held in (audit.inventory, hostile.inventory()):
        parts = workbook(formats.render(held, "xlsx"))
        for name in ("Summary", "Devices", "Findings", "Unknown", "Coverage"):
            assert f'name="{name}"' in parts["xl/workbook.xml"]
        for number in (2, 3, 4, 5):
            sheet = parts[f"xl/worksheets/sheet{number}.xml"]
            assert 'state="frozen"' in sheet
            assert "<autoFilter" in sheet
        assert not any("<f>" in part or "<hyperlink" in part for part in parts.values())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine")
def test_the_workbook_opens_in_libreoffice_with_every_device(tmp_path: Path) -> None:
    pytest.importorskip("rustpy_xlsxwriter", reason="the extra xlsx is not installed")
    held = simulated_audit.audit(20, 5).inventory
    path = tmp_path / "a.xlsx"
    formats.write(held, path)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    command = ["soffice", profile, "--headless", "--convert-to", sheet, "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=110)
    text = next(tmp_path.glob("*.csv")).read_text("utf-8")
    assert all(device.ip in text for device in held.devices)


# --- languages ---


def test_every_language_translates_every_text_with_every_plural(tmp_path: Path) -> None:
    babel = pytest.importorskip("babel.messages.extract", reason="Babel is not installed")
    package = ROOT / "src/camscan/report"
    keywords = {**babel.DEFAULT_KEYWORDS, "n_": (1, 2)}
    methods = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
    wanted = set()
    for _, _, message, _, _ in babel.extract_from_dir(package, methods, keywords=keywords):
        wanted.add(message)
    assert len(wanted) > 100
    for code in codes()[1:]:
        texts = read_po((package / "locale" / f"{code}.po").read_text("utf-8"))
        forms = 6 if code == "ar" else 2
        for message in wanted:
            first = message if isinstance(message, str) else message[0]
            assert len(texts[first]) == (1 if isinstance(message, str) else forms), first
            assert all(texts[first]), first


def test_no_translation_drops_or_invents_a_placeholder() -> None:
    import re

    for code in codes()[1:]:
        texts = read_po((ROOT / f"src/camscan/report/locale/{code}.po").read_text("utf-8"))
        for message, translations in texts.items():
            held = set(re.findall(r"%\(\w+\)s|\{\w+\}", message))
            for index, translation in enumerate(translations if message else ()):
                used = set(re.findall(r"%\(\w+\)s|\{\w+\}", translation))
                spelled_out = len(translations) > 1 and index < 3  # "two devices" needs no number
                assert used == held or (spelled_out and used <= held), message


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "جهاز واحد"),
        (2, "جهازان"),
        (3, "3 أجهزة"),
        (11, "11 جهازًا"),
        (100, "100 جهاز"),
        (103, "103 أجهزة"),
    ],
)
def test_arabic_has_its_six_plural_forms(count: int, text: str) -> None:
    assert text == devices_text(count, language("ar"))


def test_an_unknown_language_is_a_usage_error_that_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="no language 'tlh'; there are: en, ar"):
        language("tlh")


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "0%"), (1, 1000, "<1%"), (1, 3, "33%"), (999, 1000, "99%"), (7, 7, "100%")],
)
def test_a_share_never_rounds_to_all_or_nothing(part: int, whole: int, text: str) -> None:
    assert text == percent(part, whole)


# --- the terminal ---


def printed(width: int, held: object) -> str:
    out = io.StringIO()
    table.print_report(Console(file=out, width=width, color_system=None), held)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 100, 160])
def test_no_device_moves_the_cursor_or_leaves_its_column(width: int) -> None:
    text = printed(width, hostile.inventory())
    assert not {"\x1b", "\x07", "\x9b", "\r", "\u202e"} & set(text)
    lines = text.split("\n")
    assert all(line.startswith("10.0.0.") for line in lines[1 : len(hostile.EVERYTHING) + 1])
    from rich.cells import cell_len

    assert all(cell_len(line) <= width for line in lines[: len(hostile.EVERYTHING) + 1])


def test_the_summary_ends_with_what_to_do_next(audit: simulated_audit.Audit) -> None:
    text = printed(120, audit.inventory)
    assert "873 devices found at 243 sites of 20 organisations." in text
    assert "segment 10.49.0.0/16 is unreachable: no route" in text
    assert text.index("Findings") < text.index("Coverage:") < text.index("What to do next")


def test_rows_can_be_added_as_devices_appear(audit: simulated_audit.Audit) -> None:
    out = io.StringIO()
    stream = table.TableStream(Console(file=out, width=100, color_system=None))
    stream.add(audit.inventory.devices[0])
    assert 2 == out.getvalue().count("\n")
    stream.add(audit.inventory.devices[1])
    assert 3 == out.getvalue().count("\n")
    assert out.getvalue().startswith("ip ")


def test_wide_characters_keep_the_columns_straight() -> None:
    from rich.cells import cell_len

    assert 10 == cell_len(table.fit("監視カメラ録画装置", 10))
    assert "  0.97" == table.fit("0.97", 6, right=True)


@pytest.mark.parametrize("held", [hostile.inventory(), simulated_audit.audit(9, 4).inventory])
def test_cyclonedx_written_in_pieces_is_the_document_written_whole(held: Inventory) -> None:
    for each in (held, replace(held, devices=(), findings=())):
        written = cyclonedx.render(each)
        document = json.loads(json.dumps(cyclonedx.document(each)))
        assert document == json.loads(written)
        assert list(document) == list(json.loads(written))
        assert json.dumps(document, indent=2).count("\n") + 1 == written.count(b"\n")


@pytest.mark.parametrize("enabled", [True, False])
def test_writing_and_reading_leave_the_cycle_collector_as_it_was(enabled: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        content = formats.render(simulated_audit.audit(2, 1).inventory, "jsonl")
        read(content.splitlines(keepends=True))
        with pytest.raises(FileFormatError):
            read([b"junk\n"])
        assert enabled == gc.isenabled()
    finally:
        (gc.enable if was else gc.disable)()


def test_a_text_that_many_devices_say_is_held_once_after_reading() -> None:
    held = read(jsonl.render(simulated_audit.audit(200, 1).inventory).splitlines(keepends=True))
    makers = [evidence.says for device in held.devices for evidence in device.claims["kind"].evidence]
    assert len(set(makers)) == len({id(text) for text in makers})


def test_a_pdf_that_lists_only_the_first_devices_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fpdf", reason="extra not installed")
    from camscan.report import pdf

    said: list[str] = []
    monkeypatch.setattr(pdf, "MAX_DEVICES", 3)
    monkeypatch.setattr(pdf._Paper, "line", lambda _self, text, *_a, **_k: said.append(text))
    pdf.render(simulated_audit.audit(9, 5).inventory)
    wanted = "Only the first 3 of 9 devices are listed here; all of them are in the CSV and the workbook."
    assert wanted in said


def test_a_link_that_waits_where_the_file_is_made_is_not_followed(tmp_path: Path) -> None:
    """In a folder where others write, too, the name of the temporary file can be guessed."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / f".out.csv.{os.getpid()}.part").symlink_to(victim)
    formats.write_bytes(tmp_path / "out.csv", b"report")
    assert "precious" == victim.read_text()
    assert b"report" == (tmp_path / "out.csv").read_bytes()
    assert not (tmp_path / "out.csv").is_symlink()
