"""Policies over one device: which name its maker, how firmly, and what has to be looked at.

Rules of this file: a maker below `SURE` never gives a flat verdict; a maker that is unknown, or not even
likely and on no list, gives one "to be checked" per policy family (its regime is the family), so that it is
never taken for clear and does not flood a report; a component is a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from camscan.audit.basis import basis_text, clip, strongest_text
from camscan.audit.sureness import LIKELY, SURE
from camscan.audit.versions import read_built
from camscan.audit.wording import DEFAULT_WORDING, as_confidence, fill, joined
from camscan.model.device import Claim, Device
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Site
from camscan.model.policy import (
    Component,
    Entity,
    Policy,
    Reach,
    SiteRule,
    Status,
    Subsidiary,
    name_key,
)

COMPONENT_NOTE = "component question: "
"""How identification notes a component (match.resolve)."""

SITE_NOT_STATED = "site sensitivity not stated"

_Named = tuple[Entity, Subsidiary | None]


@dataclass(frozen=True, slots=True)
class _Maker:
    """The maker claim of a device, read once."""

    key: str
    label_key: str
    claim: Claim | None
    label: str

    @property
    def confidence(self) -> float:
        return self.claim.confidence if self.claim else 0.0


class PolicyDesk:
    """A set of policies, indexed by every name that a maker claim may carry."""

    def __init__(self, policies: Iterable[Policy], today: date) -> None:
        self._today = today
        self._policies = [each for each in policies if each.ends is None or each.ends >= today]
        self._named: list[dict[str, _Named]] = [_index(policy) for policy in self._policies]
        self._families: dict[str, list[Policy]] = defaultdict(list)
        for policy in self._policies:
            if policy.asks_maker:
                self._families[policy.family].append(policy)

    def findings(self, device: Device, site: Site) -> Iterator[Finding]:
        """The policy findings of a device that an inventory lists, in the order of the policies."""
        maker = _read_maker(device)
        basis = ""
        listed: set[str] = set()
        for policy, named in zip(self._policies, self._named, strict=True):
            if policy.site_rule is SiteRule.SENSITIVE and site.sensitive is False:
                listed.add(policy.family)
                continue
            found = named.get(maker.key) if maker.key else None
            rival = False
            if found is None and maker.claim is not None and maker.confidence < SURE:
                found = _rival(maker.claim, named)
                rival = found is not None
            if found is not None:
                basis = basis or basis_text(device)
                each = self._finding(policy, found, device, site, maker, basis, rival)
                if each is not None:
                    listed.add(policy.family)
                    yield each
                    if each.verdict is Verdict.MATCHES:
                        continue
            elif _is_unplaced(policy, maker):
                listed.add(policy.family)
                yield _unplaced(policy, device, maker, site, basis_text(device))
            if policy.components and device.notes:
                yield from _component_questions(policy, device)
        if maker.confidence < LIKELY:
            for family, policies in self._families.items():
                if family not in listed:
                    yield _unknown(family, policies[0], device, maker, basis or basis_text(device))

    def _finding(
        self,
        policy: Policy,
        found: _Named,
        device: Device,
        site: Site,
        maker: _Maker,
        basis: str,
        rival: bool,
    ) -> Finding | None:
        entity, subsidiary = found
        if subsidiary is not None and entity.subsidiaries is Reach.NOT_COVERED:
            return None
        reasons = list(self._reasons(policy, entity, subsidiary, site, maker))
        if rival:
            reasons.insert(0, f"part of the evidence says {entity.maker.name}, the rest {_shown(maker)}")
        slots = {
            "policy": policy.name,
            "clause": entity.clause or policy.reference,
            "maker": f"{_shown(maker)} (a subsidiary of {entity.maker.name})"
            if subsidiary
            else _shown(maker),
            "named_as": entity.named_as,
            "covers": entity.covers,
            "label": clip(maker.label) or "not known",
            "evidence": strongest_text(maker.claim),
            "confidence": as_confidence(maker.confidence),
            "reasons": joined(reasons),
        }
        kind = "check" if reasons else "matches"
        text = fill(policy.wording.get(kind, DEFAULT_WORDING[kind]), slots)
        action = policy.action if not reasons else "assess" if maker.confidence >= SURE else "check-maker"
        if policy.acquired_after is not None:
            later = _made_after(device, policy.acquired_after)
            text += _acquisition_text(policy.acquired_after, later)
            action = "remove" if later and not reasons else action
        return Finding(
            device_id=device.device_id,
            regime=policy.id,
            reference=slots["clause"],
            verdict=Verdict.TO_BE_CHECKED if reasons else Verdict.MATCHES,
            wording=text,
            basis=basis,
            confidence=maker.confidence,
            source=_source(policy, entity),
            effective=entity.since or policy.effective,
            action="none" if policy.flag_only and not reasons else action,
        )

    def _reasons(
        self, policy: Policy, entity: Entity, subsidiary: Subsidiary | None, site: Site, maker: _Maker
    ) -> Iterator[str]:
        """Why this is not a flat match; nothing when it is one."""
        if maker.confidence < SURE:
            yield f"the maker is only probably {_shown(maker)} (confidence {as_confidence(maker.confidence)})"
        if entity.doubt:
            yield entity.doubt
        elif policy.status is not Status.CERTAIN or entity.status is not Status.CERTAIN:
            yield f"that it names {entity.maker.name} is background knowledge, not read in a source"
        since = entity.since or policy.effective
        if since > self._today:
            yield f"it applies only from {since.isoformat()}"
        if policy.site_rule is SiteRule.SENSITIVE and site.sensitive is None:
            yield SITE_NOT_STATED
        if subsidiary is not None:
            if not subsidiary.firm:
                link = f"that {subsidiary.name} belongs to {entity.maker.name}"
                yield f"{link} is not read in a source ({subsidiary.source})"
            if entity.subsidiaries is Reach.NOT_STATED:
                yield f"the source does not say whether subsidiaries such as {subsidiary.name} are meant"
        elif entity.relabels is not Reach.COVERED and _is_relabel(entity, maker):
            worn = f"it wears the label {clip(maker.label)}"
            if entity.relabels is Reach.NOT_STATED:
                yield f"{worn} and the source does not say whether other labels are meant"
            else:
                yield f"{worn} and the rule goes by label"


def _is_unplaced(policy: Policy, maker: _Maker) -> bool:
    """A likely maker of which nobody recorded whether a class test means it."""
    return policy.elsewhere is not None and maker.confidence >= LIKELY and maker.key not in policy.elsewhere


def _unplaced(policy: Policy, device: Device, maker: _Maker, site: Site, basis: str) -> Finding:
    reasons = [f"to which country's law the maker {_shown(maker)} is subject is not recorded"]
    if policy.site_rule is SiteRule.SENSITIVE and site.sensitive is None:
        reasons.append(SITE_NOT_STATED)
    return _to_be_checked(policy, policy.id, device, maker, joined(reasons), basis)


def _index(policy: Policy) -> dict[str, _Named]:
    """Name key → who is meant; the company itself wins over the subsidiary of another."""
    named: dict[str, _Named] = {}
    for entity in policy.entities:
        for subsidiary in entity.linked:
            for key in subsidiary.names:
                named.setdefault(key, (entity, subsidiary))
    for entity in policy.entities:
        for key in entity.maker.names:
            named[key] = (entity, None)
    return named


def _read_maker(device: Device) -> _Maker:
    claim = device.claims.get("manufacturer")
    label = device.value("brand")
    return _Maker(name_key(claim.value) if claim else "", name_key(label), claim, label)


def _shown(maker: _Maker) -> str:
    return clip(maker.claim.value) if maker.claim else "not known"


def _rival(claim: Claim, named: dict[str, _Named]) -> _Named | None:
    """Who is named among what speaks against an unsure maker."""
    for each in claim.against:
        found = named.get(name_key(each.says))
        if found is not None:
            return found
    return None


def _is_relabel(entity: Entity, maker: _Maker) -> bool:
    own = {maker.key, *entity.maker.names}
    return bool(maker.label_key) and maker.label_key not in own


def _made_after(device: Device, day: date) -> bool:
    claim = device.claims.get("manufactured")
    built = read_built(claim.value) if claim and claim.confidence >= SURE else None
    return built is not None and built[0] > day


def _acquisition_text(day: date, later: bool) -> str:
    if later:
        return f" Its serial number says it was built after {day.isoformat()}, so it was acquired later."
    return f" Whether it was acquired after {day.isoformat()} has to come from the papers."


def _source(policy: Policy, entity: Entity) -> str:
    return f"{policy.reference}; {entity.source or policy.source} (as of {policy.as_of.isoformat()})"


def _component_questions(policy: Policy, device: Device) -> Iterator[Finding]:
    for note in device.notes:
        if not note.startswith(COMPONENT_NOTE):
            continue
        said = note.removeprefix(COMPONENT_NOTE)
        for component in policy.components:
            if any(name in name_key(said) for name in component.names):
                yield _question(policy, component, device, said)


def _question(policy: Policy, component: Component, device: Device, said: str) -> Finding:
    return Finding(
        device_id=device.device_id,
        regime=policy.id,
        reference=component.clause or policy.reference,
        verdict=Verdict.QUESTION,
        wording=f"A question under {policy.name}: {component.question} Heard: {clip(said)}.",
        basis=clip(said),
        confidence=device.confidence,
        source=f"{component.source} (as of {policy.as_of.isoformat()})",
        effective=policy.effective,
        action="assess",
    )


def _unknown(family: str, policy: Policy, device: Device, maker: _Maker, basis: str) -> Finding:
    """One finding per family for a maker that nobody established."""
    if maker.claim is None:
        reason = "the maker is unknown"
    else:
        reason = f"the maker is not established; possibly {_shown(maker)}"
    return _to_be_checked(policy, family, device, maker, reason, basis)


def _to_be_checked(
    policy: Policy, regime: str, device: Device, maker: _Maker, reason: str, basis: str
) -> Finding:
    slots = {"policy": policy.name, "reasons": reason}
    return Finding(
        device_id=device.device_id,
        regime=regime,
        reference=policy.reference,
        verdict=Verdict.TO_BE_CHECKED,
        wording=fill(policy.wording.get("unknown", DEFAULT_WORDING["unknown"]), slots),
        basis=basis,
        confidence=maker.confidence,
        source=f"{policy.reference}; {policy.source} (as of {policy.as_of.isoformat()})",
        effective=policy.effective,
        action="check-maker",
    )
