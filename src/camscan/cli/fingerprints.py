"""`camscan fingerprints`: check, list and write the data that identification rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli import bundles
from camscan.cli.exits import Exit

if TYPE_CHECKING:
    from camscan.catalog import Catalog
    from camscan.model.inventory import Inventory

_DIRECTORY = click.option(
    "--fingerprints",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Use this fingerprint directory instead of the one camscan came with.",
)


@click.group()
def command() -> None:
    """Check, list and write fingerprints (one vendor is one TOML file; docs/add-a-vendor.md)."""


for _about_bundles in (bundles.update, bundles.bundle, bundles.edition, bundles.remove, bundles.keys):
    command.add_command(_about_bundles)


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


@command.command()
@click.argument("vendor")
@click.option("--field", default="http.server", show_default=True, help="The field the first rule reads.")
@_DIRECTORY
def new(vendor: str, field: str, directory: Path | None) -> int:
    """Write a skeleton for VENDOR ("TP-Link" makes vendors/tp-link.toml) and say what to fill in."""
    from camscan.catalog import load
    from camscan.catalog.drafting import BLANK, skeleton, vendor_id
    from camscan.catalog.faults import did_you_mean
    from camscan.errors import UsageError

    catalog = load(directory)
    try:
        name = vendor_id(vendor)
    except ValueError as reason:
        raise UsageError(str(reason)) from None
    known = catalog.names.vendor(vendor)
    if known is not None:
        raise UsageError(
            f"`{vendor}` is {known.name}: add rules to {catalog.directory}/vendors/{known.id}.toml"
        )
    if field not in catalog.fields:
        raise UsageError(f"no field `{field}`{did_you_mean(field, catalog.fields)} (fields.toml lists them)")
    written = _write_new(catalog.directory / "vendors" / f"{name}.toml", skeleton(name, vendor, field))
    click.echo(f"{written}: fill in every {BLANK}, then run `camscan fingerprints check`")
    return int(Exit.OK)


@command.command(name="import-recog")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--vendor", default="recog", show_default=True, help="Name of the vendor file to draft.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write here instead of to stdout."
)
def import_recog(file: Path, vendor: str, output: Path | None) -> int:
    """Draft a vendor file from recog's FILE (XML), for who has it; camscan ships none of its data."""
    from camscan.catalog.drafting import vendor_id
    from camscan.catalog.recog import convert_recog
    from camscan.errors import UsageError
    from camscan.report.neutralise import safe_text

    try:
        draft = convert_recog(file, vendor_id(vendor), vendor)
    except ValueError as reason:
        raise UsageError(str(reason)) from None
    if output is None:
        click.echo(draft.toml)
    else:
        _write_new(output, draft.toml)
    for line in draft.left_out:
        click.echo(f"left out: {safe_text(line)}", err=True)
    click.echo(f"{draft.rules} rules drafted, {len(draft.left_out)} left out", err=True)
    return int(Exit.OK)


@command.command()
@click.argument("corpus", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_DIRECTORY
def evaluate(corpus: Path, directory: Path | None) -> int:
    """Score identification on CORPUS, one labelled observation a line (JSON; docs/method.md has the keys)."""
    from camscan.catalog import load
    from camscan.imports.labelled import observations_of
    from camscan.match.evaluate import evaluate as judge
    from camscan.match.resolve import Identifier

    catalog = load(directory)
    report = judge(_labelled_lines(corpus), observations_of, Identifier(catalog), catalog.names)
    click.echo(report.markdown(), nl=False)
    return int(Exit.OK)


@command.command()
@click.argument("address")
@click.argument("inventory", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", default="", help="Where the device is, in words you do not mind to publish.")
@_DIRECTORY
def record(address: str, inventory: Path | None, source: str, directory: Path | None) -> int:
    """Print what the device at ADDRESS says, as redacted examples for fingerprint files.

    Asks the device itself and nobody else, or reads the observations of an INVENTORY (.jsonl) that a scan
    wrote. Serial digits, the tail of hardware addresses, IP addresses and UUIDs are replaced; places and
    whatever looks like a credential are left out. Read the result before you publish it: names are kept.
    """
    from camscan.catalog import load
    from camscan.catalog.drafting import BLANK
    from camscan.catalog.recording import example_toml, redact
    from camscan.errors import UsageError
    from camscan.report.load import load as load_inventory

    catalog = load(directory)
    held = load_inventory(inventory) if inventory else _ask(address, catalog)
    own = [each for each in held.observations if each.ip == address]
    if not own:
        where = f"{inventory} holds no observation of it" if inventory else "it answered nothing"
        raise UsageError(f"nothing to record of {address}: {where}")
    match = catalog.matcher.match
    told = source or f"{BLANK}: what and where this device is"
    for original, redacted in redact(own, catalog.fields):
        click.echo(example_toml(redacted, match(redacted), match(original), told))
    click.echo("Read this before you publish it: names and titles are as the device says them.", err=True)
    return int(Exit.OK)


def _ask(address: str, catalog: Catalog) -> Inventory:
    """What this one address answers, asked by unicast alone. Raises UsageError when it is no address."""
    import asyncio

    from camscan.cli.targets import Asked, build_scope
    from camscan.errors import UsageError
    from camscan.model.address import parse_ip
    from camscan.scan import scan
    from camscan.survey.request import ScanRequest

    if parse_ip(address) != address:
        raise UsageError(f"`{address}` is not one address")
    scope, _ = build_scope(Asked((address,)))
    request = ScanRequest(scope=scope, group_questions="never", mdns=False, resolve_names=False)
    return asyncio.run(scan(request, catalog))


def _labelled_lines(corpus: Path) -> Iterator[dict[str, object]]:
    """The objects of a JSON Lines file. Raises FileFormatError naming the line."""
    import json

    from camscan.errors import FileFormatError

    with corpus.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            if not raw.strip():
                continue
            try:
                line = json.loads(raw)
            except ValueError as reason:
                raise FileFormatError(f"{corpus}, line {number}: not JSON: {reason}") from None
            if not isinstance(line, dict) or not isinstance(line.get("kind"), str):
                raise FileFormatError(
                    f"{corpus}, line {number}: needs an object with at least `kind` and `data`"
                )
            yield line


def _write_new(file: Path, content: str) -> Path:
    """Write a file that must not exist yet."""
    from camscan.errors import UsageError

    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(content)
    except FileExistsError:
        raise UsageError(f"{file} exists already: it is left as it is") from None
    return file
