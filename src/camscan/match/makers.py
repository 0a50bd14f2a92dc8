"""Who made it: IEEE blocks, makers under their many names, and the table of labels.

A label alone never makes more than a possible maker; a low-confidence row makes a note for people.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from camscan.match import weights
from camscan.match.announced import evidence
from camscan.match.prefixes import PrefixStatus, PrefixTable
from camscan.model.device import Claim, Evidence, Kind
from camscan.model.fingerprint import Brand, Vendor
from camscan.model.observation import Observation

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold_name(text: str) -> str:
    """The form in which names of makers and brands are compared."""
    return _NOT_WORD.sub("", text.lower())


@dataclass(frozen=True, slots=True)
class Names:
    """Every spelling of every maker and label known."""

    vendors: Mapping[str, Vendor]
    by_name: Mapping[str, Vendor]
    by_brand: Mapping[str, tuple[Brand, ...]]

    @classmethod
    def of(cls, vendors: Mapping[str, Vendor], brands: Sequence[Brand]) -> Names:
        """Index vendors by id, name and alias, and brand rows by label."""
        by_name: dict[str, Vendor] = {}
        for vendor in vendors.values():
            for name in (vendor.id, vendor.name, *vendor.aliases):
                by_name.setdefault(fold_name(name), vendor)
        by_brand: dict[str, list[Brand]] = defaultdict(list)
        for row in brands:
            by_brand[fold_name(row.brand)].append(row)
        return cls(vendors, by_name, {name: tuple(rows) for name, rows in by_brand.items()})

    def maker_name(self, text: str) -> str:
        """The maker's proper name for an id, alias or spelling; the text itself when unknown."""
        vendor = self.by_name.get(fold_name(text))
        return vendor.name if vendor else text

    def brand_name(self, text: str) -> str:
        """The label as it is usually written; the text itself when unknown."""
        rows = self.by_brand.get(fold_name(text))
        if rows:
            return rows[0].brand
        return self.maker_name(text)


def from_prefixes(
    observation: Observation, prefixes: PrefixTable, names: Names
) -> Iterator[tuple[str, Evidence]]:
    """(claim name, evidence) from hardware addresses; blocks that prove nothing give none."""
    for field, weight in (("mac.observed", weights.PREFIX_OBSERVED), ("mac.claimed", weights.PREFIX_CLAIMED)):
        for mac in observation.fields.get(field, ()):
            owner = prefixes.look_up(mac)
            vendor = names.vendors.get(owner.vendor)
            if owner.status is not PrefixStatus.REGISTERED or vendor is None:
                continue
            value = f"{mac} ({owner.registrant})"
            if vendor.prefixes_prove in ("maker", "brand"):
                claim = "manufacturer" if vendor.prefixes_prove == "maker" else "brand"
                yield claim, evidence(observation, "<ieee-prefix>", field, value, vendor.name, weight, "mac")
            if vendor.only_cameras:
                camera = weights.PREFIX_CAMERA_ONLY
                yield (
                    "kind",
                    evidence(observation, "<ieee-prefix>", field, value, Kind.CAMERA_LIKE, camera, "mac"),
                )


def prefix_notes(macs: Iterable[str], prefixes: PrefixTable) -> list[str]:
    """What hardware addresses cannot show, in words."""
    said = []
    for mac in macs:
        owner = prefixes.look_up(mac)
        if owner.status is PrefixStatus.LOCAL:
            said.append(f"hardware address {mac} is locally administered: it names no maker")
        elif owner.status is PrefixStatus.AMBIGUOUS:
            said.append(f"hardware address {mac} is registered to {owner.registrant}: {owner.why}")
    return said


def from_brand_table(brand: Claim, names: Names) -> tuple[Claim | None, list[str]]:
    """A possible maker for a label that has no platform evidence, and notes for weak rows."""
    rows = names.by_brand.get(fold_name(brand.value), ())
    makers = {row.maker for row in rows if row.maker and row.relation != "former"}
    notes = [
        f"{row.brand} is said to come from {names.maker_name(row.maker)} ({row.relation}, {row.scope}; "
        f"{row.confidence} confidence: {row.source}); nothing heard here shows it"
        for row in rows
        if row.maker
    ]
    solid = [row for row in rows if row.confidence in weights.BRAND_TABLE and row.relation != "former"]
    if len(makers) != 1 or not solid or not brand.evidence:
        return None, notes
    weight = max(weights.BRAND_TABLE[row.confidence] for row in solid)
    strongest = brand.evidence[0]
    maker = names.maker_name(solid[0].maker)
    because = Evidence(
        rule="<brand-table>",
        field=strongest.field,
        value=strongest.value,
        source=strongest.source,
        port=strongest.port,
        digest=strongest.digest,
        at=strongest.at,
        family="brand-table",
        weight=weight,
        says=maker,
    )
    return Claim(maker, round(weight * brand.confidence, 4), (because,)), notes


def maker_dispute(maker: Claim) -> str:
    """In words, that the evidence names several makers so that none is sure; "" when one stands out."""
    rivals = dict.fromkeys(each.says for each in maker.against)
    if maker.confidence >= weights.LIKELY or not rivals:
        return ""
    return (
        f"its words contradict each other: they speak for {', '.join((maker.value, *rivals))}; "
        "which one made it is not decided (two devices behind one address, a changed address, or a forgery)"
    )


def stated_relation(brand: Claim, maker: Claim, names: Names) -> Claim | None:
    """What the table says of this label and this maker together: own-brand, subsidiary, relabel or former."""
    vendor = names.by_name.get(fold_name(maker.value))
    rows = [
        row for row in names.by_brand.get(fold_name(brand.value), ()) if vendor and row.maker == vendor.id
    ]
    if not rows:
        return None
    confidence = min(brand.confidence, maker.confidence)
    return Claim(rows[0].relation, round(confidence, 4), brand.evidence[:1])
