"""`camscan policies`: which rules camscan compares an inventory with, and all that is known of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.exits import Exit

if TYPE_CHECKING:
    from camscan.model.policy import Policy

_DIRECTORY = click.option(
    "--fingerprints",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Use this fingerprint directory instead of the one camscan came with.",
)
_LISTS = click.option(
    "--policies",
    "lists",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Add your own lists: a .toml file, or a folder that holds some. Repeatable.",
)


@click.group()
def command() -> None:
    """List and show the policies that name makers of cameras (docs/policies.md)."""


@command.command(name="list")
@_DIRECTORY
@_LISTS
def list_(directory: Path | None, lists: tuple[Path, ...]) -> int:
    """One line a policy: id, since when, name, and whom it names."""
    policies = _read(directory, lists)
    width = max((len(policy.id) for policy in policies), default=0)
    for policy in policies:
        click.echo(f"{policy.id:<{width}}  {policy.effective}  {policy.name}: {_whom(policy)}")
    return int(Exit.OK)


@command.command()
@_DIRECTORY
@_LISTS
@click.argument("policy_id", metavar="ID")
def show(directory: Path | None, lists: tuple[Path, ...], policy_id: str) -> int:
    """Everything known of one policy: whom it names, dates, what an inventory must show, doubts, sources.

    ID is an id of `camscan policies list` or what ids begin with: ndaa-889-b, ndaa-889, uk.
    """
    from camscan.catalog.policies import choose_policies
    from camscan.catalog.policy_text import describe

    for place, policy in enumerate(choose_policies(_read(directory, lists), [policy_id])):
        if place:
            click.echo()
        click.echo(describe(policy), nl=False)
    return int(Exit.OK)


def _read(directory: Path | None, lists: tuple[Path, ...]) -> tuple[Policy, ...]:
    from camscan.catalog import load
    from camscan.catalog.policies import with_lists

    return with_lists(load(directory), lists)


def _whom(policy: Policy) -> str:
    if policy.elsewhere is not None:
        return "a class, no names"
    return ", ".join(entity.maker.name for entity in policy.entities) or "nobody by name"
