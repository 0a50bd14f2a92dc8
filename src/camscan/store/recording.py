"""The end of a scan: its devices find their place in the register, and what changed becomes events.

Rules: one transaction for everything, so a scan is in the register with all its events or not at all;
nothing an operator entered is touched; an older scan that is recorded late adds history and no events; a
device is gone only when a whole scan that covered its address did not see it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import netaddr
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from camscan.errors import ScopeError, StoreError, UsageError
from camscan.match.diff import Change, ChangeKind, change, diff
from camscan.match.register import Placement, Sight, part_of, place, remember, sight_of
from camscan.model.device import Device
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Inventory, Scan
from camscan.model.scope import parse_target
from camscan.store import codec, corrections, entries, events, locks, register, scans, sites
from camscan.store.engine import Store
from camscan.store.schema import device_batch, identity, scan, sighting

DEVICES_PER_BATCH = 512


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a scan came to: the inventory with lasting ids, and what changed at the site.

    first: this was the site's first inventory, which is one event and not one for each device.
    """

    inventory: Inventory
    changes: tuple[Change, ...]
    first: bool = False


def finish_scan(store: Store, inventory: Inventory) -> Recorded:
    """Put the result of a running scan into the register and free its site.

    Observations were given to `append_observations` before; those of `inventory` are ignored.
    Raises StoreError: no such running scan, disk full.
    """
    run = inventory.scan
    with store.writing() as connection:
        state = connection.execute(select(scan.c.state).where(scan.c.scan_id == run.scan_id)).scalar()
        if state != "running":
            raise StoreError(f"scan {run.scan_id} is not running in {store.name}; nothing was recorded")
        known = register.identities(connection, run.site.id)
        late = _newer_exists(connection, run)
        placements = _placed(connection, inventory, [each.sight for each in known])
        policies = _policies(inventory.findings)
        _write_scan(connection, store, run)
        _write_batches(connection, run.scan_id, inventory)
        _write_sightings(connection, run.scan_id, placements, policies)
        _write_identities(connection, run, placements, known, policies, late)
        changes = [] if late else _changes(connection, run, known, placements)
        if not late:
            _mark_missing(connection, run, changes)
            events.add(connection, run, store.now(), changes, first=not known, devices=len(placements))
        locks.release(connection, run.scan_id)
    return Recorded(_with_ids(inventory, placements, known), tuple(changes), not known)


def record(store: Store, inventory: Inventory) -> Recorded:
    """A whole inventory at once (an import, a file from elsewhere): begin, append, finish."""
    scans.begin_scan(store, inventory.scan)
    scans.append_observations(store, inventory.scan.scan_id, inventory.observations)
    return finish_scan(store, inventory)


def reidentify(store: Store, inventory: Inventory) -> Recorded:
    """Replace what a finished scan concluded (`identify --again`); ids, entries and corrections stay.

    The register follows when the scan is the newest of the devices it names. No events: nothing
    happened on the network. Raises UsageError when there is no such finished scan.
    """
    run = inventory.scan
    with store.writing() as connection:
        state = connection.execute(select(scan.c.state).where(scan.c.scan_id == run.scan_id)).scalar()
        if state != "finished":
            raise UsageError(f"there is no finished scan {run.scan_id} in {store.name}")
        before = register.sights(connection, [run.scan_id])
        placements = _placed(connection, inventory, before)
        policies = _policies(inventory.findings)
        for table in (device_batch, sighting):
            connection.execute(delete(table).where(table.c.scan_id == run.scan_id))
        _write_batches(connection, run.scan_id, inventory)
        _write_sightings(connection, run.scan_id, placements, policies)
        known = register.identities(connection, run.site.id)
        newest = [each for each in known if each.last_scan_id == run.scan_id]
        kept = {each.sight.identity_id for each in newest}
        fresh = [each for each in placements if each.known is None or each.sight.identity_id in kept]
        _write_identities(connection, run, fresh, newest, policies, late=False)
        seen = select(sighting.c.identity_id)
        connection.execute(delete(identity).where(identity.c.identity_id.not_in(seen)))
    changes = diff(before, [each.sight for each in placements])
    return Recorded(_with_ids(inventory, placements, known), tuple(changes))


