"""Comparing stored scans: only devices whose facts differ are fetched, then `match.diff` says what changed.

Rules: at most one run per site on each side; a device is gone only where the later run covered it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, or_, select

from camscan.match.diff import Change, diff
from camscan.match.register import Sight
from camscan.store import register, scans
from camscan.store.covering import covered_by
from camscan.store.engine import Store
from camscan.store.schema import identity, sighting

MOST_PICKED = 20_000  # above this, reading everything once is quicker than asking for parts


def compare(store: Store, before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """Changes from one set of scans to another, by today's device ids. Raises UsageError: unknown scan."""
    with store.reading() as connection:
        runs = [scans.header(connection, scan_id) for scan_id in after]
        first, second = scans.numbers(connection, before), scans.numbers(connection, after)
        found = _differing(connection, first, second)
        only = None if len(found) > MOST_PICKED else found
        old, new = (register.sights(connection, side, only) for side in (first, second))
    return diff(old, new, covered=covered_by(runs))


def all_sights(store: Store, scan_ids: Sequence[str]) -> list[Sight]:
    """Everything some scans saw."""
    with store.reading() as connection:
        return register.sights(connection, scans.numbers(connection, scan_ids))


def _differing(connection: Connection, before: Sequence[int], after: Sequence[int]) -> list[int]:
    """Identities that one side lacks or whose facts differ, with all others merged into their devices."""
    one, two = sighting.alias("one"), sighting.alias("two")
    alone = two.c.scan.is_(None)
    found: set[int] = set()
    for here, there, condition in (
        (before, after, or_(alone, one.c.version != two.c.version)),
        (after, before, alone),
    ):
        match = and_(two.c.identity == one.c.identity, two.c.scan.in_(there))
        query = select(one.c.identity).outerjoin_from(one, two, match).where(one.c.scan.in_(here), condition)
        found.update(connection.execute(query).scalars())
    for group in _merged(connection):
        if not found.isdisjoint(group):
            found |= group
    return sorted(found)


def _merged(connection: Connection) -> list[set[int]]:
    """Numbers of identities that are one device together."""
    merged = select(identity.c.merged_into).where(identity.c.merged_into.is_not(None))
    query = select(identity.c.number, identity.c.identity_id, identity.c.merged_into).where(
        identity.c.merged_into.is_not(None) | identity.c.identity_id.in_(merged)
    )
    groups: dict[str, set[int]] = {}
    for number, identity_id, into in connection.execute(query):
        groups.setdefault(into or identity_id, set()).add(number)
    return list(groups.values())
