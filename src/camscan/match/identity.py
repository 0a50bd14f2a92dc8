"""Which observations belong to one physical device, and by which marks it is known again.

A device is not its MAC: real cameras share serials, MACs and UUIDs. Marks are weighted; two addresses are
joined by a strong mark they share unless stronger marks differ, and what was not joined is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from camscan.match.announced import plausible_serial
from camscan.model.address import is_locally_administered, mac_from_eui64, parse_mac
from camscan.model.observation import Observation

SHARED_UUID_PREFIXES = (
    "2419d68a-2dd2-21b2-a205",  # gSOAP sample code: the same for strangers (facts §1.4)
    "00000000-0000-0000-0000",
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MAX_ADDRESSES_OF_A_MAC = 8
"""More addresses than this behind one hardware address are a router's, not a camera's."""

ADDRESSES_OF_CLONES = 3
"""So many IPv4 addresses with one UUID are units cloned from one image, not the interfaces of one device."""

MAX_RIVALS = 64
"""Where so many addresses share a mark and are not one device, the mark tells nobody apart: further ones are
kept apart uncompared, because comparing each with each takes minutes for some thousands."""

_CLONES = "cloned UUID"

MAX_CLAIMS_OF_A_DEVICE = 8
"""Whoever claims more serials, hardware addresses or UUIDs than this claims other people's: none counts."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one address is known by: hardware addresses seen and claimed, serials, UUIDs, certificates.

    copied: the claimed addresses that only an endpoint UUID states; a cloned UUID carries the same one.
    """

    observed: frozenset[str]
    claimed: frozenset[str]
    serials: frozenset[str]
    uuids: frozenset[str]
    certificates: frozenset[str]
    copied: frozenset[str] = frozenset()

    @property
    def own(self) -> frozenset[str]:
        """Hardware addresses that more than a UUID speaks for."""
        return self.observed | (self.claimed - self.copied)

    def keys(self, ip: str) -> tuple[str, ...]:
        """Identity keys, strongest first, the address last."""
        solid = sorted(m for m in self.observed if not is_locally_administered(m))
        soft = sorted(m for m in self.observed if is_locally_administered(m))
        return (
            *(f"mac:{mac}" for mac in solid),
            *(f"serial:{serial}" for serial in sorted(_believable(self.serials))),
            *(f"mac-claimed:{mac}" for mac in sorted(_believable(self.claimed) - self.observed)),
            *(f"uuid:{uuid}" for uuid in sorted(_believable(self.uuids))),
            *(f"mac-local:{mac}" for mac in soft),
            *(f"cert:{digest}" for digest in sorted(self.certificates)),
            f"address:{ip}",
        )


def marks_of(observations: Iterable[Observation], serial_fields: Iterable[str]) -> Marks:
    """Collect the marks of one address from everything it said."""
    observed, claimed, serials, uuids, certificates = set(), set(), set(), set(), set()
    stated: set[str] = set()
    fields = tuple(serial_fields)
    for each in observations:
        observed |= {mac for text in each.fields.get("mac.observed", ()) if (mac := parse_mac(text))}
        said = {mac for text in each.fields.get("mac.claimed", ()) if (mac := parse_mac(text))}
        stated |= {mac for mac in said if not _only_in_endpoint(mac, each)}
        if mac := mac_from_eui64(each.ip):
            stated.add(mac)
        claimed |= said | stated
        for field in fields:
            serials |= {_folded(t) for t in each.fields.get(field, ()) if plausible_serial(t)}
        for text in (*each.fields.get("onvif.endpoint", ()), *each.fields.get("upnp.udn", ())):
            found = _UUID.search(text.lower())
            if found and not found.group().startswith(SHARED_UUID_PREFIXES):
                uuids.add(found.group())
        certificates |= set(each.fields.get("tls.sha256", ()))
    return Marks(
        frozenset(observed),
        frozenset(claimed),
        frozenset(serials),
        frozenset(uuids),
        frozenset(certificates),
        frozenset(claimed - stated - observed),
    )


def _only_in_endpoint(mac: str, observation: Observation) -> bool:
    """Does nothing in this answer but its endpoint UUID state the address?"""
    digits = mac.replace(":", "")
    endpoints = observation.fields.get("onvif.endpoint", ())
    scopes = " ".join(observation.fields.get("onvif.scope", ()))
    return any(digits in _digits(text) for text in endpoints) and digits not in _digits(scopes)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.lower())


@dataclass(frozen=True, slots=True)
class Grouping:
    """Addresses joined into devices, and in words what was joined or kept apart and why."""

    groups: tuple[tuple[str, ...], ...]
    notes: Mapping[str, tuple[str, ...]]
    conflicts: frozenset[str]


def group_addresses(marks: Mapping[str, Marks]) -> Grouping:
    """Join addresses that share a strong mark and do not contradict each other."""
    parent = {ip: ip for ip in marks}
    members = {ip: [ip] for ip in marks}

    def root(ip: str) -> str:
        while parent[ip] != ip:
            parent[ip] = parent[parent[ip]]
            ip = parent[ip]
        return ip

    notes: dict[str, list[str]] = defaultdict(list)
    conflicts: set[str] = set()
    for kind, value, ips in _shared(marks):
        if kind == "hardware address" and len(ips) > MAX_ADDRESSES_OF_A_MAC:
            for ip in ips:
                notes[ip].append(
                    f"{len(ips)} addresses answer behind hardware address {value}: probably a router"
                )
            continue
        weak = "" if kind == "UUID" and _both_families(ips) else kind
        many = sum(":" not in ip for ip in ips) >= ADDRESSES_OF_CLONES
        if many and (kind == "UUID" or all(value in marks[ip].copied for ip in ips)):
            weak = _CLONES
        clusters: list[list[str]] = []
        compared = 0
        for ip in ips:
            why, home = "", None
            if compared > MAX_RIVALS * MAX_RIVALS:
                conflicts.add(ip)
                notes[ip].append(
                    f"shares {kind} {value} with {len(ips) - 1} others, kept apart: too many have it"
                )
                continue
            for cluster in clusters:
                compared += len(cluster)
                reason = next(
                    (r for member in cluster if (r := _contradiction(marks[ip], marks[member], weak))), ""
                ) or _groups_contradict(marks, members[root(ip)], members[root(cluster[0])])
                if not reason:
                    home = cluster
                    break
                why = reason
            if home is not None:
                one, other = root(ip), root(home[0])
                if one != other:
                    parent[one] = other
                    members[other] += members.pop(one)
                home.append(ip)
                continue
            if why:
                other = clusters[0][0]
                conflicts |= {ip, other}
                notes[ip].append(f"shares {kind} {value} with {other}, kept apart: {why}")
                notes[other].append(f"shares {kind} {value} with {ip}, kept apart: {why}")
            clusters.append([ip])
    groups: dict[str, list[str]] = defaultdict(list)
    for ip in marks:
        groups[root(ip)].append(ip)
    return Grouping(
        tuple(tuple(members) for members in groups.values()),
        {ip: tuple(dict.fromkeys(said)) for ip, said in notes.items()},
        frozenset(conflicts),
    )


def _shared(marks: Mapping[str, Marks]) -> list[tuple[str, str, list[str]]]:
    by_mark: dict[tuple[str, str], list[str]] = defaultdict(list)
    for ip, each in marks.items():
        for mac in each.observed | _believable(each.claimed):
            by_mark[("hardware address", mac)].append(ip)
        for serial in _believable(each.serials):
            by_mark[("serial", serial)].append(ip)
        for uuid in _believable(each.uuids):
            by_mark[("UUID", uuid)].append(ip)
    return [(kind, value, ips) for (kind, value), ips in by_mark.items() if len(ips) > 1]


def _believable(claims: frozenset[str]) -> frozenset[str]:
    return claims if len(claims) <= MAX_CLAIMS_OF_A_DEVICE else frozenset()


def _contradiction(one: Marks, other: Marks, shared: str) -> str:
    """Why two addresses that share a mark are two devices, or ""."""
    if one.observed and other.observed and not one.observed & other.observed:
        return "their hardware addresses differ"
    if one.serials and other.serials and not _serials_agree(one.serials, other.serials):
        return "their serials differ"
    if shared in ("UUID", _CLONES):
        ours, theirs = (one.own, other.own) if shared == _CLONES else (_all_macs(one), _all_macs(other))
        if not (one.serials & other.serials or ours & theirs):
            return "nothing but the UUID agrees, and cloned firmware shares UUIDs"
    return ""


def _all_macs(marks: Marks) -> frozenset[str]:
    return marks.observed | marks.claimed


def _groups_contradict(marks: Mapping[str, Marks], ours: list[str], theirs: list[str]) -> str:
    """Each against each: whoever resembles two strangers must not make them one."""
    if ours is theirs:
        return ""
    return next((r for a in ours for b in theirs if (r := _contradiction(marks[a], marks[b], ""))), "")


def _both_families(ips: list[str]) -> bool:
    """One IPv4 and one link-local address, and nobody else: one endpoint on one link, answering twice."""
    return len(ips) == 2 and sum(ip.startswith("fe80:") for ip in ips) == 1 and any(":" not in i for i in ips)


def _serials_agree(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(a in b or b in a for a in one for b in other)


def _folded(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
