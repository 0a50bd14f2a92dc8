"""`camscan scans`: every stored run, and its inventory as a file again."""

from __future__ import annotations

from pathlib import Path

import click

from camscan.cli.database import db_option, opened
from camscan.cli.exits import Exit
from camscan.cli.listing import format_option, print_rows

COLUMNS = (
    "scan_id",
    "site",
    "started",
    "state",
    "method",
    "devices",
    "observations",
    "complete",
    "scope",
    "fingerprints",
)


@click.group(name="scans")
def command() -> None:
    """Stored scans: running, interrupted and finished ones."""


@command.command(name="list")
@click.option("--site", metavar="ID", help="Only this site.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many.")
@format_option
@db_option
def list_scans(site: str | None, limit: int, form: str, db: str | None) -> int:
    """List scans, newest first."""
    from camscan.store import scans

    with opened(db, create=False) as store:
        found = scans.list_scans(store, site, limit)
    rows = []
    for each in found:
        run = each.scan
        heard = "dropped" if each.observations_dropped else str(each.observations)
        complete = "yes" if run.coverage.complete and each.state == "finished" else "no"
        words = [run.scan_id, run.site.id, f"{run.started:%Y-%m-%dT%H:%M:%SZ}", each.state, run.method]
        rows.append([*words, str(each.devices), heard, complete, run.scope_text, each.fingerprints])
    print_rows(COLUMNS, rows, form)
    return Exit.OK


@command.command(name="write")
@click.argument("scan")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write FILE; the suffix picks the format. Repeatable.",
)
@db_option
def write(scan: str, outputs: tuple[Path, ...], db: str | None) -> int:
    """Write the inventory of SCAN (an id, its beginning, or `latest`), or `register` for the register."""
    from camscan.report import formats
    from camscan.store import devices, scans

    for output in outputs:
        formats.by_path(output)
    with opened(db, create=False) as store:
        if scan == "register":
            inventory = devices.load_register(store)
        else:
            inventory = scans.load_scan(store, scans.find_scan(store, scan))
    for output in outputs:
        formats.write(inventory, output)
        click.echo(f"camscan: wrote {output}", err=True)
    return Exit.OK


@command.command(name="prune")
@click.option("--keep-days", type=click.IntRange(0, 100_000), help="Instead of the setting retention_days.")
@db_option
def prune(keep_days: int | None, db: str | None) -> int:
    """Drop the observations of old scans; devices, history and each site's newest scan stay whole."""
    from camscan.cli import settings
    from camscan.store import scans

    days = settings.load({"retention_days": keep_days}).get("retention_days")
    with opened(db, create=False) as store:
        count = scans.prune(store, days) if days or keep_days is not None else 0
    click.echo(f"camscan: dropped the observations of {count} scans", err=True)
    return Exit.OK
