"""Opens the store a command line, variable or file names; the `--db` option; what follows a stored scan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli import settings
from camscan.cli.settings import Settings

if TYPE_CHECKING:
    from camscan.store.engine import Store
    from camscan.store.events import Event

db_option = click.option(
    "--db", metavar="FILE|URL", help="Database: a file or postgresql://… (CAMSCAN_DB, setting db)."
)


@contextmanager
def opened(db: str | None, *, create: bool = True) -> Iterator[Store]:
    """The store of the settings, closed at the end. Raises StoreError, UsageError, MissingExtra."""
    from camscan.store.engine import open_store

    store = open_store(settings.load({"db": db}).get("db"), create=create)
    try:
        yield store
    finally:
        store.close()


def after_scan(store: Store, chosen: Settings) -> None:
    """Retention, alerts and metrics after a scan was recorded; what fails is a warning, never an error."""
    from camscan.errors import CamscanError
    from camscan.store import scans

    keep_days = chosen.get("retention_days")
    try:
        if keep_days:
            scans.prune(store, keep_days)
        tell_endpoints(store, chosen)
        if file := chosen.get("prometheus.file"):
            write_metrics(store, Path(file).expanduser())
    except (CamscanError, OSError) as fault:
        click.echo(f"camscan: warning: {fault}", err=True)


def tell_endpoints(store: Store, chosen: Settings) -> int:
    """Send owed events to every endpoint; returns how many endpoints failed. Their events stay owed."""
    from camscan.publish import alerts
    from camscan.store import events

    wanted = chosen.get("alerts.on")
    kinds = () if "all" in wanted else wanted
    failures = 0
    for name, url in chosen.get("alerts.endpoints").items():
        owed = events.owed(store, name, kinds)
        if not owed:
            continue
        fault = alerts.send(url, alerts.title(_sites(owed), len(owed)), [_line(each) for each in owed])
        if fault:
            failures += 1
            events.failed(store, name, fault)
            click.echo(f"camscan: warning: alert endpoint {name}: {fault}; its events stay owed", err=True)
        else:
            events.delivered(store, name, owed)
    return failures


def _sites(owed: list[Event]) -> list[str]:
    return sorted({each.site_id for each in owed})


def _line(each: Event) -> str:
    from camscan.publish.alerts import line

    return line(each.site_id, each.kind, each.address, each.device, each.before, each.after)


def write_metrics(store: Store, path: Path) -> None:
    """Rewrite the Prometheus textfile from the register."""
    from camscan.publish import prometheus
    from camscan.publish.textfile import write_atomically
    from camscan.store import metrics

    write_atomically(path, prometheus.render(metrics.counts(store), metrics.last_scans(store), store.now()))
