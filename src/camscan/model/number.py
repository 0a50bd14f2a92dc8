"""Numbers that devices and files write: plain digits, where `int` also reads blanks and other scripts."""

from __future__ import annotations

MAX_DIGITS = 10


def whole_number(text: str, max_digits: int = MAX_DIGITS) -> int | None:
    """The number that 1 to `max_digits` ASCII digits are; None for anything else."""
    return int(text) if 0 < len(text) <= max_digits and text.isascii() and text.isdigit() else None
