"""`camscan export`: an inventory without what identifies, or pushed to NetBox."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.exits import Exit

if TYPE_CHECKING:
    from camscan.model.inventory import Inventory


@click.command(name="export")
@click.argument("inventory", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--pseudonymise",
    "key_file",
    metavar="KEYFILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Replace addresses, MAC tails, serials, names and places by keyed pseudonyms.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; the suffix picks the format. Repeatable.",
)
@click.option("--netbox", "netbox_url", metavar="URL", help="Push to this NetBox; token in NETBOX_TOKEN.")
@click.option("--dry-run", is_flag=True, help="With --netbox: say what would change, change nothing.")
def command(
    inventory: Path,
    key_file: Path | None,
    outputs: tuple[Path, ...],
    netbox_url: str | None,
    dry_run: bool,
) -> int:
    """Hand INVENTORY (a .jsonl that camscan wrote) on to others.

    The same key gives the same pseudonyms in every file; keep it apart from what you publish.
    """
    from camscan.errors import UsageError
    from camscan.report import formats
    from camscan.report.load import load

    if not outputs and not netbox_url:
        raise UsageError("nothing to do: name a file with -o, or a NetBox with --netbox")
    for output in outputs:
        formats.by_path(output)
    held = load(inventory)
    if key_file:
        from camscan.report.pseudonymise import pseudonymise

        held = pseudonymise(held, _key(key_file))
    for output in outputs:
        formats.write(held, output)
        click.echo(f"wrote {output}", err=True)
    if netbox_url:
        _push(held, netbox_url, dry_run)
    return Exit.OK


def _key(path: Path) -> bytes:
    from camscan.errors import UsageError

    if not path.exists():
        raise UsageError(f"{path} does not exist; make a key: head -c 32 /dev/urandom > {path}")
    return path.read_bytes()


def _push(held: Inventory, url: str, dry_run: bool) -> None:
    import os

    from camscan.errors import UsageError
    from camscan.publish.netbox import push

    token = os.environ.get("NETBOX_TOKEN")
    if not token:
        raise UsageError("NETBOX_TOKEN is not set; NetBox needs an API token that may write")
    for line in push(held, url, token, dry_run=dry_run).lines():
        click.echo(line, err=True)
