"""Advisories over one device: what its version says, and what cannot be decided.

Rules of this file: nothing is asked of a device; equal products are judged once; advisories that stay open
for the same reason make one finding together, except those on CISA's list, which always stand alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from camscan.audit.affected import Answer, Product, judge
from camscan.audit.basis import clip, strongest_text
from camscan.audit.sureness import LIKELY, SURE
from camscan.audit.versions import read_built
from camscan.audit.wording import as_confidence
from camscan.model.device import Claim, Device
from camscan.model.finding import Finding, Verdict
from camscan.model.policy import Advisory, Wearing, name_key

REGIME = "advisory"

MAX_PRODUCTS = 8192
"""Hostile devices may all differ: beyond so many products the memory of opinions starts anew."""

_Key = tuple[Wearing, str, float, Product]


class AdvisoryDesk:
    """A set of advisories, indexed by vendor name."""

    def __init__(self, advisories: Iterable[Advisory]) -> None:
        self._by: dict[Wearing, dict[str, list[Advisory]]] = {each: defaultdict(list) for each in Wearing}
        for advisory in advisories:
            if not advisory.not_assessed:
                for key in advisory.vendor.names:
                    self._by[advisory.by][key].append(advisory)
        self._made: dict[_Key, tuple[Finding, ...]] = {}

    def findings(self, device: Device) -> Iterator[Finding]:
        """The advisory findings of a device: by its maker, then by its label."""
        for by, name, word in (
            (Wearing.MAKER, "manufacturer", "maker"),
            (Wearing.LABEL, "brand", "label"),
        ):
            claim = device.claims.get(name)
            advisories = self._by[by].get(name_key(claim.value)) if claim is not None else None
            if claim is not None and advisories:
                made = self._models(by, claim, advisories, _product(device, advisories[0]), word)
                if made:
                    basis = _basis(device, word, claim)
                    for each in made:
                        yield _of_device(each, device.device_id, basis)

    def _models(
        self, by: Wearing, claim: Claim, advisories: list[Advisory], product: Product, word: str
    ) -> tuple[Finding, ...]:
        """The findings of every device that is this product, without device and basis."""
        key = (by, claim.value, claim.confidence, product)
        made = self._made.get(key)
        if made is None:
            if len(self._made) >= MAX_PRODUCTS:
                self._made.clear()
            named = _Named(word, claim.value, claim.confidence)
            made = self._made[key] = tuple(_judged(advisories, named, product))
        return made


@dataclass(frozen=True, slots=True)
class _Named:
    """The claim by whose name the advisories go; word: maker or label."""

    word: str
    value: str
    confidence: float


def _judged(advisories: Iterable[Advisory], named: _Named, product: Product) -> Iterator[Finding]:
    together: dict[str, list[Advisory]] = defaultdict(list)
    for advisory in advisories:
        opinion = judge(advisory, product)
        if opinion.answer is Answer.YES:
            yield _affected(advisory, opinion.reason, named, product)
        elif opinion.answer is Answer.NO or named.confidence < LIKELY:
            continue  # a doubt about a doubt is not said: the policies already ask who made it
        elif advisory.known_exploited:
            yield _open((advisory,), opinion.reason, named, product)
        else:
            together[opinion.reason].append(advisory)
    for reason, group in together.items():
        yield _open(tuple(group), reason, named, product)


def _of_device(model: Finding, device_id: str, basis: str) -> Finding:
    return Finding(
        device_id=device_id,
        regime=model.regime,
        reference=model.reference,
        verdict=model.verdict,
        wording=model.wording,
        basis=basis,
        confidence=model.confidence,
        source=model.source,
        effective=model.effective,
        known_exploited=model.known_exploited,
        action=model.action,
    )


def _product(device: Device, advisory: Advisory) -> Product:
    label = name_key(device.value("brand"))
    return Product(
        kind=device.value("kind"),
        model=_likely(device, "model"),
        firmware=_likely(device, "firmware"),
        built=read_built(_likely(device, "firmware_date")),
        renamed=bool(label) and label not in advisory.vendor.names,
    )


def _likely(device: Device, name: str) -> str:
    claim = device.claims.get(name)
    return claim.value if claim is not None and claim.confidence >= LIKELY else ""


def _affected(advisory: Advisory, range_text: str, named: _Named, product: Product) -> Finding:
    sure = named.confidence >= SURE
    what = (
        f"{advisory.id} means this product by comparison of versions: {_said(named, product)}; "
        f"the source says {range_text}. Nothing was tested on the device."
    )
    if not sure:
        what = f"To be checked, because the {named.word} is not sure: {what}"
    return Finding(
        device_id="",
        regime=REGIME,
        reference=advisory.id,
        verdict=Verdict.MATCHES if sure else Verdict.TO_BE_CHECKED,
        wording=what + _exploited(advisory),
        basis="",
        confidence=named.confidence,
        source=advisory.source,
        effective=advisory.kev_added,
        known_exploited=advisory.known_exploited,
        action="update-firmware" if sure else "check-maker",
    )


def _open(group: tuple[Advisory, ...], reason: str, named: _Named, product: Product) -> Finding:
    first = group[0]
    ids = ", ".join(advisory.id for advisory in group)
    several = len(group) > 1
    return Finding(
        device_id="",
        regime=REGIME,
        reference=f"{len(group)} advisories ({first.vendor.name})" if several else first.id,
        verdict=Verdict.CANNOT_BE_DECIDED,
        wording=f"Cannot be decided: whether {ids} {'mean' if several else 'means'} this product, because "
        f"{reason}. Known: {_said(named, product)}." + _exploited(first),
        basis="",
        confidence=named.confidence,
        source="; ".join(dict.fromkeys(advisory.source for advisory in group)),
        effective=first.kev_added if not several else None,
        known_exploited=first.known_exploited,
        action="assess",
    )


def _said(named: _Named, product: Product) -> str:
    parts = [f"{named.word} {clip(named.value)} (confidence {as_confidence(named.confidence)})"]
    parts.append(f"model {clip(product.model)}" if product.model else "model not known")
    parts.append(f"firmware {clip(product.firmware)}" if product.firmware else "firmware not known")
    if product.built is not None:
        first, last = product.built
        parts.append(f"built {first.isoformat() if first == last else f'{first:%Y-%m}'}")
    return ", ".join(parts)


def _exploited(advisory: Advisory) -> str:
    if not advisory.known_exploited:
        return ""
    since = f" since {advisory.kev_added.isoformat()}" if advisory.kev_added else ""
    return f" CISA lists it as exploited{since}."


def _basis(device: Device, word: str, claim: Claim) -> str:
    parts = [f"{word}: {strongest_text(claim)}"]
    for name in ("model", "firmware", "firmware_date"):
        if name in device.claims:
            parts.append(f"{name.replace('_', ' ')}: {strongest_text(device.claims[name])}")
    return "; ".join(parts)
