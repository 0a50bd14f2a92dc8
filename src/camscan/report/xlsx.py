"""Inventory → XLSX workbook: Summary, Devices, Findings, Unknown, Coverage. Needs the extra `xlsx`.

Rules: every text is written as a string, so nothing in it is ever a formula or a link; headers are frozen
and every sheet can be filtered. Why XlsxWriter: docs/decisions/0010-report-formats.md.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from camscan.errors import MissingExtra
from camscan.model.inventory import Inventory
from camscan.report import rows
from camscan.report.coverage_text import coverage_paragraphs
from camscan.report.language import language
from camscan.report.neutralise import safe_text
from camscan.report.next_steps import next_steps
from camscan.report.summary import Summary, summarise
from camscan.report.wording import disclaimer, headline, step_sentence

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_575
_COLUMNS = rows.choose([f"+{name}" for name in ("organisation", "department", "relation", "status", "notes")])
_WIDE = {
    "evidence": 60,
    "notes": 40,
    "serial": 28,
    "model": 24,
    "firmware": 24,
    "policies": 28,
    "device_id": 20,
}
_NUMBERS = frozenset({"confidence", "devices", "sites", "other_label", "targets", "responders"})


def render(inventory: Inventory) -> bytes:
    """The whole workbook. Raises MissingExtra when XlsxWriter is not installed."""
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra("XLSX needs XlsxWriter: pip install 'camscan[xlsx]'") from None
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": True,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": "Camera inventory", "author": "camscan"})
    book.set_calc_mode("manual")
    summary = summarise(inventory)
    _summary(book, summary)
    names = [column.name for column in _COLUMNS]
    _sheet(book, "Devices", names, rows.rows(rows.entries(inventory), _COLUMNS))
    _sheet(book, "Findings", _FINDING_HEADER, _findings(summary))
    unknown = (entry for entry in summary.entries if not entry.device.value("manufacturer"))
    _sheet(book, "Unknown", names, rows.rows(unknown, _COLUMNS))
    _sheet(book, "Coverage", ("run", "site", "targets", "responders", "complete", "what"), _coverage(summary))
    book.close()
    return out.getvalue()


def _sheet(book: Workbook, name: str, header: Sequence[str], lines: Iterable[Sequence[str]]) -> Worksheet:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bg_color": "#E3EEEF", "bottom": 1})
    for column, title in enumerate(header):
        sheet.set_column(column, column, _WIDE.get(title, max(11, len(title) + 3)))
    sheet.freeze_panes(1, 0)
    _write(sheet, 0, header, (), bold)
    numbers = [title in _NUMBERS for title in header]
    last = 0
    for last, line in enumerate(lines, 1):
        if last > MAX_ROWS:
            break
        _write(sheet, last, line, numbers)
    sheet.autofilter(0, 0, max(last, 1), len(header) - 1)
    return sheet


def _write(
    sheet: Worksheet, row: int, line: Sequence[str], numbers: Sequence[bool], style: Format | None = None
) -> None:
    for column, text in enumerate(line):
        if numbers and numbers[column]:
            sheet.write_number(row, column, float(text or 0), style)
        elif text:
            plain = len(text) < 1000 and text.isprintable()
            sheet.write_string(row, column, text if plain else safe_text(text), style)


def _summary(book: Workbook, summary: Summary) -> None:
    sheet = book.add_worksheet("Summary")
    words = language("en")
    title = book.add_format({"bold": True, "font_size": 16})
    bold = book.add_format({"bold": True, "bg_color": "#E3EEEF", "bottom": 1})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 4, 14)
    sheet.write_string(0, 0, headline(summary, words), title)
    row = 2
    for heading, tallies in (("made by", summary.makers), ("label", summary.brands)):
        _write(sheet, row, (heading, "devices", "under another label", "sites"), (), bold)
        for tally in tallies:
            row += 1
            line = (tally.name or "unknown", str(tally.devices), str(tally.other_label), str(tally.sites))
            _write(sheet, row, line, (False, True, True, True))
        row += 2
    _write(sheet, row, ("organisation", "devices", "sites", "match a policy", "maker unknown"), (), bold)
    for place in summary.organisations:
        row += 1
        counts = (place.devices, place.sites, place.listed, place.makers.get("", 0))
        totals = (place.name or "not named", *map(str, counts))
        _write(sheet, row, totals, (False, True, True, True, True))
    row += 2
    _write(sheet, row, ("what to do next",), (), bold)
    for step in next_steps(summary):
        row += 1
        sheet.write_string(row, 0, step_sentence(step, words))
    sheet.write_string(row + 2, 0, disclaimer(words))


_FINDING_HEADER = (
    "regime", "reference", "verdict", "known_exploited", "site", "ip", "brand", "manufacturer", "model",
    "wording", "basis", "confidence", "source", "effective", "action", "device_id",
)  # fmt: skip


def _findings(summary: Summary) -> Iterable[Sequence[str]]:
    for entry in summary.entries:
        value = entry.device.value
        for finding in entry.findings:
            yield (
                finding.regime,
                finding.reference,
                finding.verdict.value,
                "yes" if finding.known_exploited else "",
                entry.site.name or entry.site.id,
                entry.device.ip,
                value("brand"),
                value("manufacturer"),
                value("model"),
                finding.wording,
                finding.basis,
                rows.two_decimals(finding.confidence),
                finding.source,
                finding.effective.isoformat() if finding.effective else "",
                finding.action,
                entry.device.device_id,
            )


def _coverage(summary: Summary) -> Iterable[Sequence[str]]:
    words = language("en")
    for scan in summary.scans:
        coverage = scan.coverage
        site = scan.site.name or scan.site.id
        for text in coverage_paragraphs(scan, words):
            counts = (str(coverage.targets), str(coverage.responders))
            yield (scan.scan_id, site, *counts, "yes" if coverage.complete else "no", text)
