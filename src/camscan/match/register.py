"""Identity over time: which device of the register each device of a new scan is.

Rules: pure; evidence is weighed in the one table below; a scan device takes at most one register
identity and the reverse, best score first, ties by order, so the result never depends on chance; a key
that several devices hold says little (real cameras share MACs and serials); an address alone counts
only inside one site and zone. Two corrections are honoured: identities an operator merged carry one
`device_id`, pairs in `apart` are never merged again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from camscan.model.device import Device

AGREES = {"mac": 6.0, "serial": 6.0, "claimed": 4.0, "uuid": 3.0, "cert": 2.5}
AGREES_ADDRESS = 2.0
AGREES_HOSTNAME = 1.5
AGREES_MODEL = 0.5
DIFFERS = {"mac": -4.0, "serial": -5.0, "claimed": -1.5, "uuid": -0.5, "cert": -0.25}
DIFFERS_MODEL = -2.5
DIFFERS_MAKER = -2.0
SHARED = 0.25  # what is left of a key's weight once two devices hold it
SAME = 2.0  # at least this much: the same device
SAME_ELSEWHERE = 10.0  # to follow a device from site to site: MAC and serial together
ABSORBED = 4.0  # a register identity nothing else took, seen inside another device
MOST_HOLDERS = 16  # a key of more devices than this points to none of them
ENDING = 6  # digits at the end of a serial number that make two notations of it comparable
MOST_KEYS = 24  # an identity remembers this many keys, newest first


_CLAIMS = ("kind", "brand", "manufacturer", "model", "firmware", "serial")


class Sight(NamedTuple):
    """One device as the register or one scan saw it; a tuple, because 100,000 are compared at once.

    device_id is what people see, identity_id the remembered identity behind it (several may have been
    merged into one device); keys are `kind:value`, strongest first.
    """

    device_id: str
    identity_id: str
    site: str
    zone: str
    addresses: tuple[str, ...]
    hostname: str
    kind: str
    brand: str
    manufacturer: str
    model: str
    firmware: str
    serial: str
    keys: tuple[str, ...]
    flags: tuple[str, ...]
    conflicts: tuple[str, ...] = ()


class Placement(NamedTuple):
    """Where one scan device belongs: its sight with lasting ids, what the register held (None: new),
    and the identities that turned out to be the same thing (merged, or kept apart by a correction).

    A device that is as the register remembers it has the register's own tuple as its sight."""

    sight: Sight
    known: Sight | None
    provisional: str = ""  # the id the scan itself used
    absorbed: tuple[Sight, ...] = ()
    kept_apart: tuple[Sight, ...] = ()


_sight: Callable[[Iterable[Any]], Sight] = partial(tuple.__new__, Sight)  # a third of the time


def sight_of(device: Device, site: str) -> Sight:
    """The lasting facts of a device; line breaks, which the store joins with, become blanks."""
    claims, device_id = device.claims, device.device_id
    keys = device.identity_keys
    if not "".join(keys).isprintable():
        keys = tuple(" ".join(key.split()) for key in keys)
    words = [claims[name].value if name in claims else "" for name in _CLAIMS]
    head = (device_id, device_id, site, device.zone, device.addresses, device.hostname)
    return _sight((*head, *words, keys, device.flags, ()))


def place(
    known: Sequence[Sight],
    seen: Sequence[Sight],
    make_id: Callable[[Sight], str],
    apart: Collection[frozenset[str]] = frozenset(),
    elsewhere: Mapping[int, Sight] | None = None,
) -> list[Placement]:
    """One Placement per seen device, in order.

    elsewhere: index in `seen` → an identity of another site it was recognised as (`recognise`);
    make_id: names a device the register has never held.
    """
    several = _held_by_several(seen)
    shared = several | _held_by_several(known)
    pairs = _assign(known, seen, SAME, shared, same_place=True)
    took = {index: known[position] for index, position in pairs.items()}
    for index, sight in (elsewhere or {}).items():
        took.setdefault(index, sight)
    absorbed, kept = _absorb(known, seen, pairs, took, apart, shared)
    clones = _of_hardware(several)
    placements = []
    for index, sight in enumerate(seen):
        before = took.get(index)
        doubts: tuple[str, ...] = ()
        if clones or (before and before.keys != sight.keys):
            doubts = tuple(sorted(_doubts(sight, before, clones)))
        rest = (*sight[2:14], doubts)
        if before is None:
            name = make_id(sight)
            placed = _sight((name, name, *rest))
        else:
            placed = before if rest == before[2:] else _sight((*before[:2], *rest))
        parts = kept.get(index, ())
        placed = _without(placed, parts) if parts else placed
        placements.append(Placement(placed, before, sight[0], absorbed.get(index, ()), parts))
    return placements


