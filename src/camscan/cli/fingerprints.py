"""`camscan fingerprints`: check, list and write the data that identification rests on."""

from __future__ import annotations

from pathlib import Path

import click

from camscan.cli.exits import Exit

_DIRECTORY = click.option(
    "--fingerprints",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Use this fingerprint directory instead of the one camscan came with.",
)


@click.group()
def command() -> None:
    """Check, list and write fingerprints (one vendor is one TOML file; docs/add-a-vendor.md)."""


@command.command()
@_DIRECTORY
@click.option("--strict", is_flag=True, help="Warnings fail as well.")
def check(directory: Path | None, strict: bool) -> int:
    """Say everything that is wrong with the fingerprint files; exit 2 when something is.

    Every rule of every vendor runs on every example of every vendor: each example must yield exactly
    what it expects, no counterexample may fire, and no two rules may disagree about the maker.
    """
    from camscan.catalog import default_directory
    from camscan.catalog.checking import check_directory

    where = directory or default_directory()
    faults = check_directory(where)
    for fault in faults:
        click.echo(str(fault))
    failed = [fault for fault in faults if strict or not fault.warning]
    warned = len(faults) - len(failed)
    tail = f", {warned} warning{'s' * (warned != 1)}" if warned else ""
    click.echo(f"{where}: {len(failed) or 'no'} fault{'s' * (len(failed) != 1)}{tail}", err=True)
    return int(Exit.USAGE if failed else Exit.OK)


@command.command(name="list")
@_DIRECTORY
@click.option("--vendor", help="Only this vendor's rules, with what each claims.")
def list_(directory: Path | None, vendor: str | None) -> int:
    """List the vendors with their number of rules, or one vendor's rules."""
    from camscan.catalog import load
    from camscan.catalog.faults import did_you_mean
    from camscan.errors import UsageError

    catalog = load(directory)
    if vendor is not None:
        found = catalog.names.vendor(vendor)
        if found is None:
            raise UsageError(f"no vendor `{vendor}`{did_you_mean(vendor, catalog.names.spellings())}")
        for rule in catalog.fingerprints:
            if rule.vendor == found.id:
                click.echo(f"{rule.id}  {rule.weight}  {', '.join(rule.claims)}\n    {rule.about}")
        return int(Exit.OK)
    counts: dict[str, int] = {}
    for rule in catalog.fingerprints:
        counts[rule.vendor] = counts.get(rule.vendor, 0) + 1
    width = max(map(len, catalog.vendors), default=0)
    for each in sorted(catalog.vendors.values(), key=lambda row: row.id):
        click.echo(f"{each.id:<{width}}  {counts.get(each.id, 0):>3}  {each.name}")
    click.echo(
        f"{len(catalog.vendors)} vendors, {len(catalog.fingerprints)} rules, {len(catalog.brands)} brands",
        err=True,
    )
    return int(Exit.OK)
