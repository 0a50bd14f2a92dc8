"""`camscan sites`: named places with their networks, so that `camscan scan site:HQ` knows its scope."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.database import db_option, opened
from camscan.cli.exits import Exit
from camscan.cli.listing import format_option, print_facts, print_rows

if TYPE_CHECKING:
    from camscan.model.inventory import Site

COLUMNS = (
    "id",
    "name",
    "organisation",
    "department",
    "address",
    "owner",
    "class",
    "networks",
    "devices",
    "last_scan",
)


@click.group(name="sites")
def command() -> None:
    """Places whose cameras are inventoried, and the networks they are on."""


@command.command(name="add")
@click.argument("site_id", metavar="ID")
@click.option("--name", default="", help="Name for people.")
@click.option("--organisation", default="", help="Organisation or portfolio.")
@click.option("--department", default="", help="Department or agency.")
@click.option("--address", default="", help="Postal address.")
@click.option("--withhold-address", is_flag=True, help="Keep the address out of every report.")
@click.option("--owner", type=click.Choice(["own", "landlord"]), help="Who owns the site.")
@click.option("--sensitive/--not-sensitive", default=None, help="Class of the site.")
@click.option("--network", "networks", multiple=True, metavar="CIDR", help="A network there. Repeatable.")
@click.option("--replace", "replace_existing", is_flag=True, help="Change a site that exists.")
@db_option
def add(
    site_id: str,
    name: str,
    organisation: str,
    department: str,
    address: str,
    withhold_address: bool,
    owner: str | None,
    sensitive: bool | None,
    networks: tuple[str, ...],
    replace_existing: bool,
    db: str | None,
) -> int:
    """Add the site ID."""
    from camscan.model.inventory import Site
    from camscan.store import sites

    place = Site(
        site_id, name, organisation, department, address, withhold_address, owner or "", sensitive, networks
    )
    with opened(db) as store:
        added, _changed = sites.put(store, [place], replace_existing=replace_existing)
    click.echo(f"camscan: {'added' if added else 'changed'} site {site_id}", err=True)
    return Exit.OK


@command.command(name="list")
@format_option
@db_option
def list_sites(form: str, db: str | None) -> int:
    """List all sites with their devices and last scan."""
    from camscan.store import sites

    with opened(db, create=False) as store:
        rows = [_row(place, str(devices), last) for place, devices, last in sites.list_all(store)]
    print_rows(COLUMNS, rows, form)
    return Exit.OK


@command.command(name="show")
@click.argument("site_id", metavar="ID")
@format_option
@db_option
def show(site_id: str, form: str, db: str | None) -> int:
    """Show one site."""
    from camscan.store import sites

    with opened(db, create=False) as store:
        sites.get(store, site_id)
        found = [row for row in sites.list_all(store) if row[0].id == site_id]
    place, devices, last = found[0]
    print_facts(list(zip(COLUMNS, _row(place, str(devices), last), strict=True)), form)
    return Exit.OK


@command.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", "replace_existing", is_flag=True, help="Change sites that exist.")
@db_option
def import_sites(file: Path, replace_existing: bool, db: str | None) -> int:
    """Add the sites of FILE, a CSV with a header; all of them or none.

    Columns: id, name, organisation, department, address, address withheld, owner, class, networks (several
    separated by blanks or semicolons); the column names of the published audits are understood as well.
    """
    from camscan.cli.site_table import read_sites
    from camscan.store import sites

    places = read_sites(file)
    with opened(db) as store:
        added, changed = sites.put(store, places, replace_existing=replace_existing)
    click.echo(f"camscan: {added} sites added, {changed} changed", err=True)
    return Exit.OK


def _row(place: Site, devices: str, last: str) -> list[str]:
    shown = replace(place, address="withheld") if place.address_withheld else place
    kind = {True: "sensitive", False: "not sensitive", None: ""}[place.sensitive]
    words = [shown.id, shown.name, shown.organisation, shown.department, shown.address, shown.owner]
    return [*words, kind, " ".join(place.networks), devices, last]