def _placed(connection: Connection, inventory: Inventory, known: Sequence[Sight]) -> list[Placement]:
    run = inventory.scan
    seen = [sight_of(device, run.site.id) for device in inventory.devices]
    apart = corrections.apart(connection)
    placements = place(known, seen, _namer(run), apart)
    new = [number for number, each in enumerate(placements) if each.known is None]
    travelled = register.from_elsewhere(connection, run.site.id, [seen[number] for number in new])
    if not travelled:
        return placements
    return place(known, seen, _namer(run), apart, {new[index]: sight for index, sight in travelled.items()})


def _namer(run: Scan) -> Callable[[Sight], str]:
    """Names for new devices: from site, scan and provisional id, so that the same scan gives the same."""

    def name(sight: Sight) -> str:
        words = "\0".join((run.site.id, run.scan_id, sight.device_id, *sight.keys[:1]))
        digest = hashlib.sha256(words.encode()).digest()
        return "cam-" + base64.b32encode(digest)[:12].decode().lower()

    return name


def _policies(findings: Iterable[Finding]) -> Mapping[str, tuple[str, ...]]:
    regimes: dict[str, dict[str, None]] = defaultdict(dict)
    for each in findings:
        if each.verdict is Verdict.MATCHES:
            regimes[each.device_id][each.regime] = None
    return {device_id: tuple(sorted(words)) for device_id, words in regimes.items()}


def _newer_exists(connection: Connection, run: Scan) -> bool:
    newest = connection.execute(
        select(func.max(scan.c.started)).where(scan.c.site_id == run.site.id, scan.c.state == "finished")
    ).scalar()
    return newest is not None and newest > run.started


def _write_scan(connection: Connection, store: Store, run: Scan) -> None:
    connection.execute(
        update(scan)
        .where(scan.c.scan_id == run.scan_id)
        .values(
            state="finished",
            ended=run.ended or store.now(),
            coverage=codec.coverage_text(run.coverage),
            scope_text=run.scope_text,
        )
    )
    sites.ensure(connection, run.site)


def _write_batches(connection: Connection, scan_id: str, inventory: Inventory) -> None:
    about: dict[str, list[Finding]] = defaultdict(list)
    for each in inventory.findings:
        about[each.device_id].append(each)
    devices = inventory.devices
    for sequence, start in enumerate(range(0, len(devices), DEVICES_PER_BATCH)):
        some = devices[start : start + DEVICES_PER_BATCH]
        found = [finding for device in some for finding in about.get(device.device_id, ())]
        body = codec.pack_devices(some, found)
        connection.execute(insert(device_batch).values(scan_id=scan_id, sequence=sequence, body=body))


def _write_sightings(
    connection: Connection,
    scan_id: str,
    placements: Sequence[Placement],
    policies: Mapping[str, tuple[str, ...]],
) -> None:
    rows = []
    for number, each in enumerate(placements):
        row = register.facts(each.sight, policies.get(each.provisional, ()))
        row["identity_id"] = each.sight.identity_id
        row["batch"], row["position"] = divmod(number, DEVICES_PER_BATCH)
        rows.append(row)
        for part in each.kept_apart:
            row = register.facts(part_of(part, each.sight), ())
            row.update(identity_id=part.identity_id, batch=-1, position=0)
            rows.append(row)
    for row in rows:
        row["scan_id"] = scan_id
    if rows:
        connection.execute(insert(sighting), rows)


def _write_identities(
    connection: Connection,
    run: Scan,
    placements: Sequence[Placement],
    known: Sequence[register.Identity],
    policies: Mapping[str, tuple[str, ...]],
    late: bool,
) -> None:
    """New identities are inserted, seen ones follow the scan unless it is older than what is known."""
    before = {each.sight.identity_id: each for each in known}
    fresh, seen, keys = [], [], []
    for each in placements:
        sights = [each.sight, *(part_of(part, each.sight) for part in each.kept_apart)]
        for sight in sights:
            was = before.get(sight.identity_id)
            if late and each.known is not None:
                continue
            old_keys = (
                each.known.keys if each.known and sight is each.sight else was.sight.keys if was else ()
            )
            row = register.facts(
                sight._replace(keys=remember(old_keys, sight.keys)), policies.get(each.provisional, ())
            )
            row.update(
                identity_id=sight.identity_id,
                site_id=run.site.id,
                address_order=register.address_order(sight.addresses),
                last_seen=run.started,
                last_scan_id=run.scan_id,
                missing_since=None,
            )
            if each.known is None:
                row.update(device_id=sight.device_id, first_seen=run.started)
                fresh.append(row)
            else:
                row["b_identity_id"] = row.pop("identity_id")
                seen.append(row)
            held = set(old_keys)
            keys += [
                {"identity_id": sight.identity_id, "key": key}
                for key in sight.keys
                if key not in held and key.startswith(("mac:", "serial:"))
            ]
        for part in each.absorbed:
            connection.execute(
                update(identity)
                .where(identity.c.device_id == part.device_id)
                .values(device_id=each.sight.device_id, last_seen=run.started, missing_since=None)
            )
    if fresh:
        connection.execute(insert(identity), fresh)
    if seen:
        names = [name for name in seen[0] if name != "b_identity_id"]
        query = (
            update(identity)
            .where(identity.c.identity_id == bindparam("b_identity_id"))
            .values({name: bindparam(name) for name in names})
        )
        connection.execute(query, seen)
    register.add_keys(connection, keys)


