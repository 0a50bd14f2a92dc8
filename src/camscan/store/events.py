"""Events to tell people about, and which endpoint has been told.

Rules: an event is written in the transaction of its scan, once; it is owed to an endpoint until a delivery
is recorded, however often the endpoint fails; an endpoint that is new starts with the newest scan's events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from camscan.match.diff import Change
from camscan.model.inventory import Scan
from camscan.store.engine import Store
from camscan.store.schema import delivery, endpoint, event

FIRST_INVENTORY = "first-inventory"


@dataclass(frozen=True, slots=True)
class Event:
    """One change that happened at a site, as a line for people is made from it."""

    id: int
    scan_id: str
    site_id: str
    at: datetime
    kind: str
    device_id: str
    address: str
    device: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How an endpoint stands: failures in a row, the last one in words, events still owed."""

    name: str
    failures: int
    last_error: str
    last_try: datetime | None
    owed: int


def add(
    connection: Connection, run: Scan, at: datetime, changes: Sequence[Change], *, first: bool, devices: int
) -> None:
    """Write the events of one scan; the first inventory of a site is one event."""
    common = {"scan_id": run.scan_id, "site_id": run.site.id, "at": at}
    if first:
        rows = [_row(common, FIRST_INVENTORY, "", "", f"{devices} devices", "", "")] if devices else []
    else:
        rows = [
            _row(common, str(each.kind), each.device_id, each.address, each.device, each.before, each.after)
            for each in changes
        ]
    if rows:
        connection.execute(insert(event), rows)


def _row(common: dict[str, object], *words: str) -> dict[str, object]:
    names = ("kind", "device_id", "address", "device", "before", "after")
    return {**common, **dict(zip(names, words, strict=True))}


def owed(store: Store, name: str, kinds: Sequence[str] = (), limit: int = 1000) -> list[Event]:
    """Events the endpoint has not been told, oldest first. kinds: only these; () for all."""
    with store.writing() as connection:
        first = connection.execute(select(endpoint.c.first_event).where(endpoint.c.name == name)).scalar()
        if first is None:
            first = _first_for_new(connection)
            connection.execute(
                insert(endpoint).values(name=name, first_event=first, failures=0, last_error="")
            )
        query = (
            select(event)
            .where(event.c.id >= first)
            .where(event.c.id.not_in(select(delivery.c.event_id).where(delivery.c.endpoint == name)))
            .order_by(event.c.id)
            .limit(limit)
        )
        if kinds:
            query = query.where(event.c.kind.in_((*kinds, FIRST_INVENTORY)))
        return [Event(**row) for row in connection.execute(query).mappings()]


def _first_for_new(connection: Connection) -> int:
    newest = select(event.c.scan_id).order_by(event.c.id.desc()).limit(1).scalar_subquery()
    first = connection.execute(select(func.min(event.c.id)).where(event.c.scan_id == newest)).scalar()
    return int(first or 0)


def delivered(store: Store, name: str, told: Iterable[Event]) -> None:
    """The endpoint has been told."""
    now = store.now()
    rows = [{"endpoint": name, "event_id": each.id, "delivered_at": now} for each in told]
    with store.writing() as connection:
        if rows:
            connection.execute(insert(delivery), rows)
        connection.execute(
            update(endpoint).where(endpoint.c.name == name).values(failures=0, last_error="", last_try=now)
        )


def failed(store: Store, name: str, why: str) -> None:
    """The endpoint could not be told; its events stay owed."""
    with store.writing() as connection:
        connection.execute(
            update(endpoint)
            .where(endpoint.c.name == name)
            .values(failures=endpoint.c.failures + 1, last_error=why[:500], last_try=store.now())
        )


def endpoints(store: Store) -> list[Endpoint]:
    """Every endpoint that was ever used, with what it is owed."""
    told = select(func.count()).where(delivery.c.endpoint == endpoint.c.name).scalar_subquery()
    due = select(func.count()).where(event.c.id >= endpoint.c.first_event).scalar_subquery()
    query = select(endpoint, (due - told).label("owed")).order_by(endpoint.c.name)
    with store.reading() as connection:
        return [
            Endpoint(row.name, row.failures, row.last_error, row.last_try, row.owed)
            for row in connection.execute(query)
        ]


def list_events(store: Store, site_id: str | None = None, limit: int = 100) -> list[Event]:
    """The newest events, newest first."""
    query = select(event).order_by(event.c.id.desc()).limit(limit)
    if site_id is not None:
        query = query.where(event.c.site_id == site_id)
    with store.reading() as connection:
        return [Event(**row) for row in connection.execute(query).mappings()]
