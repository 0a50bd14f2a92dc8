"""The life of one scan in the database: begun, fed batch by batch, read again, resumed, pruned.

Rules: what `append_observations` was given is on disk when it returns; a scan whose process died stays
readable (its observations, no devices) and can be resumed. `recording.finish_scan` ends a scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.engine import Row

from camscan.errors import StoreError, UsageError
from camscan.model.device import Device
from camscan.model.finding import Finding
from camscan.model.inventory import Coverage, Inventory, Scan, Site
from camscan.model.observation import Observation
from camscan.store import codec, locks, register, sites
from camscan.store.engine import Store
from camscan.store.schema import device_batch, device_id, identity, observation_batch, scan, sighting

BATCH = 4096


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One line of `camscan scans list`. state: running, interrupted (its process is gone) or finished;
    fingerprints: the edition that identified it (`Catalog.edition`), "" when unknown."""

    scan: Scan
    state: str
    devices: int
    observations: int
    observations_dropped: bool
    fingerprints: str = ""


@dataclass(frozen=True, slots=True)
class ResumeState:
    """Where an interrupted scan stands: what it asked for, the targets it had finished, what it heard."""

    scan: Scan
    finished_targets: frozenset[str]
    observations: int


def begin_scan(store: Store, run: Scan) -> None:
    """Record that a scan starts and lock its site. Raises StoreError: site busy, scan id taken."""
    with store.writing() as connection:
        if _row(connection, run.scan_id) is not None:
            raise StoreError(f"there is a scan {run.scan_id} already; resume it or choose another id")
        locks.take(connection, store, run.site.id, run.scan_id)
        sites.ensure(connection, run.site)
        number = 1 + (connection.execute(select(func.max(scan.c.number))).scalar() or 0)
        connection.execute(insert(scan).values(number=number, **_values(run)))


def append_observations(
    store: Store, scan_id: str, observations: Iterable[Observation], finished_targets: Sequence[str] = ()
) -> int:
    """Keep observations of a running scan; all are on disk when this returns their number.

    finished_targets: names of targets that need not be asked again after a resume.
    Raises StoreError: no such running scan, disk full.
    """
    total = 0
    targets = codec.pack_targets(finished_targets)
    with store.writing() as connection:
        row = _row(connection, scan_id)
        if row is None or row.state != "running":
            raise StoreError(f"scan {scan_id} is not running in {store.name}; nothing was added")
        last = select(func.max(observation_batch.c.sequence)).where(observation_batch.c.scan == row.number)
        sequence = connection.execute(last).scalar()
        sequence = -1 if sequence is None else sequence
        source = iter(observations)
        while (batch := list(islice(source, BATCH))) or targets:
            sequence += 1
            blob = codec.pack_observations(batch)
            values = {"sequence": sequence, "count": len(batch), "body": blob, "targets": targets}
            connection.execute(insert(observation_batch).values(scan=row.number, **values))
            targets = b""
            total += len(batch)
        raised = {"observations": scan.c.observations + total}
        connection.execute(update(scan).where(scan.c.number == row.number).values(**raised))
        locks.beat(connection, store, scan_id)
    return total


def resume_state(store: Store, scan_id: str) -> ResumeState:
    """Where an interrupted scan stands. Raises UsageError: unknown or finished scan."""
    with store.reading() as connection:
        row = _existing(connection, scan_id)
        if row.state == "finished":
            raise UsageError(f"scan {scan_id} is finished; there is nothing to resume")
        query = select(observation_batch.c.targets).where(observation_batch.c.scan == row.number)
        blobs = connection.execute(query).scalars()
        targets = frozenset(name for blob in blobs for name in codec.unpack_targets(blob))
        return ResumeState(scan_of(connection, row), targets, row.observations)


def resume_scan(store: Store, scan_id: str) -> ResumeState:
    """Lock the site again for this process and say where the scan stands. Raises StoreError, UsageError."""
    state = resume_state(store, scan_id)
    with store.writing() as connection:
        locks.take(connection, store, state.scan.site.id, scan_id)
    return state


def abandon_scan(store: Store, scan_id: str) -> None:
    """Let the site go without finishing; what was heard stays readable and resumable."""
    with store.writing() as connection:
        locks.release(connection, scan_id)


