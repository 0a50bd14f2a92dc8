"""`check_directory`: everything that can be wrong with fingerprint files, all of it at once.

Shape comes from fingerprints/schema.json (`reading`), patterns and claims are judged here, and `proving`
runs every rule of every vendor on every example of every vendor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from camscan.catalog.faults import Fault, did_you_mean
from camscan.catalog.loading import schema_file
from camscan.catalog.names import Names
from camscan.catalog.proving import prove
from camscan.catalog.reading import Contents, read_directory
from camscan.errors import FingerprintError
from camscan.match.engine import BoundedPattern
from camscan.match.patterns import read_pattern
from camscan.match.prefilter import ANY, build_index
from camscan.match.templates import Slot, names_something, parse_template
from camscan.model.fingerprint import Fingerprint, Operator

MAX_UNSELECTIVE = 64
"""So many rules may be tried on one value of a field although no literal of theirs occurs in it."""

MAX_PROGRAM = 4000
"""RE2 program size beyond which hostile text becomes slow."""

_ISO_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def check_directory(directory: Path) -> list[Fault]:
    """Every fault of the fingerprint files in `directory`, warnings included, ordered by file and rule."""
    contents = read_directory(directory, schema_file())
    faults = list(contents.faults)
    names = Names(contents.vendors.values(), contents.brands)
    sound: list[Fingerprint] = []
    for fingerprint in contents.fingerprints:
        found = list(_check_rule(fingerprint, contents, names))
        faults += found
        if not any(not fault.warning for fault in found):
            sound.append(fingerprint)
    faults += _check_vendors(contents)
    faults += _check_selectivity(sound, contents)
    faults += prove(sound, contents, names)
    return sorted(set(faults))


def _check_rule(rule: Fingerprint, contents: Contents, names: Names) -> Iterator[Fault]:
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


def _check_vendors(contents: Contents) -> Iterator[Fault]:
    for brand in contents.brands:
        if brand.maker and brand.maker not in contents.vendors:
            hint = did_you_mean(brand.maker, contents.vendors)
            yield Fault("brands.toml", f"brand {brand.brand}", "maker", f"no vendor `{brand.maker}`{hint}")
    unknown = {vendor for _, vendor in contents.registered.values()} - {*contents.vendors, ""}
    for vendor in sorted(unknown):
        yield Fault(
            "ieee.csv", vendor, "vendor", f"no vendor `{vendor}`{did_you_mean(vendor, contents.vendors)}"
        )
    for vendor in contents.vendors.values():
        file = contents.vendor_file[vendor.id]
        if file != f"vendors/{vendor.id}.toml":
            yield Fault(file, "", "vendor.id", f"`{vendor.id}` must equal the file name")


def _check_selectivity(rules: list[Fingerprint], contents: Contents) -> Iterator[Fault]:
    """Fields on whose values too many rules must be tried because nothing selects them."""
    index = build_index(rules, contents.groups())
    for name in sorted({*index.always, *index.heads}):
        count = len(index.always.get(name, ())) + max(map(len, index.heads.get(name, {}).values()), default=0)
        if count > MAX_UNSELECTIVE:
            message = (
                f"{count} rules have no literal of 3 characters to be selected by (at most {MAX_UNSELECTIVE})"
            )
            yield Fault("vendors", "", name, message)
