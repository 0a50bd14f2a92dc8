"""Evidence to claims: what adds up, what repeats, what contradicts.

Values are compared in a folded form (`fold`), so that `V5.6.2build 190701` and `V5.6.2 build 190701`
agree; the spelling shown is the one with the strongest evidence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from camscan.match import weights
from camscan.model.device import Claim, Evidence, Kind

_NOISE = re.compile(r"[^a-z0-9]+")
MAX_EVIDENCE = 24
_FULLEST = ("serial", "firmware")


def fold(name: str, value: str) -> str:
    """The form in which two values of a claim are compared."""
    folded = _NOISE.sub("", value.lower())
    return folded or value.strip().lower() if name != "kind" else value


def weigh(name: str, evidence: Iterable[Evidence]) -> Claim | None:
    """The claim that this evidence supports best, or None when there is none."""
    by_value: dict[str, list[Evidence]] = defaultdict(list)
    for each in evidence:
        by_value[fold(name, each.says)].append(each)
    if not by_value:
        return None
    ceiling: Mapping[str, float] = {}
    if name == "kind":
        ceiling = _lend_camera_likeness(by_value)
    elif name in ("serial", "model", "firmware"):
        _join_contained(by_value, fullest_first=name != "model")
    strengths = {value: strength(found) for value, found in by_value.items()}
    best = max(strengths, key=lambda value: (strengths[value], len(by_value[value]), value))
    supporting = by_value[best] if name in _FULLEST else sorted(by_value[best], key=lambda e: -e.weight)
    against = sorted(
        (e for v, found in by_value.items() if v != best for e in found), key=lambda e: -e.weight
    )
    confidence = strengths[best]
    doubt = max(weights.LEAST_DOUBT, 1 - strengths[best])
    for value, rival in strengths.items():
        if value != best and not _compatible(name, best, value):
            confidence *= (1 - rival) / (1 - rival + doubt) if rival < 1 else 0.5
    confidence = min(confidence, ceiling.get(best, 1.0))
    shown = best if name == "kind" else supporting[0].says
    return Claim(
        shown,
        round(min(confidence, 0.99), 4),
        tuple(_distinct(supporting)[:MAX_EVIDENCE]),
        tuple(e for e in _distinct(against) if not _compatible(name, best, fold(name, e.says)))[
            :MAX_EVIDENCE
        ],
    )


def strength(evidence: Iterable[Evidence]) -> float:
    """1 - Π(1 - w) over families, each family counting once with its strongest member."""
    families: dict[str, float] = {}
    for each in evidence:
        families[each.family] = max(families.get(each.family, 0.0), each.weight)
    doubt = 1.0
    for weight in families.values():
        doubt *= 1 - weight
    return 1 - doubt


def _lend_camera_likeness(by_value: dict[str, list[Evidence]]) -> Mapping[str, float]:
    """That it speaks as cameras do supports any camera kind claimed, and stands alone only if none is.

    It says that the device is one of them, not which: returned is the most that the kind so supported may
    be worth, as part of the doubt in its own words stays.
    """
    likeness = by_value.get(Kind.CAMERA_LIKE)
    specific = [v for v in by_value if v not in (Kind.CAMERA_LIKE, Kind.NOT_A_CAMERA, Kind.UNKNOWN)]
    if not likeness or not specific:
        return {}
    own = {value: strength(by_value[value]) for value in specific}
    best = max(specific, key=lambda v: own[v])
    by_value[best] += likeness
    del by_value[Kind.CAMERA_LIKE]
    return {best: 1 - (1 - own[best]) * weights.LENT_KIND_DOUBT}


def _join_contained(by_value: dict[str, list[Evidence]], *, fullest_first: bool) -> None:
    """A short serial, model or version inside a longer one says the same in fewer words.

    The fullest spelling of a serial or version is shown, the best supported one of a model.
    """
    for short in sorted(by_value, key=len):
        longer = [v for v in by_value if v != short and len(short) >= 4 and short in v]
        if longer:
            by_value[max(longer, key=lambda v: strength(by_value[v]))] += by_value.pop(short)
    for value, found in by_value.items():
        by_value[value] = sorted(
            found, key=lambda e: (-len(e.says), -e.weight) if fullest_first else (-e.weight, -len(e.says))
        )


def _compatible(name: str, one: str, other: str) -> bool:
    return name == "kind" and Kind.CAMERA_LIKE in (one, other) and Kind.NOT_A_CAMERA not in (one, other)


def _distinct(evidence: list[Evidence]) -> list[Evidence]:
    seen: dict[tuple[str, str, str, int | None], Evidence] = {}
    for each in evidence:
        seen.setdefault((each.rule, each.field, each.value, each.port), each)
    return list(seen.values())


def by_claim(evidence: Iterable[tuple[str, Evidence]]) -> Mapping[str, list[Evidence]]:
    """Group (claim name, evidence) pairs by claim name."""
    grouped: dict[str, list[Evidence]] = defaultdict(list)
    for name, each in evidence:
        grouped[name].append(each)
    return grouped
