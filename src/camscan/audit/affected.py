"""Whether an advisory means a product, by model, version and build date alone: yes, no, or why not decided.

Rules of this file: nothing is asked of a device; what the source leaves open stays open; "no" is said only
where the version is clearly outside what the source names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from camscan.audit.versions import Built, Version, compare, compare_dates, extends, read_version
from camscan.model.device import Kind
from camscan.model.policy import Advisory, Affected

MODEL_UNKNOWN = "the model is not known"
MODEL_RENAMED = (
    "the label's own model number hides the maker's, so whether this model is meant cannot be told"
)
FIRMWARE_UNKNOWN = "the firmware version is not known"
FIRMWARE_UNREADABLE = "the firmware version does not have the form the advisory uses"
NOT_COMPARABLE = "the firmware version cannot be compared with the cut-off (another branch, no build date)"
AT_CUT_OFF = "the version is the one of the cut-off and the source does not say which of its patches is meant"
CUT_OFFS_DIFFER = "the source gives several cut-offs without saying which is for which model"
ONLY_LISTED = "the source names single versions and says nothing of others"
OWN_TRACK = "this release track has fixes of its own; see the maker's advisory"


class Answer(StrEnum):
    """What comparing says."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Opinion:
    """reason: for OPEN why, for YES which range holds the version, for NO empty."""

    answer: Answer
    reason: str = ""


NO = Opinion(Answer.NO)


@dataclass(frozen=True, slots=True)
class Product:
    """What an advisory can look at. model and firmware are "" where unknown or not sure enough."""

    kind: str
    model: str
    firmware: str
    built: Built | None
    renamed: bool = False  # wears another label than its maker's


def judge(advisory: Advisory, product: Product) -> Opinion:
    """What one advisory says of one product of its vendor."""
    rows = [row for row in advisory.affected if _fits_kind(row, product.kind)]
    named = _meaning(rows, product.model)
    if named:
        return _gravest(judge_row(row, product) for row in named)
    if product.model and not (advisory.relabels and _renamed(advisory, product.model)):
        return NO
    if not product.model and product.renamed and not advisory.relabels:
        return NO
    opinion = _gravest(judge_row(row, product) for row in rows)
    if opinion.answer is Answer.NO:
        return NO
    return Opinion(Answer.OPEN, MODEL_RENAMED if product.model else MODEL_UNKNOWN)


def _meaning(rows: Iterable[Affected], model: str) -> list[Affected]:
    found: list[Affected] = []
    for row in rows:
        if not (row.otherwise and found) and matches(row.models, model):
            found.append(row)
    return found


def judge_row(row: Affected, product: Product) -> Opinion:
    """What one row says of a product whose model it means."""
    if row.firmware:
        if not product.firmware:
            return Opinion(Answer.OPEN, FIRMWARE_UNKNOWN)
        if not matches(row.firmware, product.firmware):
            return NO
    if row.unknown:
        return Opinion(Answer.OPEN, row.unknown)
    if row.all_versions and not row.recalled:
        return _with_doubt(row, "all versions")
    if not product.firmware and product.built is None:
        return Opinion(Answer.OPEN, FIRMWARE_UNKNOWN)
    version = read_version(product.firmware, row.grammar, product.built)
    inside = _inside(row, version, product)
    if row.recalled:
        return Opinion(Answer.OPEN, f"the cut-off ({cut_off(row)}) is recalled, not read; {_LEANING[inside]}")
    if inside is False:
        return NO
    if inside is None:
        return Opinion(Answer.OPEN, _why_open(row, version, product))
    if any(_on_track(product.firmware, track) for track in row.tracks):
        return Opinion(Answer.OPEN, OWN_TRACK)
    return _with_doubt(row, cut_off(row))


_LEANING = {
    True: "compared with it, this firmware would be affected",
    False: "compared with it, this firmware would not be affected",
    None: "this firmware cannot be compared with it",
}


def cut_off(row: Affected) -> str:
    """The range of a row in words: `from V5.2.0 build 140721 up to V5.4.0 build 160530`."""
    parts = ["all versions"] if row.all_versions else []
    if row.versions:
        parts.append(f"version {' or '.join(row.versions)}")
    if row.since or row.build_from:
        parts.append(f"from {row.since or row.build_from}")
    if row.through:
        parts.append(f"up to {' / '.join(row.through)}")
    if row.before:
        parts.append(f"before {' / '.join(row.before)}")
    if row.build_through:
        parts.append(f"built up to {' / '.join(map(str, row.build_through))}")
    if row.build_before:
        parts.append(f"built before {' / '.join(map(str, row.build_before))}")
    return " ".join(parts)


def _with_doubt(row: Affected, range_text: str) -> Opinion:
    return Opinion(Answer.OPEN, row.doubt) if row.doubt else Opinion(Answer.YES, range_text)


