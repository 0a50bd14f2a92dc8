"""The register as rows: identities, what was last seen of them, and how rows become `Sight`s.

Rules: an identity is what a scan recognises, a device is what people see; a merge gives several identities
one device id. Current facts live in `identity`, the history of the same facts in `sighting`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from camscan.match.register import Sight, recognise
from camscan.store.schema import FACTS, identity, identity_key, sighting

CHUNK = 400  # bound parameters per IN list
_SIGHT = tuple(name for name in FACTS if name not in ("policies", "conflicts"))


@dataclass(frozen=True, slots=True)
class Identity:
    """One row of the register: the last sight of an identity and when it was seen."""

    sight: Sight
    first_seen: datetime
    last_seen: datetime
    last_scan_id: str
    missing_since: datetime | None
    policies: tuple[str, ...] = ()


def identities(connection: Connection, site_id: str) -> list[Identity]:
    """Everything the register holds of one site, in the order of its ids."""
    query = select(identity).where(identity.c.site_id == site_id).order_by(identity.c.identity_id)
    return [identity_of(row) for row in connection.execute(query).mappings()]


def identity_of(row: RowMapping) -> Identity:
    """An Identity from a row with the columns of the table."""
    return Identity(
        _sight(row, row["site_id"]),
        row["first_seen"],
        row["last_seen"],
        row["last_scan_id"],
        row["missing_since"],
        row["policies"],
    )


def sights(connection: Connection, scan_ids: Sequence[str], only: Sequence[str] | None = None) -> list[Sight]:
    """What some scans saw, under the device ids of today. only: these identities."""
    from camscan.store.schema import scan

    columns = [sighting.c[name] for name in FACTS]
    query = (
        select(sighting.c.identity_id, identity.c.device_id, scan.c.site_id, *columns)
        .join(identity, identity.c.identity_id == sighting.c.identity_id)
        .join(scan, scan.c.scan_id == sighting.c.scan_id)
        .where(sighting.c.scan_id.in_(scan_ids))
        .order_by(sighting.c.batch, sighting.c.position)
    )
    if only is None:
        return [_sight(row, row["site_id"]) for row in connection.execute(query).mappings()]
    found: list[Sight] = []
    for chunk in chunks(only):
        some = query.where(sighting.c.identity_id.in_(chunk))
        found += [_sight(row, row["site_id"]) for row in connection.execute(some).mappings()]
    return found


def _sight(row: RowMapping, site_id: str) -> Sight:
    return Sight(
        row["device_id"],
        row["identity_id"],
        site_id,
        row["zone"],
        row["addresses"],
        row["hostname"],
        row["kind"],
        row["brand"],
        row["manufacturer"],
        row["model"],
        row["firmware"],
        row["serial"],
        row["keys"],
        row["flags"],
        row["conflicts"],
    )


def facts(sight: Sight, policies: tuple[str, ...]) -> dict[str, Any]:
    """The fact columns of a sight."""
    row: dict[str, Any] = {name: getattr(sight, name) for name in _SIGHT}
    row["conflicts"] = sight.conflicts
    row["policies"] = policies
    return row


def address_order(addresses: Sequence[str]) -> str:
    """Text that sorts as the first address does, IPv4 first."""
    if not addresses:
        return "~"
    try:
        parsed = ipaddress.ip_address(addresses[0].partition("%")[0])
    except ValueError:
        return f"~{addresses[0]}"
    return f"{parsed.version}{parsed.packed.hex()}"


def add_keys(connection: Connection, keys: Iterable[dict[str, str]]) -> None:
    """Remember MAC and serial keys; ones already there are left out."""
    wanted = {(row["identity_id"], row["key"]) for row in keys}
    if not wanted:
        return
    ids = sorted({identity_id for identity_id, _key in wanted})
    some = connection.execute(select(identity_key.c.identity_id).limit(1)).first()
    for chunk in chunks(ids) if some else ():
        query = select(identity_key.c.identity_id, identity_key.c.key)
        for row in connection.execute(query.where(identity_key.c.identity_id.in_(chunk))):
            wanted.discard((row[0], row[1]))
    if wanted:
        rows = [{"identity_id": one, "key": key} for one, key in sorted(wanted)]
        connection.execute(insert(identity_key), rows)


def from_elsewhere(connection: Connection, site_id: str, seen: Sequence[Sight]) -> dict[int, Sight]:
    """Devices of other sites among those this site does not know: index in `seen` → identity."""
    if (
        connection.execute(select(identity.c.site_id).where(identity.c.site_id != site_id).limit(1)).first()
        is None
    ):
        return {}
    keys = sorted({key for sight in seen for key in sight.keys if key.startswith("mac:")})
    strangers: dict[str, Sight] = {}
    for chunk in chunks(keys):
        query = (
            select(identity)
            .join(identity_key, identity_key.c.identity_id == identity.c.identity_id)
            .where(identity_key.c.key.in_(chunk), identity.c.site_id != site_id)
            .distinct()
        )
        for row in connection.execute(query).mappings():
            strangers[row["identity_id"]] = _sight(row, row["site_id"])
    return recognise([strangers[name] for name in sorted(strangers)], seen)


def missing_devices(known: Iterable[Identity]) -> frozenset[str]:
    """Devices none of whose identities answered lately."""
    missing: set[str] = set()
    present: set[str] = set()
    for each in known:
        (present if each.missing_since is None else missing).add(each.sight.device_id)
    return frozenset(missing - present)


def chunks(values: Sequence[str]) -> Iterable[list[str]]:
    """Lists that fit into one IN."""
    source = iter(values)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
