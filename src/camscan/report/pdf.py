"""Inventory → PDF for filing: first page, findings, doubts, next steps, devices. Needs the extra `pdf`.

Rules: the richer print is the HTML page printed by any browser; this one needs no browser. Text goes through
`safe_text`; a script the fonts of this machine lack is shown as escapes, never left out silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import bidirectional

from camscan.errors import MissingExtra
from camscan.model.inventory import Inventory
from camscan.report.coverage_text import coverage_paragraphs
from camscan.report.language import Language
from camscan.report.language import language as language_of
from camscan.report.neutralise import safe_text
from camscan.report.next_steps import next_steps
from camscan.report.remarks import translated
from camscan.report.rows import Entry, hedged, instant, two_decimals
from camscan.report.summary import Summary, summarise
from camscan.report.wording import (
    disclaimer,
    doubts,
    headline,
    kind_name,
    number,
    percent,
    step_sentence,
    verdict_name,
)

if TYPE_CHECKING:
    from fpdf import FPDF

MAX_DEVICES = 5000
MAX_DETAILS = 40
FONTS = tuple(
    Path(folder) / name
    for folder in (
        "/usr/share/fonts/truetype/dejavu",
        "/usr/share/fonts/dejavu-sans-fonts",
        "/usr/share/fonts/TTF",
        "/Library/Fonts",
        "/System/Library/Fonts/Supplemental",
        "C:/Windows/Fonts",
    )
    for name in ("DejaVuSans.ttf", "Arial Unicode.ttf", "arial.ttf")
)
"""Fonts with more than Latin-1, the first that exists is used; without any, Helvetica."""


def render(inventory: Inventory, language: str = "en") -> bytes:
    """The whole document. Raises MissingExtra when fpdf2 (or, for right-to-left, uharfbuzz) is missing."""
    try:
        from fpdf import FPDF
    except ImportError:
        raise MissingExtra("PDF needs fpdf2: pip install 'camscan[pdf]'; or print the .html") from None
    words = language_of(language)
    scan = inventory.scan
    page = FPDF(format="A4")
    page.set_creation_date(scan.ended or scan.started)
    page.set_title("camscan")
    page.set_auto_page_break(auto=True, margin=15)
    paper = _Paper(page, words, next((path for path in FONTS if path.exists()), None))
    page.add_page()
    _write(paper, inventory, summarise(inventory), words)
    return bytes(page.output())


def _write(paper: _Paper, inventory: Inventory, summary: Summary, words: Language) -> None:
    _ = words.gettext
    scan = inventory.scan
    paper.line(f"{scan.site.name or scan.site.id}  {instant(scan.ended or scan.started)[:10]}", 9)
    paper.line(headline(summary, words), 18, bold=True)
    paper.heading(_("Who made them"))
    paper.table(
        (_("Made by"), _("Devices"), _("Share"), _("Another label"), _("Sites")),
        (5, 2, 2, 2, 2),
        (
            (
                tally.name or _("maker unknown"),
                number(tally.devices),
                percent(tally.devices, summary.devices),
                number(tally.other_label),
                number(tally.sites),
            )
            for tally in summary.makers
        ),
    )
    places = [place for place in summary.organisations if place.name]
    if places:
        paper.heading(_("Where they are"))
        paper.table(
            (_("Organisation"), _("Devices"), _("Sites"), _("Match a policy"), _("Unknown")),
            (5, 2, 2, 2, 2),
            (
                (p.name, number(p.devices), number(p.sites), number(p.listed), number(p.makers.get("", 0)))
                for p in places
            ),
        )
    _findings(paper, summary, words)
    paper.heading(_("Coverage and method"))
    for run in summary.scans[:MAX_DETAILS]:
        for text in coverage_paragraphs(run, words):
            paper.line(text, 9)
    paper.heading(_("What this audit could be wrong about"))
    for text in doubts(summary, words):
        paper.line(f"•  {text}", 9)
    paper.heading(_("What to do next"))
    for index, step in enumerate(next_steps(summary), 1):
        paper.line(f"{index}.  {step_sentence(step, words)}", 9.5)
        if step.details:
            more = (
                f" … (+{number(len(step.details) - MAX_DETAILS)})" if len(step.details) > MAX_DETAILS else ""
            )
            details = (translated(detail, words) for detail in step.details[:MAX_DETAILS])
            paper.line("; ".join(details) + more, 8)
    paper.heading(_("Every device"))
    header = (
        _("Address"),
        _("Site"),
        _("Type"),
        _("Made by"),
        _("Label"),
        _("Model"),
        _("Firmware"),
        _("Sure"),
    )
    shown = summary.entries[:MAX_DEVICES]
    if len(summary.entries) > MAX_DEVICES:
        text = _(  # one line, as the translator sees it
            "Only the first %(shown)s of %(all)s devices are listed here; all of them are in the CSV and the workbook."  # noqa: E501
        )
        paper.line(text % {"shown": number(len(shown)), "all": number(summary.devices)}, 9)
    paper.table(
        (*header, _("Findings")), (5, 4, 3, 3.5, 3.5, 5, 5, 1.6, 5), (_row(e, words) for e in shown), 6.5
    )


def _row(entry: Entry, words: Language) -> tuple[str, ...]:
    value = entry.device.value
    return (
        entry.device.ip,
        entry.site.name or entry.site.id,
        kind_name(value("kind"), words),
        value("manufacturer") or words.gettext("unknown"),
        value("brand"),
        value("model"),
        value("firmware"),
        two_decimals(entry.device.confidence),
        "; ".join(dict.fromkeys(map(hedged, entry.findings))),
    )


def _findings(paper: _Paper, summary: Summary, words: Language) -> None:
    _ = words.gettext
    paper.heading(_("Findings to act on first"))
    regimes = (*summary.policies, *summary.advisories)
    if not regimes:
        paper.line(_("No policy or advisory was applied, or none met a device."), 9)
        return
    paper.table(
        (_("Policy or advisory"), _("Devices"), _("Sites"), _("In force"), _("Source")),
        (4, 5, 1.5, 2.4, 5),
        (
            (
                regime.reference if regime in summary.advisories else regime.regime,
                ", ".join(
                    f"{number(n)} {verdict_name(v, words)}" for v, n in sorted(regime.verdicts.items())
                ),
                number(regime.sites),
                regime.effective.isoformat() if regime.effective else "",
                regime.source,
            )
            for regime in regimes
        ),
    )
    paper.line(disclaimer(words), 8)


class _Paper:
    """Lines and tables on pages, in the direction of the language."""

    def __init__(self, page: FPDF, words: Language, font: Path | None) -> None:
        self._page = page
        self._rtl = words.direction == "rtl"
        self._unicode = font is not None
        self._family = "camscan" if font else "Helvetica"
        if font:
            bold = font.with_name("DejaVuSans-Bold.ttf")
            page.add_font("camscan", "", font)
            page.add_font("camscan", "B", bold if bold.exists() else font)
            self._glyphs = frozenset(page.fonts["camscan"].cmap)  # type: ignore[union-attr]
        if self._rtl:
            try:
                page.set_text_shaping(use_shaping_engine=True, direction="rtl")
            except Exception as fault:  # fpdf2 raises its own type when uharfbuzz is missing
                raise MissingExtra("this language needs uharfbuzz: pip install 'camscan[pdf]'") from fault

    def line(self, text: str, size: float, *, bold: bool = False) -> None:
        """A paragraph."""
        self._page.set_font(self._family, "B" if bold else "", size)
        align = "R" if self._rtl else "L"
        text = self._safe(text, 4000)
        foreign = self._rtl and not any(bidirectional(ch) in ("R", "AL") for ch in text)
        if foreign:  # a sentence of another direction keeps its own, or its numbers and stops change places
            self._page.set_text_shaping(use_shaping_engine=True, direction="ltr")
        self._page.multi_cell(0, size * 0.5, text, align=align, new_x="LMARGIN", new_y="NEXT")
        if foreign:
            self._page.set_text_shaping(use_shaping_engine=True, direction="rtl")
        self._page.ln(1)

    def heading(self, text: str) -> None:
        """A heading with room above it."""
        if self._page.get_y() > 250:
            self._page.add_page()
        self._page.ln(4)
        self.line(text, 12.5, bold=True)

    def table(
        self,
        header: Sequence[str],
        shares: Sequence[float],
        lines: Iterable[Sequence[str]],
        size: float = 8.5,
    ) -> None:
        """Cells of one line, clipped to their column."""
        whole = self._page.epw / sum(shares)
        widths = [share * whole for share in shares]
        for index, line in enumerate([header, *lines]):
            self._page.set_font(self._family, "" if index else "B", size)
            cells = list(zip(line, widths, strict=True))
            for text, width in reversed(cells) if self._rtl else cells:
                self._cell(text, width, size)
            self._page.ln(size * 0.55)

    def _cell(self, text: str, width: float, size: float) -> None:
        text = self._safe(text, 120)
        room = width - 1.5
        if self._page.get_string_width(text) > room:
            while text and self._page.get_string_width(text + "…" if self._unicode else text) > room:
                text = text[:-1]
            text += "…" if self._unicode else ""
        self._page.cell(width, size * 0.5, text, align="R" if self._rtl else "L", border=0)

    def _safe(self, text: str, limit: int) -> str:
        text = safe_text(text, limit)
        if not self._unicode:
            for fancy, simple in (("–", "-"), ("’", "'"), ("“", '"'), ("”", '"'), ("…", "..."), ("•", "-")):
                text = text.replace(fancy, simple)
            return text.encode("latin-1", "backslashreplace").decode("latin-1")
        if text.isascii():
            return text
        return "".join(ch if ord(ch) in self._glyphs else f"\\u{ord(ch):04x}" for ch in text)