def _gravest(opinions: Iterable[Opinion]) -> Opinion:
    """YES over OPEN over NO; the first of equals."""
    best = NO
    for each in opinions:
        if each.answer is Answer.YES:
            return each
        if each.answer is Answer.OPEN and best.answer is Answer.NO:
            best = each
    return best


def _inside(row: Affected, version: Version | None, product: Product) -> bool | None:
    """Whether the version lies in the row's range; None when that cannot be told."""
    if row.versions:
        return True if _is_listed(row, version, product.firmware) else None
    sides: list[bool | None] = []
    if version is not None:
        sides += _version_sides(row, version)
    elif row.since or row.through or row.before:
        sides.append(None)
    sides += _date_sides(row, version.built if version else product.built)
    if False in sides:
        return False
    return None if None in sides else True


def _is_listed(row: Affected, version: Version | None, text: str) -> bool:
    folded = text.strip().casefold()
    for listed in row.versions:
        if listed.casefold() == folded:
            return True
        other = read_version(listed, row.grammar)
        if version is not None and other is not None and compare(version, other) == 0:
            return True
    return False


def _version_sides(row: Affected, version: Version) -> list[bool | None]:
    sides: list[bool | None] = []
    if row.since:
        bound = read_version(row.since, row.grammar)
        side = compare(version, bound) if bound is not None else None
        reached = side is not None and side >= 0
        sides.append(
            True if reached or (bound and extends(version, bound)) else None if side is None else False
        )
    sides.append(_upper(version, row.through, row, inclusive=True))
    sides.append(_upper(version, row.before, row, inclusive=False))
    return sides


def _date_sides(row: Affected, built: Built | None) -> list[bool | None]:
    if not (row.build_from or row.build_through or row.build_before):
        return []
    if built is None:
        return [None]
    sides: list[bool | None] = []
    if row.build_from:
        side = compare_dates(built, row.build_from)
        sides.append(None if side is None else side >= 0)
    sides.append(_agree(_dated(built, day, lambda side: side <= 0) for day in row.build_through))
    sides.append(_agree(_dated(built, day, lambda side: side < 0) for day in row.build_before))
    return sides


def _dated(built: Built, day: date, holds: Callable[[int], bool]) -> bool | None:
    side = compare_dates(built, day)
    if side is None and built[0] > day:
        return False
    return None if side is None else holds(side)


def _upper(version: Version, bounds: Sequence[str], row: Affected, *, inclusive: bool) -> bool | None:
    """Several bounds are of several models: one of the version's own track decides, else all must agree."""
    read = [read_version(bound, row.grammar) for bound in bounds]
    own = [each for each in read if each is not None and each.track and each.track == version.track]
    return _agree(_below(version, bound, inclusive=inclusive) for bound in own or read)


def _below(version: Version, bound: Version | None, *, inclusive: bool) -> bool | None:
    side = compare(version, bound) if bound is not None else None
    if side is not None:
        return side < 0 or (inclusive and side == 0)
    if bound is not None and extends(version, bound) and not inclusive:
        return False  # 5.0.3 is not before 5.0; whether it is "up to 5.0" nobody says
    return None


def _agree(answers: Iterable[bool | None]) -> bool | None:
    """The one answer that all give; True when there is nothing to ask."""
    found = set(answers)
    if not found:
        return True
    return found.pop() if len(found) == 1 else None


def _why_open(row: Affected, version: Version | None, product: Product) -> str:
    if row.versions:
        return ONLY_LISTED
    if version is None and not product.firmware:
        return FIRMWARE_UNKNOWN
    if version is None and (row.since or row.through or row.before):
        return FIRMWARE_UNREADABLE
    if version is not None and _at_a_bound(row, version):
        return AT_CUT_OFF
    if max(len(row.through), len(row.before), len(row.build_through), len(row.build_before)) > 1:
        return CUT_OFFS_DIFFER
    return NOT_COMPARABLE


def _at_a_bound(row: Affected, version: Version) -> bool:
    bounds = (read_version(text, row.grammar) for text in (*row.through, *row.before))
    return any(each is not None and (extends(version, each) or extends(each, version)) for each in bounds)


def _on_track(firmware: str, track: str) -> bool:
    return firmware == track or firmware.startswith(f"{track}.")


def _fits_kind(row: Affected, kind: str) -> bool:
    return not row.kinds or kind in row.kinds or kind in (Kind.CAMERA_LIKE, Kind.UNKNOWN)


def _renamed(advisory: Advisory, model: str) -> bool:
    return not matches(advisory.own_models, model)


def matches(patterns: tuple[str, ...], text: str) -> bool:
    """Whether one of these RE2 patterns holds on the text, letter case left aside."""
    return any(compile_pattern(pattern).search(text.encode("utf-8", "replace")) for pattern in patterns)


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern; raises ValueError with RE2's own words."""
    import re2  # loaded on first use: `camscan --help` must not pay for it

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(pattern.encode("utf-8"), options)
    except re2.error as fault:
        text = fault.args[0] if fault.args else fault
        raise ValueError(text.decode() if isinstance(text, bytes) else str(text)) from None
