"""The evidence under a finding, in words that name rule, field, value, who heard it and when.

Rules of this file: values are the device's own text, cut to a length; reports make them harmless.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from camscan.model.device import Claim, Device, Evidence

UNRECORDED = "no recorded evidence"
MAX_PIECES = 3
MAX_VALUE_CHARACTERS = 80


def evidence_text(evidence: Evidence) -> str:
    """`sadp.device_sn "DS-2CD…" (rule hikvision.serial, heard by sadp on port 37020, 2026-11-23)`"""
    port = f" on port {evidence.port}" if evidence.port else ""
    heard = f"heard by {evidence.source}{port}" if evidence.source else "heard earlier"
    return f'{evidence.field} "{clip(evidence.value)}" (rule {evidence.rule}, {heard}, {_day(evidence.at)})'


@lru_cache(maxsize=4096)
def _day(at: datetime) -> str:
    return at.date().isoformat()


def strongest_text(claim: Claim | None) -> str:
    """The piece with the greatest weight; says so when a claim rests on nothing written down."""
    if claim is None or not claim.evidence:
        return UNRECORDED
    return evidence_text(min(claim.evidence, key=_lightness))


def maker_texts(device: Device) -> tuple[str, str]:
    """The strongest piece behind the maker, and up to three with what speaks against it."""
    claim = device.claims.get("manufacturer")
    if claim is None:
        label = device.claims.get("brand")
        worn = f"; label {clip(label.value)}: {strongest_text(label)}" if label else ""
        return UNRECORDED, f"no evidence of a maker{worn}"
    ordered = claim.evidence if len(claim.evidence) < 2 else sorted(claim.evidence, key=_lightness)
    pieces = [evidence_text(each) for each in ordered[:MAX_PIECES]] or [UNRECORDED]
    text = "; ".join(pieces)
    if claim.against:
        text += f"; against: {evidence_text(claim.against[0])} says {clip(claim.against[0].says)}"
    return pieces[0], text


def _lightness(evidence: Evidence) -> float:
    return -evidence.weight


def clip(value: str) -> str:
    """At most 80 characters, the cut shown."""
    return value if len(value) <= MAX_VALUE_CHARACTERS else value[: MAX_VALUE_CHARACTERS - 1] + "…"
