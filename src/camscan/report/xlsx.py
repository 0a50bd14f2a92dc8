"""Inventory → XLSX workbook: Summary, Devices, Findings, Unknown, Coverage. Needs the extra `xlsx`.

Rules: every text is written as a string, so nothing in it is ever a formula or a link; headers are frozen
and every list can be filtered; rows are made as they are written. Why rustpy-xlsxwriter:
docs/decisions/0010-report-formats.md.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from camscan.errors import MissingExtra
from camscan.model.inventory import Inventory
from camscan.report import rows
from camscan.report.coverage_text import coverage_paragraphs
from camscan.report.language import language
from camscan.report.neutralise import MAX_CELL_CHARACTERS, safe_text
from camscan.report.next_steps import next_steps
from camscan.report.summary import Summary, summarise
from camscan.report.wording import disclaimer, headline, step_sentence

MAX_ROWS = 1_048_575
TITLE_ROWS = 2
_SHADE = "#E3EEEF"
_COLUMNS = rows.choose([f"+{name}" for name in ("organisation", "department", "relation", "status", "notes")])
_NAMES = tuple(column.name for column in _COLUMNS)
_WIDE = {
    "evidence": 60,
    "wording": 60,
    "basis": 40,
    "source": 40,
    "what": 80,
    "notes": 40,
    "serial": 28,
    "model": 24,
    "firmware": 24,
    "policies": 28,
    "device_id": 20,
    "first_seen": 20,
    "last_seen": 20,
    "mac": 18,
    "site": 20,
}
_NUMBERS = frozenset({"confidence", "targets", "responders"})
_SUMMARY_HEADER = ("made by", "devices", "under another label", "sites", " ")

_PAGE = {"landscape": True, "paper_size": 9, "fit_to_pages": (1, 0)}  # A4, all columns on one page

_Cell = str | float | int | None


def render(inventory: Inventory) -> bytes:
    """The whole workbook. Raises MissingExtra when rustpy-xlsxwriter is not installed."""
    try:
        from rustpy_xlsxwriter import Format, write_worksheets
    except ImportError:
        raise MissingExtra("XLSX needs rustpy-xlsxwriter: pip install 'camscan[xlsx]'") from None
    summary = summarise(inventory)
    title = headline(summary, language("en"))
    lines = list(_summary(summary))
    unknown = (entry for entry in summary.entries if not entry.device.value("manufacturer"))
    lists = {
        "Devices": (_NAMES, rows.rows(rows.entries(inventory), _COLUMNS)),
        "Findings": (_FINDING_HEADER, _findings(summary)),
        "Unknown": (_NAMES, rows.rows(unknown, _COLUMNS)),
        "Coverage": (_COVERAGE_HEADER, _coverage(summary)),
    }
    bold = Format().set_bold().set_background_color(_SHADE).set_border_bottom("thin")
    big = Format().set_bold().set_font_size(16.0)
    headings = {
        TITLE_ROWS + place: Format().set_bold().set_background_color(_SHADE)
        for place, (is_heading, _) in enumerate(lines, 1)
        if is_heading
    }
    sheets: list[tuple[str, Iterable[dict[str, _Cell]]]] = [
        ("Summary", [dict(zip(_SUMMARY_HEADER, line, strict=True)) for _, line in lines])
    ]
    sheets += [(name, _records(header, made)) for name, (header, made) in lists.items()]
    widths: dict[str, dict[str, float] | list[float]] = {
        name: [float(_WIDE.get(each, max(11, len(each) + 3))) for each in lists[name][0]] for name in lists
    }
    widths["Summary"] = [44.0, 14.0, 20.0, 14.0, 16.0]
    out = io.BytesIO()
    write_worksheets(
        sheets,
        out,
        float_format="0.00",
        header_format={"general": bold, "Summary": bold} | dict.fromkeys(lists, bold),
        header_row={"Summary": TITLE_ROWS},
        merge_ranges={"Summary": [(0, 0, 0, len(_SUMMARY_HEADER) - 1, title, big)]},
        row_formats={"Summary": headings},
        row_heights={"Summary": {0: 26.0}},
        page_setup=dict.fromkeys(("Summary", *lists), _PAGE),
        column_widths=widths,
        freeze_panes={name: {"row": 1, "col": 0} for name in lists},
        autofilter=dict.fromkeys(lists, True),
    )
    return out.getvalue()


def _records(header: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[dict[str, _Cell]]:
    """One record per line; a list without lines has one of empty cells, or its header would be missing."""
    numbers = [place for place, name in enumerate(header) if name in _NUMBERS]
    none = True
    for line in islice(lines, MAX_ROWS):
        none = False
        joined = "".join(line)
        plain = len(joined) < MAX_CELL_CHARACTERS and joined.isprintable()
        cells: list[_Cell] = [(text if plain else safe_text(text)) if text else None for text in line]
        for place in numbers:
            text = line[place] or "0"
            cells[place] = float(text) if "." in text else int(text)
        yield dict(zip(header, cells, strict=True))
    if none:
        yield dict.fromkeys(header)


def _summary(summary: Summary) -> Iterator[tuple[bool, tuple[_Cell, ...]]]:
    """(is a heading, five cells) for each row under the first heading."""
    words = language("en")
    blank = (False, (None,) * 5)
    for heading, tallies in (("", summary.makers), ("label", summary.brands)):
        if heading:
            yield True, (heading, "devices", "under another label", "sites", None)
        for tally in tallies:
            name = safe_text(tally.name) or "unknown"
            yield False, (name, tally.devices, tally.other_label, tally.sites, None)
        yield blank
    yield True, ("organisation", "devices", "match a policy", "sites", "maker unknown")
    for place in summary.organisations:
        name = safe_text(place.name) or "not named"
        yield False, (name, place.devices, place.listed, place.sites, place.makers.get("", 0))
    yield blank
    yield True, ("what to do next", None, None, None, None)
    for step in next_steps(summary):
        yield False, (step_sentence(step, words), None, None, None, None)
    yield blank
    yield False, (disclaimer(words), None, None, None, None)


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


_COVERAGE_HEADER = ("run", "site", "targets", "responders", "complete", "what")


def _coverage(summary: Summary) -> Iterable[Sequence[str]]:
    words = language("en")
    for scan in summary.scans:
        coverage = scan.coverage
        site = scan.site.name or scan.site.id
        for text in coverage_paragraphs(scan, words):
            counts = (str(coverage.targets), str(coverage.responders))
            yield (scan.scan_id, site, *counts, "yes" if coverage.complete else "no", text)
