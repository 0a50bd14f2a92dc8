"""The life of one scan in the database: begun, fed batch by batch, read again, resumed, pruned.

Rules: what `append_observations` was given is on disk when it returns; a scan whose process died stays
readable (its observations, no devices) and can be resumed. `recording.finish_scan` ends a scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.engine import Row

from camscan.errors import StoreError, UsageError
from camscan.model.device import Device
from camscan.model.finding import Finding
from camscan.model.inventory import Coverage, Inventory, Scan, Site
from camscan.model.observation import Observation
from camscan.store import codec, locks, sites
from camscan.store.engine import Store
from camscan.store.schema import device_batch, identity, observation_batch, scan, sighting

BATCH = 4096


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One line of `camscan scans list`. state: running, interrupted (its process is gone) or finished."""

    scan: Scan
    state: str
    devices: int
    observations: int
    observations_dropped: bool


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
        connection.execute(insert(scan).values(**_values(run), state="running", observations=0))


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
        sequence = connection.execute(
            select(func.coalesce(func.max(observation_batch.c.sequence), -1)).where(
                observation_batch.c.scan_id == scan_id
            )
        ).scalar_one()
        source = iter(observations)
        while (batch := list(islice(source, BATCH))) or targets:
            sequence += 1
            connection.execute(
                insert(observation_batch).values(
                    scan_id=scan_id,
                    sequence=sequence,
                    count=len(batch),
                    body=codec.pack_observations(batch),
                    targets=targets,
                )
            )
            targets = b""
            total += len(batch)
        connection.execute(
            update(scan).where(scan.c.scan_id == scan_id).values(observations=scan.c.observations + total)
        )
        locks.beat(connection, store, scan_id)
    return total


def resume_state(store: Store, scan_id: str) -> ResumeState:
    """Where an interrupted scan stands. Raises UsageError: unknown or finished scan."""
    with store.reading() as connection:
        row = _existing(connection, scan_id)
        if row.state == "finished":
            raise UsageError(f"scan {scan_id} is finished; there is nothing to resume")
        blobs = connection.execute(
            select(observation_batch.c.targets).where(observation_batch.c.scan_id == scan_id)
        ).scalars()
        targets = frozenset(name for blob in blobs for name in codec.unpack_targets(blob))
        return ResumeState(_scan(connection, row), targets, row.observations)


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
        wanted = [row.scan_id for row in rows]
        count = select(sighting.c.scan_id, func.count()).where(sighting.c.scan_id.in_(wanted))
        devices = {row[0]: row[1] for row in connection.execute(count.group_by(sighting.c.scan_id))}
        return [
            ScanRow(
                _scan(connection, row),
                row.state if row.state == "finished" or row.scan_id in alive else "interrupted",
                devices.get(row.scan_id, 0),
                row.observations,
                row.observations_dropped,
            )
            for row in rows
        ]


def find_scan(store: Store, text: str, site_id: str | None = None) -> str:
    """The scan that `text` names: an id, a beginning of one id, or "latest". Raises UsageError."""
    query = select(scan.c.scan_id).order_by(scan.c.started.desc())
    if site_id is not None:
        query = query.where(scan.c.site_id == site_id)
    if text == "latest":
        query = query.where(scan.c.state == "finished").limit(1)
    else:
        query = query.where(scan.c.scan_id.startswith(text, autoescape=True))
    with store.reading() as connection:
        found = connection.execute(query.limit(3)).scalars().all()
    if text in found:
        return text
    if len(found) == 1:
        return str(found[0])
    if found:
        raise UsageError(f"scan {text!r} could be {found[0]} or {found[1]}; write more of the id")
    raise UsageError(f"there is no scan {text!r} in {store.name}; see `camscan scans list`")


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
    sequence = -1
    while True:
        query = (
            select(observation_batch.c.sequence, observation_batch.c.body)
            .where(observation_batch.c.scan_id == scan_id, observation_batch.c.sequence > sequence)
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
        run = _scan(connection, row)
        if row.state == "running":
            run = replace(run, coverage=replace(run.coverage, complete=False, interrupted=True))
        devices, findings = _devices(connection, scan_id)
    heard = tuple(observations(store, scan_id)) if with_observations else ()
    return Inventory(run, tuple(devices), tuple(findings), heard)


def prune(store: Store, keep_days: int) -> int:
    """Drop the observations (never the devices) of scans that ended more than keep_days ago; how many scans.

    The newest finished scan of each site keeps its observations, so that it can be identified again.
    """
    limit = store.now() - timedelta(days=keep_days)
    newest = scans_at(store, store.now())
    with store.writing() as connection:
        old = list(
            connection.execute(
                select(scan.c.scan_id).where(
                    scan.c.started < limit,
                    scan.c.state == "finished",
                    scan.c.observations_dropped.is_(False),
                    scan.c.scan_id.not_in(newest),
                )
            ).scalars()
        )
        if old:
            connection.execute(delete(observation_batch).where(observation_batch.c.scan_id.in_(old)))
            connection.execute(update(scan).where(scan.c.scan_id.in_(old)).values(observations_dropped=True))
    return len(old)


def _devices(connection: Connection, scan_id: str) -> tuple[list[Device], list[Finding]]:
    """Devices of a scan under their present ids; several sights of one merged device become one.

    A batch keeps the ids its scan used; where each device belongs today is told by its sighting.
    """
    query = (
        select(sighting.c.batch, sighting.c.position, identity.c.device_id, identity.c.first_seen)
        .join(identity, identity.c.identity_id == sighting.c.identity_id)
        .where(sighting.c.scan_id == scan_id, sighting.c.batch >= 0)
    )
    today = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(query)}
    blobs = connection.execute(
        select(device_batch.c.sequence, device_batch.c.body)
        .where(device_batch.c.scan_id == scan_id)
        .order_by(device_batch.c.sequence)
    )
    devices: dict[str, Device] = {}
    findings: dict[Finding, None] = {}
    for sequence, blob in blobs:
        more, found = codec.unpack_devices(blob)
        ids: dict[str, str] = {}
        for position, each in enumerate(more):
            device_id, first_seen = today.get((sequence, position), (each.device_id, each.first_seen))
            ids[each.device_id] = device_id
            here = replace(each, device_id=device_id, first_seen=first_seen)
            devices[device_id] = joined(devices[device_id], here) if device_id in devices else here
        for one in found:
            findings[replace(one, device_id=ids.get(one.device_id, one.device_id))] = None
    return list(devices.values()), list(findings)


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
        "observations_dropped": False,
    }


def _row(connection: Connection, scan_id: str) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(scan).where(scan.c.scan_id == scan_id)).first()


def _existing(connection: Connection, scan_id: str) -> Row[tuple[object, ...]]:
    row = _row(connection, scan_id)
    if row is None:
        raise UsageError(f"there is no scan {scan_id!r}; see `camscan scans list`")
    return row


def _scan(connection: Connection, row: Row[tuple[object, ...]]) -> Scan:
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
