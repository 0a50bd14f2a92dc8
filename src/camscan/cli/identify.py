"""`camscan identify`: today's fingerprints over observations heard earlier; no packet is sent."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.database import db_option
from camscan.cli.exits import Exit
from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.catalog import Catalog
    from camscan.model.inventory import Inventory

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(name="identify")
@click.argument("what", metavar="INVENTORY|SCAN")
@click.option(
    "--again", is_flag=True, help="Conclude anew from the stored observations (what this command does)."
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=_FILE,
    metavar="FILE",
    help="Write FILE; the suffix picks the format. Repeatable.",
)
@click.option(
    "--format", "form", default="", metavar="FORMAT", help="Print this format on stdout instead of the table."
)
@click.option(
    "--fingerprints",
    "fingerprints",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Use these fingerprints.",
)
@db_option
def command(
    what: str, again: bool, outputs: tuple[Path, ...], form: str, fingerprints: Path | None, db: str | None
) -> int:
    """Identify the devices of INVENTORY (a .jsonl of camscan) or of a stored SCAN anew; no packet is sent.

    A stored scan is concluded anew in the register as well; ids, entries and corrections stay.
    """
    from camscan import catalog
    from camscan.cli.output import Output, make_console
    from camscan.report import formats
    from camscan.report.table import print_report

    del again  # the word makes the command read as what it does
    Output(outputs, form).check()
    known = catalog.load(fingerprints)
    result = _of_file(Path(what), known) if Path(what).is_file() else _of_store(what, db, known)
    for file in outputs:
        formats.write(result, file)
        click.echo(f"camscan: wrote {file}", err=True)
    if form:
        click.echo(formats.render(result, form), nl=False)
    elif not outputs:
        print_report(make_console(sys.stdout), result)
    return Exit.OK


def _of_file(path: Path, known: Catalog) -> Inventory:
    from camscan.report.load import load

    return _anew(load(path), known, str(path))


def _of_store(word: str, db: str | None, known: Catalog) -> Inventory:
    from camscan.cli.database import opened
    from camscan.errors import StoreError
    from camscan.store import recording, scans

    if word.endswith(".jsonl") or "/" in word:
        raise UsageError(f"{word} is not a file" if Path(word).exists() else f"there is no file {word}")
    try:
        with opened(db, create=False) as store:
            scan_id = scans.find_scan(store, word)
            was = scans.fingerprints_of(store, scan_id) or "that was not noted"
            result = _anew(scans.load_scan(store, scan_id), known, word)
            again = recording.reidentify(store, result, known.edition).inventory()
            click.echo(f"camscan: {scan_id}: identified with edition {was}, now {known.edition}", err=True)
            return again
    except StoreError as fault:
        raise UsageError(f"{word} is neither a file nor a stored scan: {fault}") from None


def _anew(held: Inventory, known: Catalog, name: str) -> Inventory:
    from camscan.cli.auditing import audited
    from camscan.match.steady import SteadyIdentifier
    from camscan.survey.misaddressed import carried_over

    if not held.observations:
        raise UsageError(f"{name} holds no observations to conclude from; it must be what a scan wrote")
    identifier = SteadyIdentifier(known, lambda text: click.echo(f"camscan: {text}", err=True))
    devices = identifier.identify(held.observations, site=held.scan.site.id)
    return audited(replace(held, devices=carried_over(held.devices, devices)), known)
