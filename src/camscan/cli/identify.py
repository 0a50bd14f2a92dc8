"""`camscan identify`: today's fingerprints over observations heard earlier; no packet is sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from camscan.cli.exits import Exit


@click.command(name="identify")
@click.argument("inventory", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--again", is_flag=True, help="Conclude anew from the stored observations (what this command does)."
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
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
def command(
    inventory: Path, again: bool, outputs: tuple[Path, ...], form: str, fingerprints: Path | None
) -> int:
    """Identify the devices of INVENTORY (a .jsonl of camscan) anew from its observations."""
    from camscan import catalog
    from camscan.cli.auditing import audited
    from camscan.cli.running import Output, make_console
    from camscan.errors import UsageError
    from camscan.match.resolve import Identifier
    from camscan.report import formats
    from camscan.report.load import load
    from camscan.report.table import print_report

    del again  # the word makes the command read as what it does
    Output(outputs, form).check()
    held = load(inventory)
    if not held.observations:
        raise UsageError(
            f"{inventory} holds no observations to conclude from; it must be a .jsonl that a scan wrote"
        )
    known = catalog.load(fingerprints)
    devices = Identifier(known).identify(held.observations, site=held.scan.site.id)
    result = audited(replace(held, devices=devices), known)
    for file in outputs:
        formats.write(result, file)
        click.echo(f"camscan: wrote {file}", err=True)
    if form:
        click.echo(formats.render(result, form), nl=False)
    elif not outputs:
        import sys

        print_report(make_console(sys.stdout), result)
    return Exit.OK
