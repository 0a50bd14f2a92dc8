"""Chooses which rules are worth trying on a field's values.

Each rule has one trigger, its most selective condition. An `is` is a dictionary look-up; a regex that
requires a literal waits in the field's Aho-Corasick automaton; one that can only begin with some characters
is found by the value's first; the rest are tried on every value, and `fingerprints check` keeps those few.
An index is plain data, so that it can be cached as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from camscan.match.patterns import read_pattern
from camscan.model.fingerprint import Condition, Fingerprint, Operator

ANY = "any."
MAX_HITS = 8192
"""Literal occurrences looked at in one value; a page that repeats more of them than this is noise."""

_SHORT = 512
"""Values up to this length cannot hold enough literals to be worth counting."""

Table = dict[str, dict[str, list[int]]]


@dataclass(frozen=True, slots=True)
class Index:
    """field → folded text (whole, literal, first character) → rule numbers; always: field → rule numbers."""

    exact: Table
    literals: Table
    heads: Table
    always: dict[str, list[int]]


def fields_of(condition: Condition, groups: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The fields a condition tests: its own, or all of its group for `any.<group>`."""
    if condition.field.startswith(ANY):
        return tuple(groups.get(condition.field[len(ANY) :], ()))
    return (condition.field,)


@dataclass(frozen=True, slots=True)
class Trigger:
    """The condition that selects a rule; with neither literals nor heads a regex is tried always."""

    condition: Condition
    literals: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()


def trigger_of(fingerprint: Fingerprint) -> Trigger:
    """The rule's most selective condition.

    Raises ValueError when the rule has only `absent` conditions, which would hold of nearly everything.
    """
    triggers = [_trigger(each) for each in fingerprint.when if each.operator is not Operator.ABSENT]
    if not triggers:
        raise ValueError(f"{fingerprint.id} has no condition on a field that is present")
    return max(triggers, key=_selectivity)


def _trigger(condition: Condition) -> Trigger:
    if condition.operator is Operator.IS:
        return Trigger(condition)
    known = read_pattern(condition.values[0])
    return Trigger(condition, known.literals, frozenset() if known.literals else known.heads)


def _selectivity(trigger: Trigger) -> float:
    if trigger.condition.operator is Operator.IS:
        return 1000.0
    if trigger.literals:
        return float(min(map(len, trigger.literals)))
    return 1 / len(trigger.heads) if trigger.heads else 0.0


def build_index(fingerprints: Sequence[Fingerprint], groups: Mapping[str, Sequence[str]]) -> Index:
    """The index over these rules; numbers are positions in `fingerprints`."""
    index = Index({}, {}, {}, {})
    for number, fingerprint in enumerate(fingerprints):
        trigger = trigger_of(fingerprint)
        if trigger.condition.operator is Operator.IS:
            table, texts = index.exact, frozenset(value.casefold() for value in trigger.condition.values)
        elif trigger.literals:
            table, texts = index.literals, trigger.literals
        else:
            table, texts = index.heads, trigger.heads
        for name in fields_of(trigger.condition, groups):
            if not texts:
                index.always.setdefault(name, []).append(number)
            for text in sorted(texts):
                table.setdefault(name, {}).setdefault(text, []).append(number)
    return index


class Prefilter:
    """Looks values up in an `Index`; a field's automaton is built when the field is first seen."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known = frozenset({*index.exact, *index.literals, *index.heads, *index.always})
        self._scans: dict[str, FieldScan] = {}

    def scan_of(self, field: str) -> FieldScan | None:
        """What to look for in this field's values; None when no rule is triggered by it."""
        scan = self._scans.get(field)
        if scan is None and field in self._known:
            index = self._index
            scan = FieldScan(
                index.exact.get(field, {}),
                index.literals.get(field, {}),
                index.heads.get(field, {}),
                index.always.get(field, ()),
            )
            self._scans[field] = scan
        return scan


class FieldScan:
    """The triggers of one field."""

    __slots__ = ("_always", "_automaton", "_exact", "_heads")

    def __init__(
        self,
        exact: Mapping[str, Sequence[int]],
        literals: Mapping[str, Sequence[int]],
        heads: Mapping[str, Sequence[int]],
        always: Sequence[int],
    ) -> None:
        self._exact = exact
        self._heads = heads
        self._always = always
        self._automaton = _automaton(literals) if literals else None

    def add_candidates(self, value: str, candidates: set[int]) -> bool:
        """Add the rules worth trying on `value`; False when it holds too many literals to look at all."""
        folded = value.casefold()
        if folded in self._exact:
            candidates.update(self._exact[folded])
        if self._heads and (numbers := self._heads.get(folded[:1])) is not None:
            candidates.update(numbers)
        if self._always:
            candidates.update(self._always)
        if self._automaton is None:
            return True
        if len(folded) <= _SHORT:
            for _, numbers in self._automaton.iter(folded):
                candidates.update(numbers)
            return True
        seen = 0
        hits: Iterator[tuple[int, tuple[int, ...]]] = self._automaton.iter(folded)
        for _, numbers in islice(hits, MAX_HITS):
            candidates.update(numbers)
            seen += 1
        return seen < MAX_HITS


def _automaton(words: Mapping[str, Sequence[int]]) -> Any:
    """An Aho-Corasick automaton whose hits yield the rule numbers."""
    import ahocorasick  # loaded on first use: `camscan --help` must not pay for it

    automaton = ahocorasick.Automaton()
    for word, numbers in words.items():
        automaton.add_word(word, tuple(numbers))
    automaton.make_automaton()
    return automaton
