"""Inventory → the counts a first page shows: by maker, kind, organisation, site and policy.

Rules: what the register calls removed is counted apart, never in a total; an unknown maker is a class of
its own and comes last; a site counts once however many devices stand there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Inventory, Scan
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
    """All counts; `entries` are the devices that stand, in the inventory's order."""

    entries: tuple[Entry, ...]
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


def standing(listed: Iterable[Entry]) -> list[Entry]:
    """The entries whose devices the register does not call removed."""
    return [entry for entry in listed if entry.device.status != REMOVED]


def summarise(inventory: Inventory) -> Summary:
    """Count everything once."""
    everything = list(entries(inventory))
    here = standing(everything)
    removed = [entry for entry in everything if entry.device.status == REMOVED]
    makers = _tallies(here, "manufacturer")
    policies, advisories = _regimes(here)
    return Summary(
        entries=tuple(here),
        removed=tuple(removed),
        devices=len(here),
        kinds=tuple(Counter(entry.device.value("kind") for entry in here).most_common()),
        makers=makers,
        brands=_tallies(here, "brand"),
        organisations=_places(here, lambda e: (e.site.organisation, e.site.organisation)),
        sites=_places(here, lambda e: (e.site.id, e.site.name or e.site.id)),
        known_sites=_known_sites(inventory, here),
        other_label=sum(tally.other_label for tally in makers),
        unknown_maker=sum(tally.devices for tally in makers if not tally.name),
        unsure_maker=sum(1 for e in here if e.device.value("manufacturer") and e.device.confidence < SURE),
        policies=policies,
        advisories=advisories,
        listed=sum(1 for entry in here if _has_match(entry)),
        to_check=sum(1 for entry in here if entry.findings and not _certain(entry)),
        exploited=sum(1 for entry in here if exploited(entry)),
        scans=(inventory.scan, *inventory.scans),
    )


def _known_sites(inventory: Inventory, here: Sequence[Entry]) -> int:
    known = {site.id for site in sites_of(inventory).values()}
    if inventory.sites:
        known = {site.id for site in inventory.sites}
    return len(known | {entry.site.id for entry in here})


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


def _tallies(here: Iterable[Entry], claim: str) -> tuple[Tally, ...]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in here:
        groups[entry.device.value(claim)].append(entry)
    made = [
        Tally(
            name,
            len(group),
            sum(1 for entry in group if wears_another_label(entry)),
            len({entry.site.id for entry in group}),
        )
        for name, group in groups.items()
    ]
    return tuple(sorted(made, key=lambda tally: (not tally.name, -tally.devices, tally.name)))


def _places(here: Iterable[Entry], key: Callable[[Entry], tuple[str, str]]) -> tuple[Place, ...]:
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in here:
        groups[key(entry)].append(entry)
    made = [
        Place(
            name=name,
            organisation=group[0].site.organisation,
            devices=len(group),
            sites=len({entry.site.id for entry in group}),
            makers=Counter(entry.device.value("manufacturer") for entry in group),
            listed=sum(1 for entry in group if _has_match(entry)),
            sensitive=group[0].site.sensitive,
        )
        for (_, name), group in groups.items()
    ]
    return tuple(sorted(made, key=lambda place: (not place.name, -place.devices, place.name)))


def _regimes(here: Iterable[Entry]) -> tuple[tuple[Regime, ...], tuple[Regime, ...]]:
    groups: dict[tuple[str, str], list[tuple[Entry, Finding]]] = defaultdict(list)
    for entry in here:
        for finding in entry.findings:
            name = finding.reference if finding.regime == ADVISORY else ""
            groups[finding.regime, name].append((entry, finding))
    made = []
    for (regime, _), group in groups.items():
        worst: dict[str, Verdict] = {}
        for entry, finding in group:
            known = worst.get(entry.device.device_id)
            if known is None or _ORDER.index(finding.verdict) < _ORDER.index(known):
                worst[entry.device.device_id] = finding.verdict
        first = group[0][1]
        made.append(
            Regime(
                regime=regime,
                reference="; ".join(dict.fromkeys(finding.reference for _, finding in group)),
                verdicts=Counter(worst.values()),
                devices=len(worst),
                sites=len({entry.site.id for entry, _ in group}),
                source=first.source,
                effective=min((f.effective for _, f in group if f.effective), default=None),
                known_exploited=any(finding.known_exploited for _, finding in group),
            )
        )
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


def urgent(here: Iterable[Entry]) -> list[Entry]:
    """Entries with findings, those to act on first in front.

    Known-exploited firmware and certain policy matches before what is to be checked; sensitive sites first.
    """
    return sorted((entry for entry in here if entry.findings), key=_urgency, reverse=True)


def _urgency(entry: Entry) -> tuple[bool, bool, bool, int, float]:
    matches = [finding for finding in entry.findings if finding.verdict is Verdict.MATCHES]
    return (
        bool(matches),
        entry.site.sensitive is True,
        exploited(entry),
        len(matches),
        entry.device.confidence,
    )
