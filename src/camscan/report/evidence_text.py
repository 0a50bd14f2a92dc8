"""Evidence in a few readable words: what a cell, a terminal line or a Markdown list can hold."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from camscan.model.device import Claim, Device, Evidence
from camscan.report.neutralise import clip

ORDER = ("manufacturer", "brand", "model", "firmware", "serial", "kind")
MAX_PIECES = 4
MAX_VALUE_CHARACTERS = 60
_IEEE, _BRANDS = _TABLES = ("<ieee-prefix>", "<brand-table>")


def phrase(evidence: Evidence) -> str:
    """`sadp: device_sn=DS-2CD…`; for the two tables camscan brings, the table and what it says."""
    value = evidence.value
    if len(value) > MAX_VALUE_CHARACTERS:
        value = clip(value, MAX_VALUE_CHARACTERS)
    rule = evidence.rule
    if rule == _IEEE:
        return f"oui: {evidence.says} ({value[:8]})"
    if rule == _BRANDS:
        return f"brand table: {value} is made by {evidence.says}"
    return f"{evidence.source}: {_last_word(evidence.field)}={value}"


@lru_cache(maxsize=4096)
def _last_word(field: str) -> str:
    return field.rpartition(".")[2]


def strongest(claim: Claim) -> Evidence | None:
    """The piece of evidence with the greatest weight, the first of equals."""
    evidence = claim.evidence
    if len(evidence) < 2:
        return evidence[0] if evidence else None
    best = evidence[0]
    for each in evidence:
        if each.weight > best.weight:
            best = each
    return best


def short_evidence(device: Device) -> str:
    """The strongest words behind the claims an auditor asks about, "; "-separated, at most four."""
    return words_behind(map(device.claims.get, ORDER))


def words_behind(claims: Iterable[Claim | None]) -> str:
    """The same for claims at hand, in the order of `ORDER`."""
    pieces: dict[str, str] = {}  # by value: the same words said twice are said once
    for claim in claims:
        if claim is None:
            continue
        evidence = claim.evidence
        best = evidence[0] if len(evidence) == 1 else strongest(claim)
        if best is None:
            continue
        value = best.value
        if value not in pieces:
            if len(value) > MAX_VALUE_CHARACTERS or best.rule in _TABLES:
                pieces[value] = phrase(best)
            else:
                pieces[value] = f"{best.source}: {_last_word(best.field)}={value}"
            if len(pieces) == MAX_PIECES:
                break
    return "; ".join(pieces.values())
