"""Observations to devices: the whole of identification, a pure function.

    observations of one device → matches + announced values + IEEE blocks → evidence → claims → Device

`identify` groups addresses into devices first; `resolve` concludes about one of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from msgspec import structs

from camscan.match import weights
from camscan.match.announced import announced, host_names, is_placeholder
from camscan.match.announced import evidence as evidence_from
from camscan.match.claims import by_claim, weigh
from camscan.match.identity import Grouping, Marks, group_addresses, marks_of
from camscan.match.makers import (
    Names,
    fold_name,
    from_brand_table,
    from_prefixes,
    maker_dispute,
    prefix_notes,
    stated_relation,
)
from camscan.match.prefixes import PrefixTable
from camscan.match.signs import CAMERA_PORT_RULE, flags_of, hidden_cameras, is_tarpit, signs_of_a_camera
from camscan.model.address import parse_mac
from camscan.model.device import Claim, Device, Evidence, MacAddress
from camscan.model.fingerprint import Brand, Field, Match, Vendor
from camscan.model.number import whole_number
from camscan.model.observation import Observation

_MAC_CLAIMS = ("mac",)
_TEXT_CLAIMS = ("note", "component")


class Matcher(Protocol):
    """What the match engine offers."""

    def match(self, observation: Observation) -> tuple[Match, ...]:
        """The fingerprints that hold on one observation."""


class Knowledge(Protocol):
    """What identification knows; `camscan.catalog.Catalog` is one."""

    @property
    def vendors(self) -> Mapping[str, Vendor]:
        """Vendors by id."""

    @property
    def brands(self) -> Sequence[Brand]:
        """Rows of brands.toml."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """Observation fields by name."""

    @property
    def prefixes(self) -> PrefixTable:
        """IEEE blocks."""

    @property
    def matcher(self) -> Matcher:
        """The compiled rules."""


class Identifier:
    """Identification with one catalog; keeps what is worth computing once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._names = Names.of(knowledge.vendors, knowledge.brands)
        groups: dict[str, list[str]] = defaultdict(list)
        for field in knowledge.fields.values():
            if field.group:
                groups[field.group].append(field.name)
        self._groups: Mapping[str, Sequence[str]] = groups

    def identify(self, observations: Iterable[Observation], *, site: str = "") -> tuple[Device, ...]:
        """Every device behind these observations, in the order of their first address."""
        by_ip: dict[str, list[Observation]] = defaultdict(list)
        for each in observations:
            by_ip[each.ip].append(each)
        return tuple(self.identify_pages(by_ip, by_ip.__getitem__, site=site))

    def identify_pages(
        self,
        addresses: Iterable[str],
        page: Callable[[str], Sequence[Observation]],
        *,
        site: str = "",
        keep: Callable[[Iterable[Device]], Sequence[Device]] = tuple,
    ) -> Sequence[Device]:
        """The same where `page` tells everything of one address: it is asked twice for each, and only
        what belongs to one device is in memory at a time, but for what `keep` keeps."""
        grouping = group_addresses({ip: self._marks(page(ip)) for ip in addresses})
        return _told_apart(keep(self._each(grouping, page, site)), keep)

    def _each(
        self, grouping: Grouping, page: Callable[[str], Sequence[Observation]], site: str
    ) -> Iterator[Device]:
        for group in grouping.groups:
            together = [o for ip in group for o in page(ip)]
            notes = [note for ip in group for note in grouping.notes.get(ip, ())]
            conflict = any(ip in grouping.conflicts for ip in group)
            yield self.resolve(together, site=site, notes=notes, conflict=conflict)

    def resolve(
        self,
        observations: Sequence[Observation],
        *,
        site: str = "",
        notes: Sequence[str] = (),
        conflict: bool = False,
        evidence: Iterable[tuple[str, Evidence]] | None = None,
    ) -> Device:
        """The device that all these observations are of; `observations` must not be empty.

        evidence: what `evidence_of` gave for each of them, where the caller kept it.
        """
        if evidence is None:
            evidence = (pair for each in observations for pair in self.evidence_of(each))
        said = list(notes)
        if is_tarpit(observations):
            evidence = (pair for pair in evidence if pair[1].rule != CAMERA_PORT_RULE)
            said.append(
                "many ports accept and none says a word: a tarpit or a firewall, its ports prove nothing"
            )
        grouped = by_claim(evidence)
        claims: dict[str, Claim] = {}
        for name, found in grouped.items():
            if name not in _MAC_CLAIMS + _TEXT_CLAIMS and (claim := weigh(name, found)) is not None:
                claims[name] = claim
        said = list(dict.fromkeys([*said, *self._texts(grouped)]))
        said += self._settle_maker(claims)
        marks = self._marks(observations, [e.says for e in grouped.get("mac", ())])
        said += prefix_notes(sorted(marks.observed), self._knowledge.prefixes)
        addresses = tuple(dict.fromkeys(each.ip for each in observations))
        keys = marks.keys(addresses[0])
        flags = flags_of(observations, claims)
        if conflict:
            flags = tuple(sorted({*flags, "identity-conflict"}))
        if count := hidden_cameras(claims):
            said.append(f"up to {count} cameras behind this recorder, not directly reachable")
        return Device(
            device_id=provisional_id(site, keys),
            addresses=addresses,
            site=site,
            zone=observations[0].zone,
            macs=_macs(observations, marks),
            hostname=host_names(observations),
            claims=claims,
            open_ports=_open_ports(observations),
            discovered_by=tuple(dict.fromkeys(each.source for each in observations)),
            flags=flags,
            notes=tuple(dict.fromkeys(said)),
            first_seen=min(each.at for each in observations),
            last_seen=max(each.at for each in observations),
            identity_keys=keys,
        )

    def evidence_of(self, observation: Observation) -> Iterator[tuple[str, Evidence]]:
        """(claim name, evidence) for everything one observation shows."""
        for match in self._knowledge.matcher.match(observation):
            yield from self._from_match(observation, match)
        yield from self._announced(observation)
        yield from from_prefixes(observation, self._knowledge.prefixes, self._names)
        yield from signs_of_a_camera(observation)

    def _announced(self, observation: Observation) -> Iterator[tuple[str, Evidence]]:
        """What the device says of itself; a maker's text in its usual spelling, so that `UNV` speaks for
        Uniview and not against it."""
        for name, found in announced(observation, self._groups):
            if name == "brand" and (usual := self._names.brand_name(found.says)) != found.says:
                found = structs.replace(found, says=usual)
            yield name, found

    def _from_match(self, observation: Observation, match: Match) -> Iterator[tuple[str, Evidence]]:
        rule = match.fingerprint
        field, value = match.words[0] if match.words else ("", "")
        family = rule.family.rpartition(":")[2] or field.partition(".")[0]
        for name, says in match.claims.items():
            if name == "manufacturer":
                says = self._names.maker_name(says)
            elif name == "customer" and is_placeholder(says):
                continue  # `General`, `Private`: what neutral units say
            elif name in ("brand", "customer"):
                name, says = "brand", self._names.brand_name(says)
            yield (
                name,
                evidence_from(observation, rule.id, field, value, says, weights.RULE[rule.weight], family),
            )

    def _settle_maker(self, claims: dict[str, Claim]) -> list[str]:
        brand, known = claims.get("brand"), claims.get("manufacturer")
        dispute = maker_dispute(known) if known is not None else ""
        if brand is None or dispute:
            return [dispute] if dispute else []
        maker, notes = from_brand_table(brand, self._names)
        if known is not None:
            if relation := stated_relation(brand, known, self._names):
                claims["relation"] = relation
            same = fold_name(known.value) == fold_name(brand.value)
            return [] if same else [f"sold as {brand.value}, made by {known.value}"]
        if maker is not None:
            claims["manufacturer"] = maker
        return notes

    def _texts(self, grouped: Mapping[str, list[Evidence]]) -> list[str]:
        notes = [each.says for each in grouped.get("note", ())]
        components = {each.says for each in grouped.get("component", ())}
        return notes + [f"component question: {each}" for each in sorted(components)]

    def _marks(self, observations: Sequence[Observation], claimed: Iterable[str] = ()) -> Marks:
        marks = marks_of(observations, self._groups.get("serial", ()))
        extra = frozenset(mac for text in claimed if (mac := parse_mac(text)))
        return replace(marks, claimed=marks.claimed | extra, copied=marks.copied - extra)


