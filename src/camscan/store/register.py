"""The register as rows: identities, what was last seen of them, and how rows become `Sight`s.

Rules: an identity is what a scan recognises, a device is what people see; a merge gives several identities
one device id. Current facts live in `identity`; facts they replaced move to `facts_history`; a sighting
only says which version of the facts a scan saw, so a year of unchanged weekly scans costs little.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, func, select

from camscan.match.register import Sight, recognise
from camscan.store import schema
from camscan.store.schema import FACTS, facts_history, identity, scan, sighting

CHUNK = 400  # bound parameters per IN list
Facts = tuple[Any, ...]
_KEYS = FACTS.index("keys")
_POLICIES = FACTS.index("policies")
_ROW = (schema.device_id, *identity.columns)
_FIRST_FACT = [column.name for column in _ROW].index(FACTS[0])


@dataclass(frozen=True, slots=True)
class Identity:
    """One row of the register. facts: in the order of `schema.FACTS`, as last seen."""

    number: int
    identity_id: str
    device_id: str
    site_id: str
    known_keys: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    last_scan: int
    missing_since: datetime | None
    version: int
    facts: Facts

    @property
    def sight(self) -> Sight:
        """As last seen."""
        return sight_from(self.device_id, self.identity_id, self.site_id, self.facts)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key it is remembered by."""
        return self.known_keys or self.facts[_KEYS]

    @property
    def policies(self) -> tuple[str, ...]:
        """Regimes that matched when it was last seen."""
        words: tuple[str, ...] = self.facts[_POLICIES]
        return words

    def remembered(self) -> Sight:
        """As last seen, with every key it is remembered by: what a new scan is compared with."""
        return self.sight._replace(keys=self.keys)


def read(
    connection: Connection, *conditions: Any, limit: int | None = None, order: Any = ()
) -> list[Identity]:
    """Identities that meet the conditions."""
    query = select(*_ROW).where(*conditions).order_by(*order or (identity.c.number,)).limit(limit)
    return [_identity(row) for row in connection.execute(query)]


def _identity(row: Row[Any]) -> Identity:
    return Identity(
        row.number,
        row.identity_id,
        row.device_id,
        row.site_id,
        row.known_keys,
        row.first_seen,
        row.last_seen,
        row.last_scan,
        row.missing_since,
        row.version,
        tuple(row[_FIRST_FACT:]),
    )


def of_site(connection: Connection, site_id: str) -> list[Identity]:
    """Everything the register holds of one site."""
    return read(connection, identity.c.site_id == site_id)


def of_devices(connection: Connection, device_ids: Iterable[str]) -> list[Identity]:
    """The identities of some devices, each device's own before those merged into it."""
    found = []
    for chunk in chunks(list(device_ids)):
        found += read(connection, identity.c.identity_id.in_(chunk), identity.c.merged_into.is_(None))
        found += read(connection, identity.c.merged_into.in_(chunk))
    return found


def sights(connection: Connection, scans: Sequence[int], only: Sequence[int] | None = None) -> list[Sight]:
    """What some scans (by number) saw, under the device ids of today. only: these identity numbers."""
    return [row[1] for row in versions(connection, scans, only)]


def versions(
    connection: Connection, scans: Sequence[int] | None, only: Sequence[int] | None = None
) -> list[tuple[Row[Any], Sight]]:
    """Sightings with what was seen, in the order of the scans' devices.

    The row has scan, identity, version, place, started, scan_id, device_id, identity_id, site_id, policies.
    """
    old = facts_history.c
    facts = [func.coalesce(old[name], identity.c[name], type_=old[name].type).label(name) for name in FACTS]
    query = (
        select(
            sighting,
            scan.c.started,
            scan.c.scan_id,
            scan.c.site_id,
            schema.device_id,
            identity.c.identity_id,
            *facts,
        )
        .join_from(sighting, scan, scan.c.number == sighting.c.scan)
        .join(identity, identity.c.number == sighting.c.identity)
        .outerjoin(
            facts_history, and_(old.identity == sighting.c.identity, old.version == sighting.c.version)
        )
        .order_by(scan.c.started, scan.c.number, sighting.c.place, sighting.c.identity)
    )
    if scans is not None:
        query = query.where(sighting.c.scan.in_(scans))
    found: list[tuple[Row[Any], Sight]] = []
    for chunk in [None] if only is None else chunks(only):
        some = query if chunk is None else query.where(sighting.c.identity.in_(chunk))
        for row in connection.execute(some):
            found.append((row, sight_from(row.device_id, row.identity_id, row.site_id, row[-len(FACTS) :])))
    return found


def sight_from(device_id: str, identity_id: str, site_id: str, facts: Sequence[Any]) -> Sight:
    """A Sight from ids and fact columns; policies are not part of it."""
    return Sight(device_id, identity_id, site_id, *facts[:-1])


def facts_of(sight: Sight, policies: tuple[str, ...]) -> Facts:
    """The fact columns of a sight."""
    return (*sight[3:], policies)


def facts_text(facts: Facts) -> tuple[str, ...]:
    """Fact columns as the database holds them, for `bulk_insert`."""
    return tuple("\n".join(each) if isinstance(each, tuple) else each for each in facts)


def bulk_insert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of plain values, in the order of the table's columns.

    At 100,000 rows SQLAlchemy's own handling of each parameter costs more than the database.
    """
    if not rows:
        return
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    marks = ", ".join([mark] * len(table.columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608


def address_order(addresses: Sequence[str]) -> str:
    """Text that sorts as the first address does, IPv4 first."""
    if not addresses:
        return "~"
    try:
        parsed = ipaddress.ip_address(addresses[0].partition("%")[0])
    except ValueError:
        return f"~{addresses[0]}"
    return f"{parsed.version}{parsed.packed.hex()}"


def handle_of(keys: Sequence[str]) -> str:
    """The first MAC among the keys, "" for none."""
    return next((key for key in keys if key.startswith("mac:")), "")


def from_elsewhere(connection: Connection, site_id: str, seen: Sequence[Sight]) -> dict[int, Sight]:
    """Devices of other sites among those this site does not know: index in `seen` → identity."""
    other = select(identity.c.number).where(identity.c.site_id != site_id).limit(1)
    if not seen or connection.execute(other).first() is None:
        return {}
    keys = sorted({key for sight in seen for key in sight.keys if key.startswith("mac:")})
    strangers: dict[int, Identity] = {}
    for chunk in chunks(keys):
        for each in read(connection, identity.c.handle.in_(chunk), identity.c.site_id != site_id):
            strangers[each.number] = each
    return recognise([strangers[number].remembered() for number in sorted(strangers)], seen)


def missing_devices(known: Iterable[Identity]) -> frozenset[str]:
    """Devices none of whose identities answered lately."""
    missing: set[str] = set()
    present: set[str] = set()
    for each in known:
        (present if each.missing_since is None else missing).add(each.device_id)
    return frozenset(missing - present)


def chunks(values: Sequence[Any]) -> Iterable[list[Any]]:
    """Lists that fit into one IN."""
    source = iter(values)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
