"""`camscan alerts`: what happened, who has been told, and telling again."""

from __future__ import annotations

import click

from camscan.cli.database import db_option, opened
from camscan.cli.exits import Exit
from camscan.cli.listing import format_option, print_rows

COLUMNS = ("at", "site", "kind", "device_id", "address", "device", "before", "after")


@click.group(name="alerts")
def command() -> None:
    """Events of the register and the endpoints that are told of them."""


@command.command(name="list")
@click.option("--site", metavar="ID", help="Only this site.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many.")
@format_option
@db_option
def list_events(site: str | None, limit: int, form: str, db: str | None) -> int:
    """List events, newest first."""
    from camscan.store import events

    with opened(db, create=False) as store:
        found = events.list_events(store, site, limit)
    rows = []
    for each in found:
        words = [f"{each.at:%Y-%m-%dT%H:%M:%SZ}", each.site_id, each.kind, each.device_id]
        rows.append([*words, each.address, each.device, each.before, each.after])
    print_rows(COLUMNS, rows, form)
    return Exit.OK


@command.command(name="endpoints")
@format_option
@db_option
def list_endpoints(form: str, db: str | None) -> int:
    """List endpoints with their failures and the events they have not been told."""
    from camscan.store import events

    with opened(db, create=False) as store:
        found = events.endpoints(store)
    rows = []
    for each in found:
        tried = f"{each.last_try:%Y-%m-%dT%H:%M:%SZ}" if each.last_try else ""
        rows.append([each.name, str(each.owed), str(each.failures), tried, each.last_error])
    print_rows(("name", "owed", "failures", "last_try", "last_error"), rows, form)
    return Exit.OK


@command.command(name="send")
@db_option
def send(db: str | None) -> int:
    """Tell every configured endpoint what it is owed; a scan does so by itself."""
    from camscan.cli import settings
    from camscan.cli.database import tell_endpoints
    from camscan.errors import UsageError

    chosen = settings.load({"db": db})
    if not chosen.get("alerts.endpoints"):
        raise UsageError("no endpoint is configured; see alerts.endpoints in docs/configuration.md")
    with opened(db, create=False) as store:
        return Exit.OPERATIONAL if tell_endpoints(store, chosen) else Exit.OK


@command.command(name="test")
@click.argument("name")
def test(name: str) -> int:
    """Send a test message to the endpoint NAME."""
    from camscan.cli import settings
    from camscan.errors import OperationalError, UsageError
    from camscan.publish import alerts

    endpoints = settings.load().get("alerts.endpoints")
    if name not in endpoints:
        raise UsageError(f"there is no endpoint {name!r}; configured: {', '.join(endpoints) or 'none'}")
    fault = alerts.send(endpoints[name], "camscan: test", ["This is a test: alerts of camscan arrive here."])
    if fault:
        raise OperationalError(f"alert endpoint {name}: {fault}")
    click.echo(f"camscan: {name} took the message", err=True)
    return Exit.OK
