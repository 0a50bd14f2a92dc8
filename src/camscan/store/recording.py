"""The end of a scan: its devices find their place in the register, and what changed becomes events.

Rules: one transaction for everything, so a scan is in the register with all its events or not at all;
nothing an operator entered is touched; an older scan that is recorded late adds history and no events; a
device is gone only when a whole scan that covered its address did not see it.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select, update

from camscan.errors import StoreError, UsageError
from camscan.match.diff import Change, ChangeKind, change, diff
from camscan.match.register import Placement, Sight, part_of, place, sight_of
from camscan.model.device import Device
from camscan.model.inventory import Inventory, Scan
from camscan.store import codec, corrections, entries, events, locks, register, scans, sites, writing
from camscan.store.covering import covered_by
from camscan.store.engine import Store
from camscan.store.register import Identity
from camscan.store.schema import device_batch, facts_history, identity, scan, sighting


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a scan came to. changes: what happened at the site since its last scan.

    first: this was the site's first inventory, which is no change of any device.
    """

    changes: tuple[Change, ...]
    first: bool
    _given: Inventory
    _ids: tuple[str, ...]
    _first_seen: Mapping[str, datetime]

    def inventory(self) -> Inventory:
        """The inventory under lasting ids; two sights of one merged device become one device."""
        given, at = self._given, self._given.scan.started
        ids: dict[str, str] = {}
        devices: dict[str, Device] = {}
        for device, name in zip(given.devices, self._ids, strict=True):
            ids[device.device_id] = name
            here = scans.renamed(device, name, self._first_seen.get(name, at), at)
            devices[name] = scans.joined(devices[name], here) if name in devices else here
        findings = dict.fromkeys(
            replace(each, device_id=ids.get(each.device_id, each.device_id)) for each in given.findings
        )
        return replace(given, devices=tuple(devices.values()), findings=tuple(findings))


def finish_scan(store: Store, inventory: Inventory, fingerprints: str = "") -> Recorded:
    """Put the result of a running scan into the register and free its site.

    fingerprints: the edition that identified the devices. Observations were given to `append_observations`
    before; those of `inventory` are ignored. Raises StoreError: no such running scan, disk full.
    """
    run = inventory.scan
    with _collector_paused(), store.writing() as connection:
        number = _number(connection, run.scan_id, "running")
        if number is None:
            raise StoreError(f"scan {run.scan_id} is not running in {store.name}; nothing was recorded")
        known = register.of_site(connection, run.site.id)
        late = _newer_exists(connection, run)
        before = [each.remembered() for each in known]
        placements = _placed(connection, inventory, before)
        _close(connection, store, number, inventory, fingerprints)
        changes = _changes(connection, run, known, before, placements) if known and not late else []
        writing.batches(connection, number, inventory)
        travellers = _travellers(connection, known, placements)
        writing.Sightings(connection, number, inventory, [*known, *travellers]).write(placements)
        if not late:
            _mark_missing(connection, run, changes)
            events.add(connection, run, store.now(), changes, first=not known, devices=len(placements))
        locks.release(connection, run.scan_id)
    return _recorded(inventory, placements, known, changes, first=not known)


def record(store: Store, inventory: Inventory, fingerprints: str = "") -> Recorded:
    """A whole inventory at once (an import, what was listened to): begin, append, finish."""
    scans.begin_scan(store, inventory.scan)
    scans.append_observations(store, inventory.scan.scan_id, inventory.observations)
    return finish_scan(store, inventory, fingerprints)


def reidentify(store: Store, inventory: Inventory, fingerprints: str = "") -> Recorded:
    """Replace what a finished scan concluded (`identify --again`); ids, entries and corrections stay.

    The register follows for devices that no newer scan has seen. No events: nothing happened on the
    network. Raises UsageError when there is no such finished scan.
    """
    run = inventory.scan
    with _collector_paused(), store.writing() as connection:
        number = _number(connection, run.scan_id, "finished")
        if number is None:
            raise UsageError(f"there is no finished scan {run.scan_id} in {store.name}")
        run = scans.header(connection, run.scan_id)
        inventory = replace(inventory, scan=run)
        before = register.sights(connection, [number])
        connection.execute(
            update(scan)
            .where(scan.c.number == number)
            .values(revision=scan.c.revision + 1, devices=len(inventory.devices), fingerprints=fingerprints)
        )
        placements = _placed(connection, inventory, before)
        known = register.of_site(connection, run.site.id)
        known += _travellers(connection, known, placements)
        connection.execute(delete(device_batch).where(device_batch.c.scan == number))
        connection.execute(delete(sighting).where(sighting.c.scan == number))
        writing.batches(connection, number, inventory)
        writing.Sightings(connection, number, inventory, known).write(placements)
        _forget_unseen(connection, run.site.id)
    changes = diff(before, [each.sight for each in placements])
    return _recorded(inventory, placements, known, changes)


def _forget_unseen(connection: Connection, site_id: str) -> None:
    """Identities that no scan shows any more, because the only one that did concluded otherwise now."""
    seen = select(sighting.c.identity)
    query = select(identity.c.number).where(identity.c.site_id == site_id, identity.c.number.not_in(seen))
    for chunk in register.chunks(list(connection.execute(query).scalars())):
        connection.execute(delete(facts_history).where(facts_history.c.identity.in_(chunk)))
        connection.execute(delete(identity).where(identity.c.number.in_(chunk)))


