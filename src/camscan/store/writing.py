"""Writes what a scan saw: batches of devices, sightings, and the register's current facts.

Rules: unchanged facts are not written again; the register follows a scan only where that scan is the newest
that saw the device; tables of operators' words are not touched here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from camscan.match.register import Placement, Sight, part_of, remember
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Inventory
from camscan.store import codec, register
from camscan.store.register import Identity, facts_of
from camscan.store.schema import (
    FACTS,
    device_batch,
    facts_history,
    identity,
    instant_text,
    scan,
    sighting,
)

DEVICES_PER_BATCH = 512
ROWS_AT_ONCE = 5000
REVISIONS = 1000  # a version of facts is the scan's number times this, plus how often it was redone


def policies_of(findings: Iterable[Finding]) -> Mapping[str, tuple[str, ...]]:
    """Device id → regimes that match, sorted."""
    regimes: dict[str, set[str]] = defaultdict(set)
    for each in findings:
        if each.verdict is Verdict.MATCHES:
            regimes[each.device_id].add(each.regime)
    return {device_id: tuple(sorted(words)) for device_id, words in regimes.items()}


def batches(connection: Connection, number: int, inventory: Inventory) -> None:
    """Keep the devices whole, with evidence and findings."""
    about: dict[str, list[Finding]] = defaultdict(list)
    for each in inventory.findings:
        about[each.device_id].append(each)
    for sequence, start in enumerate(range(0, len(inventory.devices), DEVICES_PER_BATCH)):
        some = tuple(inventory.devices[start : start + DEVICES_PER_BATCH])
        found = tuple(finding for device in some for finding in about.get(device.device_id, ()))
        body = codec.pack_devices(codec.Batch(some, found))
        connection.execute(insert(device_batch).values(scan=number, sequence=sequence, body=body))


class Sightings:
    """Sorts the placements of one scan into rows to insert and rows to change, then writes them."""

    def __init__(self, connection: Connection, number: int, inventory: Inventory, known: Iterable[Identity]):
        self.connection = connection
        self.scan = number
        self.run = inventory.scan
        self.known = {each.identity_id: each for each in known}
        self.policies = policies_of(inventory.findings)
        revision = connection.execute(select(scan.c.revision).where(scan.c.number == number)).scalar_one()
        self.version = number * REVISIONS + revision
        self.at = instant_text(self.run.started)
        self.next = 1 + int(connection.execute(select(func.max(identity.c.number))).scalar() or 0)
        self.fresh: list[tuple[Any, ...]] = []
        self.seen: list[tuple[Any, ...]] = []
        self.past: list[tuple[Any, ...]] = []
        self.current: list[dict[str, Any]] = []
        self.keys: list[dict[str, Any]] = []

    def write(self, placements: Sequence[Placement]) -> None:
        """All rows of the scan."""
        for place, each in enumerate(placements):
            self._add(each.sight, place, self.policies.get(each.provisional, ()))
            for part in each.kept_apart:
                self._add(part_of(part, each.sight)._replace(keys=part.keys), -1, ())
            if len(self.seen) >= ROWS_AT_ONCE:
                self._flush()
        self._flush()
        self._change(("version", "address_order", "handle", *FACTS), self.current)
        self._change(("known_keys",), self.keys)
        self._follow()
        self._merge(placements)

    def _flush(self) -> None:
        for table, rows in ((identity, self.fresh), (sighting, self.seen), (facts_history, self.past)):
            register.bulk_insert(self.connection, table, rows)
            rows.clear()

    def _add(self, sight: Sight, place: int, policies: tuple[str, ...]) -> None:
        was = self.known.get(sight.identity_id)
        if was is None:
            self.seen.append((self.scan, self.next, self.version, place))
            self.fresh.append(self._fresh_row(sight, policies))
            self.next += 1
        elif policies == was.policies and (sight is was.sight or sight[3:] == was.sight[3:]):
            self.seen.append((self.scan, was.number, was.version, place))
        else:
            self.seen.append((self.scan, was.number, self.version, place))
            self._add_change(was, sight, facts_of(sight, policies))

    def _add_change(self, was: Identity, sight: Sight, facts: register.Facts) -> None:
        """Other facts than before: the older ones go to the history, be they the register's or these."""
        known = was.keys
        if self.run.started >= was.last_seen:
            self.past.append((was.number, was.version, *was.facts))
            keys = remember(known, sight.keys)
            row = {
                "b_number": was.number,
                "version": self.version,
                "address_order": register.address_order(sight.addresses),
                "handle": register.handle_of(sight.keys),
            }
            self.current.append(row | dict(zip(FACTS, facts, strict=True)))
        else:
            self.past.append((was.number, self.version, *facts))
            keys = remember(sight.keys, known)
        if keys != known:
            self.keys.append({"b_number": was.number, "known_keys": "\n".join(keys)})

    def _fresh_row(self, sight: Sight, policies: tuple[str, ...]) -> tuple[Any, ...]:
        order, handle = register.address_order(sight.addresses), register.handle_of(sight.keys)
        head = (self.next, sight.identity_id, None, self.run.site.id, order, handle, "")
        return (*head, self.at, self.at, self.scan, None, self.version, *facts_of(sight, policies))

    def _change(self, names: Sequence[str], rows: list[dict[str, Any]]) -> None:
        if rows:
            query = update(identity).where(identity.c.number == bindparam("b_number"))
            self.connection.execute(query.values({name: bindparam(name) for name in names}), rows)

    def _follow(self) -> None:
        """Everything this scan saw was last seen now, unless a newer scan has seen it."""
        here = identity.c.number.in_(select(sighting.c.identity).where(sighting.c.scan == self.scan))
        at, site_id = self.run.started, self.run.site.id
        before = update(identity).where(here, identity.c.last_seen <= at, identity.c.last_scan != self.scan)
        followed = before.values(last_seen=at, last_scan=self.scan, missing_since=None)
        came = update(identity).where(here, identity.c.last_scan == self.scan, identity.c.site_id != site_id)
        older = update(identity).where(here, identity.c.first_seen > at)
        for query in (followed, came.values(site_id=site_id), older.values(first_seen=at)):
            self.connection.execute(query)

    def _merge(self, placements: Sequence[Placement]) -> None:
        for each in placements:
            for part in each.absorbed:
                members = (identity.c.identity_id == part.device_id) | (
                    identity.c.merged_into == part.device_id
                )
                self.connection.execute(
                    update(identity)
                    .where(members)
                    .values(merged_into=each.sight.device_id, last_seen=self.run.started, missing_since=None)
                )
