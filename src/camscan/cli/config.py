"""`camscan config`: what is set, and by whom."""

from __future__ import annotations

import click

from camscan.cli.exits import Exit
from camscan.cli.listing import format_option, print_rows


@click.group(name="config")
def command() -> None:
    """Settings from files, environment and defaults."""


@command.command(name="show")
@click.option("--origin", is_flag=True, help="Say for each value where it comes from.")
@format_option
def show(origin: bool, form: str) -> int:
    """Show every setting; passwords in URLs are left out."""
    from camscan.cli import settings

    values = settings.load().values.values()
    rows = [[each.setting.key, settings.shown(each), each.origin] for each in values]
    header = ["key", "value", "origin"]
    if not origin:
        rows, header = [row[:2] for row in rows], header[:2]
    print_rows(header, rows, form)
    return Exit.OK


@command.command(name="files")
def list_files() -> int:
    """List the files that are read, the strongest last, and whether they exist."""
    import os

    from camscan.cli import settings

    for path in settings.files(os.environ):
        click.echo(f"{path}{'' if path.exists() else '  (does not exist)'}")
    return Exit.OK
