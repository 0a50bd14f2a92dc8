"""What changed between two views of the devices: new, gone, moved, re-firmwared, re-labelled, in conflict.

Rules: pure, over `Sight` tuples; unknown → known is news about us, not a change of the device; silence is
a change only where `covered` says that the device was asked; a device counts once however many
identities were merged into it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from camscan.match.register import Sight, place, sight_of
from camscan.model.device import CAMERA_KINDS
from camscan.model.finding import Verdict
from camscan.model.inventory import Inventory


class ChangeKind(StrEnum):
    """What happened to a device."""

    NEW = "new"
    GONE = "gone"
    RETURNED = "returned"  # known, had been gone, answers again
    MOVED = "moved"
    FIRMWARE = "re-firmwared"
    LABEL = "re-labelled"
    IDENTIFIED = "re-identified"  # another maker or model than before, by newer evidence
    CONFLICT = "identity-conflict"
    MERGED = "merged"  # two register devices turned out to be one
    STATUS = "seen-though-removed"  # answers although the register says decommissioned or removed


class FailOn(StrEnum):
    """Conditions of --fail-on."""

    NEW = "new"
    LISTED = "listed"
    ADVISORY = "advisory"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one device; before/after are the words that differ, device a short name for it."""

    kind: ChangeKind
    device_id: str
    site: str
    address: str
    device: str
    before: str = ""
    after: str = ""


def always(_sight: Sight) -> bool:
    """Every device was asked."""
    return True


def diff(
    before: Iterable[Sight],
    after: Iterable[Sight],
    *,
    covered: Callable[[Sight], bool] = always,
    missing: Container[str] = frozenset(),
) -> list[Change]:
    """Changes from `before` to `after`, in the order of `after`, then what is gone.

    covered: was this device asked in `after`; missing: device ids of `before` that were gone already.
    """
    old, new = _by_device(before), _by_device(after)
    changes: list[Change] = []
    for device_id, sight in new.items():
        was = old.get(device_id)
        if was is None:
            changes.append(change(ChangeKind.NEW, sight, after=_where(sight)))
            if sight.conflicts:
                changes.append(change(ChangeKind.CONFLICT, sight, after="; ".join(sight.conflicts)))
            continue
        if device_id in missing:
            changes.append(change(ChangeKind.RETURNED, sight, after=_where(sight)))
        if was != sight:
            changes.extend(_differences(was, sight))
    for device_id, was in old.items():
        if device_id not in new and device_id not in missing and covered(was):
            changes.append(change(ChangeKind.GONE, was, before=_where(was)))
    return changes


def between(
    before: Inventory, after: Inventory, covered: Callable[[Sight], bool] | None = None
) -> tuple[Inventory, list[Change]]:
    """Two inventories that share no register: `after` under the ids of `before`, and the changes.

    covered: was a device of `before` asked in `after`; by default all were unless the scan was cut short.
    """
    site = after.scan.site.id
    old = [sight_of(device, device.site or site) for device in before.devices]
    new = [sight_of(device, device.site or site) for device in after.devices]
    taken = {sight.device_id for sight in old}

    def name(sight: Sight) -> str:
        return sight.device_id if sight.device_id not in taken else f"{sight.device_id}+"

    placements = place(old, new, name)
    ids = {each.provisional: each.sight.device_id for each in placements}
    renamed = replace(
        after,
        devices=tuple(replace(device, device_id=ids[device.device_id]) for device in after.devices),
        findings=tuple(
            replace(finding, device_id=ids.get(finding.device_id, finding.device_id))
            for finding in after.findings
        ),
    )
    whole = not after.scan.coverage.interrupted
    sights = [each.sight for each in placements]
    absorbed = {part.device_id for each in placements for part in each.absorbed}
    kept = [sight for sight in old if sight.device_id not in absorbed]
    return renamed, diff(kept, sights, covered=covered or (lambda _sight: whole))


def change(kind: ChangeKind, sight: Sight, before: str = "", after: str = "") -> Change:
    """A Change that names the device as people know it."""
    return Change(
        kind,
        sight.device_id,
        sight.site,
        sight.addresses[0] if sight.addresses else "",
        label(sight),
        before,
        after,
    )


