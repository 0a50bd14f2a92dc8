"""Judges single rules: field names, RE2 patterns, templates and what a claim may say.

The engine relies on it: a rule without a fault here compiles and renders, whatever it meets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from camscan.catalog.contents import Contents
from camscan.catalog.faults import Fault, did_you_mean
from camscan.catalog.names import Names
from camscan.errors import FingerprintError
from camscan.match.bounded import BoundedPattern
from camscan.match.patterns import read_pattern
from camscan.match.prefilter import ANY
from camscan.match.templates import Slot, names_something, parse_template
from camscan.model.fingerprint import Fingerprint, Operator

MAX_PROGRAM = 4000
"""RE2 program size beyond which hostile text becomes slow."""

_ISO_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def judge_rules(contents: Contents, names: Names) -> list[Fault]:
    """The faults of every rule, warnings left out: with none, the rules can run."""
    found = [fault for rule in contents.fingerprints for fault in judge_rule(rule, contents, names)]
    return [fault for fault in found if not fault.warning]


def judge_rule(rule: Fingerprint, contents: Contents, names: Names) -> Iterator[Fault]:
    """What is wrong with one rule's id, fields, patterns and claims."""
    file = contents.file_of[rule.id]

    def fault(key: str, message: str, warning: bool = False) -> Fault:
        return Fault(file, rule.id, key, message, warning)

    if not rule.id.startswith(f"{rule.vendor}."):
        yield fault("id", f"must begin with the vendor's id: `{rule.vendor}.`")
    legal = [*contents.fields, *(ANY + group for group in contents.groups())]
    for condition in rule.when:
        if condition.field not in legal:
            yield fault(f'when."{condition.field}"', f"no such field{did_you_mean(condition.field, legal)}")
    for kind, examples in (("example", rule.examples), ("counterexample", rule.counterexamples)):
        for place, example in enumerate(examples, 1):
            for name in example.given:
                if name not in contents.fields:
                    yield fault(
                        f'{kind} #{place}.given."{name}"',
                        f"no such field{did_you_mean(name, contents.fields)}",
                    )
    if all(condition.operator is Operator.ABSENT for condition in rule.when):
        yield fault("when", "needs at least one field that is present: absence alone fits every other device")
    groups: dict[str, str] = {}
    for condition in rule.when:
        if condition.operator is Operator.REGEX:
            yield from _check_pattern(rule, condition.field, condition.values[0], contents, groups)
    yield from _check_claims(rule, file, groups, names)


def _check_pattern(
    rule: Fingerprint, field: str, pattern: str, contents: Contents, groups: dict[str, str]
) -> Iterator[Fault]:
    file, key = contents.file_of[rule.id], f'when."{field}".regex'
    try:
        compiled = BoundedPattern(pattern)
    except ValueError as reason:
        yield Fault(
            file, rule.id, key, f"RE2 refuses `{pattern}`: {reason} (no look-around, no back-references)"
        )
        return
    if compiled.size > MAX_PROGRAM:
        yield Fault(
            file, rule.id, key, f"too large ({compiled.size} RE2 instructions, at most {MAX_PROGRAM})"
        )
    for name in compiled.names:
        if name in groups:
            yield Fault(file, rule.id, key, f"group `{name}` is already named by the regex on {groups[name]}")
        groups[name] = field
    known = read_pattern(pattern)
    if not known.understood:
        yield Fault(file, rule.id, key, r"write it without \Q…\E, \C, \a, octal or \x escapes")
        return
    if not known.starts and not known.ends and not contents.reasons.get(rule.id):
        yield Fault(file, rule.id, key, 'anchor it with ^ or $, or say why not: unanchored = "…"')


def _check_claims(rule: Fingerprint, file: str, groups: dict[str, str], names: Names) -> Iterator[Fault]:
    used: set[str] = set()
    for claim, text in rule.claims.items():
        key = f"claim.{claim}"
        try:
            template = parse_template(text)
        except FingerprintError as reason:
            yield Fault(file, rule.id, key, str(reason))
            continue
        slots = [part for part in template if isinstance(part, Slot)]
        used |= {slot.group for slot in slots}
        for slot in slots:
            if slot.group not in groups:
                hint = did_you_mean(slot.group, groups) or "; no regex of this rule names it (?P<…>)"
                yield Fault(file, rule.id, key, f"no group `{slot.group}`{hint}")
        if claim == "kind" and slots:
            yield Fault(file, rule.id, key, "a kind is always written out")
        if slots:
            continue
        if claim in ("brand", "manufacturer") and not names.knows(text):
            hint = did_you_mean(text, names.spellings())
            yield Fault(
                file,
                rule.id,
                key,
                f"`{text}` is no vendor and no brand{hint}; vendors/*.toml and brands.toml name them",
            )
        if not names_something(claim, text):
            yield Fault(file, rule.id, key, f"`{text}` names nothing and is never a {claim}")
        if claim in ("firmware_date", "manufactured") and not _ISO_DATE.fullmatch(text):
            yield Fault(file, rule.id, key, f"`{text}` is no ISO date: use `{{group|date}}`")
    for name, field in groups.items():
        if name not in used:
            yield Fault(
                file, rule.id, f'when."{field}".regex', f"group `{name}` is used by no claim: write (?:…)"
            )
