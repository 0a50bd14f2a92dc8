"""Evidence in a few readable words: what a cell, a terminal line or a Markdown list can hold."""

from __future__ import annotations

from functools import lru_cache

from camscan.model.device import Claim, Device, Evidence
from camscan.report.neutralise import clip

ORDER = ("manufacturer", "brand", "model", "firmware", "serial", "kind")
MAX_PIECES = 4
MAX_VALUE_CHARACTERS = 60


def phrase(evidence: Evidence) -> str:
    """`sadp: device_sn=DS-2CD…`; for the two tables camscan brings, the table and what it says."""
    value = evidence.value
    if len(value) > MAX_VALUE_CHARACTERS:
        value = clip(value, MAX_VALUE_CHARACTERS)
    rule = evidence.rule
    if rule == "<ieee-prefix>":
        return f"oui: {evidence.says} ({value[:8]})"
    if rule == "<brand-table>":
        return f"brand table: {value} is made by {evidence.says}"
    return _heard(evidence.source, evidence.field) + value


@lru_cache(maxsize=4096)
def _heard(source: str, field: str) -> str:
    return f"{source}: {field.rpartition('.')[2]}="


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
    claims = device.claims
    pieces: dict[str, str] = {}  # by value: the same words said twice are said once
    for name in ORDER:
        claim = claims.get(name)
        best = strongest(claim) if claim is not None else None
        if best is not None and best.value not in pieces:
            pieces[best.value] = phrase(best)
            if len(pieces) == MAX_PIECES:
                break
    return "; ".join(pieces.values())
