"""Runs every fingerprint over one observation, in time linear in the words, whatever they say.

Rules of this file:
- A literal prefilter names the candidates, RE2 decides. Patterns compile on first use.
- All conditions of a rule hold within one observation; a condition holds when one value satisfies it.
- Work per observation is bounded by counts, never by a clock, so that the answer is a pure function of
  the words: `MAX_CHARACTERS` scanned, `MAX_CANDIDATES` rules tried, `MAX_REGEX_BYTES` given to RE2. A real
  device stays far below; whoever exceeds them is told apart by `Examination.complete`.
- A regex with groups may match at most `MAX_SPAN_BYTES`: captures cost RE2 far more than the search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from camscan.match.prefilter import Index, Prefilter, build_index, fields_of
from camscan.match.templates import Template, names_something, parse_template, render
from camscan.model.fingerprint import Condition, Fingerprint, Match, Operator
from camscan.model.observation import Observation

MAX_CHARACTERS = 65536
MAX_CANDIDATES = 512
MAX_REGEX_BYTES = 4 * 1024 * 1024
MAX_SPAN_BYTES = 4096
MAX_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Examination:
    """What one observation matched; complete is False when a bound of this file cut the work short."""

    matches: tuple[Match, ...]
    complete: bool = True


class Engine:
    """The rules, ready to run. Rule order (and so match order) is that of `fingerprints`.

    groups maps a field group ("serial") to its fields, in the order they are tried for `any.serial`.
    """

    def __init__(
        self,
        fingerprints: Sequence[Fingerprint],
        groups: Mapping[str, Sequence[str]],
        index: Index | None = None,
    ) -> None:
        self._fingerprints = fingerprints
        self._groups = groups
        self._prefilter = Prefilter(index if index is not None else build_index(fingerprints, groups))
        self._rules: dict[int, _Rule] = {}

    def match(self, observation: Observation) -> tuple[Match, ...]:
        """The fingerprints that hold on this observation, in rule order."""
        return self.examine(observation).matches

    def examine(self, observation: Observation) -> Examination:
        """The fingerprints that hold, and whether everything could be tried."""
        candidates: set[int] = set()
        complete = True
        left = MAX_CHARACTERS
        prefilter = self._prefilter
        for field, values in observation.fields.items():
            if not prefilter.knows(field):
                continue
            for value in values:
                if len(value) > left:
                    complete, value = False, value[:left]
                left -= len(value)
                complete = prefilter.add_candidates(field, value, candidates) and complete
        if not candidates:
            return Examination((), complete)
        chosen = sorted(candidates)
        if len(chosen) > MAX_CANDIDATES:
            chosen, complete = chosen[:MAX_CANDIDATES], False
        work = _Work(observation.fields)
        matches = [match for number in chosen if (match := self._rule(number).test(work)) is not None]
        return Examination(tuple(matches), complete and work.bytes_left > 0)

    def _rule(self, number: int) -> _Rule:
        rule = self._rules.get(number)
        if rule is None:
            rule = self._rules[number] = _Rule(self._fingerprints[number], self._groups)
        return rule


class _Work:
    """One observation being examined: its words, and how many bytes RE2 may still read."""

    __slots__ = ("bytes_left", "fields")

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = fields
        self.bytes_left = MAX_REGEX_BYTES


class _Rule:
    """One fingerprint with its patterns compiled and its templates parsed."""

    __slots__ = ("_fingerprint", "_templates", "_tests")

    def __init__(self, fingerprint: Fingerprint, groups: Mapping[str, Sequence[str]]) -> None:
        self._fingerprint = fingerprint
        # What must be present is tested before what must not, and cheap equality before regexes.
        order = {Operator.IS: 0, Operator.ABSENT: 1, Operator.REGEX: 2}
        conditions = sorted(enumerate(fingerprint.when), key=lambda each: (order[each[1].operator], each[0]))
        self._tests = [
            (place, _Test(condition, fields_of(condition, groups))) for place, condition in conditions
        ]
        self._templates: dict[str, Template] = {
            name: parse_template(text) for name, text in fingerprint.claims.items()
        }

    def test(self, work: _Work) -> Match | None:
        texts: dict[str, str | None] = {}
        words: list[tuple[int, tuple[str, str]]] = []
        for place, test in self._tests:
            found = test.holds(work, texts)
            if found is None:
                return None
            words.append((place, found))
        claims: dict[str, str] = {}
        for name, template in self._templates.items():
            value = render(template, texts)
            if value is not None and names_something(name, value):
                claims[name] = value
        if not claims:
            return None
        words.sort()
        return Match(self._fingerprint, claims, tuple(word for _, word in words))


class _Test:
    """One condition over the fields it stands for."""

    __slots__ = ("_condition", "_fields", "_pattern", "_texts")

    def __init__(self, condition: Condition, fields: tuple[str, ...]) -> None:
        self._condition = condition
        self._fields = fields
        self._pattern = (
            BoundedPattern(condition.values[0], condition.ignore_case)
            if condition.operator is Operator.REGEX
            else None
        )
        fold = condition.ignore_case
        self._texts = frozenset(text.casefold() if fold else text for text in condition.values)

    def holds(self, work: _Work, texts: dict[str, str | None]) -> tuple[str, str] | None:
        """(field, words) that satisfy the condition, filling `texts` with named groups; None when none do."""
        if self._condition.operator is Operator.ABSENT:
            absent = not any(work.fields.get(name) for name in self._fields)
            return (self._condition.field, "") if absent else None
        for name in self._fields:
            for value in work.fields.get(name, ()):
                if self._pattern is None:
                    if (value.casefold() if self._condition.ignore_case else value) in self._texts:
                        return name, _quote(value, value)
                    continue
                encoded = value[:MAX_CHARACTERS].encode("utf-8", "replace")
                work.bytes_left -= len(encoded)
                if work.bytes_left <= 0:
                    return None
                found = self._pattern.search(encoded)
                if found is not None:
                    texts.update(found.groups)
                    return name, _quote(value, found.text)
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """The text a pattern matched and its named groups (None: the group took no part)."""

    text: str
    groups: Mapping[str, str | None]


class BoundedPattern:
    """An RE2 pattern over UTF-8 bytes. Raises ValueError when RE2 refuses it."""

    __slots__ = ("_finder", "_names", "_pattern", "_regexp")

    def __init__(self, pattern: str, ignore_case: bool = False) -> None:
        self._pattern = f"(?i){pattern}" if ignore_case else pattern
        self._regexp = _compile(self._pattern, captures=True)
        self._names = {name.decode(): place for name, place in self._regexp.groupindex.items()}
        self._finder: Any = None if self._names else self._regexp

    @property
    def names(self) -> tuple[str, ...]:
        """Named groups, in order of their place."""
        return tuple(sorted(self._names, key=self._names.__getitem__))

    @property
    def size(self) -> int:
        """RE2's program size, a measure of what a byte may cost."""
        return int(self._regexp.programsize)

    def search(self, encoded: bytes) -> Found | None:
        """The first match in this UTF-8 text, or None; also None when groups would span too much."""
        if len(encoded) > MAX_SPAN_BYTES:
            if self._finder is None:
                self._finder = _compile(self._pattern, captures=False)
            whole = self._finder.search(encoded)
            if whole is None or (self._names and whole.end() - whole.start() > MAX_SPAN_BYTES):
                return None
            if not self._names:
                return Found(_decode(whole.group()), {})
        match = self._regexp.search(encoded)
        if match is None:
            return None
        groups = {
            name: _decode(raw) if (raw := match[place]) is not None else None
            for name, place in self._names.items()
        }
        return Found(_decode(match.group()), groups)


def _compile(pattern: str, *, captures: bool) -> Any:
    import re2  # loaded on first use: `camscan --help` must not pay for it

    options = re2.Options()
    options.log_errors = False
    options.never_capture = not captures
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as fault:
        reason = fault.args[0] if fault.args else fault
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _quote(value: str, matched: str) -> str:
    """The words to show: the value, or of a long one (a web page) the part that matched."""
    return value if len(value) <= MAX_QUOTE else matched[:MAX_QUOTE]