def list_scans(store: Store, site_id: str | None = None, limit: int | None = None) -> list[ScanRow]:
    """Scans, newest first."""
    query = select(scan).order_by(scan.c.started.desc(), scan.c.scan_id.desc()).limit(limit)
    if site_id is not None:
        query = query.where(scan.c.site_id == site_id)
    with store.reading() as connection:
        alive = locks.running(connection, store)
        rows = connection.execute(query).all()
        return [
            ScanRow(
                scan_of(connection, row),
                row.state if row.state == "finished" or row.scan_id in alive else "interrupted",
                row.devices,
                row.observations,
                row.observations_dropped,
                row.fingerprints,
            )
            for row in rows
        ]


def find_scan(store: Store, text: str, site_id: str | None = None) -> str:
    """The scan that `text` names: an id, a beginning of one id, or "latest". Raises UsageError."""
    query = select(scan.c.scan_id).order_by(scan.c.started.desc(), scan.c.number.desc())
    if site_id is not None:
        query = query.where(scan.c.site_id == site_id)
    if text == "latest":
        tries = [query.where(scan.c.state == "finished").limit(1)]
    else:
        beginning = scan.c.scan_id.startswith(text, autoescape=True)
        tries = [query.where(scan.c.scan_id == text), query.where(beginning).limit(2)]
    found: Sequence[str] = ()
    with store.reading() as connection:
        for one in tries:
            found = connection.execute(one).scalars().all()
            if len(found) == 1:
                return found[0]
    if found:
        raise UsageError(f"scan {text!r} could be {found[0]} or {found[1]}; write more of the id")
    raise UsageError(f"there is no scan {text!r} in {store.name}; see `camscan scans list`")


def fingerprints_of(store: Store, scan_id: str) -> str:
    """The edition that identified a scan, "" when unknown. Raises UsageError when there is no such scan."""
    with store.reading() as connection:
        return str(_existing(connection, scan_id).fingerprints)


def scans_at(store: Store, moment: datetime, site_id: str | None = None) -> list[str]:
    """The last finished scan of each site (or of one) that had begun by `moment`."""
    last = (
        select(scan.c.site_id, func.max(scan.c.started).label("started"))
        .where(scan.c.state == "finished", scan.c.method == "scan", scan.c.started <= moment)
        .group_by(scan.c.site_id)
    )
    if site_id is not None:
        last = last.where(scan.c.site_id == site_id)
    newest = last.subquery()
    query = (
        select(scan.c.scan_id)
        .join(newest, (scan.c.site_id == newest.c.site_id) & (scan.c.started == newest.c.started))
        .where(scan.c.state == "finished", scan.c.method == "scan")
        .order_by(scan.c.scan_id)
    )
    with store.reading() as connection:
        return list(connection.execute(query).scalars())


def observations(store: Store, scan_id: str) -> Iterator[Observation]:
    """All observations of a scan in the order they were appended, one batch in memory at a time."""
    with store.reading() as connection:
        number = _existing(connection, scan_id).number
    sequence = -1
    while True:
        query = (
            select(observation_batch.c.sequence, observation_batch.c.body)
            .where(observation_batch.c.scan == number, observation_batch.c.sequence > sequence)
            .order_by(observation_batch.c.sequence)
            .limit(1)
        )
        with store.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return
        sequence = row.sequence
        yield from codec.unpack_observations(row.body)


def load_scan(store: Store, scan_id: str, *, with_observations: bool = True) -> Inventory:
    """A scan as it was recorded, with lasting device ids as they are today (after merges and splits).

    An interrupted scan has observations and no devices. Raises UsageError when there is no such scan.
    """
    with store.reading() as connection:
        row = _existing(connection, scan_id)
        run = scan_of(connection, row)
        if row.state == "running":
            run = replace(run, coverage=replace(run.coverage, complete=False, interrupted=True))
        devices, findings = _devices(connection, row.number)
    heard = tuple(observations(store, scan_id)) if with_observations else ()
    return Inventory(run, tuple(devices), tuple(findings), heard)


def prune(store: Store, keep_days: int) -> int:
    """Drop the observations (never the devices) of scans that ended more than keep_days ago; how many scans.

    The newest finished scan of each site keeps its observations, so that it can be identified again.
    """
    limit = store.now() - timedelta(days=keep_days)
    newest = scans_at(store, store.now())
    with store.writing() as connection:
        query = select(scan.c.number).where(
            scan.c.started < limit,
            scan.c.state == "finished",
            scan.c.observations_dropped.is_(False),
            scan.c.scan_id.not_in(newest),
        )
        old = list(connection.execute(query).scalars())
        for chunk in register.chunks(old):
            connection.execute(delete(observation_batch).where(observation_batch.c.scan.in_(chunk)))
            dropped = update(scan).where(scan.c.number.in_(chunk))
            connection.execute(dropped.values(observations_dropped=True))
    return len(old)


