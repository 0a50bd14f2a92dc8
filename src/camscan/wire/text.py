"""Cleaning of text that devices wrote; nothing here raises, whatever it is given."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from camscan.wire.reader import decode_text

# C0, DEL, C1, and the format characters that reorder or hide text on a terminal (bidi overrides, zero width).
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANKS = re.compile(r"\s+")


def printable(text: str) -> str:
    """Without control and reordering characters; tabs and line ends stay."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """`printable`, with every run of white space as one blank and none at the ends."""
    return _BLANKS.sub(" ", printable(text)).strip()


def percent_decoded(text: str) -> str:
    """`%41` → `A`; broken escapes stay as they are, UTF-8 preferred over latin-1."""
    if "%" not in text:
        return text
    return decode_text(unquote_to_bytes(text.encode("utf-8", "replace")))


def blanks_restored(text: str) -> str:
    """`+` and `_` as the blanks they stand for in discovery scopes (facts §1.3)."""
    return text.replace("+", " ").replace("_", " ")


def split_words(text: str | None) -> tuple[str, ...]:
    """Words separated by any white space, NULs included (facts §1.3: blanks, newlines, tabs)."""
    return tuple((text or "").replace("\0", " ").split())
