"""Chooses which rules are worth trying on a field's values: by exact text, by required literal, or always.

Each rule has one trigger, its most selective condition. An `is` is a dictionary look-up; a regex that
requires a literal waits in the field's Aho-Corasick automaton; the rest are tried on every value of the
field, and `fingerprints check` keeps those few. An index is plain data, so that it can be cached as JSON.
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

Table = dict[str, dict[str, list[int]]]


@dataclass(frozen=True, slots=True)
class Index:
    """field → folded text → rule numbers (exact, literals); field → rule numbers (always)."""

    exact: Table
    literals: Table
    always: dict[str, list[int]]


def fields_of(condition: Condition, groups: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The fields a condition tests: its own, or all of its group for `any.<group>`."""
    if condition.field.startswith(ANY):
        return tuple(groups.get(condition.field[len(ANY) :], ()))
    return (condition.field,)


def trigger_of(fingerprint: Fingerprint) -> tuple[Condition, frozenset[str]]:
    """The condition that selects the rule, and its literals (empty: the rule is tried always).

    Raises ValueError when the rule has only `absent` conditions, which would hold of nearly everything.
    """
    best: tuple[Condition, frozenset[str]] | None = None
    best_score = -1
    for condition in fingerprint.when:
        literals: frozenset[str] = frozenset()
        if condition.operator is Operator.ABSENT:
            continue
        if condition.operator is Operator.IS:
            score = 1000
        else:
            literals = read_pattern(condition.values[0]).literals
            score = min(map(len, literals)) if literals else 0
        if score > best_score:
            best, best_score = (condition, literals), score
    if best is None:
        raise ValueError(f"{fingerprint.id} has no condition on a field that is present")
    return best


def build_index(fingerprints: Sequence[Fingerprint], groups: Mapping[str, Sequence[str]]) -> Index:
    """The index over these rules; numbers are positions in `fingerprints`."""
    index = Index({}, {}, {})
    for number, fingerprint in enumerate(fingerprints):
        condition, literals = trigger_of(fingerprint)
        for name in fields_of(condition, groups):
            if condition.operator is Operator.IS:
                texts: set[str] = {value.casefold() for value in condition.values}
                table = index.exact
            elif literals:
                texts, table = set(literals), index.literals
            else:
                index.always.setdefault(name, []).append(number)
                continue
            for text in sorted(texts):
                table.setdefault(name, {}).setdefault(text, []).append(number)
    return index


class Prefilter:
    """Looks values up in an `Index`; a field's automaton is built when the field is first seen."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._automata: dict[str, Any] = {}
        self._exact = index.exact
        self._always = index.always
        self._known = frozenset(index.exact) | frozenset(index.literals) | frozenset(index.always)

    def knows(self, field: str) -> bool:
        """Whether any rule is triggered by this field."""
        return field in self._known

    def add_candidates(self, field: str, value: str, candidates: set[int]) -> bool:
        """Add to `candidates` the rules worth trying on `value`; False when the value held too many literals."""
        folded = value.casefold()
        if (table := self._exact.get(field)) is not None and (found := table.get(folded)) is not None:
            candidates.update(found)
        if (numbers := self._always.get(field)) is not None:
            candidates.update(numbers)
        try:
            automaton = self._automata[field]
        except KeyError:
            automaton = self._automata[field] = _automaton(self._index.literals.get(field))
        if automaton is None:
            return True
        if len(folded) < MAX_HITS // 8:
            for _, numbers in automaton.iter(folded):
                candidates.update(numbers)
            return True
        hits: Iterator[tuple[int, list[int]]] = automaton.iter(folded)
        seen = 0
        for _, numbers in islice(hits, MAX_HITS):
            candidates.update(numbers)
            seen += 1
        return seen < MAX_HITS


def _automaton(words: Mapping[str, list[int]] | None) -> Any:
    """An Aho-Corasick automaton whose hits yield the rule numbers; None when there is nothing to look for."""
    if not words:
        return None
    import ahocorasick  # loaded on first use: `camscan --help` must not pay for it

    automaton = ahocorasick.Automaton()
    for word, numbers in words.items():
        automaton.add_word(word, tuple(numbers))
    automaton.make_automaton()
    return automaton
