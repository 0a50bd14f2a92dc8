"""What operators correct about identity: two devices are one, or one is two; scans honour both.

Rules: a merge gives the second device's identities the first one's id and is undone by a split; a split
of a device that the register took for one moves the sights that show the named key or address to a new
identity, with its history; a pair that was split is never merged again by a scan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from camscan.errors import UsageError
from camscan.match.register import Sight, remember
from camscan.store import register
from camscan.store.engine import Store
from camscan.store.register import Identity, facts_of, words_of
from camscan.store.schema import FACTS, correction, facts_history, identity, instant_text, sighting

_Sighting = tuple[Row[Any], Sight]


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry: kind is merge or split; one and other are identity ids."""

    kind: str
    one: str
    other: str
    entered_at: datetime
    in_force: bool


def apart(connection: Connection) -> frozenset[frozenset[str]]:
    """Pairs of identities that an operator split."""
    query = select(correction.c.one, correction.c.other).where(
        correction.c.kind == "split", correction.c.in_force.is_(True)
    )
    return frozenset(frozenset(row) for row in connection.execute(query))


def merge(store: Store, device: str, other: str) -> None:
    """`other` is the same thing as `device` and takes its id. Raises UsageError: unknown, the same."""
    if device == other:
        raise UsageError("a device cannot be merged with itself")
    with store.writing() as connection:
        ours, theirs = _identities(connection, device), _identities(connection, other)
        for one in ours:
            for two in theirs:
                _withdraw(connection, one.identity_id, two.identity_id)
        _note(connection, store, "merge", device, other)
        numbers = [each.number for each in theirs]
        query = update(identity).where(identity.c.number.in_(numbers))
        connection.execute(query.values(merged_into=device))


def split(store: Store, device: str, what: str = "") -> str:
    """Take `what` out of a device: a device that was merged into it, a key (`serial:…`), or an address.

    "" undoes the only merge. Returns the id of the device that stands alone again.
    Raises UsageError: nothing such in this device, or nothing would be left of it.
    """
    with store.writing() as connection:
        rows = _identities(connection, device)
        merged = [each for each in rows if each.identity_id != device]
        if not what and len(merged) == 1:
            what = merged[0].identity_id
        if not what:
            choice = ", ".join(each.identity_id for each in merged) or "a key or an address it has had"
            raise UsageError(f"say what to take out of {device}: {choice}")
        for each in merged:
            if what == each.identity_id or what in each.keys or what in each.sight.addresses:
                return _release(connection, store, each, rows)
        return _divide(connection, store, rows[0], what)


def history(store: Store, device: str) -> list[Correction]:
    """Corrections that name this device or an identity of it, oldest first."""
    with store.reading() as connection:
        names = [device, *(each.identity_id for each in register.of_devices(connection, [device]))]
        query = (
            select(correction)
            .where(correction.c.one.in_(names) | correction.c.other.in_(names))
            .order_by(correction.c.id)
        )
        return [
            Correction(row.kind, row.one, row.other, row.entered_at, row.in_force)
            for row in connection.execute(query)
        ]


def _release(connection: Connection, store: Store, out: Identity, members: Sequence[Identity]) -> str:
    """A merged identity is its own device again, and the others forget the keys they learnt from it."""
    connection.execute(update(identity).where(identity.c.number == out.number).values(merged_into=None))
    for member in members:
        if member.number == out.number:
            continue
        _note(connection, store, "split", member.identity_id, out.identity_id)
        rest = tuple(key for key in member.keys if key not in out.keys)
        if rest and rest != member.keys:
            values = {"known_keys": "\n".join(rest), "handle": register.handle_of(rest)}
            connection.execute(update(identity).where(identity.c.number == member.number).values(**values))
    return out.identity_id


def _divide(connection: Connection, store: Store, whole: Identity, what: str) -> str:
    """One identity becomes two by its history: sights that show `what` are the other's."""
    ours: list[_Sighting] = []
    theirs: list[_Sighting] = []
    for row, sight in register.versions(connection, [whole.number]):
        (theirs if what in sight.keys or what in sight.addresses else ours).append((row, sight))
    if not theirs:
        raise UsageError(f"{whole.identity_id} never had the key or address {what!r}")
    if not ours:
        raise UsageError(
            f"every sight of {whole.identity_id} has {what!r}: nothing would be left; name another key"
        )
    digest = hashlib.blake2b(f"split\0{whole.identity_id}\0{what}".encode(), digest_size=7).hexdigest()
    number = 1 + int(connection.execute(select(func.max(identity.c.number))).scalar_one())
    summary = _summary(theirs)
    head = (number, f"cam-{digest}", None, whole.site_id, summary["address_order"], summary["handle"])
    seen = (instant_text(summary["first_seen"]), instant_text(summary["last_seen"]), summary["last_scan"])
    facts = tuple(summary[name] for name in FACTS)
    new = (*head, summary["known_keys"], *seen, None, summary["version"], *facts)
    register.bulk_insert(connection, identity, [new])
    connection.execute(update(identity).where(identity.c.number == whole.number).values(**_summary(ours)))
    _move(connection, whole.number, number, theirs)
    moved = {row.version for row, _sight in theirs} | {ours[-1][0].version}  # the latter is current again
    old = facts_history.c.identity == whole.number
    connection.execute(delete(facts_history).where(old, facts_history.c.version.in_(moved)))
    _note(connection, store, "split", whole.identity_id, f"cam-{digest}")
    return f"cam-{digest}"


def _move(connection: Connection, old: int, new: int, theirs: Sequence[_Sighting]) -> None:
    """Give sightings to another identity, with the versions of facts they point to."""
    past: dict[int, tuple[Any, ...]] = {}
    current = theirs[-1][0].version
    for row, sight in theirs:
        here = (sighting.c.scan == row.scan) & (sighting.c.identity == old)
        connection.execute(update(sighting).where(here).values(identity=new))
        if row.version != current:
            past[row.version] = (new, row.version, *facts_of(sight, words_of(row.policies)))
    register.bulk_insert(connection, facts_history, list(past.values()))


def _summary(rows: Sequence[_Sighting]) -> dict[str, Any]:
    """The register's columns of an identity from its sights, oldest first."""
    (first, _), (last, sight) = rows[0], rows[-1]
    keys: tuple[str, ...] = ()
    for _row, each in rows:
        keys = remember(keys, each.keys)
    return {
        **dict(zip(FACTS, facts_of(sight, words_of(last.policies)), strict=True)),
        "known_keys": "\n".join(keys),
        "handle": register.handle_of(sight.keys),
        "address_order": register.address_order(sight.addresses),
        "first_seen": first.started,
        "last_seen": last.started,
        "last_scan": last.scan,
        "missing_since": None,
        "version": last.version,
    }


def _identities(connection: Connection, device: str) -> list[Identity]:
    rows = register.of_devices(connection, [device])
    if not rows:
        raise UsageError(f"there is no device {device!r}; see `camscan devices list`")
    return rows


def _note(connection: Connection, store: Store, kind: str, one: str, other: str) -> None:
    values = {"kind": kind, "one": one, "other": other, "entered_at": store.now(), "in_force": True}
    connection.execute(insert(correction).values(**values))


def _withdraw(connection: Connection, one: str, other: str) -> None:
    """A merge takes back the split of the same pair."""
    pair = (correction.c.one.in_((one, other))) & (correction.c.other.in_((one, other)))
    connection.execute(update(correction).where(correction.c.kind == "split", pair).values(in_force=False))
