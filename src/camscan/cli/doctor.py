"""`camscan doctor`: what this machine can and cannot do for a scan."""

from __future__ import annotations

import json

import click

from camscan.cli.exits import Exit


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(as_json: bool) -> int:
    """Say what this machine lets camscan do, and what each lack costs. Sends nothing."""
    from camscan.net.capabilities import examine

    found = examine()
    if as_json:
        rows = [{name: getattr(each, name) for name in each.__slots__} for each in found]
        click.echo(json.dumps(rows, indent=2))
        return Exit.OK
    for each in found:
        click.echo(f"{'yes' if each.available else 'NO ':3}  {each.name}: {each.detail}")
        if not each.available:
            click.echo(f"       without it: {each.cost}")
            if each.remedy:
                click.echo(f"       to get it:  {each.remedy}")
    lacking = sum(not each.available for each in found)
    click.echo(f"{len(found) - lacking} of {len(found)} present" + ("" if lacking else "; nothing is lost"))
    return Exit.OK
