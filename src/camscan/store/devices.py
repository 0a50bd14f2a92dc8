"""Reading the register: a page of devices, one device with its history, the whole as an Inventory.

Rules: a listing answers from the indexes, one page at a time; devices that were merged show once, with
what was last seen of any of their identities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal, or_, select

from camscan.errors import UsageError
from camscan.match.diff import combined
from camscan.match.register import Sight
from camscan.model.device import Device
from camscan.model.finding import Finding
from camscan.model.inventory import Coverage, Inventory, Scan
from camscan.store import entries, register, scans
from camscan.store.engine import Store
from camscan.store.schema import device_id, entry, identity, scan, sighting

MISSING = "missing"
ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Listed:
    """One device of the register. status: the operator's word, else active or missing."""

    sight: Sight
    first_seen: datetime
    last_seen: datetime
    status: str
    policies: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    entries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which devices to list; empty means any."""

    site: str | None = None
    manufacturer: str = ""
    kind: str = ""
    policy: str = ""
    status: str = ""
    not_seen_days: int | None = None
    conflicts: bool = False


EVERYTHING = Filter()


def list_devices(
    store: Store, wanted: Filter = EVERYTHING, limit: int | None = None, after: str = ""
) -> list[Listed]:
    """Devices by site and address. limit: at most so many; after: go on behind this device id."""
    conditions = _conditions(store, wanted)
    order = (identity.c.site_id, identity.c.address_order, identity.c.number)
    with store.reading() as connection:
        if after:
            last = register.read(connection, identity.c.identity_id == after)
            if not last:
                raise UsageError(f"there is no device {after!r} to go on behind")
            conditions.append(_behind(last[0]))
        found = register.read(connection, *conditions, limit=limit, order=order)
        return _grouped(connection, found)


def count_devices(store: Store, wanted: Filter = EVERYTHING) -> int:
    """How many devices `list_devices` would list without a limit."""
    conditions = _conditions(store, wanted)
    with store.reading() as connection:
        own = select(func.count()).select_from(identity).where(identity.c.merged_into.is_(None), *conditions)
        total = int(connection.execute(own).scalar_one())
        merged = select(identity.c.merged_into).where(identity.c.merged_into.is_not(None), *conditions)
        into = set(connection.execute(merged).scalars())
        for chunk in register.chunks(sorted(into)):
            counted = select(identity.c.identity_id).where(identity.c.identity_id.in_(chunk), *conditions)
            into.difference_update(connection.execute(counted).scalars())
        return total + len(into)


def find_device(store: Store, text: str) -> str:
    """The device that `text` names: an id, a beginning of one id, or an address only one has. UsageError."""
    with store.reading() as connection:
        for condition in (
            identity.c.identity_id == text,
            identity.c.identity_id.startswith(text, autoescape=True),
            identity.c.address_order == register.address_order((text,)),
        ):
            query = select(device_id).distinct().where(condition).limit(3)
            found = connection.execute(query).scalars().all()
            if len(found) == 1:
                return str(found[0])
            if found:
                raise UsageError(f"{text!r} could be {found[0]} or {found[1]}; write the whole id")
    raise UsageError(f"there is no device {text!r}; see `camscan devices list`")


def get(store: Store, device: str) -> Listed:
    """One device. Raises UsageError when there is none."""
    with store.reading() as connection:
        rows = register.of_devices(connection, [device])
        if not rows:
            raise UsageError(f"there is no device {device!r}; see `camscan devices list`")
        return _grouped(connection, rows)[0]


def history(store: Store, device: str) -> list[tuple[datetime, str, Sight]]:
    """Every scan that saw a device: (start, scan id, what it saw of all its identities), oldest first."""
    with store.reading() as connection:
        numbers = [each.number for each in register.of_devices(connection, [device])]
        rows = register.versions(connection, numbers)
    seen: dict[str, tuple[datetime, str, Sight]] = {}
    for row, sight in rows:
        other = seen.get(row.scan_id)
        whole = combined(other[2], sight) if other else sight
        seen[row.scan_id] = (row.started, row.scan_id, whole)
    return list(seen.values())


def load_register(store: Store, site_id: str | None = None) -> Inventory:
    """The register as an Inventory: each device as last seen, with status, first and last sight.

    `scan` is the newest run it rests on, `scans` the others. Raises UsageError when there is none.
    """
    wanted = [identity.c.site_id == site_id] if site_id is not None else []
    with store.reading() as connection:
        known = register.read(connection, *wanted)
        runs = _runs(connection, {each.last_scan for each in known})
        noted = entries.of_devices(connection, {each.device_id for each in known})
        devices: dict[str, Device] = {}
        findings: list[Finding] = []
        for number, _run in runs:
            last = {each.number: each for each in known if each.last_scan == number}
            for device, about in _last_seen(connection, number, last, noted):
                other = devices.get(device.device_id)
                devices[device.device_id] = scans.joined(other, device) if other else device
                findings += about
    if not runs:
        raise UsageError("the register is empty; the first `camscan scan` fills it")
    return _inventory([run for _number, run in runs], devices, findings)


def _inventory(runs: Sequence[Scan], devices: dict[str, Device], findings: Sequence[Finding]) -> Inventory:
    newest = replace(runs[0], coverage=runs[0].coverage if len(runs) == 1 else _joint(runs))
    unique = {run.site.id: run.site for run in runs}
    return Inventory(
        newest, tuple(devices.values()), tuple(findings), sites=tuple(unique.values()), scans=tuple(runs[1:])
    )


def _runs(connection: Connection, numbers: Iterable[int]) -> list[tuple[int, Scan]]:
    """Numbers and scans, newest first."""
    rows: list[Row[Any]] = []
    for chunk in register.chunks(sorted(numbers)):
        rows += connection.execute(select(scan).where(scan.c.number.in_(chunk))).all()
    rows.sort(key=lambda row: (row.started, row.number), reverse=True)
    return [(row.number, scans.scan_of(connection, row)) for row in rows]


def _last_seen(
    connection: Connection,
    number: int,
    last: Mapping[int, register.Identity],
    noted: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[Device, list[Finding]]]:
    """Devices whose last sight is in this scan, with what was found about them."""
    query = select(sighting.c.place, sighting.c.identity).where(
        sighting.c.scan == number, sighting.c.place >= 0
    )
    places = {place: last[who] for place, who in connection.execute(query) if who in last}
    for first, batch in scans.batches(connection, number):
        about: dict[str, list[Finding]] = {}
        for finding in batch.findings:
            about.setdefault(finding.device_id, []).append(finding)
        for place, device in enumerate(batch.devices, first):
            row = places.get(place)
            if row is None:
                continue
            status = noted[row.device_id].get("status") or (MISSING if row.missing_since else ACTIVE)
            here = replace(
                device,
                device_id=row.device_id,
                site=row.site_id,
                status=status,
                first_seen=row.first_seen,
                last_seen=row.last_seen,
            )
            found = [replace(one, device_id=row.device_id) for one in about.get(device.device_id, ())]
            yield here, found


def _joint(runs: Sequence[Scan]) -> Coverage:
    """The coverage of several runs together; per probe it is in each run."""
    covers = [run.coverage for run in runs]
    return Coverage(
        targets=sum(each.targets for each in covers),
        responders=sum(each.responders for each in covers),
        warnings=tuple(dict.fromkeys(line for each in covers for line in each.warnings)),
        complete=all(each.complete for each in covers),
        interrupted=any(each.interrupted for each in covers),
    )


def _conditions(store: Store, wanted: Filter) -> list[ColumnElement[bool]]:
    columns = identity.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.site is not None:
        conditions.append(columns.site_id == wanted.site)
    if wanted.manufacturer:
        maker = func.lower(columns.manufacturer)
        conditions.append(maker.contains(wanted.manufacturer.lower(), autoescape=True))
    if wanted.kind:
        conditions.append(columns.kind == wanted.kind)
    if wanted.policy:
        lines = literal("\n") + columns.policies + literal("\n")
        conditions.append(lines.contains(f"\n{wanted.policy}\n", autoescape=True))
    if wanted.conflicts:
        conditions.append(columns.conflicts != "")
    if wanted.not_seen_days is not None:
        conditions.append(columns.last_seen < store.now() - timedelta(days=wanted.not_seen_days))
    if wanted.status:
        conditions += _status_conditions(wanted.status)
    return conditions


def _status_conditions(status: str) -> list[ColumnElement[bool]]:
    said = select(entry.c.device_id).where(entry.c.name == "status")
    if status not in (ACTIVE, MISSING):
        return [device_id.in_(said.where(entry.c.value == status))]
    since = identity.c.missing_since
    return [since.is_(None) if status == ACTIVE else since.is_not(None), device_id.not_in(said)]


def _behind(last: register.Identity) -> ColumnElement[bool]:
    columns = identity.c
    order = register.address_order(last.sight.addresses)
    here = and_(columns.address_order == order, columns.number > last.number)
    return or_(
        columns.site_id > last.site_id,
        and_(columns.site_id == last.site_id, or_(columns.address_order > order, here)),
    )


def _grouped(connection: Connection, rows: Sequence[register.Identity]) -> list[Listed]:
    """Identities of one device together, those outside the page fetched."""
    ids = list(dict.fromkeys(row.device_id for row in rows))
    shared = _merged(connection, ids)
    members: dict[str, list[register.Identity]] = {}
    for row in register.of_devices(connection, sorted(shared)):
        members.setdefault(row.device_id, []).append(row)
    for row in rows:
        if row.device_id not in shared:
            members[row.device_id] = [row]
    noted = entries.of_devices(connection, ids)
    return [_one(members[name], noted[name]) for name in ids]


def _merged(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of the devices that other identities were merged into."""
    found: set[str] = set()
    for chunk in register.chunks(ids):
        query = select(identity.c.merged_into).where(identity.c.merged_into.in_(chunk))
        found.update(connection.execute(query).scalars())
    return found


def _one(members: Sequence[register.Identity], noted: dict[str, str]) -> Listed:
    sight = members[0].sight
    for other in members[1:]:
        sight = combined(sight, other.sight)
    missing = all(each.missing_since for each in members)
    return Listed(
        sight,
        min(each.first_seen for each in members),
        max(each.last_seen for each in members),
        noted.get("status") or (MISSING if missing else ACTIVE),
        tuple(sorted({word for each in members for word in each.policies})),
        tuple(each.identity_id for each in members),
        noted,
    )
