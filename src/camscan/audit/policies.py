"""Policies over one device: which name its maker, how firmly, and what has to be looked at.

Rules of this file: a maker below `SURE` never gives a flat verdict; a maker that is unknown, or not even
likely and on no list, gives one "to be checked" per policy family (its regime is the family), so that it is
never taken for clear and does not flood a report; a component is a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from camscan.audit.basis import clip, maker_texts
from camscan.audit.sureness import LIKELY, SURE
from camscan.audit.versions import read_built
from camscan.audit.wording import DEFAULT_WORDING, as_confidence, fill, fill_around, joined
from camscan.model.device import Device
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

MAX_PLANS = 8192
"""Hostile labels may all differ: beyond so many products the memory of plans starts anew."""

_Named = tuple[Entity, Subsidiary | None]


@dataclass(frozen=True, slots=True)
class _Maker:
    """What decides over a device, read once; devices that agree in it get the same sentences."""

    value: str | None  # None: no claim
    confidence: float
    label: str
    rivals: tuple[str, ...]

    @property
    def key(self) -> str:
        return name_key(self.value or "")

    @property
    def shown(self) -> str:
        return clip(self.value) if self.value is not None else "not known"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A finding without what is the device's own: the sentence is `parts` with the evidence between them."""

    policy: Policy
    regime: str
    reference: str
    verdict: Verdict
    parts: tuple[str, ...]
    source: str
    effective: date
    action: str


@dataclass(frozen=True, slots=True)
class _Plans:
    """All findings of a maker at a sort of site; questions: policies whose components are still open."""

    plans: tuple[_Plan, ...]
    questions: tuple[Policy, ...]


class PolicyDesk:
    """A set of policies, indexed by every name that a maker claim may carry."""

    def __init__(self, policies: Iterable[Policy], today: date) -> None:
        self._today = today
        standing = [each for each in policies if each.ends is None or each.ends >= today]
        self._policies = [(policy, _index(policy)) for policy in standing]
        self._made: dict[tuple[_Maker, bool | None], _Plans] = {}

    def findings(self, device: Device, site: Site) -> Iterator[Finding]:
        """The policy findings of a device that an inventory lists, in the order of the policies."""
        maker = _read_maker(device)
        made = self._made.get((maker, site.sensitive))
        if made is None:
            if len(self._made) >= MAX_PLANS:
                self._made.clear()
            made = self._made[(maker, site.sensitive)] = self._plan(maker, site.sensitive)
        if made.plans:
            heard, basis = maker_texts(device)
            for plan in made.plans:
                yield _from_plan(plan, device, maker.confidence, heard, basis)
        if device.notes:
            for policy in made.questions:
                yield from _component_questions(policy, device)

    def _plan(self, maker: _Maker, sensitive: bool | None) -> _Plans:
        plans: list[_Plan] = []
        questions: list[Policy] = []
        settled: set[str] = set()
        for policy, named in self._policies:
            if policy.site_rule is SiteRule.SENSITIVE and sensitive is False:
                settled.add(policy.family)
                continue
            plan = self._compare(policy, named, maker, sensitive)
            if plan is not None:
                plans.append(plan)
                settled.add(policy.family)
            if policy.components and (plan is None or plan.verdict is not Verdict.MATCHES):
                questions.append(policy)
        if maker.confidence < LIKELY:
            for policy, _ in self._policies:
                if policy.asks_maker and policy.family not in settled:
                    settled.add(policy.family)
                    plans.append(_ask(policy, policy.family, [_who(maker)]))
        return _Plans(tuple(plans), tuple(questions))

    def _compare(
        self, policy: Policy, named: dict[str, _Named], maker: _Maker, sensitive: bool | None
    ) -> _Plan | None:
        found = named.get(maker.key) if maker.key else None
        rival = False
        if found is None and maker.confidence < SURE:
            found = next((named[key] for each in maker.rivals if (key := name_key(each)) in named), None)
            rival = found is not None
        if found is None:
            return _unplaced(policy, maker, sensitive)
        entity, subsidiary = found
        if subsidiary is not None and entity.subsidiaries is Reach.NOT_COVERED:
            return None
        reasons = list(self._reasons(policy, entity, subsidiary, sensitive, maker))
        if rival:
            reasons.insert(0, f"part of the evidence says {entity.maker.name}, the rest {maker.shown}")
        kind = "check" if reasons else "matches"
        clause = entity.clause or policy.reference
        slots = {
            "policy": policy.name,
            "clause": clause,
            "maker": f"{maker.shown} (a subsidiary of {entity.maker.name})" if subsidiary else maker.shown,
            "named_as": entity.named_as,
            "covers": entity.covers,
            "label": clip(maker.label) or "not known",
            "confidence": as_confidence(maker.confidence),
            "reasons": joined(reasons),
        }
        action = policy.action
        if reasons:
            action = "assess" if maker.confidence >= SURE else "check-maker"
        return _Plan(
            policy=policy,
            regime=policy.id,
            reference=clause,
            verdict=Verdict.TO_BE_CHECKED if reasons else Verdict.MATCHES,
            parts=fill_around(policy.wording.get(kind, DEFAULT_WORDING[kind]), "evidence", slots),
            source=f"{policy.reference}; {entity.source or policy.source} (as of {policy.as_of.isoformat()})",
            effective=entity.since or policy.effective,
            action="none" if policy.flag_only and not reasons else action,
        )

    def _reasons(
        self,
        policy: Policy,
        entity: Entity,
        subsidiary: Subsidiary | None,
        sensitive: bool | None,
        maker: _Maker,
    ) -> Iterator[str]:
        """Why this is not a flat match; nothing when it is one."""
        if maker.confidence < SURE:
            how = "only probably" if maker.confidence >= 0.5 else "perhaps"
            yield f"the maker is {how} {maker.shown} (confidence {as_confidence(maker.confidence)})"
        if entity.doubt:
            yield entity.doubt
        elif policy.status is not Status.CERTAIN or entity.status is not Status.CERTAIN:
            yield f"that it names {entity.maker.name} is background knowledge, not read in a source"
        since = entity.since or policy.effective
        if since > self._today:
            yield f"it applies only from {since.isoformat()}"
        if policy.site_rule is SiteRule.SENSITIVE and sensitive is None:
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


