"""`camscan devices`: the register, what operators write into it, and corrections of identity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.database import db_option, opened
from camscan.cli.exits import Exit
from camscan.cli.listing import format_option, print_facts, print_rows

if TYPE_CHECKING:
    from camscan.match.register import Sight
    from camscan.store.devices import Listed

COLUMNS = (
    "device_id",
    "site",
    "address",
    "kind",
    "brand",
    "manufacturer",
    "model",
    "firmware",
    "status",
    "first_seen",
    "last_seen",
)
MORE_COLUMNS = ("serial", "mac", "hostname", "zone", "policies", "conflicts")
NOT_SEEN_SETTING = -1


@click.group(name="devices")
def command() -> None:
    """Every device that was ever seen, with its place, owner and status."""


@command.command(name="list")
@click.option("--site", metavar="ID", help="Only this site.")
@click.option("--manufacturer", default="", metavar="TEXT", help="Only makers with TEXT in their name.")
@click.option("--kind", default="", help="Only this kind: camera, recorder, …")
@click.option("--policy", default="", metavar="ID", help="Only devices that match this policy.")
@click.option("--status", default="", help="active, missing, or what an operator entered.")
@click.option(
    "--not-seen",
    "not_seen_days",
    type=click.IntRange(-1, 100_000),
    is_flag=False,
    flag_value=NOT_SEEN_SETTING,
    metavar="DAYS",
    help="Only devices not seen for DAYS days (setting not_seen_days).",
)
@click.option("--conflicts", is_flag=True, help="Only devices whose identity is in conflict.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@click.option("--all", "everything", is_flag=True, help="No limit.")
@format_option
@db_option
def list_devices(
    site: str | None,
    manufacturer: str,
    kind: str,
    policy: str,
    status: str,
    not_seen_days: int | None,
    conflicts: bool,
    limit: int,
    everything: bool,
    form: str,
    db: str | None,
) -> int:
    """List devices by site and address. CSV has every column and can be edited and imported."""
    from camscan.cli import settings
    from camscan.store import devices, entries

    if not_seen_days == NOT_SEEN_SETTING:
        not_seen_days = settings.load().get("not_seen_days")
    wanted = devices.Filter(site, manufacturer, kind, policy, status, not_seen_days, conflicts)
    with opened(db, create=False) as store:
        found = devices.list_devices(store, wanted, None if everything else limit)
        total = devices.count_devices(store, wanted)
    if form == "text":
        print_rows(COLUMNS, [_row(each) for each in found], form)
    else:
        extra = [name for name in entries.FIELDS if name != "status"]
        header = [*COLUMNS, *MORE_COLUMNS, *(name.replace("-", "_") for name in extra)]
        rows = [[*_row(each), *_more(each)] for each in found]
        for row, each in zip(rows, found, strict=True):
            row += [each.entries.get(name, "") for name in extra]
        print_rows(header, rows, form)
    if len(found) < total:
        click.echo(f"camscan: {len(found)} of {total} devices; --all lists every one", err=True)
    return Exit.OK


@command.command(name="show")
@click.argument("device")
@format_option
@db_option
def show(device: str, form: str, db: str | None) -> int:
    """Show DEVICE (an id, its beginning, or an address): facts, entries, corrections, history."""
    from camscan.report.neutralise import safe_text
    from camscan.store import corrections, devices

    with opened(db, create=False) as store:
        name = devices.find_device(store, device)
        found = devices.get(store, name)
        history = devices.history(store, name)
        corrected = corrections.history(store, name)
    facts = list(zip((*COLUMNS, *MORE_COLUMNS), (*_row(found), *_more(found)), strict=True))
    facts += [(key, value) for key, value in found.entries.items() if key != "status"]
    facts.append(("addresses", " ".join(found.sight.addresses)))
    facts.append(("known as", " ".join(each for each in found.identities if each != name)))
    print_facts(facts, form)
    if form != "text":
        return Exit.OK
    for each in corrected:
        state = "" if each.in_force else " (taken back)"
        click.echo(f"{each.entered_at:%Y-%m-%d}  {each.kind}: {each.one} and {each.other}{state}")
    for at, scan_id, text in _history(history):
        click.echo(f"{at:%Y-%m-%d}  {safe_text(text)}  ({scan_id})")
    return Exit.OK


@command.command(name="set")
@click.argument("device")
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE...")
@db_option
def set_entries(device: str, values: tuple[str, ...], db: str | None) -> int:
    """Write entries of DEVICE: status=removed room=2.04 "note=behind the door"; NAME= takes one back.

    No scan ever changes what is entered here. docs/register.md lists the names.
    """
    from camscan.errors import UsageError
    from camscan.store import devices, entries

    pairs = [value.partition("=") for value in values]
    for name, equals, _text in pairs:
        if not equals:
            raise UsageError(f"{name!r} is not NAME=VALUE; names are {', '.join(entries.FIELDS)}")
    with opened(db, create=False) as store:
        name = devices.find_device(store, device)
        entries.put(store, [(name, {key: text for key, _, text in pairs})])
    click.echo(f"camscan: {name} changed", err=True)
    return Exit.OK


@command.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@db_option
def import_entries(file: Path, db: str | None) -> int:
    """Write the entries of FILE, a CSV as `devices list --format csv` makes it; all of them or none.

    The column device_id holds an id or an address; columns that scans fill are ignored; an empty cell
    changes nothing.
    """
    from camscan.cli.table_files import read_table
    from camscan.errors import UsageError
    from camscan.store import devices, entries

    columns = {name.replace("_", " "): "" for name in (*COLUMNS, *MORE_COLUMNS)}
    columns |= {name.replace("-", " "): name for name in entries.FIELDS}
    columns |= {"device id": "device", "device": "device"}
    rows = read_table(file, columns, needs="device")
    with opened(db, create=False) as store:
        wanted = []
        for row in rows:
            values = {name: text for name, text in row.cells.items() if name != "device" and text}
            if values.get("status") in (devices.ACTIVE, devices.MISSING):
                del values["status"]  # what the list shows where nobody entered one
            try:
                wanted.append((devices.find_device(store, row.cells["device"]), entries.checked(values)))
            except UsageError as fault:
                raise UsageError(f"{file}:{row.line}: {fault}") from None
        changed = entries.put(store, wanted)
    click.echo(f"camscan: {changed} devices changed", err=True)
    return Exit.OK


@command.command(name="merge")
@click.argument("device")
@click.argument("other")
@db_option
def merge(device: str, other: str, db: str | None) -> int:
    """Declare that OTHER is the same thing as DEVICE, for all scans past and to come."""
    from camscan.store import corrections, devices

    with opened(db, create=False) as store:
        kept, gone = devices.find_device(store, device), devices.find_device(store, other)
        corrections.merge(store, kept, gone)
    click.echo(f"camscan: {gone} is now {kept}; `camscan devices split {kept} {gone}` undoes it", err=True)
    return Exit.OK


@command.command(name="split")
@click.argument("device")
@click.argument("what", required=False, default="")
@db_option
def split(device: str, what: str, db: str | None) -> int:
    """Take WHAT out of DEVICE: a device merged into it, a key such as serial:…, or an address.

    Scans never put the two together again.
    """
    from camscan.store import corrections, devices

    with opened(db, create=False) as store:
        name = devices.find_device(store, device)
        out = corrections.split(store, name, what)
    click.echo(f"camscan: {out} is a device of its own again", err=True)
    return Exit.OK


def _history(sights: Sequence[tuple[datetime, str, Sight]]) -> Iterator[tuple[datetime, str, str]]:
    """(when, scan, what changed) from every sight of a device, oldest first."""
    from camscan.match.diff import diff

    for index, (at, scan_id, sight) in enumerate(sights):
        if index == 0:
            yield at, scan_id, f"first seen at {sight.addresses[0]}"
            continue
        for each in diff([sights[index - 1][2]], [sight]):
            yield at, scan_id, f"{each.kind} {each.before} → {each.after}"


def _row(each: Listed) -> list[str]:
    sight = each.sight
    words = [sight.device_id, sight.site, sight.addresses[0] if sight.addresses else "", sight.kind]
    words += [sight.brand, sight.manufacturer, sight.model, sight.firmware, each.status]
    return [*words, f"{each.first_seen:%Y-%m-%d}", f"{each.last_seen:%Y-%m-%d}"]


def _more(each: Listed) -> list[str]:
    sight = each.sight
    macs = [key.partition(":")[2] for key in sight.keys if key.startswith(("mac:", "mac-claimed:"))]
    mac = macs[0] if macs else ""
    conflicts = "; ".join(sight.conflicts)
    return [sight.serial, mac, sight.hostname, sight.zone, " ".join(each.policies), conflicts]