def label(sight: Sight) -> str:
    """A short name: maker (or brand) and model, else the kind."""
    words = " ".join(word for word in (sight.brand or sight.manufacturer, sight.model) if word)
    return words or sight.kind or "unknown"


def fail_on(
    changes: Iterable[Change],
    inventory: Inventory,
    words: Collection[str],
    waived: Collection[str] = frozenset(),
) -> bool:
    """True when one of the conditions named with --fail-on holds for a device that is not waived.

    new: a device nobody knew; listed: a policy that matches (not "to be checked"); advisory: a known
    vulnerability that matches; unknown: a camera whose maker is not determined. words: `FailOn` values.
    """
    if FailOn.NEW in words and any(
        each.kind is ChangeKind.NEW and each.device_id not in waived for each in changes
    ):
        return True
    for finding in inventory.findings:
        word = FailOn.ADVISORY if finding.regime == "advisory" else FailOn.LISTED
        if word in words and finding.verdict is Verdict.MATCHES and finding.device_id not in waived:
            return True
    return FailOn.UNKNOWN in words and any(
        device.kind in CAMERA_KINDS and not device.value("manufacturer") and device.device_id not in waived
        for device in inventory.devices
    )


def _by_device(sights: Iterable[Sight]) -> Mapping[str, Sight]:
    found: dict[str, Sight] = {}
    for sight in sights:
        other = found.setdefault(sight.device_id, sight)
        if other is not sight:
            found[sight.device_id] = combined(other, sight)
    return found


def combined(one: Sight, two: Sight) -> Sight:
    """One device from two identities that were merged: the primary's words first, gaps filled."""
    if two.identity_id == two.device_id:
        one, two = two, one
    texts: dict[str, Any] = {
        name: getattr(one, name) or getattr(two, name)
        for name in ("hostname", "kind", "brand", "manufacturer", "model", "firmware", "serial")
    }
    lists: dict[str, Any] = {
        name: tuple(dict.fromkeys((*getattr(one, name), *getattr(two, name))))
        for name in ("addresses", "keys", "flags", "conflicts")
    }
    return one._replace(**texts, **lists)


def _differences(was: Sight, now: Sight) -> Iterable[Change]:
    if moved(was, now):
        yield change(ChangeKind.MOVED, now, _where(was, now), _where(now, was))
    if was.firmware and now.firmware and was.firmware != now.firmware:
        yield change(ChangeKind.FIRMWARE, now, was.firmware, now.firmware)
    if was.brand and now.brand and was.brand != now.brand:
        yield change(ChangeKind.LABEL, now, was.brand, now.brand)
    for old, new in ((was.manufacturer, now.manufacturer), (was.model, now.model)):
        if old and new and old != new:
            yield change(ChangeKind.IDENTIFIED, now, old, new)
    news = [doubt for doubt in now.conflicts if doubt not in was.conflicts]
    if news:
        yield change(ChangeKind.CONFLICT, now, after="; ".join(news))


def moved(was: Sight, now: Sight) -> bool:
    """True when no address is left (IPv4 decides where both have it), or the site or zone is another."""
    if (was.site, was.zone) != (now.site, now.zone):
        return True
    if was.addresses == now.addresses:
        return False
    old_v4 = {each for each in was.addresses if ":" not in each}
    new_v4 = {each for each in now.addresses if ":" not in each}
    if old_v4 and new_v4:
        return old_v4.isdisjoint(new_v4)
    return set(was.addresses).isdisjoint(now.addresses)


def _where(sight: Sight, other: Sight | None = None) -> str:
    """Its first address, with site and zone where those are what differs."""
    words = [sight.addresses[0] if sight.addresses else ""]
    if other is not None and sight.site != other.site:
        words.insert(0, sight.site)
    if other is not None and sight.zone != other.zone:
        words.append(f"in {sight.zone or 'no zone'}")
    return " ".join(word for word in words if word)