def _from_plan(plan: _Plan, device: Device, confidence: float, heard: str, basis: str) -> Finding:
    text, action = heard.join(plan.parts), plan.action
    day = plan.policy.acquired_after
    if day is not None and plan.regime == plan.policy.id:
        later = _made_after(device, day)
        text += _acquisition_text(day, later)
        if later and plan.verdict is Verdict.MATCHES:
            action = "remove"
    return Finding(
        device_id=device.device_id,
        regime=plan.regime,
        reference=plan.reference,
        verdict=plan.verdict,
        wording=text,
        basis=basis,
        confidence=confidence,
        source=plan.source,
        effective=plan.effective,
        action=action,
    )


def _unplaced(policy: Policy, maker: _Maker, sensitive: bool | None) -> _Plan | None:
    """For a class test: a likely maker of which nobody recorded whether the class means it."""
    if policy.elsewhere is None or maker.confidence < LIKELY or maker.key in policy.elsewhere:
        return None
    reasons = [f"to which country's law the maker {maker.shown} is subject is not recorded"]
    if policy.site_rule is SiteRule.SENSITIVE and sensitive is None:
        reasons.append(SITE_NOT_STATED)
    return _ask(policy, policy.id, reasons)


def _who(maker: _Maker) -> str:
    if maker.value is None:
        return "the maker is unknown"
    return f"the maker is not established; possibly {maker.shown}"


def _ask(policy: Policy, regime: str, reasons: list[str]) -> _Plan:
    """A finding that asks who made a device: one per family where nobody knows."""
    slots = {"policy": policy.name, "reasons": joined(reasons)}
    return _Plan(
        policy=policy,
        regime=regime,
        reference=policy.reference,
        verdict=Verdict.TO_BE_CHECKED,
        parts=(fill(policy.wording.get("unknown", DEFAULT_WORDING["unknown"]), slots),),
        source=f"{policy.reference}; {policy.source} (as of {policy.as_of.isoformat()})",
        effective=policy.effective,
        action="check-maker",
    )


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
    if claim is None:
        return _Maker(None, 0.0, label, ())
    rivals = tuple(dict.fromkeys(each.says for each in claim.against)) if claim.confidence < SURE else ()
    return _Maker(claim.value, claim.confidence, label, rivals)


def _is_relabel(entity: Entity, maker: _Maker) -> bool:
    label = name_key(maker.label)
    return bool(label) and label != maker.key and label not in entity.maker.names


def _made_after(device: Device, day: date) -> bool:
    claim = device.claims.get("manufactured")
    built = read_built(claim.value) if claim and claim.confidence >= SURE else None
    return built is not None and built[0] > day


def _acquisition_text(day: date, later: bool) -> str:
    if later:
        return f" Its serial number says it was built after {day.isoformat()}, so it was acquired later."
    return f" Whether it was acquired after {day.isoformat()} has to come from the papers."


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
