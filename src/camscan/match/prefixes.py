"""Whose IEEE block a hardware address lies in: longest match over 36, 28 and 24 bits.

Rules of this file: an ambiguous block (a module maker, a chip maker, a broker of blocks) proves nothing and
is called so; a locally administered address has no registrant at all, and that is said instead of guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from camscan.model.address import is_locally_administered, parse_mac

_LENGTHS = (36, 28, 24)


class PrefixStatus(StrEnum):
    """What a hardware address says about who registered it."""

    REGISTERED = "registered"  # the block of a vendor we know
    AMBIGUOUS = "ambiguous"  # registered to somebody whose parts are in everybody's devices: proves nothing
    LOCAL = "locally-administered"  # invented or randomised: no registrant
    UNKNOWN = "unknown"  # in neither table
    INVALID = "invalid"  # no hardware address at all


@dataclass(frozen=True, slots=True)
class PrefixOwner:
    """prefix: six, seven or nine lower-case hex digits; bits: 24, 28 or 36; vendor: vendor id ("" when the
    registrant is none of ours); why: what makes a block ambiguous."""

    status: PrefixStatus
    prefix: str = ""
    bits: int = 0
    registrant: str = ""
    vendor: str = ""
    why: str = ""


class PrefixTable:
    """The two tables of fingerprints/ as one look-up.

    registered maps hex prefixes (6, 7 or 9 lower-case digits) to (registrant, vendor id), ambiguous to
    (registrant, why). The longer prefix wins; of two equal ones the ambiguous.
    """

    def __init__(
        self,
        registered: Mapping[str, tuple[str, str]],
        ambiguous: Mapping[str, tuple[str, str]],
    ) -> None:
        self._registered = registered
        self._ambiguous = ambiguous

    def __len__(self) -> int:
        return len(self._registered) + len(self._ambiguous)

    def look_up(self, mac: str) -> PrefixOwner:
        """Who registered the block of `mac` (any notation)."""
        canonical = parse_mac(mac)
        if canonical is None:
            return PrefixOwner(PrefixStatus.INVALID)
        if is_locally_administered(canonical):
            return PrefixOwner(PrefixStatus.LOCAL)
        digits = canonical.replace(":", "")
        for bits in _LENGTHS:
            prefix = digits[: bits // 4]
            if prefix in self._ambiguous:
                registrant, why = self._ambiguous[prefix]
                return PrefixOwner(PrefixStatus.AMBIGUOUS, prefix, bits, registrant, why=why)
            if prefix in self._registered:
                registrant, vendor = self._registered[prefix]
                return PrefixOwner(PrefixStatus.REGISTERED, prefix, bits, registrant, vendor)
        return PrefixOwner(PrefixStatus.UNKNOWN)
