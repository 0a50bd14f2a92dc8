"""Firmware versions as numbers and build dates, per grammar (facts/firmware.md), and which is older.

Rules of this file: never compare text; `compare` says None where the grammar does not tell, and a caller
must then not decide. Versions of one grammar, one track and one precision are totally ordered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from camscan.model.policy import Grammar

MAX_CHARACTERS = 200

Built = tuple[date, date]
"""First and last day on which a build can have been made; equal when the day is known."""


@dataclass(frozen=True, slots=True)
class Version:
    """track: what must be equal for `numbers` to be comparable (platform, branch, customer block);
    widths: digits of each number as written; suffix: what stands behind the numbers ("hotfix"), no number."""

    grammar: Grammar
    track: str
    numbers: tuple[int, ...]
    widths: tuple[int, ...] = ()
    suffix: str = ""
    built: Built | None = None


def read_version(text: str, grammar: Grammar, built: Built | None = None) -> Version | None:
    """The version in `text`, None when it does not fit the grammar; `built` fills in for a date."""
    if len(text) > MAX_CHARACTERS:
        return None
    version = _READERS[grammar](text.strip())
    if version is None or version.built is not None or built is None:
        return version
    return replace(version, built=built)


def read_built(text: str) -> Built | None:
    """`2021-06-30` or `2021-06` (any day of that month); None for anything else."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        if day:
            return (date(year, month, day),) * 2
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        return None


def compare_dates(built: Built, day: date) -> int | None:
    """-1, 0 or 1: built before, on or after `day`; None when the month alone does not tell."""
    first, last = built
    if last < day:
        return -1
    if first > day:
        return 1
    return 0 if first == last else None


def compare(one: Version, other: Version) -> int | None:
    """-1, 0 or 1 as `one` is older than, the same as or newer than `other`; None when that cannot be told."""
    if one.grammar is not other.grammar:
        return None
    if one.grammar is Grammar.HIKVISION:
        return _hikvision_order(one, other)
    if one.grammar is Grammar.DAHUA:
        return _dahua_order(one, other)
    if one.grammar is Grammar.TP_LINK:
        return _tp_link_order(one, other)
    if one.track != other.track:
        return None
    return _numbers_order(one, other)


def extends(one: Version, other: Version) -> bool:
    """Whether `one` is a patch of `other`: 11.5.20 of 11.5, `1.41.16_20230101` of 1.41.16."""
    if one.grammar is not other.grammar or one.track != other.track or other.suffix:
        return False
    longer = len(one.numbers) > len(other.numbers) or bool(one.suffix)
    return longer and one.numbers[: len(other.numbers)] == other.numbers


def _numbers_order(one: Version, other: Version) -> int | None:
    shared = min(len(one.numbers), len(other.numbers))
    if one.numbers[:shared] != other.numbers[:shared]:
        return -1 if one.numbers[:shared] < other.numbers[:shared] else 1
    if len(one.numbers) != len(other.numbers) or one.suffix != other.suffix:
        return None  # 11.5 against 11.5.20: the shorter one may mean any of its patches
    return 0


def _built_order(one: Version, other: Version) -> int | None:
    if one.built is None or other.built is None:
        return None
    if one.built[1] < other.built[0]:
        return -1
    if one.built[0] > other.built[1]:
        return 1
    return 0 if one.built == other.built and one.built[0] == one.built[1] else None


def _hikvision_order(one: Version, other: Version) -> int | None:
    """Build date first; without one only what cannot be another branch: 5.5.801 and 5.5.82 are two."""
    if one.built is not None and other.built is not None:
        return _built_order(one, other)
    if one.numbers[:2] != other.numbers[:2]:
        return -1 if one.numbers[:2] < other.numbers[:2] else 1
    if one.numbers == other.numbers:
        return 0 if one.built is None and other.built is None and one.suffix == other.suffix else None
    if one.widths == other.widths:
        return -1 if one.numbers < other.numbers else 1
    return None


def _dahua_order(one: Version, other: Version) -> int | None:
    """In one branch and customer block the running number, elsewhere the build date; both must agree."""
    by_date = _built_order(one, other)
    if one.track != other.track:
        return by_date
    by_number = (one.numbers > other.numbers) - (one.numbers < other.numbers)
    if by_date is None:
        complete = one.built is None and other.built is None
        return by_number or (0 if complete else None)
    return by_number or by_date if by_number * by_date >= 0 else None


def _tp_link_order(one: Version, other: Version) -> int | None:
    """Build date, then release number (suffix-free numbers[3:]), then the dotted part."""
    by_date = _built_order(one, other)
    if by_date:
        return by_date
    if one.built is None or other.built is None:
        front, back = one.numbers[:3], other.numbers[:3]
        if front != back:
            return -1 if front < back else 1
        return 0 if one == other else None
    if by_date is None or len(one.numbers) != len(other.numbers):
        return None
    here, there = (*one.numbers[3:], *one.numbers[:3]), (*other.numbers[3:], *other.numbers[:3])
    return (here > there) - (here < there)


