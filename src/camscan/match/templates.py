"""Claim templates: `{group}` and `{group|transform}` filled from a rule's named groups.

A claim is dropped, not guessed, when a group it names took no part in the match, when a transform
refuses its text (30 February is no date), or when the result is a word that names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from camscan.errors import FingerprintError
from camscan.model.address import parse_mac
from camscan.model.number import whole_number

_SLOT = re.compile(r"\{([A-Za-z_]\w*)(?:\|([a-z]+))?\}")
_NOT_DIGITS = re.compile(r"[-_./ ]")

NAMES_NOTHING = frozenset(
    "camera generic unknown ipc ipcamera ipcam nvr dvr device serialnumber serial model none null n/a na "
    "general default private networkcamera netcam onvif networkvideotransmitter".split()
)
"""Words (folded, blanks left out) that some devices give as model or serial and that name nothing."""

_NAMING_CLAIMS = ("model", "serial", "firmware", "hardware_id")


@dataclass(frozen=True, slots=True)
class Slot:
    """`{group|transform}`; transform is "" when the group's text is taken as it is."""

    group: str
    transform: str = ""


Template = tuple[str | Slot, ...]


def _date(text: str) -> str | None:
    digits = _NOT_DIGITS.sub("", text)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (6, 8):
        return None
    full = digits if len(digits) == 8 else "20" + digits
    try:
        day = date(int(full[:4]), int(full[4:6]), int(full[6:]))
    except ValueError:
        return None
    return day.isoformat() if 1995 <= day.year <= 2099 else None


def _month(text: str) -> str | None:
    digits = _NOT_DIGITS.sub("", text)
    whole = _date(digits + "01") if len(digits) in (4, 6) else None
    return whole[:7] if whole else None


def _integer(text: str) -> str | None:
    number = whole_number(text, 18)
    return None if number is None else str(number)


TRANSFORMS: Mapping[str, Callable[[str], str | None]] = {
    "date": _date,
    "month": _month,
    "mac": parse_mac,
    "int": _integer,
    "upper": str.upper,
    "lower": str.lower,
}
"""date: yyyymmdd or yymmdd (separators allowed) → ISO date; month: yyyymm or yymm → `yyyy-mm`; mac: → the
canonical MAC; int: digits without leading zeros; upper, lower. None drops the claim."""


def parse_template(text: str) -> Template:
    """The template's parts. Raises FingerprintError for a stray brace or an unknown transform."""
    parts: list[str | Slot] = []
    at = 0
    for found in _SLOT.finditer(text):
        parts.append(text[at : found.start()])
        transform = found[2] or ""
        if transform and transform not in TRANSFORMS:
            raise FingerprintError(f"unknown transform `{transform}`: use one of {', '.join(TRANSFORMS)}")
        parts.append(Slot(found[1], transform))
        at = found.end()
    parts.append(text[at:])
    for part in parts:
        if isinstance(part, str) and ("{" in part or "}" in part):
            raise FingerprintError("a brace that is not part of `{group}` or `{group|transform}`")
    return tuple(part for part in parts if part != "")


def render(template: Template, groups: Mapping[str, str | None]) -> str | None:
    """The claim's text, or None when it must be dropped."""
    if len(template) == 1 and isinstance(slot := template[0], Slot) and not slot.transform:
        return (
            groups.get(slot.group) or ""
        ).strip() or None  # nearly every claim, and the engine's inner loop
    out: list[str] = []
    for part in template:
        if isinstance(part, str):
            out.append(part)
            continue
        text: str | None = (groups.get(part.group) or "").strip()
        if text and part.transform:
            text = TRANSFORMS[part.transform](text)
        if not text:
            return None
        out.append(text)
    return "".join(out).strip() or None


def names_something(claim: str, value: str) -> bool:
    """False for a model, serial, firmware or hardware id that is a placeholder (`IPC`, `SerialNumber`)."""
    if claim not in _NAMING_CLAIMS:
        return True
    folded = value.casefold().replace(" ", "")
    if folded in NAMES_NOTHING:
        return False
    return not (claim == "serial" and len(set(folded) - set("-_:. ")) <= 1)
