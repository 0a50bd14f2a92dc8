"""`camscan explain`: why an inventory says what it says about one device, in words for anyone."""

from __future__ import annotations

from pathlib import Path

import click

from camscan.cli.exits import Exit


@click.command(name="explain")
@click.argument("device")
@click.argument("inventory", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Also every observation, word for word.")
def command(device: str, inventory: Path, everything: bool) -> int:
    """Every claim about DEVICE, the words behind it, and what spoke against it.

    DEVICE is an address, a hardware address, a serial or a device id of INVENTORY (a .jsonl of camscan).
    """
    from camscan.errors import UsageError
    from camscan.report.explain import explain, find
    from camscan.report.load import load

    held = load(inventory)
    found = find(held, device)
    if not found:
        raise UsageError(
            f"{device} is not in {inventory}: it lists {len(held.devices)} devices; "
            "nothing that did not answer is ever listed"
        )
    for number, each in enumerate(found):
        click.echo(("\n" if number else "") + explain(held, each, everything=everything))
    return Exit.OK
