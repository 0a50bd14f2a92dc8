"""The register as rows: identities, what was last seen of them, and how rows become `Sight`s.

Rules: an identity is what a scan recognises, a device is what people see; a merge gives several identities
one device id. Current facts live in `identity`; facts they replaced move to `facts_history`; a sighting
only says which version of the facts a scan saw, so a year of unchanged weekly scans costs little.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from operator import attrgetter
from sys import intern
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, Table, Text, and_, func, select, type_coerce

from camscan.match.register import Sight, recognise
from camscan.store import schema
from camscan.store.schema import FACTS, facts_history, identity, instant, scan, sighting

CHUNK = 400  # bound parameters per IN list
ROWS_AT_ONCE = 2000
Facts = tuple[str, ...]  # the fact columns as the database holds them
_NAMES = (schema.device_id, identity.c.identity_id)
_HEAD = ("number", "known_keys", "first_seen", "last_seen", "last_scan", "missing_since", "version")
_COLUMNS = identity.columns
_INSTANTS = ("first_seen", "last_seen", "missing_since")
_ROW = (  # instants as text: a call of SQLAlchemy's for each value costs more than the row
    *(type_coerce(_COLUMNS[name], Text) if name in _INSTANTS else _COLUMNS[name] for name in _HEAD),
    _COLUMNS.identity_id,
    _COLUMNS.merged_into,
    _COLUMNS.site_id,
    *(_COLUMNS[name] for name in FACTS),
)


class Identity(NamedTuple):
    """One row of the register. sight: as last seen; policies: regimes that matched then."""

    number: int
    known_keys: str
    first_seen: datetime
    last_seen: datetime
    last_scan: int
    missing_since: datetime | None
    version: int
    sight: Sight
    policies: tuple[str, ...]

    @property
    def identity_id(self) -> str:
        """Its own name."""
        return self.sight.identity_id

    @property
    def device_id(self) -> str:
        """The name people see."""
        return self.sight.device_id

    @property
    def site_id(self) -> str:
        """Where it was last seen."""
        return self.sight.site

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key it is remembered by."""
        return words_of(self.known_keys) or self.sight.keys

    @property
    def facts(self) -> Facts:
        """The fact columns as last seen."""
        return facts_of(self.sight, self.policies)

    def remembered(self) -> Sight:
        """As last seen, with every key it is remembered by: what a new scan is compared with."""
        return self.sight._replace(keys=self.keys) if self.known_keys else self.sight


def read(
    connection: Connection, *conditions: Any, limit: int | None = None, order: Any = ()
) -> list[Identity]:
    """Identities that meet the conditions."""
    query = select(*_ROW).where(*conditions).order_by(*order or (identity.c.number,)).limit(limit)
    rows = connection.execute(query).partitions(ROWS_AT_ONCE)
    return [_identity(row) for some in rows for row in some]


def _identity(row: Sequence[Any]) -> Identity:
    number, known_keys, first, last, scan_number, missing, version, identity_id, merged, site, *facts = row
    sight = sight_from(merged or identity_id, identity_id, intern(site), facts)
    return Identity(
        number,
        known_keys,
        instant(first),
        instant(last),
        scan_number,
        instant(missing) if missing else None,
        version,
        sight,
        words_of(facts[-1]),
    )


def of_site(connection: Connection, site_id: str) -> list[Identity]:
    """Everything the register holds of one site, oldest first.

    Read in the order of the index and sorted here: a database that sorts whole rows needs them twice.
    """
    order = (identity.c.site_id, identity.c.address_order, identity.c.number)
    found = read(connection, identity.c.site_id == site_id, order=order)
    found.sort(key=attrgetter("number"))
    return found


def of_devices(connection: Connection, device_ids: Iterable[str]) -> list[Identity]:
    """The identities of some devices, each device's own before those merged into it."""
    found = []
    for chunk in chunks(list(device_ids)):
        found += read(connection, identity.c.identity_id.in_(chunk), identity.c.merged_into.is_(None))
        found += read(connection, identity.c.merged_into.in_(chunk))
    return found


