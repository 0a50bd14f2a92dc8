"""Keeps a running scan in the store: what was heard is on disk within a second, and a killed scan resumes.

Every scan is kept unless --no-store says otherwise; only one that names a site or a database fails when the
store does. A store that fails while a scan runs costs the scan nothing: the rest goes into the files.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from camscan.errors import StoreError, UsageError

if TYPE_CHECKING:
    from camscan.match.diff import Change
    from camscan.model.inventory import Inventory
    from camscan.model.observation import Observation
    from camscan.store.engine import Store
    from camscan.survey.request import Cursor, Event, ScanRequest

FLUSH_SECONDS = 0.5
_MARGIN_SECONDS = 4.0
"""Questions sent in the last seconds before a kill may have had no time for their answer: asked again."""


@dataclass(slots=True)
class Recorder:
    """One scan in one store. begin opens the store and records the start, once."""

    begin: Callable[[], Store]
    scan_id: str
    lost: str = ""
    _store: Store | None = None
    _waiting: list[Observation] = field(default_factory=list)
    _cursor: Cursor | None = None
    _flushed: float | None = None

    @property
    def store(self) -> Store:
        """The store, opened when it is first needed; raises StoreError."""
        if self._store is None:
            self._store = self.begin()
        return self._store

    def event(self, event: Event) -> None:
        """Take one event of the scan; at most FLUSH_SECONDS of them are in memory only."""
        from camscan.survey.request import Heard, Progress

        if isinstance(event, Heard):
            self._waiting.append(event.observation)
        elif isinstance(event, Progress):
            self._cursor = event.cursor
        if self._flushed is None:
            self._flushed = time.monotonic()
        if time.monotonic() - self._flushed >= FLUSH_SECONDS and not self.lost:
            try:
                self.flush()
            except StoreError as fault:
                self.lost = str(fault)
                self._waiting.clear()

    def flush(self) -> None:
        """Put everything heard so far on disk; raises StoreError."""
        from camscan.store import scans

        marks = [f"cursor:{self._cursor.asked}:{self._cursor.swept}"] if self._cursor else []
        scans.append_observations(self.store, self.scan_id, self._waiting, marks)
        self._waiting.clear()
        self._flushed = time.monotonic()

    def finish(self, inventory: Inventory, edition: str) -> tuple[Inventory, tuple[Change, ...]]:
        """Record the result and which fingerprints gave it; it comes back under lasting device ids."""
        from camscan.store import recording, scans

        if self.lost:
            raise StoreError(f"the scan could not be kept in the register: {self.lost}")
        self.flush()
        if inventory.scan.coverage.interrupted:
            scans.abandon_scan(self.store, self.scan_id)
            return inventory, ()
        recorded = recording.finish_scan(self.store, inventory, edition)
        return recorded.inventory(), recorded.changes


def begin(
    open_store: Callable[[], Store], request: ScanRequest, *, at_once: bool
) -> tuple[Recorder, ScanRequest]:
    """Record that a scan starts and lock its site; raises StoreError when the site is being scanned.

    at_once False: with the first observations only. Loading the database takes longer than the first
    answers of a network do, and who waits for them should see them.
    """
    scan_id = uuid.uuid4().hex[:12]
    started = datetime.now(UTC)

    def start() -> Store:
        import camscan
        from camscan.model.inventory import Coverage, Scan
        from camscan.store import scans

        store = open_store()
        coverage = Coverage(len(request.scope), 0, complete=False)
        version, scope = camscan.__version__, request.scope.text
        scans.begin_scan(store, Scan(scan_id, request.site, started, None, version, scope, coverage))
        return store

    recorder = Recorder(start, scan_id)
    if at_once:
        recorder.store  # noqa: B018 - opened here, so that a busy site is known before anything is sent
    return recorder, replace(request, scan_id=scan_id)


def resume(store: Store, request: ScanRequest, scan_id: str) -> tuple[Recorder, ScanRequest]:
    """Go on with an interrupted scan: what it heard is known, what it had asked is not asked again."""
    from camscan.store import scans

    state = scans.resume_scan(store, scan_id)
    known = tuple(scans.observations(store, scan_id))
    margin = int(_MARGIN_SECONDS * request.manners.packets_per_second)
    cursor = _cursor(state.finished_targets, margin) if state.scan.scope_text == request.scope.text else None
    request = replace(request, scan_id=scan_id, known=known)
    recorder = Recorder(lambda: store, scan_id)
    return recorder, replace(request, resume_after=cursor) if cursor else request


def interrupted_scan(store: Store, site_id: str, wanted: str) -> tuple[str, str]:
    """(scan id, scope text) of the scan to resume: the one named, or the newest that was cut short."""
    from camscan.store import scans

    for row in scans.list_scans(store, site_id or None):
        if row.scan.scan_id.startswith(wanted) and row.state == "interrupted" and row.scan.method == "scan":
            return row.scan.scan_id, row.scan.scope_text
    which = f" {wanted}" if wanted else ""
    raise UsageError(f"no interrupted scan{which} to resume in {store.name}; `camscan scans list` shows them")


def _cursor(marks: frozenset[str], margin: int) -> Cursor | None:
    from camscan.survey.request import Cursor

    asked = swept = 0
    for mark in marks:
        word, _, rest = mark.partition(":")
        if word == "cursor":
            first, _, second = rest.partition(":")
            if first.isdecimal() and second.isdecimal() and len(first + second) < 40:
                asked, swept = max(asked, int(first)), max(swept, int(second))
    return Cursor(max(0, asked - margin), max(0, swept - margin))