_ISO = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_DOTTED = re.compile(
    r"[A-Za-z]?([0-9]{1,9}(?:\.[0-9]{1,9}){0,7})(?:-([0-9]{1,5})(?![0-9]))?[ _-]?(.*)", re.DOTALL
)
_HIKVISION = re.compile(
    r"[Vv]?([0-9]{1,3}(?:\.[0-9]{1,5}){1,3})(?:-([0-9]{1,3}))?"
    r"(?:(?:[ _-]*build[ _-]*|[ _])([0-9]{6})(?![0-9]))?",
    re.IGNORECASE,
)
_DAHUA = re.compile(
    r"[Vv]?([0-9]{1,2})\.([0-9]{1,4})\.([0-9A-Z]{1,12})\.([0-9]{1,4})(?:\.[RT])?"
    r"(?:\.([0-9]{8}|[0-9]{6})(?![0-9]))?"
)
_DAHUA_BUILD = re.compile(r"build(?: ?date)? ?[:=]? ?([0-9]{4}-[0-9]{2}-[0-9]{2})", re.IGNORECASE)
_UNIVIEW = re.compile(r"([A-Z]{2,5}-B[0-9]{4})\.([0-9]{1,4})\.([0-9]{1,4})(?:\.[A-Z0-9]+)*?(?:\.([0-9]{6}))?")
_UNIVIEW_OLD = re.compile(r"([A-Z]{2,5}_[A-Z][0-9]{4})-B([0-9]{4})P([0-9]{2})(?:D[0-9]{4})?")
_TVT = re.compile(r"[Vv]?([0-9]{1,2}(?:\.[0-9]{1,9}){2,3})(?:B([0-9]{6}))?(?:\(([0-9]{1,9})\))?")
_XIONGMAI = re.compile(r"[Vv]?([0-9]\.[0-9]{2}\.R[0-9]{2}\.[0-9A-Z]{8})((?:\.[0-9]{1,9}){0,6})")
_REOLINK = re.compile(
    r"[Vv]?([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,5})(?:_([0-9]{6})[0-9]{2}(?:[0-9]{2})?)?"
)
_TP_LINK = re.compile(
    r"[Vv]?([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})(?:[ _]Build[ _]([0-9]{6}))?(?:[ _]Rel\.?([0-9]{1,6}))?",
    re.IGNORECASE,
)
_VIVOTEK = re.compile(r"(?:[A-Z0-9-]{1,40}-)?([0-9]{4})([a-z])(?![A-Za-z0-9])", re.IGNORECASE)


def _day(digits: str | None) -> Built | None:
    """yymmdd or yyyymmdd; years below 2000 do not occur."""
    if not digits:
        return None
    full = digits if len(digits) == 8 else f"20{digits}"
    return read_built(f"{full[:4]}-{full[4:6]}-{full[6:]}")


def _ints(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part)


def _dotted(text: str) -> Version | None:
    found = _DOTTED.match(text)
    if found is None:
        return None
    numbers = _ints(found[1]) + ((int(found[2]),) if found[2] else ())
    return Version(Grammar.DOTTED, "", numbers, suffix=found[3].strip().casefold())


def _hikvision(text: str) -> Version | None:
    found = _HIKVISION.match(text)
    if found is None:
        return None
    parts = found[1].split(".") + ([found[2]] if found[2] else [])
    widths = tuple(len(part) for part in parts)
    return Version(Grammar.HIKVISION, "", tuple(map(int, parts)), widths, built=_day(found[3]))


def _dahua(text: str) -> Version | None:
    found = _DAHUA.match(text)
    if found is None:
        return None
    stated = _DAHUA_BUILD.search(text, found.end())
    built = read_built(stated[1]) if stated else _day(found[5])
    track = f"{int(found[1])}.{int(found[2])}.{found[3]}"
    return Version(Grammar.DAHUA, track, (int(found[4]),), built=built)


def _uniview(text: str) -> Version | None:
    found = _UNIVIEW.fullmatch(text)
    if found is not None:
        return Version(Grammar.UNIVIEW, found[1], (int(found[2]), int(found[3])), built=_day(found[4]))
    found = _UNIVIEW_OLD.match(text)
    if found is None:
        return None
    return Version(Grammar.UNIVIEW, found[1], (int(found[2]), int(found[3])))


def _tvt(text: str) -> Version | None:
    found = _TVT.match(text)
    if found is None:
        return None
    inner = (int(found[3]),) if found[3] else ()
    track = "parenthesised" if inner else ""
    return Version(Grammar.TVT, track, _ints(found[1]) + inner, built=_day(found[2]))


def _xiongmai(text: str) -> Version | None:
    found = _XIONGMAI.match(text)
    return Version(Grammar.XIONGMAI, found[1], _ints(found[2])) if found else None


def _reolink(text: str) -> Version | None:
    found = _REOLINK.match(text)
    return Version(Grammar.REOLINK, "", _ints(found[1]), built=_day(found[2])) if found else None


def _tp_link(text: str) -> Version | None:
    found = _TP_LINK.match(text)
    if found is None:
        return None
    release = (int(found[3]),) if found[3] else ()
    return Version(Grammar.TP_LINK, "", _ints(found[1]) + release, built=_day(found[2]))


def _vivotek(text: str) -> Version | None:
    found = _VIVOTEK.match(text)
    if found is None:
        return None
    return Version(Grammar.VIVOTEK, "", (int(found[1]), ord(found[2].lower()) - ord("a")))


_READERS: Mapping[Grammar, Callable[[str], Version | None]] = {
    Grammar.DOTTED: _dotted,
    Grammar.HIKVISION: _hikvision,
    Grammar.DAHUA: _dahua,
    Grammar.UNIVIEW: _uniview,
    Grammar.TVT: _tvt,
    Grammar.XIONGMAI: _xiongmai,
    Grammar.REOLINK: _reolink,
    Grammar.TP_LINK: _tp_link,
    Grammar.VIVOTEK: _vivotek,
}