def sights(connection: Connection, scans: Sequence[int], only: Sequence[int] | None = None) -> list[Sight]:
    """What some scans (by number) saw, under the device ids of today. only: these identity numbers."""
    places = select(scan.c.number, scan.c.site_id).where(scan.c.number.in_(scans))
    sites = dict(connection.execute(places).all())
    query = _seen(sighting.c.scan, schema.device_id, identity.c.identity_id)
    query = query.where(sighting.c.scan.in_(scans)).order_by(sighting.c.scan, sighting.c.place)
    found: list[Sight] = []
    for chunk in [None] if only is None else chunks(only):
        some = query if chunk is None else query.where(sighting.c.identity.in_(chunk))
        for rows in connection.execute(some).partitions(ROWS_AT_ONCE):
            found += [sight_from(row[1], row[2], sites[row[0]], row[3:]) for row in rows]
    return found


def versions(connection: Connection, numbers: Sequence[int]) -> list[tuple[Row[Any], Sight]]:
    """Every sight of some identities, oldest first, with the rows of table `sighting` and of their scans.

    The row has scan, identity, version, place, started, scan_id, policies.
    """
    query = _seen(*sighting.columns, scan.c.started, scan.c.scan_id, scan.c.site_id, *_NAMES)
    query = query.join(scan, scan.c.number == sighting.c.scan)
    query = query.where(sighting.c.identity.in_(numbers)).order_by(scan.c.started, scan.c.number)
    found: list[tuple[Row[Any], Sight]] = []
    for row in connection.execute(query):
        facts = row[-len(FACTS) :]
        found.append((row, sight_from(row.device_id, row.identity_id, row.site_id, facts)))
    return found


def _seen(*columns: Any) -> Select[Any]:
    """Sightings with the facts they saw: of the history when they were replaced since, else today's."""
    old = facts_history.c
    facts = [func.coalesce(old[name], identity.c[name]).label(name) for name in FACTS]
    here = and_(old.identity == sighting.c.identity, old.version == sighting.c.version)
    query = select(*columns, *facts).select_from(sighting)
    return query.join(identity, identity.c.number == sighting.c.identity).outerjoin(facts_history, here)


def sight_from(device_id: str, identity_id: str, site_id: str, facts: Sequence[str]) -> Sight:
    """A Sight from ids and fact columns; policies are not part of it.

    Words that thousands of devices have in common are kept once in memory.
    """
    zone, addresses, hostname, kind, brand, maker, model, firmware, serial, keys, flags, doubts, _ = facts
    head = (device_id, identity_id, site_id, zone, words_of(addresses), hostname)
    usual = (intern(kind), intern(brand), intern(maker), intern(model), intern(firmware))
    lists = (words_of(keys), words_of(flags), words_of(doubts))
    return Sight._make((*head, *usual, serial, *lists))


def facts_of(sight: Sight, policies: tuple[str, ...]) -> Facts:
    """The fact columns of a sight."""
    _, _, _, zone, addresses, *texts, keys, flags, conflicts = sight
    join = "\n".join
    return (zone, join(addresses), *texts, join(keys), join(flags), join(conflicts), join(policies))


def words_of(text: str) -> tuple[str, ...]:
    """The lines of a column that holds several words."""
    if not text:
        return ()
    return tuple(text.split("\n")) if "\n" in text else (text,)


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
    first = addresses[0]
    if ":" not in first:
        try:
            one, two, three, four = map(int, first.split("."))
            return f"4{(one << 24) + (two << 16) + (three << 8) + four:08x}"  # ten times quicker
        except ValueError:
            return f"~{first}"
    try:
        parsed = ipaddress.ip_address(first.partition("%")[0])
    except ValueError:
        return f"~{first}"
    return f"{parsed.version}{parsed.packed.hex()}"


def handle_of(keys: Sequence[str]) -> str:
    """The first MAC among the keys, "" for none."""
    for key in keys:
        if key.startswith("mac:"):
            return key
    return ""


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
