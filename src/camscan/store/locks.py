"""One running scan per site: an advisory lock that survives nothing longer than its process.

Rules: the lock names host, process and the process's start, so that a reused process id is not taken for
the old one; a lock of a dead process on this host is taken over at once, one of another host when it has
not been refreshed for `STALE_AFTER`. A scan without a site shuts nobody out.
"""

from __future__ import annotations

import os
import platform
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import Row

from camscan.errors import StoreError
from camscan.store.engine import Store
from camscan.store.schema import site_lock

STALE_AFTER = timedelta(hours=6)


def take(connection: Connection, store: Store, site_id: str, scan_id: str) -> None:
    """Lock the site for this process. Raises StoreError when another scan of it runs."""
    site_id = site_id or f"(none) {scan_id}"  # runs without a site share nothing, but must be seen to run
    held = connection.execute(select(site_lock).where(site_lock.c.site_id == site_id)).first()
    if held is not None:
        if is_alive(store, held) and held.scan_id != scan_id:
            raise StoreError(
                f"site {site_id} is being scanned already: {held.scan_id} by process {held.pid} on "
                f"{held.host} since {held.taken_at:%Y-%m-%d %H:%M} UTC; wait until it ends or stop it"
            )
        connection.execute(delete(site_lock).where(site_lock.c.site_id == site_id))
    now = store.now()
    connection.execute(
        insert(site_lock).values(
            site_id=site_id,
            scan_id=scan_id,
            host=platform.node(),
            pid=os.getpid(),
            process_start=_process_start(os.getpid()),
            taken_at=now,
            beat_at=now,
        )
    )


def beat(connection: Connection, store: Store, scan_id: str) -> None:
    """Say that the scan still runs."""
    connection.execute(update(site_lock).where(site_lock.c.scan_id == scan_id).values(beat_at=store.now()))


def release(connection: Connection, scan_id: str) -> None:
    """Free whatever the scan holds."""
    connection.execute(delete(site_lock).where(site_lock.c.scan_id == scan_id))


def running(connection: Connection, store: Store) -> frozenset[str]:
    """The ids of scans whose process is alive."""
    rows = connection.execute(select(site_lock)).all()
    return frozenset(row.scan_id for row in rows if is_alive(store, row))


def is_alive(store: Store, held: Row[tuple[object, ...]]) -> bool:
    """True when the process that holds the lock can still be at work."""
    if held.host != platform.node():
        return bool(store.now() - held.beat_at < STALE_AFTER)
    try:
        os.kill(held.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it exists and belongs to somebody else
    return _process_start(held.pid) in ("", held.process_start)  # "": hidden from us, but it exists


def _process_start(pid: int) -> str:
    """Boot id and start tick of a process; "" where /proc does not tell, "dead" for a zombie."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    words = stat.rpartition(")")[2].split()
    return "dead" if words[0] in "ZX" else f"{boot} {words[19]}"
