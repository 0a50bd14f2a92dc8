"""Runs the rules on the examples: each must prove itself, and no two may contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from camscan.catalog.contents import Contents
from camscan.catalog.faults import Fault
from camscan.catalog.names import Names
from camscan.match.engine import Engine
from camscan.model.device import CAMERA_KINDS, Kind
from camscan.model.fingerprint import Example, Fingerprint, Match
from camscan.model.observation import Observation, observe

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def example_observation(example: Example) -> Observation:
    """The example as an observation of a device that does not exist (RFC 5737 address)."""
    return observe("192.0.2.1", "example", dict(example.given), at=_ANY_TIME)


def prove(rules: Sequence[Fingerprint], contents: Contents, names: Names) -> Iterator[Fault]:
    """Faults of examples and counterexamples, and of rules that contradict each other on an example."""
    engine = Engine(rules, contents.groups())
    for rule in rules:
        file = contents.file_of[rule.id]
        for place, example in enumerate(rule.examples, 1):
            matches = engine.match(example_observation(example))
            own = next((match for match in matches if match.fingerprint.id == rule.id), None)
            for message in _own_faults(own, example.expect):
                yield Fault(file, rule.id, f"example #{place}", message)
            if own is None:
                continue
            for other in matches:
                for message in _contradictions(own, other, names) if other is not own else ():
                    yield Fault(file, rule.id, f"example #{place}", message)
        for place, example in enumerate(rule.counterexamples, 1):
            matches = engine.match(example_observation(example))
            if any(match.fingerprint.id == rule.id for match in matches):
                yield Fault(file, rule.id, f"counterexample #{place}", "the rule fires on it")


def _own_faults(own: Match | None, expect: Mapping[str, str]) -> Iterator[str]:
    if own is None:
        yield "the rule does not match its own example"
        return
    for name in sorted({*own.claims, *expect}):
        want, got = expect.get(name), own.claims.get(name)
        if want == got:
            continue
        if want is None:
            yield f"claims {name} = `{got}`, which `expect` does not list"
        elif got is None:
            yield f"expects {name} = `{want}`, which the rule does not claim"
        else:
            yield f"expects {name} = `{want}`, but the rule claims `{got}`"


def _contradictions(own: Match, other: Match, names: Names) -> Iterator[str]:
    for mine in ("manufacturer", "brand"):
        for theirs in ("manufacturer", "brand"):
            one, two = own.claims.get(mine), other.claims.get(theirs)
            if one is None or two is None or not names.knows(one) or not names.knows(two):
                continue
            if not names.agree(one, two):
                yield (
                    f"says {mine} `{one}`, but {other.fingerprint.id} says {theirs} `{two}` of the same "
                    "words; narrow one of them, or add the relabel to brands.toml"
                )
    one, two = own.claims.get("kind"), other.claims.get("kind")
    if one and two and _is_camera(one) is not _is_camera(two) and Kind.UNKNOWN not in (one, two):
        yield f"says kind `{one}`, but {other.fingerprint.id} says `{two}` of the same words"


def _is_camera(kind: str) -> bool:
    return kind in {each.value for each in CAMERA_KINDS}
