"""Inventory → the counts a first page shows: by maker, kind, organisation, site and policy.

Rules: what the register calls removed is counted apart, never in a total; an unknown maker is a class of
its own and comes last; a site counts once however many devices stand there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import nlargest
from itertools import islice
from typing import overload

from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Inventory, Scan, Site
from camscan.report.rows import ADVISORY, Entry, entries, sites_of

REMOVED = "removed"
SURE = 0.75
"""From this confidence on a maker is shown without a question mark."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One line of a count. other_label: devices that wear another label than their maker's."""

    name: str
    devices: int
    other_label: int
    sites: int


@dataclass(frozen=True, slots=True)
class Place:
    """Devices of one organisation or site, by maker ("" is the unknown maker)."""

    name: str
    organisation: str
    devices: int
    sites: int
    makers: Mapping[str, int]
    listed: int  # devices with a policy match
    sensitive: bool | None = None


@dataclass(frozen=True, slots=True)
class Regime:
    """What one policy, or one advisory, meets: devices by verdict, and its reference, source, date."""

    regime: str
    reference: str
    verdicts: Mapping[Verdict, int]
    devices: int
    sites: int
    source: str
    effective: date | None
    known_exploited: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """All counts; `entries` are the devices that stand, in its order, kept where the inventory keeps them."""

    entries: Sequence[Entry]
    removed: tuple[Entry, ...]
    devices: int
    kinds: tuple[tuple[str, int], ...]
    makers: tuple[Tally, ...]
    brands: tuple[Tally, ...]
    organisations: tuple[Place, ...]
    sites: tuple[Place, ...]
    known_sites: int
    other_label: int
    unknown_maker: int
    unsure_maker: int
    policies: tuple[Regime, ...]
    advisories: tuple[Regime, ...]
    listed: int
    to_check: int
    exploited: int
    scans: tuple[Scan, ...]

    @property
    def complete(self) -> bool:
        """True when every run reached all it was asked to."""
        return all(scan.coverage.complete for scan in self.scans)


def standing(listed: Iterable[Entry]) -> Iterator[Entry]:
    """The entries whose devices the register does not call removed."""
    return (entry for entry in listed if entry.device.status != REMOVED)


class Standing(Sequence[Entry]):
    """The devices of an inventory that stand, made anew whenever they are looked at: for those on disk."""

    def __init__(self, inventory: Inventory, count: int) -> None:
        self._inventory = inventory
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Entry]:
        return standing(entries(self._inventory))

    @overload
    def __getitem__(self, index: int) -> Entry: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...

    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        places = range(self._count)[index]
        if isinstance(places, int):
            return next(islice(self, places, None))
        if places.step < 0:
            return tuple(self[each] for each in places)
        return tuple(islice(self, places.start, places.stop, places.step))


def summarise(inventory: Inventory) -> Summary:
    """Count everything in one pass; no device is held that the inventory does not hold."""
    counts, removed, held = _Counts(), [], []
    for entry in entries(inventory):
        if entry.device.status == REMOVED:
            removed.append(entry)
            continue
        counts.add(entry)
        if isinstance(inventory.devices, tuple):
            held.append(entry)
    makers = _tallies(counts.makers)
    policies, advisories = _regimes(counts.regimes)
    sites = _places(counts.sites)
    return Summary(
        entries=tuple(held) if len(held) == counts.devices else Standing(inventory, counts.devices),
        removed=tuple(removed),
        devices=counts.devices,
        kinds=tuple(counts.kinds.most_common()),
        makers=makers,
        brands=_tallies(counts.brands),
        organisations=_places(counts.organisations),
        sites=sites,
        known_sites=_known_sites(
            inventory, (site for _, place in counts.sites.items() for site in place.sites)
        ),
        other_label=sum(tally.other_label for tally in makers),
        unknown_maker=sum(tally.devices for tally in makers if not tally.name),
        unsure_maker=counts.unsure_maker,
        policies=policies,
        advisories=advisories,
        listed=counts.listed,
        to_check=counts.to_check,
        exploited=counts.exploited,
        scans=(inventory.scan, *inventory.scans),
    )


class _Counts:
    """What is counted of the devices that stand, as they come by."""

    def __init__(self) -> None:
        self.devices = self.unsure_maker = self.listed = self.to_check = self.exploited = 0
        self.kinds: Counter[str] = Counter()
        self.makers: dict[str, _Group] = defaultdict(_Group)
        self.brands: dict[str, _Group] = defaultdict(_Group)
        self.organisations: dict[tuple[str, str], _Group] = defaultdict(_Group)
        self.sites: dict[tuple[str, str], _Group] = defaultdict(_Group)
        self.regimes: dict[tuple[str, str], _Met] = {}

    def add(self, entry: Entry) -> None:
        """Count one device."""
        device, site = entry.device, entry.site
        maker = device.value("manufacturer")
        self.devices += 1
        self.kinds[device.value("kind")] += 1
        self.unsure_maker += bool(maker) and device.confidence < SURE
        self.listed += _has_match(entry)
        self.to_check += bool(entry.findings) and not _certain(entry)
        self.exploited += exploited(entry)
        for group in (
            self.makers[maker],
            self.brands[device.value("brand")],
            self.organisations[site.organisation, site.organisation],
            self.sites[site.id, site.name or site.id],
        ):
            group.add(entry, maker)
        for regime, findings in _by_regime(entry.findings).items():
            met = self.regimes.get(regime)
            if met is None:
                met = self.regimes[regime] = _Met(regime[0], findings[0].source)
            met.add(entry, findings)


