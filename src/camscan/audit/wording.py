"""The sentences of findings: templates with named slots, filled from a policy file or from here.

Rules of this file: a sentence says "matches" or "to be checked" with its basis; words of judgement are
refused (`judging_words`), because a report classifies and does not rule on what is lawful.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

SLOTS = frozenset(
    {"policy", "clause", "maker", "named_as", "covers", "label", "evidence", "confidence", "reasons"}
)

DEFAULT_WORDING: Mapping[str, str] = {
    "matches": "Matches {policy} ({clause}) because the maker is {maker} on evidence {evidence} "
    "(confidence {confidence}). It names {named_as} for {covers}.",
    "check": "To be checked against {policy} ({clause}): {reasons}. Evidence: {evidence} "
    "(confidence {confidence}).",
    "unknown": "To be checked against {policy}: {reasons}.",
}

_JUDGING = re.compile(
    r"\b(?:il)?legal(?:ly)?\b|\bunlawful\b|\blawful\b|\bnon-?complian\w+|\bcomplian\w+|\bcomplies\b|"
    r"\bbann?(?:ed|s)?\b|\bforbidden\b|\bviolat\w+",
    re.IGNORECASE,
)


def judging_words(text: str) -> list[str]:
    """The words in `text` that judge ("illegal", "compliant", "banned"); a finding may hold none."""
    return _JUDGING.findall(text)


def slots_of(template: str) -> list[str]:
    """The slot names of a template in order; raises ValueError when the braces do not pair."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its slots filled; a brace inside a value stays as it is."""
    return template.format_map(values)


def fill_around(template: str, slot: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The filled pieces between the places of one slot, which its value joins later."""
    pieces = [""]
    for literal, name, _, _ in string.Formatter().parse(template):
        pieces[-1] += literal
        if name == slot:
            pieces.append("")
        elif name is not None:
            pieces[-1] += values[name]
    return tuple(pieces)


def as_confidence(value: float) -> str:
    """`0.97`; never rounded up over a border that decides."""
    return f"{int(value * 100 + 1e-9) / 100:.2f}"


def joined(reasons: list[str]) -> str:
    """Reasons as one phrase."""
    return "; ".join(reasons)
