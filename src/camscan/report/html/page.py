"""Renders the page: the template with the summary's numbers, the device data, style and script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup

from camscan.model.finding import Verdict
from camscan.model.inventory import Inventory
from camscan.report.coverage_text import coverage_paragraphs
from camscan.report.html.data import device_data
from camscan.report.language import Language, language
from camscan.report.neutralise import json_in_html, safe_text
from camscan.report.next_steps import next_steps
from camscan.report.remarks import translated
from camscan.report.rows import instant
from camscan.report.summary import Place, Summary, exploited, gravest, summarise, urgent
from camscan.report.wording import (
    devices_text,
    disclaimer,
    doubts,
    finding_sentence,
    headline,
    kind_count,
    number,
    percent,
    sites_text,
    step_sentence,
    verdict_name,
)

_language = language

MAX_MAKERS_IN_TABLE = 6
MAX_URGENT = 10
MAX_SITES = 400
MAX_COVERAGE_LINES = 200


@cache
def _environment(code: str) -> jinja2.Environment:
    """Autoescape for every text; whatever is printed is made visible first (bidi, control characters)."""
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters.update(number=number, instant=instant, shown=_shown)  # `trans` skips finalize
    words = _language(code)
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made


def _shown(value: object) -> object:
    return safe_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _asset(name: str) -> str:
    return (resources.files("camscan.report.html") / name).read_text(encoding="utf-8")


def render(inventory: Inventory, language: str = "en") -> bytes:
    """The whole page in UTF-8."""
    return b"".join(pieces(inventory, language))


def pieces(inventory: Inventory, language: str = "en") -> Iterator[bytes]:
    """The same as it is made: the data of 100,000 devices are not copied into one more string."""
    words = _language(language)
    summary = summarise(inventory)
    style, script = _asset("page.css"), _asset("page.js")
    made = (
        _environment(language)
        .get_template("page.html")
        .generate(
            words=words,
            summary=summary,
            scan=inventory.scan,
            policy=Markup(_content_policy(style, script)),  # noqa: S704 (hashes and keywords)
            style=Markup(style),  # noqa: S704 (our own files)
            script=Markup(script),  # noqa: S704
            data=(Markup(json_in_html(text)) for text in device_data(summary, words)),  # noqa: S704 (made safe)
            headline=headline(summary, words),
            devices_text=lambda count: devices_text(count, words),
            sites_text=lambda count: sites_text(count, words),
            kind_count=lambda kind, count: kind_count(kind, count, words),
            verdict_name=lambda verdict: verdict_name(verdict, words),
            percent=percent,
            finding_sentence=lambda finding, maker: finding_sentence(finding, maker, words),
            exploited=exploited,
            verdicts=_verdicts(summary),
            urgent=[(each, gravest(each, summary.policies)) for each in urgent(summary.entries, MAX_URGENT)],
            makers=_main_makers(summary),
            organisations=[place for place in summary.organisations if place.name],
            sites=summary.sites[:MAX_SITES],
            rest=_rest,
            coverage=_coverage(summary, words),
            doubts=doubts(summary, words),
            disclaimer=disclaimer(words),
            steps=[(step, step_sentence(step, words)) for step in next_steps(summary)],
            steps_shown=12,
            remark=lambda text: translated(text, words),
        )
    )
    yield from (text.encode("utf-8", "replace") for text in made)


def _main_makers(summary: Summary) -> list[str]:
    return [tally.name for tally in summary.makers if tally.name][:MAX_MAKERS_IN_TABLE]


def _verdicts(summary: Summary) -> list[Verdict]:
    """Those that some finding has: each is a column."""
    regimes = (*summary.policies, *summary.advisories)
    return [verdict for verdict in Verdict if any(regime.verdicts.get(verdict) for regime in regimes)]


def _rest(place: Place, makers: Sequence[str]) -> int:
    """Devices of makers that have no column of their own."""
    return place.devices - sum(place.makers.get(name, 0) for name in makers) - place.makers.get("", 0)


def _coverage(summary: Summary, words: Language) -> list[tuple[bool, list[str]]]:
    """(complete, sentences) of each run, those with gaps first."""
    said = [(scan.coverage.complete, coverage_paragraphs(scan, words)) for scan in summary.scans]
    return sorted(said, key=lambda each: each[0])[:MAX_COVERAGE_LINES]


def _content_policy(style: str, script: str) -> str:
    """Nothing from anywhere but this page's own style and script, named by their hashes."""
    rules: Mapping[str, str] = {
        "default-src": "'none'",
        "style-src": _hashed(style),
        "script-src": _hashed(script),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