@dataclass(slots=True)
class _Group:
    """Devices that have one thing in common. site: that of the first."""

    devices: int = 0
    other_label: int = 0
    listed: int = 0
    site: Site = field(default_factory=lambda: Site(""))
    sites: set[str] = field(default_factory=set)
    makers: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Entry, maker: str) -> None:
        """Count one device."""
        if not self.devices:
            self.site = entry.site
        self.devices += 1
        self.other_label += wears_another_label(entry)
        self.listed += _has_match(entry)
        self.sites.add(entry.site.id)
        self.makers[maker] += 1


@dataclass(slots=True)
class _Met:
    """What one policy or advisory meets. verdicts: of each device the gravest."""

    regime: str
    source: str
    references: dict[str, None] = field(default_factory=dict)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    sites: set[str] = field(default_factory=set)
    effective: date | None = None
    known_exploited: bool = False

    def add(self, entry: Entry, findings: Sequence[Finding]) -> None:
        """Count one device with its findings, at least one."""
        self.verdicts[min((finding.verdict for finding in findings), key=_ORDER.index)] += 1
        self.sites.add(entry.site.id)
        for finding in findings:
            self.references[finding.reference] = None
            self.known_exploited |= finding.known_exploited
            if finding.effective and (self.effective is None or finding.effective < self.effective):
                self.effective = finding.effective


def _by_regime(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        name = finding.reference if finding.regime == ADVISORY else ""
        groups.setdefault((finding.regime, name), []).append(finding)
    return groups


def _known_sites(inventory: Inventory, here: Iterable[str]) -> int:
    known = {site.id for site in sites_of(inventory).values()}
    if inventory.sites:
        known = {site.id for site in inventory.sites}
    return len(known | set(here))


def wears_another_label(entry: Entry) -> bool:
    """True when the label is not the maker's name, own second brands included: what a question by brand
    name misses."""
    brand, maker = entry.device.value("brand"), entry.device.value("manufacturer")
    return bool(brand and maker) and brand.casefold() != maker.casefold()


def _has_match(entry: Entry) -> bool:
    return any(f.verdict is Verdict.MATCHES and f.regime != ADVISORY for f in entry.findings)


def exploited(entry: Entry) -> bool:
    """True when an advisory on CISA's list certainly applies."""
    return any(f.known_exploited and f.verdict is Verdict.MATCHES for f in entry.findings)


def _certain(entry: Entry) -> bool:
    return any(f.verdict is Verdict.MATCHES for f in entry.findings)


def _tallies(groups: Mapping[str, _Group]) -> tuple[Tally, ...]:
    made = [Tally(name, group.devices, group.other_label, len(group.sites)) for name, group in groups.items()]
    return tuple(sorted(made, key=lambda tally: (not tally.name, -tally.devices, tally.name)))


def _places(groups: Mapping[tuple[str, str], _Group]) -> tuple[Place, ...]:
    made = [
        Place(
            name=name,
            organisation=group.site.organisation,
            devices=group.devices,
            sites=len(group.sites),
            makers=group.makers,
            listed=group.listed,
            sensitive=group.site.sensitive,
        )
        for (_, name), group in groups.items()
    ]
    return tuple(sorted(made, key=lambda place: (not place.name, -place.devices, place.name)))


def _regimes(groups: Mapping[tuple[str, str], _Met]) -> tuple[tuple[Regime, ...], tuple[Regime, ...]]:
    made = [
        Regime(
            regime=met.regime,
            reference="; ".join(met.references),
            verdicts=met.verdicts,
            devices=met.verdicts.total(),
            sites=len(met.sites),
            source=met.source,
            effective=met.effective,
            known_exploited=met.known_exploited,
        )
        for met in groups.values()
    ]
    made.sort(
        key=lambda r: (not r.known_exploited, -r.verdicts.get(Verdict.MATCHES, 0), -r.devices, r.reference)
    )
    return (
        tuple(each for each in made if each.regime != ADVISORY),
        tuple(each for each in made if each.regime == ADVISORY),
    )


def _gravity(regime: Regime) -> tuple[bool, int, int, str]:
    matches = regime.verdicts.get(Verdict.MATCHES, 0)
    return (not regime.known_exploited, -matches, -regime.devices, regime.regime + regime.reference)


_ORDER = (Verdict.MATCHES, Verdict.TO_BE_CHECKED, Verdict.CANNOT_BE_DECIDED, Verdict.QUESTION)


def urgent(here: Iterable[Entry], most: int) -> list[Entry]:
    """At most so many entries with findings, those to act on first in front.

    Known-exploited firmware and certain policy matches before what is to be checked; sensitive sites first.
    """
    return nlargest(most, (entry for entry in here if entry.findings), key=_urgency)


def gravest(entry: Entry, policies: Sequence[Regime]) -> Finding:
    """The finding that says why `urgent` names the entry; what is certain before what is to be checked.

    Exploited firmware, else the policy that comes first in `policies` (those of the summary).
    """
    places = {regime.regime: place for place, regime in enumerate(policies)}

    def rank(finding: Finding) -> tuple[bool, bool, int]:
        certain = finding.verdict is Verdict.MATCHES
        return (
            not (certain and finding.known_exploited),
            not certain,
            places.get(finding.regime, len(places)),
        )

    return min(entry.findings, key=rank)


def _urgency(entry: Entry) -> tuple[bool, bool, bool, int, float]:
    matches = [finding for finding in entry.findings if finding.verdict is Verdict.MATCHES]
    return (
        bool(matches),
        entry.site.sensitive is True,
        exploited(entry),
        len(matches),
        entry.device.confidence,
    )
