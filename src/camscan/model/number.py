"""Numbers that devices write: plain digits, where `int` also reads blanks and other scripts."""

from __future__ import annotations

MAX_DIGITS = 10


def whole_number(text: str) -> int | None:
    """The number that 1 to 10 ASCII digits are; None for anything else."""
    return int(text) if 0 < len(text) <= MAX_DIGITS and text.isascii() and text.isdigit() else None
