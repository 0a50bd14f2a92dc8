"""Counts over the register for monitoring."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from camscan.model.inventory import Scan
from camscan.store import scans
from camscan.store.engine import Store
from camscan.store.register import words_of
from camscan.store.schema import identity


def counts(store: Store) -> list[tuple[str, str, str, int, int]]:
    """(site, manufacturer, policy, devices, of which missing), sorted; policy "" counts every device."""
    missing = func.count(identity.c.missing_since)
    columns = (identity.c.site_id, identity.c.manufacturer, identity.c.policies)
    query = select(*columns, func.count(), missing).where(identity.c.merged_into.is_(None)).group_by(*columns)
    devices: Counter[tuple[str, str, str]] = Counter()
    gone: Counter[tuple[str, str, str]] = Counter()
    with store.reading() as connection:
        for site, maker, policies, many, lost in connection.execute(query):
            for policy in ("", *words_of(policies)):
                devices[site, maker, policy] += many
                gone[site, maker, policy] += lost
    return [(*key, devices[key], gone[key]) for key in sorted(devices)]


def last_scans(store: Store) -> list[Scan]:
    """The last finished scan of each site."""
    ids = scans.scans_at(store, store.now())
    with store.reading() as connection:
        return [scans.header(connection, scan_id) for scan_id in ids]
