"""What fingerprints/ holds, as frozen data: vendors, brands, rules and their examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much one rule decides; the numbers live once, in match/weights.py."""

    PROVES = "proves"
    SUGGESTS = "suggests"
    HINTS = "hints"


class Operator(StrEnum):
    """How a condition tests a field's values; it holds when any one value satisfies it."""

    REGEX = "regex"  # RE2 syntax, searched; anchor it
    IS = "is"  # equal, or equal to one of a list
    ABSENT = "absent"  # the observation has no such field


@dataclass(frozen=True, slots=True)
class Field:
    """One row of fingerprints/fields.toml: what an observation field means and which probes fill it.

    group: "serial", "firmware", "model", "maker", "name" or ""; a condition on `any.<group>`
    tests all its fields.
    """

    name: str
    about: str
    probes: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`when."http.server".regex = '…'`"""

    field: str
    operator: Operator
    values: tuple[str, ...]  # one pattern for regex, one or more texts for is, () for absent
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """Words a real device said and what the rule must conclude (expect is empty for counterexamples)."""

    given: Mapping[str, tuple[str, ...]]
    expect: Mapping[str, str]
    source: str  # where it was seen; for a counterexample, why it must not fire


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """When one observation's fields look so, claim that. All conditions hold in the same observation.

    claims maps claim names to templates with `{group}` from named groups of the regexes.
    family names what this evidence shares with other rules: two rules of one family repeat each other,
    they do not add up. The catalog fills it ("<vendor>:<field group or protocol>") where a file does not.
    """

    id: str
    vendor: str
    about: str
    weight: Weight
    when: tuple[Condition, ...]
    claims: Mapping[str, str]
    examples: tuple[Example, ...] = ()
    counterexamples: tuple[Example, ...] = ()
    family: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A fingerprint that held on one observation: the claims it makes and the words that satisfied it."""

    fingerprint: Fingerprint
    claims: Mapping[str, str]
    words: tuple[tuple[str, str], ...]  # (field, value) per condition


@dataclass(frozen=True, slots=True)
class Vendor:
    """One fingerprints/vendors file. prefixes_prove: what an IEEE block of theirs shows about a device:
    "maker" (they build what carries it), "brand" (a relabeller's own block), "nothing" (broad-line vendor).
    """

    id: str
    name: str
    prefixes_prove: str = "nothing"
    only_cameras: bool = False  # everything with their block is video surveillance gear
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brand:
    """One row of fingerprints/brands.toml: a label, who makes it, and how sure that is."""

    brand: str
    maker: str
    relation: str  # own-brand | subsidiary | relabel | former
    scope: str
    confidence: str  # high | medium | low
    source: str
