"""Reading the register: a page of devices, one device with its history, the whole as an Inventory.

Rules: a listing answers from the indexes, one page at a time; devices that were merged show once, with
what was last seen of any of their identities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from camscan.errors import UsageError
from camscan.match.diff import combined
from camscan.match.register import Sight
from camscan.model.device import Device
from camscan.model.finding import Finding
from camscan.model.inventory import Coverage, Inventory, Scan
from camscan.store import codec, entries, register, scans, sites
from camscan.store.engine import Store
from camscan.store.schema import device_batch, entry, identity, scan, sighting

MISSING = "missing"
ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Listed:
    """One device of the register. status: the operator's word, else active or missing."""

    sight: Sight
    first_seen: datetime
    last_seen: datetime
    last_scan_id: str
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


def list_devices(
    store: Store, wanted: Filter = Filter(), limit: int | None = None, after: str = ""
) -> list[Listed]:
    """Devices by site and address. limit: at most so many; after: go on behind this device id."""
    query = select(identity).order_by(identity.c.site_id, identity.c.address_order, identity.c.identity_id)
    query = query.where(*_conditions(store, wanted))
    with store.reading() as connection:
        if after:
            row = connection.execute(select(identity).where(identity.c.identity_id == after)).first()
            if row is None:
                raise UsageError(f"there is no device {after!r} to go on behind")
            query = query.where(_behind(row.site_id, row.address_order, row.identity_id))
        rows = connection.execute(query.limit(limit)).mappings().all()
        listed = [register.identity_of(row) for row in rows]
        return _grouped(connection, listed)


def count_devices(store: Store, wanted: Filter = Filter()) -> int:
    """How many devices `list_devices` would list without a limit."""
    query = select(func.count(func.distinct(identity.c.device_id))).where(*_conditions(store, wanted))
    with store.reading() as connection:
        return int(connection.execute(query).scalar_one())


def find_device(store: Store, text: str) -> str:
    """The device that `text` names: an id, a beginning of one id, or an address only one has. UsageError."""
    with store.reading() as connection:
        query = select(identity.c.device_id).distinct()
        for condition in (
            identity.c.device_id == text,
            identity.c.identity_id == text,
            identity.c.device_id.startswith(text, autoescape=True),
            identity.c.address_order == register.address_order((text,)),
        ):
            found = connection.execute(query.where(condition).limit(3)).scalars().all()
            if len(found) == 1:
                return str(found[0])
            if found:
                raise UsageError(f"{text!r} could be {found[0]} or {found[1]}; write the whole id")
    raise UsageError(f"there is no device {text!r}; see `camscan devices list`")


def get(store: Store, device_id: str) -> Listed:
    """One device. Raises UsageError when there is none."""
    query = select(identity).where(identity.c.device_id == device_id)
    with store.reading() as connection:
        rows = connection.execute(query).mappings().all()
        if not rows:
            raise UsageError(f"there is no device {device_id!r}; see `camscan devices list`")
        return _grouped(connection, [register.identity_of(row) for row in rows])[0]


def history(store: Store, device_id: str) -> list[tuple[datetime, str, Sight]]:
    """Every sight of a device: (start of the scan, scan id, what was seen), oldest first."""
    query = (
        select(scan.c.started, scan.c.scan_id, scan.c.site_id, identity.c.device_id, sighting)
        .join(sighting, sighting.c.scan_id == scan.c.scan_id)
        .join(identity, identity.c.identity_id == sighting.c.identity_id)
        .where(identity.c.device_id == device_id)
        .order_by(scan.c.started, scan.c.scan_id)
    )
    with store.reading() as connection:
        return [
            (row["started"], row["scan_id"], register._sight(row, row["site_id"]))
            for row in connection.execute(query).mappings()
        ]


def load_register(store: Store, site_id: str | None = None) -> Inventory:
    """The register as an Inventory: each device as last seen, with status, first and last sight.

    `scan` is the newest run it rests on, `scans` the others. Raises UsageError when there is none.
    """
    query = select(identity.c.last_scan_id).distinct()
    if site_id is not None:
        query = query.where(identity.c.site_id == site_id)
    with store.reading() as connection:
        runs = _runs(connection, list(connection.execute(query).scalars()))
        devices: dict[str, Device] = {}
        findings: list[Finding] = []
        for run in runs:
            for device, about in _last_seen(connection, run, site_id):
                known = devices.get(device.device_id)
                devices[device.device_id] = scans.joined(known, device) if known else device
                findings += about
        places = [sites.find(connection, run.site.id) or run.site for run in runs]
    if not runs:
        raise UsageError("the register is empty; the first `camscan scan --save` fills it")
    newest = replace(runs[0], coverage=runs[0].coverage if len(runs) == 1 else _joint(runs))
    unique = {place.id: place for place in places}
    return Inventory(
        newest, tuple(devices.values()), tuple(findings), sites=tuple(unique.values()), scans=tuple(runs[1:])
    )


