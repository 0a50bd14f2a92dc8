"""`Finding`: one policy or advisory that a device meets, with the basis for saying so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    """How firmly a finding stands; never "illegal", never "compliant"."""

    MATCHES = "matches"
    TO_BE_CHECKED = "to-be-checked"  # the maker or the version is not sure enough
    CANNOT_BE_DECIDED = "cannot-be-decided"  # the source gives no cut-off
    QUESTION = "question"  # component questions, never a finding by themselves


@dataclass(frozen=True, slots=True)
class Finding:
    """regime: policy id ("ndaa-889-a") or "advisory"; reference: clause or CVE;
    wording: the one sentence a report shows; basis: evidence in words; confidence of the maker 0..1."""

    device_id: str
    regime: str
    reference: str
    verdict: Verdict
    wording: str
    basis: str
    confidence: float
    source: str
    effective: date | None = None
    known_exploited: bool = False
    action: str = ""  # remove | assess | disclose | update-firmware | check-maker | none
