"""Reads RE2 syntax far enough to say which literal texts every match must contain.

Rules of this file: RE2 alone decides whether a pattern is valid and whether it matches; this reader only
lets the engine skip work, so whatever it does not understand makes it say less, never more. Literals are
folded (`str.casefold`) ASCII, because only then does "not in the folded text" prove "no match" under
`(?i)` as well. The idea of required literals is Russ Cox's (regular expression matching with trigrams).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_ALTERNATIVES = 32
"""So many texts are spelled out where parts are combined; more would multiply."""

MAX_LITERALS = 1024
"""So many literals may stand for one pattern: a rule that lists a hundred makers is selected by each."""

MAX_LITERAL = 40
MIN_LITERAL = 2
"""Shorter literals occur in nearly every text and would select nothing."""

_MAX_DEPTH = 60
_REPEAT = re.compile(r"\{(\d{1,4})(,(\d{0,4}))?\}")
_GROUP = re.compile(r"\?P?<(\w+)>")
_FLAGS = re.compile(r"\?([imsU]*(?:-[imsU]+)?)(:|\))")
_NOTHING: frozenset[str] = frozenset()
_EMPTY = frozenset({""})


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is known of a pattern without running it.

    literals: every match's folded text contains at least one of them (empty: nothing is known);
    heads: a text that matches begins, folded, with one of these characters (empty: nothing is known);
    starts/ends: every match touches the start/the end of the text; groups: named groups in order;
    plain: the same pattern without named groups (RE2 runs faster without, and `never_capture` keeps them);
    understood: False when this reader gave up, and `literals`, `heads`, `plain` say nothing.
    """

    literals: frozenset[str] = _NOTHING
    heads: frozenset[str] = _NOTHING
    starts: bool = False
    ends: bool = False
    groups: tuple[str, ...] = ()
    plain: str = ""
    understood: bool = True


@dataclass(frozen=True, slots=True)
class _Part:
    """exact: all texts the part can match, None when too many; needed: texts of which a match has one;
    heads: the characters it can begin with ("" when it can be empty), None when unknown."""

    exact: frozenset[str] | None = None
    needed: frozenset[str] = _NOTHING
    heads: frozenset[str] | None = None
    starts: bool = False
    ends: bool = False


_ANYTHING = _Part()
_ZERO_WIDTH = _Part(exact=_EMPTY, heads=_EMPTY)
_DIGITS = frozenset("0123456789")
_WORD = _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz_")

_CLASSES: dict[str, frozenset[str] | None] = {
    "d": _DIGITS,
    "w": _WORD,
    "s": None,
    "D": None,
    "S": None,
    "W": None,
}

_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}


class _NotUnderstoodError(Exception):
    """Syntax this reader leaves to RE2."""


def read_pattern(text: str) -> Pattern:
    """What `text` requires of a match; an empty `Pattern` where this reader cannot tell."""
    reader = _Reader(text)
    try:
        part = reader.whole()
    except (_NotUnderstoodError, IndexError):
        return Pattern(groups=tuple(reader.groups), plain=text, understood=False)
    best = _better(part.needed, part.exact or _NOTHING)
    usable = best if best and min(map(len, best)) >= MIN_LITERAL else _NOTHING
    starts, ends = part.starts and not reader.multiline, part.ends and not reader.multiline
    heads = part.heads if starts and part.heads and "" not in part.heads else _NOTHING
    return Pattern(usable, heads, starts, ends, tuple(reader.groups), reader.plain())