def part_of(part: Sight, whole: Sight) -> Sight:
    """What a scan saw of an identity that is kept apart from the device it answered in."""
    here = tuple(each for each in part.addresses if each in whole.addresses)
    return part._replace(addresses=here or part.addresses, site=whole.site)


def _without(whole: Sight, parts: Sequence[Sight]) -> Sight:
    """The device without the keys and addresses of what is kept apart from it."""
    keys = {key for part in parts for key in part.keys}
    addresses = {address for part in parts for address in part.addresses}
    rest = tuple(each for each in whole.addresses if each not in addresses)
    return whole._replace(
        keys=tuple(key for key in whole.keys if key not in keys), addresses=rest or whole.addresses
    )


def recognise(strangers: Sequence[Sight], seen: Sequence[Sight]) -> dict[int, Sight]:
    """Which seen devices are known from another site: index in `seen` → that identity.

    Needs MAC and serial to agree, since clones with one of them exist and private addresses repeat.
    """
    shared = _held_by_several(strangers) | _held_by_several(seen)
    pairs = _assign(strangers, seen, SAME_ELSEWHERE, shared, same_place=False)
    return {index: strangers[position] for index, position in pairs.items()}


def remember(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The keys an identity holds after one more sight: new ones first, old ones kept, bounded."""
    return tuple(dict.fromkeys((*new, *old)))[:MOST_KEYS]


def shared_keys(sights: Sequence[Sight]) -> frozenset[str]:
    """MAC and serial keys that two different devices hold at once."""
    return _of_hardware(_held_by_several(sights))


def _of_hardware(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in keys if key.startswith(("mac:", "serial:")))


def _assign(
    known: Sequence[Sight],
    seen: Sequence[Sight],
    least: float,
    shared: Container[str],
    *,
    same_place: bool,
) -> dict[int, int]:
    """Index in seen → position in known; greedy over all scored pairs, best first."""
    if not known or not seen:
        return {}
    pairs = _unchanged(known, seen, shared) if same_place else {}
    taken = set(pairs.values())
    index: dict[str, list[int]] = defaultdict(list)
    for position, sight in enumerate(known):
        if position not in taken:
            for handle in _handles(sight, same_place):
                index[handle].append(position)
    scored = []
    for number, sight in enumerate(seen):
        if number in pairs:
            continue
        candidates: set[int] = set()
        for handle in _handles(sight, same_place):
            found = index.get(handle, ())
            if len(found) <= MOST_HOLDERS:
                candidates.update(found)
        for position in candidates:
            points = score(known[position], sight, shared, same_place=same_place)
            if points >= least:
                scored.append((-points, number, position))
    scored.sort()
    for _points, number, position in scored:
        if number not in pairs and position not in taken:
            pairs[number] = position
            taken.add(position)
    return pairs


def _unchanged(known: Sequence[Sight], seen: Sequence[Sight], shared: Container[str]) -> dict[int, int]:
    """The usual case, without scoring: the same keys, held by nobody else, at the same first address.

    No other pair could score as high: without a key in common the most is address, name and model.
    """
    positions = {
        sight.keys: position
        for position, sight in enumerate(known)
        if sight.keys and sight.keys[0].startswith(("mac:", "serial:"))
    }
    pairs: dict[int, int] = {}
    for number, sight in enumerate(seen):
        position = positions.get(sight.keys)
        if position is None or any(key in shared for key in sight.keys):
            continue
        old = known[position]
        if old.zone == sight.zone and old.addresses[:1] == sight.addresses[:1]:
            pairs[number] = position
    return pairs


def _handles(sight: Sight, same_place: bool) -> list[str]:
    """What may point from one sight to another: key values, and at one place addresses and names."""
    handles = [key.replace("mac-claimed:", "mac:", 1) for key in sight.keys]
    handles += [f"ending:{key[-ENDING:]}" for key in sight.keys if key.startswith("serial:")]
    if same_place:
        handles += [f"address:{sight.zone}|{address}" for address in sight.addresses]
        if sight.hostname:
            handles.append(f"hostname:{sight.hostname}")
    return handles


def _held_by_several(sights: Sequence[Sight]) -> frozenset[str]:
    """Keys and host names that two devices of the register, or of a scan, hold at once."""
    words = [key for sight in sights for key in sight[12]]
    words += [f"hostname:{sight[5]}" for sight in sights if sight[5]]
    if len(words) == len(set(words)):
        return frozenset()
    return frozenset(word for word, count in Counter(words).items() if count > 1)


def score(old: Sight, new: Sight, shared: Container[str], *, same_place: bool = True) -> float:
    """How much speaks for `old` and `new` being one thing; below zero: against it."""
    old_keys, new_keys = _by_kind(old.keys), _by_kind(new.keys)
    points = _score_macs(old_keys, new_keys, shared)
    for kind in ("serial", "uuid", "cert"):
        mine, theirs = old_keys.get(kind), new_keys.get(kind)
        if not mine or not theirs:
            continue
        common = mine & theirs
        if common:
            points += max(_weight(f"{kind}:{value}", AGREES[kind], shared) for value in common)
        elif kind == "serial" and _same_ending(mine, theirs):
            points += AGREES[kind]
        else:
            points += DIFFERS[kind]
    if same_place:
        if old.zone == new.zone and not set(old.addresses).isdisjoint(new.addresses):
            points += AGREES_ADDRESS
        if old.hostname and old.hostname == new.hostname:
            points += _weight(f"hostname:{old.hostname}", AGREES_HOSTNAME, shared)
    if old.model and new.model:
        points += AGREES_MODEL if old.model == new.model else DIFFERS_MODEL
    if old.manufacturer and new.manufacturer and old.manufacturer != new.manufacturer:
        points += DIFFERS_MAKER
    return points


def _score_macs(old: Mapping[str, set[str]], new: Mapping[str, set[str]], shared: Container[str]) -> float:
    """Observed addresses decide most; one only claimed in a payload agrees with less weight."""
    none: set[str] = set()
    old_seen, new_seen = old.get("mac", none), new.get("mac", none)
    if common := old_seen & new_seen:
        return max(_weight(f"mac:{mac}", AGREES["mac"], shared) for mac in common)
    old_all, new_all = old_seen | old.get("mac-claimed", none), new_seen | new.get("mac-claimed", none)
    if common := old_all & new_all:
        return max(
            min(_weight(f"{kind}:{mac}", AGREES["claimed"], shared) for kind in ("mac", "mac-claimed"))
            for mac in common
        )
    if old_seen and new_seen:
        return DIFFERS["mac"]
    return DIFFERS["claimed"] if old_all and new_all else 0.0


def _by_kind(keys: Sequence[str]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for key in keys:
        kind, _, value = key.partition(":")
        kinds.setdefault(kind, set()).add(value)
    return kinds


def _weight(key: str, weight: float, shared: Container[str]) -> float:
    return weight * SHARED if key in shared else weight


def _same_ending(mine: set[str], theirs: set[str]) -> bool:
    """One protocol gives the long serial (model and date in front), another its last digits."""
    return any(
        len(short) >= ENDING and long.endswith(short)
        for one in mine
        for other in theirs
        for short, long in ((one, other), (other, one))
    )


def _absorb(
    known: Sequence[Sight],
    seen: Sequence[Sight],
    pairs: Mapping[int, int],
    took: Mapping[int, Sight],
    apart: Collection[frozenset[str]],
    shared: Container[str],
) -> tuple[dict[int, tuple[Sight, ...]], dict[int, tuple[Sight, ...]]]:
    """Register identities nothing took whose own MAC or serial now answers inside another device."""
    taken = set(pairs.values())
    if len(taken) == len(known):
        return {}, {}
    by_key: dict[str, int] = {}
    for number, sight in enumerate(seen):
        if number in took:
            for key in sight.keys:
                if key.startswith(("mac:", "serial:")):
                    by_key.setdefault(key, number)
    absorbed: dict[int, tuple[Sight, ...]] = {}
    kept: dict[int, tuple[Sight, ...]] = {}
    for position, sight in enumerate(known):
        if position in taken:
            continue
        numbers = {by_key[key] for key in sight.keys if key in by_key and key not in shared}
        for number in sorted(numbers):
            owner = took[number]
            if owner.identity_id == sight.identity_id or score(sight, seen[number], shared) < ABSORBED:
                continue
            if frozenset((owner.identity_id, sight.identity_id)) in apart:
                kept[number] = (*kept.get(number, ()), sight)
            else:
                absorbed[number] = (*absorbed.get(number, ()), sight)
            break
    return absorbed, kept


def _doubts(sight: Sight, before: Sight | None, shared: frozenset[str]) -> Iterable[str]:
    """What contradicts this identity: keys others hold too, and a strong key that changed."""
    for key in sight.keys:
        if key in shared:
            yield f"{key} is held by several devices"
    if before is None or before.keys == sight.keys:
        return
    old, new = _by_kind(before.keys), _by_kind(sight.keys)
    for kind in ("mac", "serial"):
        mine, theirs = old.get(kind, set()), new.get(kind, set())
        if mine and theirs and mine.isdisjoint(theirs):
            if kind == "serial" and _same_ending(mine, theirs):
                continue
            yield f"{kind} was {min(mine)} and is {min(theirs)}"
