"""Inventory → Markdown for a wiki or a ticket: summary, findings, devices, coverage, doubts, next steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from camscan.model.inventory import Inventory
from camscan.report import rows
from camscan.report.coverage_text import coverage_paragraphs
from camscan.report.language import Language, language
from camscan.report.neutralise import markdown as safe
from camscan.report.next_steps import next_steps
from camscan.report.remarks import translated
from camscan.report.summary import Regime, Summary, summarise
from camscan.report.wording import (
    disclaimer,
    doubts,
    headline,
    number,
    percent,
    step_sentence,
    verdict_name,
)

COLUMNS = rows.choose(
    (
        "site",
        "ip",
        "device_type",
        "brand",
        "manufacturer",
        "model",
        "firmware",
        "confidence",
        "policies",
        "evidence",
    )
)
MAX_DETAILS = 50


def render(inventory: Inventory, columns: Sequence[rows.Column] | None = None, language: str = "en") -> bytes:
    """The whole document."""
    return "\n".join(_parts(inventory, columns or COLUMNS, language)).encode("utf-8") + b"\n"


def _parts(inventory: Inventory, columns: Sequence[rows.Column], code: str) -> Iterable[str]:
    words = language(code)
    _ = words.gettext
    summary = summarise(inventory)
    yield f"# {_('Camera inventory')}\n"
    yield f"**{safe(headline(summary, words))}**\n"
    header = (_("Made by"), _("Devices"), _("Share"), _("Under another label"), _("Sites"))
    makers = (
        (
            tally.name or _("maker unknown"),
            number(tally.devices),
            percent(tally.devices, summary.devices),
            number(tally.other_label),
            number(tally.sites),
        )
        for tally in summary.makers
    )
    yield table(header, makers)
    yield from _findings(summary, words)
    yield f"## {_('Every device')}\n"
    yield table([column.name for column in columns], rows.rows(summary.entries, columns))
    yield f"## {_('Coverage')}\n"
    for scan in summary.scans:
        yield from (f"- {safe(text)}" for text in coverage_paragraphs(scan, words))
    yield f"\n## {_('What this audit could be wrong about')}\n"
    yield from (f"- {safe(text)}" for text in doubts(summary, words))
    yield f"\n## {_('What to do next')}\n"
    for step in next_steps(summary):
        yield f"1. {safe(step_sentence(step, words))}"
        yield from (f"   - {safe(translated(detail, words))}" for detail in step.details[:MAX_DETAILS])
        if len(step.details) > MAX_DETAILS:
            yield f"   - … {number(len(step.details) - MAX_DETAILS)}"


def _findings(summary: Summary, words: Language) -> Iterable[str]:
    _ = words.gettext
    regimes: tuple[Regime, ...] = (*summary.policies, *summary.advisories)
    yield f"## {_('Findings')}\n"
    if not regimes:
        yield _("No policy or advisory was applied, or none met a device.") + "\n"
        return
    header = (_("Policy or advisory"), _("Reference"), _("Devices"), _("Sites"), _("In force"), _("Source"))
    yield table(
        header,
        (
            (
                regime.regime,
                regime.reference,
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
    yield f"{safe(disclaimer(words))}\n"


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table; every cell neutralised."""
    written = [header, ["---"] * len(header), *lines]
    return (
        "\n".join(
            "| " + " | ".join(text if index == 1 else safe(text) for text in line) + " |"
            for index, line in enumerate(written)
        )
        + "\n"
    )