def _changes(
    connection: Connection, run: Scan, known: Sequence[register.Identity], placements: Sequence[Placement]
) -> list[Change]:
    before = [each.sight for each in known]
    here = {each.identity_id for each in before}
    before += [each.known for each in placements if each.known and each.known.identity_id not in here]
    after = [each.sight for each in placements]
    absorbed = {part.device_id: each.sight for each in placements for part in each.absorbed}
    after += [part_of(part, each.sight) for each in placements for part in each.kept_apart]
    before = [each for each in before if each.device_id not in absorbed]
    missing = register.missing_devices(known)
    whole = run.method == "scan" and not run.coverage.interrupted
    asked = _asked(run)
    status = entries.statuses(connection, run.site.id)
    given_up = {device_id for device_id, (word, _at) in status.items() if word != entries.IN_SERVICE}

    def covered(sight: Sight) -> bool:
        return whole and sight.device_id not in given_up and any(map(asked, sight.addresses))

    changes = diff(before, after, covered=covered, missing=missing)
    for device_id, sight in absorbed.items():
        changes.append(change(ChangeKind.MERGED, sight, before=device_id, after=sight.device_id))
    last_seen = {each.sight.device_id: each.last_seen for each in known}
    for sight in after:
        word, at = status.get(sight.device_id, ("", run.started))
        if (
            word in entries.ENDED
            and sight.device_id in last_seen
            and last_seen[sight.device_id] < at < run.started
        ):
            changes.append(change(ChangeKind.STATUS, sight, before=word, after="answers"))
    return changes


def _mark_missing(connection: Connection, run: Scan, changes: Iterable[Change]) -> None:
    gone = [{"b_device_id": each.device_id} for each in changes if each.kind is ChangeKind.GONE]
    if gone:
        query = update(identity).where(identity.c.device_id == bindparam("b_device_id"))
        connection.execute(query.values(missing_since=run.started), gone)


def _asked(run: Scan) -> Callable[[str], bool]:
    """Was this address in the scan's scope? Everything was, when the scope does not say addresses."""
    words = [word for word in re.split(r"[\s,;]+", run.scope_text) if word]
    networks = netaddr.IPSet()
    for word in words:
        if word.startswith("site:"):
            word = " ".join(run.site.networks)
        for text in word.split():
            try:
                networks |= parse_target(text).addresses
            except ScopeError:
                continue
    if not networks:
        return lambda _address: True

    def asked(address: str) -> bool:
        return "%" in address or address in networks

    return asked


def _with_ids(
    inventory: Inventory, placements: Sequence[Placement], known: Sequence[register.Identity]
) -> Inventory:
    """The inventory under lasting ids; two sights of one merged device become one device."""
    first: dict[str, datetime] = {}
    for row in known:
        first[row.sight.device_id] = min(row.first_seen, first.get(row.sight.device_id, row.first_seen))
    ids: dict[str, str] = {}
    devices: dict[str, Device] = {}
    at = inventory.scan.started
    for device, each in zip(inventory.devices, placements, strict=True):
        device_id = ids[device.device_id] = each.sight.device_id
        here = replace(device, device_id=device_id, first_seen=first.get(device_id, at), last_seen=at)
        devices[device_id] = scans.joined(devices[device_id], here) if device_id in devices else here
    findings = tuple(
        dict.fromkeys(
            replace(each, device_id=ids.get(each.device_id, each.device_id)) for each in inventory.findings
        )
    )
    return replace(inventory, devices=tuple(devices.values()), findings=findings)
