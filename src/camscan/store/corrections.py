"""What operators correct about identity: two devices are one, or one is two; scans honour both.

Rules: a merge gives the second device's identities the first one's id and is undone by a split; a split
of a device that the register took for one moves the sights that show the named key or address to a new
identity, with its history; a pair that was split is never merged again by a scan.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from camscan.errors import UsageError
from camscan.match.register import remember
from camscan.store.engine import Store
from camscan.store.register import add_keys, address_order
from camscan.store.schema import FACTS, correction, identity, identity_key, scan, sighting


def apart(connection: Connection) -> frozenset[frozenset[str]]:
    """Pairs of identities that an operator split."""
    query = select(correction.c.one, correction.c.other).where(
        correction.c.kind == "split", correction.c.in_force.is_(True)
    )
    return frozenset(frozenset(row) for row in connection.execute(query).tuples())


def merge(store: Store, device_id: str, other: str) -> None:
    """`other` is the same thing as `device_id` and takes its id. Raises UsageError: unknown, the same."""
    if device_id == other:
        raise UsageError("a device cannot be merged with itself")
    with store.writing() as connection:
        ours, theirs = _identities(connection, device_id), _identities(connection, other)
        for one in ours:
            for two in theirs:
                _withdraw(connection, one["identity_id"], two["identity_id"])
        _note(connection, store, "merge", device_id, other)
        connection.execute(update(identity).where(identity.c.device_id == other).values(device_id=device_id))


def split(store: Store, device_id: str, what: str = "") -> str:
    """Take `what` out of a device: a device that was merged into it, a key (`serial:…`), or an address.

    "" undoes the only merge. Returns the id of the device that stands alone again.
    Raises UsageError: nothing such in this device, or nothing would be left of it.
    """
    with store.writing() as connection:
        rows = _identities(connection, device_id)
        merged = [row for row in rows if row["identity_id"] != device_id]
        if not what and len(merged) == 1:
            what = merged[0]["identity_id"]
        if not what:
            choice = ", ".join(row["identity_id"] for row in merged) or "a key or an address it has had"
            raise UsageError(f"say what to take out of {device_id}: {choice}")
        for row in merged:
            if what == row["identity_id"] or what in row["keys"] or what in row["addresses"]:
                return _release(connection, store, row, rows)
        return _divide(connection, store, device_id, what)


def history(store: Store, device_id: str) -> list[tuple[str, str, str, str]]:
    """(when, kind, one, other) of corrections that name this device or its identities."""
    query = (
        select(correction)
        .where((correction.c.one == device_id) | (correction.c.other == device_id))
        .order_by(correction.c.id)
    )
    with store.reading() as connection:
        return [
            (f"{row.entered_at:%Y-%m-%d}", row.kind, row.one, row.other) for row in connection.execute(query)
        ]


def _release(connection: Connection, store: Store, out: RowMapping, members: list[RowMapping]) -> str:
    """A merged identity is its own device again, and the others forget the keys they learnt from it."""
    out_id: str = out["identity_id"]
    connection.execute(update(identity).where(identity.c.identity_id == out_id).values(device_id=out_id))
    for member in members:
        if member["identity_id"] == out_id:
            continue
        _note(connection, store, "split", member["identity_id"], out_id)
        learnt = [key for key in member["keys"] if key in out["keys"]]
        if 0 < len(learnt) < len(member["keys"]):
            here = identity.c.identity_id == member["identity_id"]
            rest = tuple(key for key in member["keys"] if key not in learnt)
            connection.execute(update(identity).where(here).values(keys=rest))
            here = identity_key.c.identity_id == member["identity_id"]
            connection.execute(delete(identity_key).where(here, identity_key.c.key.in_(learnt)))
    return out_id


def _divide(connection: Connection, store: Store, device_id: str, what: str) -> str:
    """One identity becomes two by its history: sights that show `what` are the other's."""
    query = (
        select(sighting, scan.c.started)
        .join(scan, scan.c.scan_id == sighting.c.scan_id)
        .where(sighting.c.identity_id == device_id)
        .order_by(scan.c.started, scan.c.scan_id)
    )
    rows = list(connection.execute(query).mappings())
    ours: list[RowMapping] = []
    theirs: list[RowMapping] = []
    for row in rows:
        (theirs if what in row["keys"] or what in row["addresses"] else ours).append(row)
    if not theirs:
        raise UsageError(f"{device_id} never had the key or address {what!r}; see `camscan devices show`")
    if not ours:
        raise UsageError(f"every sight of {device_id} has {what!r}: nothing would be left; name another key")
    digest = hashlib.sha256(f"split\0{device_id}\0{what}".encode()).digest()
    out = "cam-" + base64.b32encode(digest)[:12].decode().lower()
    site_id = connection.execute(
        select(identity.c.site_id).where(identity.c.identity_id == device_id)
    ).scalar_one()
    connection.execute(insert(identity).values(identity_id=out, device_id=out, **_summary(theirs, site_id)))
    connection.execute(
        update(identity).where(identity.c.identity_id == device_id).values(**_summary(ours, site_id))
    )
    for row in theirs:
        here = (sighting.c.scan_id == row["scan_id"]) & (sighting.c.identity_id == device_id)
        connection.execute(update(sighting).where(here).values(identity_id=out))
    connection.execute(delete(identity_key).where(identity_key.c.identity_id == device_id))
    for identity_id, some in ((device_id, ours), (out, theirs)):
        keys = {key for row in some for key in row["keys"] if key.startswith(("mac:", "serial:"))}
        add_keys(connection, [{"identity_id": identity_id, "key": key} for key in keys])
    _note(connection, store, "split", device_id, out)
    return out


def _summary(rows: list[RowMapping], site_id: str) -> dict[str, Any]:
    """The register's columns of an identity from its sights, oldest first."""
    last = rows[-1]
    keys: tuple[str, ...] = ()
    for row in rows:
        keys = remember(keys, row["keys"])
    values: dict[str, Any] = {name: last[name] for name in FACTS}
    values.update(
        keys=keys,
        site_id=site_id,
        address_order=address_order(last["addresses"]),
        first_seen=rows[0]["started"],
        last_seen=last["started"],
        last_scan_id=last["scan_id"],
        missing_since=None,
    )
    return values


def _identities(connection: Connection, device_id: str) -> list[RowMapping]:
    rows = connection.execute(select(identity).where(identity.c.device_id == device_id)).mappings().all()
    if not rows:
        raise UsageError(f"there is no device {device_id!r}; see `camscan devices list`")
    return list(rows)


def _note(connection: Connection, store: Store, kind: str, one: str, other: str) -> None:
    connection.execute(
        insert(correction).values(kind=kind, one=one, other=other, entered_at=store.now(), in_force=True)
    )


def _withdraw(connection: Connection, one: str, other: str) -> None:
    """A merge takes back the split of the same pair."""
    pair = (correction.c.one.in_((one, other))) & (correction.c.other.in_((one, other)))
    connection.execute(update(correction).where(correction.c.kind == "split", pair).values(in_force=False))
