"""Keeps in the register what `import` and `listen` found: one run, recorded when it is whole.

Rules: the options are those of `camscan scan`; a register that was asked for and cannot be written costs the
exit code, never the files; one that was not asked for costs a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from camscan.cli import settings
from camscan.errors import StoreError, UsageError

if TYPE_CHECKING:
    from camscan.model.inventory import Inventory, Site

_Command = TypeVar("_Command", bound=Callable[..., Any])


def keeping_options(command: _Command) -> _Command:
    """--site, --db, --save and --no-store."""
    for option in reversed(
        (
            click.option(
                "--site", metavar="ID", help="The site these devices are at; keeps them in the register."
            ),
            click.option(
                "--db", metavar="FILE|URL", help="Keep them in this database (CAMSCAN_DB, setting db)."
            ),
            click.option("--save", is_flag=True, help="Keep them in the register, and fail when that fails."),
            click.option("--no-store", is_flag=True, help="Keep nothing in the register."),
        )
    ):
        command = option(command)
    return command


@dataclass(slots=True)
class Keeping:
    """Whether and where one run is kept. insists: it was asked for, so a failure counts; failed: it did."""

    site_id: str
    db: str | None
    wanted: bool
    insists: bool
    failed: bool = False

    def site(self) -> Site:
        """The site as the register knows it; the register is opened now, so that it can fail early."""
        from camscan.model.inventory import Site

        if not self.insists:
            return Site(self.site_id)
        from camscan.cli.database import opened
        from camscan.store import sites

        with opened(self.db) as store, store.reading() as connection:
            known = sites.find(connection, self.site_id)
            return known or (sites.check(Site(self.site_id)) if self.site_id else Site(""))

    def keep(self, inventory: Inventory, edition: str) -> Inventory:
        """Record it, tell who wants to be told; it comes back under lasting device ids."""
        if not self.wanted:
            return inventory
        from camscan.cli.database import after_scan, opened
        from camscan.store import recording

        try:
            with opened(self.db) as store:
                result = recording.record(store, inventory, edition).inventory()
                after_scan(store, settings.load({}))
                return result
        except StoreError as fault:
            self.failed = self.insists
            click.echo(f"camscan: this is not kept in the register: {fault}", err=True)
            return inventory


def keeping(given: dict[str, Any], *, by_itself: bool) -> Keeping:
    """How the options are meant. by_itself: kept without being asked, under the site of the settings; else
    only where --site, --db or --save says so. Raises UsageError when they contradict each other.
    """
    if given["save"] and given["no_store"]:
        raise UsageError("--save and --no-store contradict each other")
    chosen = settings.load({"db": given["db"], "site": given["site"]})
    named = bool(given["site"] or given["db"] or given["save"])
    configured = by_itself and bool(chosen.get("site") or chosen.get("db"))
    insists = not given["no_store"] and (named or configured)
    site_id = chosen.get("site") if by_itself else given["site"] or ""
    return Keeping(site_id, given["db"], not given["no_store"] and (insists or by_itself), insists)