def _better(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The set whose shortest member is longest; of equals, the smaller."""
    return max((one, other), key=lambda texts: (min(map(len, texts), default=-1), -len(texts)))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups: list[str] = []
        self.names_at: list[tuple[int, int]] = []
        self.multiline = False

    def plain(self) -> str:
        """The text with `?P<name>` of each named group replaced by `?:`."""
        out, at = "", 0
        for start, end in self.names_at:
            out += self.text[at:start] + "?:"
            at = end
        return out + self.text[at:]

    def whole(self) -> _Part:
        part = self.alternation(0)
        if self.at < len(self.text):
            raise _NotUnderstoodError
        return part

    def alternation(self, depth: int) -> _Part:
        if depth > _MAX_DEPTH:
            raise _NotUnderstoodError
        branches = [self.concatenation(depth)]
        while self.text[self.at : self.at + 1] == "|":
            self.at += 1
            branches.append(self.concatenation(depth))
        if len(branches) == 1:
            return branches[0]
        exact: frozenset[str] | None = _NOTHING
        needed: frozenset[str] | None = _NOTHING
        heads: frozenset[str] | None = _NOTHING
        for branch in branches:
            heads = None if heads is None or branch.heads is None else heads | branch.heads
            exact = None if exact is None or branch.exact is None else exact | branch.exact
            best = _better(branch.needed, branch.exact or _NOTHING)
            needed = needed | best if needed is not None and best and "" not in best else None
        if exact is not None and len(exact) > MAX_ALTERNATIVES:
            exact = None
        if needed is None or len(needed) > MAX_LITERALS:
            needed = _NOTHING
        starts, ends = all(each.starts for each in branches), all(each.ends for each in branches)
        return _Part(exact, needed, heads, starts, ends)

    def concatenation(self, depth: int) -> _Part:
        run: frozenset[str] = _EMPTY  # the texts the parts since the last gap spell
        best = _NOTHING
        whole = True
        heads: frozenset[str] | None = _EMPTY
        starts = ends = False
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            part = self.repeated(self.atom(depth))
            starts, ends = starts or part.starts, ends or part.ends
            if heads is not None and "" in heads:
                heads = None if part.heads is None else (heads - _EMPTY) | part.heads
            best = _better(best, part.needed)
            if part.exact is not None and len(run) * len(part.exact) <= MAX_ALTERNATIVES:
                run = frozenset((before + text)[:MAX_LITERAL] for before in run for text in part.exact)
                if any(len(text) == MAX_LITERAL for text in run):
                    best, run, whole = _better(best, run), _EMPTY, False
            else:
                best, whole = _better(best, run), False
                run = part.exact if part.exact is not None else _EMPTY
        best = _better(best, run)
        return _Part(run if whole else None, best if "" not in best else _NOTHING, heads, starts, ends)

    def repeated(self, part: _Part) -> _Part:
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "*?+":
                self.at += 1
                low, high = (1 if char == "+" else 0), (1 if char == "?" else None)
            elif char == "{" and (found := _REPEAT.match(self.text, self.at)):
                self.at = found.end()
                low = int(found[1])
                high = low if found[2] is None else int(found[3]) if found[3] else None
            else:
                return part
            if self.text[self.at : self.at + 1] == "?":
                self.at += 1
            part = _repeat(part, low, high)
        return part

    def atom(self, depth: int) -> _Part:
        char = self.text[self.at]
        self.at += 1
        if char == "(":
            return self.group(depth)
        if char == "[":
            return self.character_class()
        if char == "\\":
            return self.escape()
        if char == "^":
            return _Part(exact=_EMPTY, heads=_EMPTY, starts=True)
        if char == "$":
            return _Part(exact=_EMPTY, heads=_EMPTY, ends=True)
        if char == ".":
            return _ANYTHING
        if char in "*+?":
            raise _NotUnderstoodError
        return _literal(char)

    def group(self, depth: int) -> _Part:
        if found := _GROUP.match(self.text, self.at):
            self.groups.append(found[1])
            self.names_at.append(found.span())
            self.at = found.end()
        elif found := _FLAGS.match(self.text, self.at):
            self.multiline = self.multiline or "m" in found[1].split("-")[0]
            self.at = found.end()
            if found[2] == ")":
                return _ZERO_WIDTH
        elif self.text[self.at] == "?":
            raise _NotUnderstoodError
        part = self.alternation(depth + 1)
        if self.text[self.at] != ")":
            raise _NotUnderstoodError
        self.at += 1
        return part

    def escape(self) -> _Part:
        char = self.text[self.at]
        self.at += 1
        if char in _CLASSES:
            return _Part(heads=_CLASSES[char])
        if char in "bB":
            return _ZERO_WIDTH
        if char == "A":
            return _Part(exact=_EMPTY, heads=_EMPTY, starts=True)
        if char == "z":
            return _Part(exact=_EMPTY, heads=_EMPTY, ends=True)
        if char in "pP":
            return self.unicode_class()
        if char in _SIGNS:
            return _literal(_SIGNS[char])
        if char.isalnum():  # \x41, \123, \Q…\E, \C: rare, and saying nothing is always right
            raise _NotUnderstoodError
        return _literal(char)

    def unicode_class(self) -> _Part:
        if self.text[self.at] == "{":
            self.at = self.text.index("}", self.at) if "}" in self.text[self.at :] else len(self.text)
        self.at += 1
        return _ANYTHING

    def character_class(self) -> _Part:
        """`[…]`: its folded characters where they are all ASCII and few kinds of syntax are used."""
        negated = self.text[self.at] == "^"
        self.at += negated
        chars: set[str] | None = set()
        last = ""  # the character a following `-` would begin a range with
        first = True
        while first or self.text[self.at] != "]":
            first = False
            char = self.text[self.at]
            self.at += 1
            if char == "[" and self.text[self.at] == ":":
                self.at = (
                    self.text.index(":]", self.at) + 2 if ":]" in self.text[self.at :] else len(self.text)
                )
                chars, last = None, ""
            elif char == "\\":
                found = self.class_escape()
                last = min(found) if found is not None and len(found) == 1 else ""
                chars = None if chars is None or found is None else chars | found
            elif char == "-" and last and self.text[self.at] not in "]\\":
                end = self.text[self.at]
                self.at += 1
                span = range(ord(last), ord(end) + 1)
                chars = None if chars is None or len(span) > 128 else chars | {chr(code) for code in span}
                last = ""
            elif char == "-" and last and self.text[self.at] == "\\":
                raise _NotUnderstoodError
            else:
                last = char
                if chars is not None:
                    chars.add(char)
        self.at += 1
        if negated or chars is None or not all(map(str.isascii, chars)):
            return _ANYTHING
        folded = frozenset(char.lower() for char in chars)
        return _Part(exact=folded if len(folded) <= 4 else None, heads=folded)

    def class_escape(self) -> frozenset[str] | None:
        char = self.text[self.at]
        self.at += 1
        if char in _CLASSES:
            return _CLASSES[char]
        if char in "pP":
            self.unicode_class()
            return None
        if char in _SIGNS:
            return frozenset({_SIGNS[char]})
        if char.isalnum():  # \x41, \123
            raise _NotUnderstoodError
        return frozenset({char})


def _literal(char: str) -> _Part:
    if not char.isascii():
        return _ANYTHING
    only = frozenset({char.lower()})
    return _Part(exact=only, heads=only)


def _repeat(part: _Part, low: int, high: int | None) -> _Part:
    heads = part.heads
    if low == 0:
        heads = None if heads is None else heads | _EMPTY
        return _Part(exact=part.exact | _EMPTY if high == 1 and part.exact is not None else None, heads=heads)
    if part.exact is not None and len(part.exact) == 1 and low == high:
        (text,) = part.exact
        if len(text) * low <= MAX_LITERAL:
            return _Part(frozenset({text * low}), _NOTHING, heads, part.starts, part.ends)
    needed = _better(part.needed, part.exact or _NOTHING)
    exact = part.exact if low == high == 1 else None
    return _Part(exact, needed if "" not in needed else _NOTHING, heads, part.starts, part.ends)
