"""`camscan diff`: what changed between two scans, two dates, or two files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.database import db_option, opened
from camscan.cli.exits import Exit
from camscan.cli.listing import format_option, print_rows

if TYPE_CHECKING:
    from camscan.match.diff import Change
    from camscan.model.inventory import Inventory

COLUMNS = ("kind", "site", "device_id", "address", "device", "before", "after")


@click.command(name="diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--site", metavar="ID", help="Only this site, with dates.")
@click.option(
    "--fail-on",
    "conditions",
    type=click.Choice(["new", "listed", "advisory", "unknown", "any"]),
    multiple=True,
    help="Exit 10 when B has such a device, not waived; any: when anything changed. Repeatable.",
)
@format_option
@db_option
def command(
    before: str, after: str, site: str | None, conditions: tuple[str, ...], form: str, db: str | None
) -> int:
    """Say what changed from A to B: two scan ids, two dates (2026-03-31), or two .jsonl files.

    A date stands for the last scan of each site that had begun by the end of that day (UTC). New, gone,
    moved, re-firmwared, re-labelled, re-identified, identity-conflict.
    """
    from camscan.match.diff import fail_on

    inventory, changes, waived = _compare(before, after, site, db, bool(conditions))
    rows = [_row(each) for each in changes]
    if form != "text" or rows:
        print_rows(COLUMNS, rows, form)
    else:
        click.echo("no change")
    if "any" in conditions and changes:
        return Exit.FAILED_ON
    if inventory is not None and fail_on(changes, inventory, conditions, waived):
        return Exit.FAILED_ON
    return Exit.OK


def _compare(
    before: str, after: str, site: str | None, db: str | None, with_inventory: bool
) -> tuple[Inventory | None, Sequence[Change], frozenset[str]]:
    if Path(before).is_file() and Path(after).is_file():
        return _compare_files(Path(before), Path(after))
    from camscan.store import comparing, entries, scans

    with opened(db, create=False) as store:
        sides = []
        for text in (before, after):
            day = _day(text)
            if day is None:
                sides.append([scans.find_scan(store, text, site)])
            else:
                sides.append(scans.scans_at(store, datetime.combine(day, time.max, UTC), site))
        changes = comparing.compare(store, sides[0], sides[1])
        inventory = None
        if with_inventory:
            from dataclasses import replace

            loaded = [scans.load_scan(store, each, with_observations=False) for each in sides[1]]
            if loaded:
                devices = tuple(device for one in loaded for device in one.devices)
                findings = tuple(finding for one in loaded for finding in one.findings)
                inventory = replace(loaded[0], devices=devices, findings=findings)
        return inventory, changes, entries.waived(store, store.now().date())


def _compare_files(before: Path, after: Path) -> tuple[Inventory, Sequence[Change], frozenset[str]]:
    """Files know nothing of each other's ids: devices are recognised as a register would."""
    from camscan.match.diff import between
    from camscan.report.load import load

    old, new = load(before), load(after)
    return (*between(old, new), frozenset())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _row(each: Change) -> list[str]:
    return [str(each.kind), each.site, each.device_id, each.address, each.device, each.before, each.after]
