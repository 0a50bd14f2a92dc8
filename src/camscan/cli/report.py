"""`camscan report`: an inventory file as any other format, by policy, or counted by columns."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.exits import Exit

if TYPE_CHECKING:
    from camscan.report.roll_up import Table


@click.command(name="report")
@click.argument("inventory", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; the suffix picks the format. Repeatable.",
)
@click.option("--format", "form", help="Format for standard output instead of the table.")
@click.option("--policy", help="Only devices with a finding of this policy, e.g. ndaa-889.")
@click.option("--by", help="Count devices and sites by these columns, e.g. organisation,site.")
@click.option("--columns", help="Columns of csv and md; +name adds to the standard ones.")
@click.option("--lang", default="en", show_default=True, help="Language of html, md, pdf and the summary.")
@click.option("--list-formats", is_flag=True, help="List the formats and their suffixes, then stop.")
def command(
    inventory: Path,
    outputs: tuple[Path, ...],
    form: str | None,
    policy: str | None,
    by: str | None,
    columns: str | None,
    lang: str,
    list_formats: bool,
) -> int:
    """Turn INVENTORY (a .jsonl that camscan wrote) into a report.

    Without -o or --format: a table, what it adds up to, and what to do next.
    """
    from camscan.errors import UsageError
    from camscan.report import formats, roll_up
    from camscan.report.load import load
    from camscan.report.neutralise import safe_text

    if list_formats:
        for each in formats.FORMATS:
            click.echo(f"{each.name:14} {each.suffix:16} {each.about}")
        return Exit.OK
    for output in outputs:
        formats.by_path(output)
    held = load(inventory)
    if policy:
        met = sorted({finding.regime for finding in held.findings})
        held = roll_up.only_policy(held, policy)
        if not held.findings:
            known = _known_policies(met)
            if not any(name == policy or name.startswith(f"{policy}-") for name in known):
                raise UsageError(f"no policy {policy!r}; known here: {', '.join(known)}")
            there = safe_text(", ".join(met)) or "none"
            click.echo(f"camscan: no finding of {policy} in {inventory}; policies there: {there}", err=True)
            if not (outputs or form or by):
                return Exit.OK
    if by:
        _write_counts(roll_up.roll_up(held, by.split(",")), outputs, form)
        return Exit.OK
    chosen = columns.split(",") if columns else None
    for output in outputs:
        takes = formats.by_path(output).takes
        formats.write(held, output, columns=chosen if "columns" in takes else None, language=lang)
        click.echo(f"wrote {output}", err=True)
    if form:
        for piece in formats.pieces(held, form, columns=chosen, language=lang):
            click.echo(piece, nl=False)
    elif not outputs:
        from rich.console import Console

        from camscan.report.table import print_report

        print_report(Console(), held, code=lang)
    return Exit.OK


def _write_counts(table: Table, outputs: tuple[Path, ...], form: str | None) -> None:
    from camscan.errors import UsageError
    from camscan.report import formats
    from camscan.report.table import print_table

    makers = {"csv": table.to_csv, "md": table.to_markdown}
    for name in [formats.by_path(output).name for output in outputs] + ([form] if form else []):
        if name not in makers:
            raise UsageError(f"--by writes csv and md, not {name}")
    for output in outputs:
        formats.write_bytes(output, makers[formats.by_path(output).name]())
        click.echo(f"wrote {output}", err=True)
    if form:
        click.echo(makers[form](), nl=False)
    elif not outputs:
        from rich.console import Console

        print_table(Console(), table.header, table.rows)


def _known_policies(met: Iterable[str]) -> list[str]:
    """Policies of the inventory's findings and those that come with camscan."""
    from camscan import catalog

    return sorted({*met, *(policy.id for policy in catalog.load().policies)})