def _runs(connection: Connection, scan_ids: Sequence[str]) -> list[Scan]:
    """Newest first."""
    rows: list[Row[Any]] = []
    for chunk in register.chunks(scan_ids):
        rows += connection.execute(select(scan).where(scan.c.scan_id.in_(chunk))).all()
    rows.sort(key=lambda row: (row.started, row.scan_id), reverse=True)
    return [scans._scan(connection, row) for row in rows]


def _last_seen(connection: Connection, run: Scan, site_id: str | None) -> list[tuple[Device, list[Finding]]]:
    """Devices whose last sight is in this scan, with what was found about them."""
    query = (
        select(sighting.c.batch, sighting.c.position, identity)
        .join(identity, identity.c.identity_id == sighting.c.identity_id)
        .where(
            sighting.c.scan_id == run.scan_id,
            identity.c.last_scan_id == run.scan_id,
            sighting.c.batch >= 0,
        )
    )
    if site_id is not None:
        query = query.where(identity.c.site_id == site_id)
    wanted = {(row["batch"], row["position"]): row for row in connection.execute(query).mappings()}
    noted = entries.of_devices(connection, {row["device_id"] for row in wanted.values()})
    blobs = connection.execute(
        select(device_batch.c.sequence, device_batch.c.body)
        .where(device_batch.c.scan_id == run.scan_id)
        .order_by(device_batch.c.sequence)
    )
    out = []
    for sequence, blob in blobs:
        devices, findings = codec.unpack_devices(blob)
        for position, device in enumerate(devices):
            row = wanted.get((sequence, position))
            if row is None:
                continue
            device_id = row["device_id"]
            status = noted[device_id].get("status") or (MISSING if row["missing_since"] else ACTIVE)
            about = [
                replace(one, device_id=device_id) for one in findings if one.device_id == device.device_id
            ]
            here = replace(
                device,
                device_id=device_id,
                site=row["site_id"],
                status=status,
                first_seen=row["first_seen"],
                last_seen=row["last_seen"],
            )
            out.append((here, about))
    return out


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
        conditions.append(
            func.lower(columns.manufacturer).contains(wanted.manufacturer.lower(), autoescape=True)
        )
    if wanted.kind:
        conditions.append(columns.kind == wanted.kind)
    if wanted.policy:
        lines = "\n" + func.cast(columns.policies, columns.hostname.type) + "\n"
        conditions.append(lines.contains(f"\n{wanted.policy}\n", autoescape=True))
    if wanted.conflicts:
        conditions.append(columns.conflicts != ())
    if wanted.not_seen_days is not None:
        conditions.append(columns.last_seen < store.now() - timedelta(days=wanted.not_seen_days))
    if wanted.status:
        said = select(entry.c.device_id).where(entry.c.name == "status")
        if wanted.status in (ACTIVE, MISSING):
            conditions.append(columns.device_id.not_in(said))
            conditions.append(
                columns.missing_since.is_(None)
                if wanted.status == ACTIVE
                else columns.missing_since.is_not(None)
            )
        else:
            conditions.append(columns.device_id.in_(said.where(entry.c.value == wanted.status)))
    return conditions


def _behind(site_id: str, order: str, identity_id: str) -> ColumnElement[bool]:
    columns = identity.c
    return (columns.site_id > site_id) | (
        (columns.site_id == site_id)
        & (
            (columns.address_order > order)
            | ((columns.address_order == order) & (columns.identity_id > identity_id))
        )
    )


def _grouped(connection: Connection, rows: Sequence[register.Identity]) -> list[Listed]:
    """Identities of one device together, those outside the page fetched."""
    ids = list(dict.fromkeys(row.sight.device_id for row in rows))
    members: dict[str, list[register.Identity]] = {device_id: [] for device_id in ids}
    for chunk in register.chunks(ids):
        query = select(identity).where(
            identity.c.device_id.in_(chunk), identity.c.identity_id != identity.c.device_id
        )
        for row in connection.execute(query).mappings():
            members[row["device_id"]].append(register.identity_of(row))
    missing_primary = [device_id for device_id in ids if members[device_id]]
    for chunk in register.chunks(missing_primary):
        for row in connection.execute(select(identity).where(identity.c.identity_id.in_(chunk))).mappings():
            members[row["device_id"]].insert(0, register.identity_of(row))
    for each in rows:
        if not members[each.sight.device_id]:
            members[each.sight.device_id].append(each)
    noted = entries.of_devices(connection, ids)
    return [_one(members[device_id], noted[device_id]) for device_id in ids]


def _one(members: Sequence[register.Identity], noted: dict[str, str]) -> Listed:
    sight = members[0].sight
    for other in members[1:]:
        sight = combined(sight, other.sight)
    last = max(members, key=lambda each: each.last_seen)
    missing = all(each.missing_since for each in members)
    return Listed(
        sight,
        min(each.first_seen for each in members),
        last.last_seen,
        last.last_scan_id,
        noted.get("status") or (MISSING if missing else ACTIVE),
        tuple(sorted({word for each in members for word in each.policies})),
        tuple(each.sight.identity_id for each in members),
        noted,
    )