def batches(connection: Connection, number: int) -> Iterator[tuple[int, codec.Batch]]:
    """The devices of a scan as it concluded them: (place of the first one, batch), in order."""
    query = select(device_batch.c.body).where(device_batch.c.scan == number).order_by(device_batch.c.sequence)
    place = 0
    for blob in connection.execute(query).scalars():
        batch = codec.unpack_devices(blob)
        yield place, batch
        place += len(batch.devices)


def _devices(connection: Connection, number: int) -> tuple[list[Device], list[Finding]]:
    """Devices of a scan under their present ids; several sights of one merged device become one.

    A batch keeps the ids its scan used; where each device belongs today is told by its sighting.
    """
    query = (
        select(sighting.c.place, device_id, identity.c.first_seen)
        .join_from(sighting, identity, identity.c.number == sighting.c.identity)
        .where(sighting.c.scan == number, sighting.c.place >= 0)
    )
    today = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    devices: dict[str, Device] = {}
    findings: dict[Finding, None] = {}
    for first, batch in batches(connection, number):
        ids: dict[str, str] = {}
        for place, each in enumerate(batch.devices, first):
            name, first_seen = today.get(place, (each.device_id, each.first_seen))
            ids[each.device_id] = name
            here = renamed(each, name, first_seen, each.last_seen)
            devices[name] = joined(devices[name], here) if name in devices else here
        for one in batch.findings:
            findings[replace(one, device_id=ids.get(one.device_id, one.device_id))] = None
    return list(devices.values()), list(findings)


_DEVICE = tuple(each.name for each in fields(Device))
_values_of = attrgetter(*_DEVICE)
_ID, _FIRST, _LAST = (_DEVICE.index(name) for name in ("device_id", "first_seen", "last_seen"))


def renamed(device: Device, name: str, first_seen: datetime | None, last_seen: datetime | None) -> Device:
    """The device under another id and other times; five times as quick as `dataclasses.replace`."""
    values = list(_values_of(device))
    values[_ID], values[_FIRST], values[_LAST] = name, first_seen, last_seen
    return Device(*values)


def joined(one: Device, two: Device) -> Device:
    """One device from two sights that an operator declared to be the same; the surer claim wins."""
    claims = dict(one.claims)
    for name, claim in two.claims.items():
        if name not in claims or claim.confidence > claims[name].confidence:
            claims[name] = claim
    lists: dict[str, Any] = {
        name: tuple(dict.fromkeys((*getattr(one, name), *getattr(two, name))))
        for name in ("addresses", "macs", "open_ports", "discovered_by", "flags", "notes", "identity_keys")
    }
    return replace(one, claims=claims, hostname=one.hostname or two.hostname, **lists)


def _values(run: Scan) -> dict[str, object]:
    return {
        "scan_id": run.scan_id,
        "site_id": run.site.id,
        "started": run.started,
        "ended": run.ended,
        "method": run.method,
        "camscan_version": run.camscan_version,
        "scope_text": run.scope_text,
        "coverage": codec.coverage_text(run.coverage),
        "state": "running",
        "revision": 0,
        "devices": 0,
        "observations": 0,
        "observations_dropped": False,
        "fingerprints": "",
    }


def _row(connection: Connection, scan_id: str) -> Row[Any] | None:
    return connection.execute(select(scan).where(scan.c.scan_id == scan_id)).first()


def numbers(connection: Connection, scan_ids: Sequence[str]) -> list[int]:
    """The numbers the database has for scan ids. Raises UsageError when one does not exist."""
    return [int(_existing(connection, scan_id).number) for scan_id in scan_ids]


def header(connection: Connection, scan_id: str) -> Scan:
    """The scan without its devices. Raises UsageError when there is no such scan."""
    return scan_of(connection, _existing(connection, scan_id))


def _existing(connection: Connection, scan_id: str) -> Row[Any]:
    row = _row(connection, scan_id)
    if row is None:
        raise UsageError(f"there is no scan {scan_id!r}; see `camscan scans list`")
    return row


def scan_of(connection: Connection, row: Row[Any]) -> Scan:
    """A Scan from a row of its table, with the site as it is today."""
    place = sites.find(connection, row.site_id) or Site(row.site_id)
    coverage: Coverage = codec.coverage_of(row.coverage)
    return Scan(
        row.scan_id,
        place,
        row.started.astimezone(UTC),
        row.ended,
        row.camscan_version,
        row.scope_text,
        coverage,
        row.method,
    )
