"""`Policy` and `Advisory`: rules that name makers, and vulnerabilities that name firmware, as frozen data.

Rules of this file: texts are the sources' own or a person's words about them; `names` hold `name_key` forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache


@lru_cache(maxsize=16384)
def name_key(text: str) -> str:
    """The form in which names of makers and labels are compared: no case, blanks or punctuation."""
    return "".join(char for char in text.casefold() if char.isalnum())


class Status(StrEnum):
    """How well a fact is founded (facts/policy.md tags)."""

    CERTAIN = "certain"  # [C] read in the cited source
    BACKGROUND = "background"  # [B] recalled, not read again: never carries a flat verdict
    UNKNOWN = "unknown"  # [U] not found


class Reach(StrEnum):
    """Whether a rule that names a maker also reaches its subsidiaries, or its goods under other labels."""

    COVERED = "covered"
    NOT_COVERED = "not-covered"
    NOT_STATED = "not-stated"


class SiteRule(StrEnum):
    """At which sites a policy speaks of a device."""

    ANY = "any"
    SENSITIVE = "sensitive"  # only where Site.sensitive is True; None has to be asked


@dataclass(frozen=True, slots=True)
class Party:
    """A company under every name by which a claim may call it; own labels included."""

    id: str
    name: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Subsidiary:
    """A company that belongs to a named one; firm: the link was read in a source, not recalled."""

    name: str
    names: frozenset[str]
    firm: bool
    source: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One company a policy names (or that falls under its class test), and what of theirs is meant.

    doubt: why a proven maker still gives "to be checked" here; "" when it does not. since: the date from
    which this one is named, None for the policy's own date.
    """

    maker: Party
    named_as: str
    covers: str
    clause: str
    status: Status
    source: str
    doubt: str = ""
    subsidiaries: Reach = Reach.NOT_STATED
    relabels: Reach = Reach.NOT_STATED
    linked: tuple[Subsidiary, ...] = ()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """A part whose maker a policy may reach: a question for papers, never a finding about the device."""

    name: str
    names: frozenset[str]
    question: str
    clause: str
    source: str


@dataclass(frozen=True, slots=True)
class DatedFact:
    """A date or a caveat that `policies show` prints; on is None where the text alone carries it."""

    text: str
    status: Status
    source: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One regime. family groups parts of one law ("ndaa-889"); in_force: adopted or signed; effective:
    from when it binds; ends: last day, None while it stands. test: whom it means in words. asks_maker: an
    unknown maker is a finding of its own. acquired_after: goods bought later are treated differently.
    action: what a match asks for (remove, assess, disclose, none). elsewhere: for a class test, names of
    makers placed outside the class; a maker in neither is not recorded; None when it goes by names.
    """

    id: str
    family: str
    name: str
    reference: str
    about: str
    applies_to: str
    test: str
    effective: date
    status: Status
    source: str
    as_of: date
    wording: Mapping[str, str]
    action: str = "assess"
    in_force: date | None = None
    ends: date | None = None
    site_rule: SiteRule = SiteRule.ANY
    flag_only: bool = False
    asks_maker: bool = True
    acquired_after: date | None = None
    entities: tuple[Entity, ...] = ()
    elsewhere: frozenset[str] | None = None
    components: tuple[Component, ...] = ()
    inventory: tuple[str, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    caveats: tuple[DatedFact, ...] = ()
    user: bool = False  # written by the operator


class Grammar(StrEnum):
    """Grammars of firmware versions (facts/firmware.md)."""

    DOTTED = "dotted"
    HIKVISION = "hikvision"
    DAHUA = "dahua"
    UNIVIEW = "uniview"
    TVT = "tvt"
    XIONGMAI = "xiongmai"
    REOLINK = "reolink"
    TP_LINK = "tp-link"
    VIVOTEK = "vivotek"


@dataclass(frozen=True, slots=True)
class Affected:
    """Which firmware of which models an advisory means.

    models: anchored RE2 patterns, one suffices; firmware: the same for the version's text, () for any; kinds:
    device kinds meant, () for any. Versions are texts in
    `grammar`: from `since` on, up to and including every one of `through`, below every one of `before`, or
    exactly one of `versions`. Several bounds mean that the source does not say which is whose. Build dates
    work the same. unknown: why there is no cut-off; doubt: why an older version is still not decided;
    recalled: the cut-off was recalled and decides nothing; otherwise: only for models that no
    earlier row means; tracks: version prefixes with fixes of their own.
    """

    models: tuple[str, ...]
    grammar: Grammar
    firmware: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: str = ""
    through: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    build_from: date | None = None
    build_through: tuple[date, ...] = ()
    build_before: tuple[date, ...] = ()
    all_versions: bool = False
    unknown: str = ""
    doubt: str = ""
    recalled: bool = False
    otherwise: bool = False
    tracks: tuple[str, ...] = ()


class Wearing(StrEnum):
    """Whose name an advisory goes by."""

    MAKER = "maker"  # who built it: labels of others on the same platform are meant too
    LABEL = "label"  # whose label it wears


@dataclass(frozen=True, slots=True)
class Advisory:
    """One CVE of one vendor. scope, cut_off, source: the source's own words. relabels: goods under other
    labels may be meant although their model number was changed. own_models: patterns of the vendor's model
    numbers; a model that fits none of them was renamed. not_assessed: why no device can get it, "" if it can.
    """

    id: str
    vendor: Party
    by: Wearing
    scope: str
    cut_off: str
    source: str
    cvss: str = ""
    known_exploited: bool = False
    kev_added: date | None = None
    relabels: bool = False
    own_models: tuple[str, ...] = ()
    affected: tuple[Affected, ...] = field(default=())
    not_assessed: str = ""
