"""Runs every fingerprint over one observation, in time linear in the words, whatever they say.

Rules of this file:
- A literal prefilter names the candidates, RE2 decides. Patterns compile on first use.
- All conditions of a rule hold within one observation; a condition holds when one value satisfies it.
- Work per observation is bounded by counts, never by a clock, so that the answer is a pure function of
  the words: see the limits below. A real device stays far below them; one that does not is told apart by
  `Examination.complete`, and its words beyond the limit are not looked at.
- A regex with groups may match at most `MAX_SPAN` bytes: to find groups costs RE2 a hundred times the search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from camscan.match.bounded import MAX_SPAN, BoundedPattern
from camscan.match.prefilter import Index, Prefilter, build_index, fields_of
from camscan.match.templates import Slot, Template, names_something, parse_template, render
from camscan.model.fingerprint import Condition, Fingerprint, Match, Operator
from camscan.model.observation import Observation

MAX_CHARACTERS = 32768
"""Characters of one observation in which literals are sought."""

MAX_CANDIDATES = 512
"""Rules tried on one observation."""

MAX_SEARCHED = 1024 * 1024
"""Bytes RE2 searches for one observation, all candidates together."""

MAX_CAPTURED = 64 * 1024
"""Bytes in which groups are found for one observation, all matches together."""

MAX_QUOTE = 200
"""Characters of a device's words that a match quotes."""


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
        scan_of = self._prefilter.scan_of
        for field, values in observation.fields.items():
            scan = scan_of(field)
            if scan is None:
                continue
            for value in values:
                if len(value) > left:
                    complete, value = False, value[:left]
                left -= len(value)
                if not scan.add_candidates(value, candidates):
                    complete = False
        if not candidates:
            return Examination((), complete)
        chosen = sorted(candidates)
        if len(chosen) > MAX_CANDIDATES:
            chosen, complete = chosen[:MAX_CANDIDATES], False
        work = _Work(observation.fields)
        matches: list[Match] = []
        for number in chosen:
            match = self._rule(number).test(work)
            if work.used_up:
                return Examination(tuple(matches), complete=False)
            if match is not None:
                matches.append(match)
        return Examination(tuple(matches), complete)

    def _rule(self, number: int) -> _Rule:
        rule = self._rules.get(number)
        if rule is None:
            rule = self._rules[number] = _Rule(self._fingerprints[number], self._groups)
        return rule


class _Work:
    """One observation being examined: its words, and how many bytes RE2 may still read."""

    __slots__ = ("_encoded", "captured", "fields", "searched", "used_up")

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = fields
        self.searched = 0
        self.captured = 0
        self.used_up = False
        self._encoded: dict[str, bytes] = {}

    def encode(self, value: str) -> bytes | None:
        """The value as RE2 reads it, charged to this observation; None when nothing more may be searched."""
        if len(value) < MAX_SPAN:
            encoded = value.encode("utf-8", "replace")
        elif value in self._encoded:
            encoded = self._encoded[value]
        else:
            encoded = self._encoded[value] = value[:MAX_CHARACTERS].encode("utf-8", "replace")
        self.searched += len(encoded)
        if self.searched > MAX_SEARCHED or self.captured > MAX_CAPTURED:
            self.used_up = True
            return None
        return encoded


class _Rule:
    """One fingerprint with its patterns compiled and its templates parsed."""

    __slots__ = ("_constants", "_fingerprint", "_templates", "_tests")

    def __init__(self, fingerprint: Fingerprint, groups: Mapping[str, Sequence[str]]) -> None:
        self._fingerprint = fingerprint
        # What must be present is tested before what must not, and cheap equality before regexes.
        order = {Operator.IS: 0, Operator.ABSENT: 1, Operator.REGEX: 2}
        conditions = sorted(enumerate(fingerprint.when), key=lambda each: (order[each[1].operator], each[0]))
        self._tests = [
            (place, _test(condition, fields_of(condition, groups))) for place, condition in conditions
        ]
        templates = {name: parse_template(text) for name, text in fingerprint.claims.items()}
        self._templates: list[tuple[str, Template]] = [
            (name, template)
            for name, template in templates.items()
            if any(isinstance(part, Slot) for part in template)
        ]
        self._constants = {
            name: text
            for name, template in templates.items()
            if (text := render(template, {})) is not None and names_something(name, text)
        }

    def test(self, work: _Work) -> Match | None:
        texts: dict[str, str | None] = {}
        words: list[tuple[int, tuple[str, str]]] = []
        for place, holds in self._tests:
            found = holds(work, texts)
            if found is None:
                return None
            words.append((place, found))
        claims = dict(self._constants)
        for name, template in self._templates:
            value = render(template, texts)
            if value is not None and names_something(name, value):
                claims[name] = value
        if not claims:
            return None
        words.sort()
        return Match(self._fingerprint, claims, tuple([word for _, word in words]))


_Holds = Callable[[_Work, dict[str, str | None]], tuple[str, str] | None]
"""A condition: (field, words) that satisfy it, named groups added to the dict; None when nothing does."""


def _test(condition: Condition, fields: tuple[str, ...]) -> _Holds:
    if condition.operator is Operator.ABSENT:
        return _absent(condition.field, fields)
    if condition.operator is Operator.IS:
        return _equal(condition, fields)
    return _regex(BoundedPattern(condition.values[0], condition.ignore_case), fields)


def _absent(name: str, fields: tuple[str, ...]) -> _Holds:
    def holds(work: _Work, texts: dict[str, str | None]) -> tuple[str, str] | None:  # noqa: ARG001
        return None if any(work.fields.get(field) for field in fields) else (name, "")

    return holds


def _equal(condition: Condition, fields: tuple[str, ...]) -> _Holds:
    fold = condition.ignore_case
    wanted = frozenset(text.casefold() if fold else text for text in condition.values)

    def holds(work: _Work, texts: dict[str, str | None]) -> tuple[str, str] | None:  # noqa: ARG001
        for field in fields:
            for value in work.fields.get(field, ()):
                if (value.casefold() if fold else value) in wanted:
                    return field, value[:MAX_QUOTE]
        return None

    return holds


def _regex(pattern: BoundedPattern, fields: tuple[str, ...]) -> _Holds:
    search = pattern.search
    captures = bool(pattern.names)
    place_of = {field: place for place, field in enumerate(fields)}

    def holds(work: _Work, texts: dict[str, str | None]) -> tuple[str, str] | None:
        here = work.fields
        for field in (
            fields if len(fields) == 1 else sorted(place_of.keys() & here.keys(), key=place_of.__getitem__)
        ):
            for value in here.get(field, ()):
                encoded = work.encode(value)
                if encoded is None:
                    return None
                matched = search(encoded, texts)
                if matched is not None:
                    work.captured += len(matched) if captures else 0
                    # Of a long value (a web page) only the part that matched is worth showing.
                    quote = (
                        value if len(value) <= MAX_QUOTE else matched.decode("utf-8", "replace")[:MAX_QUOTE]
                    )
                    return field, quote
        return None

    return holds