def _number(connection: Connection, scan_id: str, state: str) -> int | None:
    query = select(scan.c.number).where(scan.c.scan_id == scan_id, scan.c.state == state)
    return connection.execute(query).scalar()


def _placed(connection: Connection, inventory: Inventory, known: Sequence[Sight]) -> list[Placement]:
    run = inventory.scan
    seen = [sight_of(device, run.site.id) for device in inventory.devices]
    apart = corrections.apart(connection)
    namer = _namer(connection, run)
    placements = place(known, seen, namer, apart)
    new = [number for number, each in enumerate(placements) if each.known is None]
    travelled = register.from_elsewhere(connection, run.site.id, [seen[number] for number in new])
    if not travelled:
        return placements
    return place(known, seen, namer, apart, {new[index]: sight for index, sight in travelled.items()})


def _travellers(
    connection: Connection, known: Sequence[Identity], placements: Sequence[Placement]
) -> list[Identity]:
    """Identities of other sites that came here with this scan."""
    here = {each.identity_id for each in known}
    ids = [each.known.identity_id for each in placements if each.known and each.known.identity_id not in here]
    found: list[Identity] = []
    for chunk in register.chunks(ids):
        found += register.read(connection, identity.c.identity_id.in_(chunk))
    return found


def _namer(connection: Connection, run: Scan) -> Callable[[Sight], str]:
    """Names for new devices: from site, scan and provisional id, so that the same scan gives the same."""
    revision = connection.execute(select(scan.c.revision).where(scan.c.scan_id == run.scan_id)).scalar_one()
    start = "\0".join((run.site.id, run.scan_id, str(revision), ""))

    def name(sight: Sight) -> str:
        return "cam-" + hashlib.blake2b((start + sight.device_id).encode(), digest_size=7).hexdigest()

    return name


def _newer_exists(connection: Connection, run: Scan) -> bool:
    newest = connection.execute(
        select(func.max(scan.c.started)).where(scan.c.site_id == run.site.id, scan.c.state == "finished")
    ).scalar()
    return newest is not None and newest > run.started


def _close(
    connection: Connection, store: Store, number: int, inventory: Inventory, fingerprints: str
) -> None:
    run = inventory.scan
    connection.execute(
        update(scan)
        .where(scan.c.number == number)
        .values(
            state="finished",
            ended=run.ended or store.now(),
            coverage=codec.coverage_text(run.coverage),
            scope_text=run.scope_text,
            devices=len(inventory.devices),
            fingerprints=fingerprints,
        )
    )
    sites.ensure(connection, run.site)


def _changes(
    connection: Connection,
    run: Scan,
    known: Sequence[Identity],
    before: list[Sight],
    placements: Sequence[Placement],
) -> list[Change]:
    here = {each.identity_id for each in before}
    before = before + [each.known for each in placements if each.known and each.known.identity_id not in here]
    after = [each.sight for each in placements]
    after += [part_of(part, each.sight) for each in placements for part in each.kept_apart]
    absorbed = {part.device_id: each.sight for each in placements for part in each.absorbed}
    before = [each for each in before if each.device_id not in absorbed]
    status = entries.statuses(connection, run.site.id)
    given_up = {device_id for device_id, (word, _at) in status.items() if word != entries.IN_SERVICE}
    reached = covered_by([run])

    def covered(sight: Sight) -> bool:
        return sight.device_id not in given_up and reached(sight)

    changes = diff(before, after, covered=covered, missing=register.missing_devices(known))
    for device_id, sight in absorbed.items():
        changes.append(change(ChangeKind.MERGED, sight, before=device_id, after=sight.device_id))
    last_seen = {each.device_id: each.last_seen for each in known}
    for sight in after:
        word, at = status.get(sight.device_id, ("", run.started))
        if word in entries.ENDED and last_seen.get(sight.device_id, run.started) < at < run.started:
            changes.append(change(ChangeKind.STATUS, sight, before=word, after="answers"))
    return changes


def _mark_missing(connection: Connection, run: Scan, changes: Iterable[Change]) -> None:
    gone = [{"b_device_id": each.device_id} for each in changes if each.kind is ChangeKind.GONE]
    for column in (identity.c.identity_id, identity.c.merged_into):
        if gone:
            query = update(identity).where(column == bindparam("b_device_id"))
            connection.execute(query.values(missing_since=run.started), gone)


def _recorded(
    inventory: Inventory,
    placements: Sequence[Placement],
    known: Sequence[Identity],
    changes: Sequence[Change],
    first: bool = False,
) -> Recorded:
    seen: dict[str, datetime] = {}
    for row in known:
        seen[row.device_id] = min(row.first_seen, seen.get(row.device_id, row.first_seen))
    ids = tuple(each.sight.device_id for each in placements)
    return Recorded(tuple(changes), first, inventory, ids, seen)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """The cycle collector would walk through 100,000 new tuples again and again and find nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