def provisional_id(site: str, keys: Sequence[str]) -> str:
    """A stable id for a device that no register knows yet: from its site and strongest identity key."""
    return "d-" + hashlib.sha256(f"{site}\0{keys[0]}".encode()).hexdigest()[:12]


def _told_apart(
    devices: Sequence[Device], keep: Callable[[Iterable[Device]], Sequence[Device]]
) -> Sequence[Device]:
    """Devices without the identity keys that another one has too: those tell neither, and ids must differ."""
    owners = Counter(key for each in devices for key in set(each.identity_keys))
    shared = {key for key, count in owners.items() if count > 1}
    return keep(_without(each, shared) for each in devices) if shared else devices


def _without(device: Device, shared: Collection[str]) -> Device:
    keys = tuple(key for key in device.identity_keys if key not in shared)
    if keys == device.identity_keys:
        return device
    return replace(device, identity_keys=keys, device_id=provisional_id(device.site, keys))


def _macs(observations: Sequence[Observation], marks: Marks) -> tuple[MacAddress, ...]:
    sources: dict[str, str] = {}
    for each in observations:
        for field in ("mac.observed", "mac.claimed"):
            for text in each.fields.get(field, ()):
                if mac := parse_mac(text):
                    sources.setdefault(mac, each.source)
    seen = [MacAddress(mac, True, sources.get(mac, "")) for mac in sorted(marks.observed)]
    claimed = sorted(marks.claimed - marks.observed)
    return (*seen, *(MacAddress(mac, False, sources.get(mac, "fingerprint")) for mac in claimed))


def _open_ports(observations: Sequence[Observation]) -> tuple[int, ...]:
    said = (whole_number(text) for o in observations for text in o.fields.get("net.open_port", ()))
    return tuple(sorted({port for port in said if port is not None and port < 65536}))
