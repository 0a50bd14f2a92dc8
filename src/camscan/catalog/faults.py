"""`Fault`: one thing wrong in a fingerprint file, said so that its author can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """file: path inside the directory; rule: fingerprint id, or what else is meant; key: dotted TOML key.

    warning: worth a look, does not fail the check.
    """

    file: str
    rule: str
    key: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.file, self.rule, self.key) if part)
        return f"{where}: {'warning: ' if self.warning else ''}{self.message}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean `x`?` for the closest known spelling, else an empty text."""
    import difflib

    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return f"; did you mean `{folded[close[0]]}`?" if close else ""


def dotted(path: Iterable[str | int]) -> str:
    """A TOML key as an author writes it: parts with dots quoted, list places as `#n` from 1."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f" #{part + 1}"
        else:
            text = part if part.replace("_", "").replace("-", "").isalnum() else f'"{part}"'
            out += f".{text}" if out else text
    return out
