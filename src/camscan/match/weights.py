"""All numbers of identification, once.

A weight is the probability that evidence of this sort is right when it stands alone. Independent evidence
adds up as 1 - Π(1 - w); evidence of one family only repeats, its strongest member counts. The product is
the doubt that is left. The figures are
checked against labelled observations by `camscan fingerprints evaluate`; docs/method.md holds the table.
"""

from __future__ import annotations

from camscan.model.fingerprint import Weight

RULE = {Weight.PROVES: 0.95, Weight.SUGGESTS: 0.70, Weight.HINTS: 0.30}

PREFIX_OBSERVED = 0.75  # IEEE block of a maker on a hardware address the wire showed
PREFIX_CLAIMED = 0.60  # the same block on an address that only a payload states
PREFIX_CAMERA_ONLY = 0.55  # the block's holder builds nothing but video surveillance gear

ANNOUNCED_BY_VENDOR_PROTOCOL = 0.90  # a model or serial in SADP, DHIP, basicdeviceinfo, …
ANNOUNCED_BY_DEVICE_INFORMATION = 0.85
ANNOUNCED_BY_OPEN_PROTOCOL = 0.70  # UPnP description, hardware scope
ANNOUNCED_BRAND = 0.50  # a maker text nobody knows: it is what the label says, no more

BRAND_TABLE = {"high": 0.50, "medium": 0.40}  # brand → maker without platform evidence: possible, never more
SPEAKS_ONVIF = 0.60
ANSWERS_ONVIF = 0.80  # a device service that names the device or its services, not a mere announcement
SPEAKS_RTSP = 0.45
CAMERA_PORT = 0.35
CONCLUDED_BY_NMAP = 0.50  # nmap calls it a webcam: its service probes are right more often than not

LENT_KIND_DOUBT = 0.5
"""Share of a kind's own doubt that stays when camera-like evidence supports it: a hint of a recorder on a
device that surely is some camera kind is no sure recorder."""

LEAST_DOUBT = 0.02
"""No pile of evidence is worth more than this against a contradiction: two proofs that disagree are for a
person to settle. A rival of doubt r against a claim of doubt d leaves it r / (r + d) of its strength."""

CERTAIN, LIKELY, POSSIBLE = 0.9, 0.6, 0.3


def in_words(confidence: float) -> str:
    """The word a report uses for a confidence."""
    if confidence >= CERTAIN:
        return "certain"
    if confidence >= LIKELY:
        return "likely"
    return "possible" if confidence >= POSSIBLE else "weak"
