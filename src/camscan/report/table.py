"""The terminal: a table that grows as devices appear, then its sum, what was not reached, what to do.

Rules: every text is made visible and clipped to its column before it is printed, so no device ever moves
the cursor or opens markup; colour only where rich allows it (NO_COLOR, not a terminal).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from camscan.model.device import CAMERA_KINDS, Device
from camscan.model.exchange import Outcome
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Inventory, Scan, Site
from camscan.report.coverage_text import ran_in_part
from camscan.report.language import Language, language
from camscan.report.neutralise import ELLIPSIS, safe_text
from camscan.report.next_steps import next_steps
from camscan.report.rows import Entry, hedged, two_decimals
from camscan.report.summary import SURE, Summary, summarise, wears_another_label
from camscan.report.wording import headline, kind_name, number, percent, step_sentence

MAX_DETAILS = 4
MAX_COLUMN = 48


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    least: int
    most: int
    right: bool = False
    from_width: int = 0  # shown only on terminals at least this wide


_COLUMNS = (
    _Column("ip", 13, 21),
    _Column("type", 8, 12, from_width=56),
    _Column("brand", 9, 14, from_width=68),
    _Column("made by", 9, 16),
    _Column("model", 12, 26),
    _Column("firmware", 10, 24, from_width=100),
    _Column("mac", 17, 17, from_width=124),
    _Column("sure", 4, 4, right=True, from_width=76),
    _Column("findings", 8, 40, from_width=88),
)
_GAP = 2


def _layout(width: int) -> list[tuple[_Column, int]]:
    shown = [column for column in _COLUMNS if width >= column.from_width]
    spare = width - sum(column.least + _GAP for column in shown)
    sizes = {column.title: column.least for column in shown}
    while spare > 0:
        growing = [column for column in shown if sizes[column.title] < column.most]
        if not growing:
            break
        for column in growing[:spare]:
            sizes[column.title] += 1
        spare -= min(spare, len(growing))
    return [(column, max(3, sizes[column.title])) for column in shown]


class TableStream:
    """Prints the header, then one line per `add`; use one stream per table."""

    def __init__(self, console: Console, words: Language | None = None) -> None:
        self._console = console
        self._words = words or language("en")
        self._layout = _layout(console.width)
        self._begun = False

    def add(self, device: Device, findings: Iterable[Finding] = ()) -> None:
        """Print one device; what is no camera is left out."""
        if device.kind not in CAMERA_KINDS:
            return
        if not self._begun:
            self._begun = True
            self._console.print(self._line([column.title for column, _ in self._layout], ["bold"] * 9))
        texts, styles = self._cells(Entry(device, Site(""), tuple(findings)))
        self._console.print(self._line(texts, styles))

    def _cells(self, entry: Entry) -> tuple[list[str], list[str]]:
        device = entry.device
        maker = device.value("manufacturer")
        unsure = bool(maker) and device.confidence < SURE
        matches = any(finding.verdict is Verdict.MATCHES for finding in entry.findings)
        cells = {
            "ip": (device.ip, ""),
            "type": (kind_name(device.value("kind"), self._words), ""),
            "brand": (device.value("brand") or "–", ""),
            "made by": (
                (maker + "?" if unsure else maker) or "unknown",
                "yellow" if not maker or unsure else "bold" if wears_another_label(entry) else "",
            ),
            "model": (device.value("model") or "–", ""),
            "firmware": (device.value("firmware") or "–", ""),
            "mac": (device.macs[0].mac if device.macs else "–", "dim"),
            "sure": (two_decimals(device.confidence), "" if device.confidence >= SURE else "yellow"),
            "findings": (
                "; ".join(dict.fromkeys(map(hedged, entry.findings))),
                "red" if matches else "yellow",
            ),
        }
        chosen = [cells[column.title] for column, _ in self._layout]
        return [text for text, _ in chosen], [style for _, style in chosen]

    def _line(self, texts: Sequence[str], styles: Sequence[str]) -> Text:
        line = Text(no_wrap=True, overflow="crop")
        for (column, size), text, style in zip(self._layout, texts, styles, strict=False):
            line.append(fit(text, size, right=column.right), style)
            line.append(" " * _GAP)
        line.rstrip()
        return line


def fit(text: str, size: int, *, right: bool = False) -> str:
    """Exactly `size` terminal cells: clipped with an ellipsis or padded; wide characters counted as two."""
    text = safe_text(text, size * 2 + 8)
    if cell_len(text) > size:
        text = set_cell_size(text, size - 1) + ELLIPSIS
    pad = " " * (size - cell_len(text))
    return pad + text if right else text + pad


def print_report(console: Console, inventory: Inventory, *, code: str = "en", devices: bool = True) -> None:
    """Table, summary by maker, findings, coverage, next steps; `devices` False leaves the table out
    (a scan has streamed it already)."""
    words = language(code)
    summary = summarise(inventory)
    if devices:
        stream = TableStream(console, words)
        for entry in summary.entries:
            stream.add(entry.device, entry.findings)
        console.print()
    print_summary(console, summary, words)


def print_summary(console: Console, summary: Summary, words: Language) -> None:
    """Everything under the table."""
    _say(console, headline(summary, words), "bold")
    for maker in summary.makers[:12]:
        other = f"  {number(maker.other_label)} under another label" if maker.other_label else ""
        share = percent(maker.devices, summary.devices)
        line = f"  {fit(maker.name or 'maker unknown', 24)} {number(maker.devices):>7} {share:>4}{other}"
        _say(console, line, "yellow" if not maker.name else "")
    if len(summary.makers) > 12:
        _say(console, f"  and {len(summary.makers) - 12} more makers", "dim")
    _print_findings(console, summary)
    for scan in summary.scans:
        for line, style in coverage_lines(scan):
            _say(console, line, style)
    steps = next_steps(summary)
    if steps:
        console.print()
        _say(console, "What to do next", "bold")
    for index, step in enumerate(steps, 1):
        _say(console, f"  {index}. {step_sentence(step, words)}", "")
        for detail in step.details[:MAX_DETAILS]:
            _say(console, f"     {detail}", "dim")
        if len(step.details) > MAX_DETAILS:
            _say(console, f"     and {number(len(step.details) - MAX_DETAILS)} more", "dim")


def _print_findings(console: Console, summary: Summary) -> None:
    if summary.policies or summary.advisories:
        console.print()
        _say(console, "Findings", "bold")
    for regime in (*summary.policies, *summary.advisories[:10]):
        name = regime.reference if regime in summary.advisories else regime.regime
        verdicts = ", ".join(
            f"{number(count)} {verdict.value.replace('-', ' ')}"
            for verdict, count in sorted(regime.verdicts.items())
        )
        kev = " (exploited: CISA KEV)" if regime.known_exploited else ""
        where = f"{regime.sites} {'site' if regime.sites == 1 else 'sites'}"
        _say(console, f"  {fit(name, 24)} {verdicts} at {where}{kev}", "")


def coverage_lines(scan: Scan) -> list[tuple[str, str]]:
    """(line, style): what this run reached, and each thing it did not with the reason."""
    coverage = scan.coverage
    asked, all_of_it = {
        "import": (f"Coverage: files with {number(coverage.responders)} hosts", "; all of it was read."),
        "listen": (f"Coverage: {number(coverage.responders)} hosts heard, none asked", "."),
    }.get(
        scan.method,
        (
            f"Coverage: {number(coverage.targets)} addresses asked, {number(coverage.responders)} answered",
            "; everything in scope was asked.",
        ),
    )
    if coverage.complete:
        return [
            (f"{asked}{all_of_it}", ""),
            *((f"  {w}", "dim") for w in coverage.warnings),
            *((f"  {name} ran only in part: {why}", "yellow") for name, why in ran_in_part(coverage)),
        ]
    how = "interrupted" if coverage.interrupted else "incomplete"
    where = f" ({scan.site.name or scan.site.id})" if scan.site.name or scan.site.id else ""
    lines = [
        (f"{asked}; {how}{where}:", "yellow"),
        *((f"  {warning}", "yellow") for warning in coverage.warnings),
    ]
    for probe in coverage.probes:
        missed = probe.outcomes.get(Outcome.NOT_RUN, 0)
        if missed:
            why = "; ".join(probe.reasons) or "not run"
            lines.append((f"  {probe.probe}: {number(missed)} addresses not asked: {why}", "yellow"))
        if probe.outcomes.get(Outcome.BUG):
            lines.append(
                (f"  {probe.probe}: camscan failed {probe.outcomes[Outcome.BUG]} times, see -v", "red")
            )
    lines.extend((f"  {name} ran only in part: {why}", "yellow") for name, why in ran_in_part(coverage))
    return lines


def print_table(console: Console, header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Any table of text, columns as wide as their texts; columns of numbers to the right."""
    numeric = [all(line[i].isdecimal() for line in lines) for i in range(len(header))]
    sizes = [
        max(cell_len(safe_text(line[i], MAX_COLUMN)) for line in (header, *lines)) for i in range(len(header))
    ]
    for style, line in (("bold", header), *(("", line) for line in lines)):
        cells = (fit(text, size, right=right) for text, size, right in zip(line, sizes, numeric, strict=True))
        console.print(Text("  ".join(cells).rstrip(), style), soft_wrap=True)


def _say(console: Console, text: str, style: str) -> None:
    console.print(Text(safe_text(text), style), soft_wrap=True)
