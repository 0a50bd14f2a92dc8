"""`camscan scan`: discover, identify, write the inventory; keep it in the register when a site is named."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.exits import Exit
from camscan.cli.quantity import Quantity
from camscan.errors import StoreError, UsageError

if TYPE_CHECKING:
    from camscan.cli.settings import Settings
    from camscan.model.inventory import Inventory, Site
    from camscan.store.engine import Store
    from camscan.survey.request import ScanRequest

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_SITE_PREFIX = "site:"


@click.command(name="scan")
@click.argument("targets", nargs=-1)
@click.option(
    "-iL", "--input-list", "target_file", metavar="FILE", default="", help="Targets from FILE, - is stdin."
)
@click.option("--exclude", multiple=True, metavar="TARGET", help="Never touch these. Repeatable.")
@click.option("--excludefile", "exclude_file", metavar="FILE", default="", help="Exclusions from FILE.")
@click.option(
    "-p", "--ports", metavar="PORTS", default="", help="TCP ports instead of docs/ports.md: 80,8000-8010."
)
@click.option(
    "-e", "--interface", "interfaces", multiple=True, metavar="NAME", help="Only this interface. Repeatable."
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=_FILE,
    metavar="FILE",
    help="Write FILE; the suffix picks the format. Repeatable.",
)
@click.option(
    "--format", "form", default="", metavar="FORMAT", help="Print this format on stdout instead of the table."
)
@click.option(
    "-T", "--timing", type=click.IntRange(0, 5), help="From 0 (slowest) to 5; 3 is polite and the default."
)
@click.option(
    "--max-rate",
    type=Quantity(1, 1_000_000),
    metavar="N",
    help="At most N packets a second over all.",
)
@click.option(
    "--host-timeout",
    type=Quantity(1, 86_400),
    metavar="SECONDS",
    help="At most this long with one device.",
)
@click.option(
    "--max-time",
    type=Quantity(1, 604_800),
    metavar="SECONDS",
    help="End the whole scan after this long.",
)
@click.option("-Pn", "assume_up", is_flag=True, help="Try every port of every address, answered or not.")
@click.option("-n", "no_names", is_flag=True, help="Ask DNS for no names.")
@click.option("--allow-public", is_flag=True, help="Permit public addresses: only if they are yours.")
@click.option(
    "--group-questions",
    type=click.Choice(["auto", "never"]),
    default="auto",
    show_default=True,
    help="Multicast and broadcast: where no excluded address would hear them, or never.",
)
@click.option("--no-raw", is_flag=True, help="Use no raw sockets even where there is the right to.")
@click.option("--experimental", is_flag=True, help="Also ask in protocols known from a single source.")
@click.option(
    "--probe", "probes", multiple=True, metavar="NAME", help="Only this probe (docs/packets.md). Repeatable."
)
@click.option(
    "--credentials",
    type=_FILE,
    metavar="FILE",
    help="Log in to ONVIF with the logins of FILE (TOML), once for each device.",
)
@click.option("--ask-login", is_flag=True, help="Ask for an ONVIF login at the terminal.")
@click.option("--site", metavar="ID", help="The site these devices are at; keeps the scan in the register.")
@click.option("--db", metavar="FILE|URL", help="Keep the scan in this database (CAMSCAN_DB, setting db).")
@click.option("--save", is_flag=True, help="Keep the scan in the register, and fail when that fails.")
@click.option("--no-store", is_flag=True, help="Keep nothing in the register; the scan cannot be resumed.")
@click.option("--resume", is_flag=True, help="Go on with the newest scan that was cut short (of --site).")
@click.option("--resume-id", default="", metavar="ID", help="Go on with this scan.")
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(["new", "listed", "advisory", "unknown"]),
    help="Exit 10 when a device is new, matches a list or advisory, or has no known maker. Repeatable.",
)
@click.option(
    "--policies",
    "lists",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH",
    help="Also compare with your own lists (docs/policies.md). Repeatable.",
)
@click.option("--fingerprints", "fingerprints", type=_FOLDER, metavar="DIR", help="Use these fingerprints.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors; files are written.")
@click.option("-v", "--verbose", count=True, help="Say more; twice for debugging.")
def command(targets: tuple[str, ...], **given: Any) -> int:
    """Find and identify every camera at TARGETS.

    A target is an address, 10.0.0.0/24, 10.0.0.1-10.0.0.9, 10.0.0-3.1-254, a host name, @FILE, site:ID for
    the networks of a site, or `local` for the attached networks, which is the default.
    """
    from camscan import catalog
    from camscan.cli import settings
    from camscan.cli.output import Output

    chosen = settings.load(
        {
            "db": given["db"],
            "site": given["site"],
            "scan.timing": given["timing"],
            "scan.max_rate": given["max_rate"],
            "scan.exclude": given["exclude"] or None,
            "scan.interfaces": given["interfaces"] or None,
            "scan.credentials": str(given["credentials"]) if given["credentials"] else None,
            "fingerprints": str(given["fingerprints"]) if given["fingerprints"] else None,
        }
    )
    output = Output(given["outputs"], given["form"], given["quiet"], given["verbose"])
    output.check()
    directory = chosen.get("fingerprints")
    known = catalog.load(Path(directory) if directory else None)
    with ExitStack() as stack:
        job = _Job(given, chosen, targets, stack)
        return _run(job, known, output)


@dataclass(slots=True)
class _Job:
    """The command line, read; the store is opened only when a site, a database or --resume asks for it."""

    given: dict[str, Any]
    chosen: Settings
    targets: tuple[str, ...]
    stack: ExitStack
    scan_id: str = ""
    _store: Store | None = None

    @property
    def resumes(self) -> bool:
        return bool(self.given["resume"] or self.given["resume_id"])

    @property
    def keeps(self) -> bool:
        """Was a store asked for? Otherwise the scan is kept where it can be, and goes on where it cannot."""
        named = any(target.startswith(_SITE_PREFIX) for target in self.targets)
        wanted = self.given["save"] or self.chosen.get("site") or self.chosen.get("db")
        return bool(named or self.resumes or wanted)

    def store(self) -> Store:
        if self._store is None:
            from camscan.cli.database import opened

            self._store = self.stack.enter_context(opened(self.given["db"]))
        return self._store

    def site(self) -> Site:
        """The site of this scan, with what the register knows of it."""
        from camscan.model.inventory import Site

        ids = dict.fromkeys(t.removeprefix(_SITE_PREFIX) for t in self.targets if t.startswith(_SITE_PREFIX))
        if len(ids) > 1:
            raise UsageError(f"one scan is of one site: {', '.join(ids)}; start one scan for each")
        site_id = next(iter(ids), self.chosen.get("site"))
        if not site_id or not self.keeps:
            return Site(site_id)
        from camscan.store import sites

        with self.store().reading() as connection:
            return sites.find(connection, site_id) or sites.check(Site(site_id))

    def words(self, site: Site) -> tuple[str, ...]:
        """The targets, those of the site and of a resumed scan filled in."""
        words = [word for word in self.targets if not word.startswith(_SITE_PREFIX)]
        if any(word.startswith(_SITE_PREFIX) for word in self.targets):
            if not site.networks:
                raise UsageError(f"site {site.id} has no networks; `camscan sites add {site.id} --network …`")
            words += site.networks
        if self.resumes:
            from camscan.cli.recording import interrupted_scan

            self.scan_id, text = interrupted_scan(self.store(), site.id, self.given["resume_id"])
            if not words and not self.given["target_file"]:
                if "…" in text:
                    raise UsageError("this scan had too many targets to be remembered; name them again")
                words = text.split()
        return tuple(words)


def _run(job: _Job, known: Any, output: Any) -> int:
    from camscan.cli import recording
    from camscan.cli.auditing import audited, judge_of
    from camscan.cli.database import after_scan
    from camscan.cli.running import run_scan
    from camscan.match.diff import fail_on

    request = _request(job, job.site(), output.quiet)
    recorder = None
    if job.resumes:
        recorder, request = recording.resume(job.store(), request, job.scan_id)
    elif not job.given["no_store"]:
        try:
            recorder, request = recording.begin(job.store, request, at_once=job.keeps)
        except StoreError as fault:
            if job.keeps:
                raise
            click.echo(f"camscan: this scan is not kept in the register: {fault}", err=True)
    changes: tuple[Any, ...] = ()
    lost = ""

    def finish(inventory: Inventory) -> Inventory:
        nonlocal changes, lost
        inventory = audited(inventory, known, job.given["lists"])
        if recorder is not None:
            try:
                inventory, changes = recorder.finish(inventory, known.edition)
            except StoreError as fault:
                lost = str(fault)
        return inventory

    judge = judge_of(known, request.site, job.given["lists"])
    inventory, ended = run_scan(request, known, output, finish, recorder.event if recorder else None, judge)
    if lost:
        click.echo(f"camscan: {lost}", err=True)
        if job.keeps:
            return Exit.OPERATIONAL
    elif recorder is not None and ended is not Exit.INTERRUPTED:
        after_scan(job.store(), job.chosen)
    words = set(job.given["fail_on"])
    if words and ended in (Exit.OK, Exit.INCOMPLETE):
        from camscan.store import entries  # the database takes longer to load than a network to answer

        waived = entries.waived(job.store(), inventory.scan.started.date()) if recorder and not lost else ()
        if fail_on(changes, inventory, words, frozenset(waived)):
            return Exit.FAILED_ON
    return ended


def _request(job: _Job, site: Site, quiet: bool) -> ScanRequest:
    from camscan.cli.logins import load_logins
    from camscan.cli.targets import Asked, build_scope
    from camscan.net.interfaces import left_out, list_interfaces
    from camscan.survey.request import ScanRequest

    given, chosen = job.given, job.chosen
    asked = Asked(
        job.words(site),
        given["target_file"],
        tuple(chosen.get("scan.exclude")),
        given["exclude_file"],
        given["ports"],
        tuple(chosen.get("scan.interfaces")),
        given["allow_public"],
    )
    scope, links = build_scope(asked)
    manners = _manners(given, chosen)
    if not quiet:
        where = ", ".join(f"{link.name} ({', '.join(link.networks)})" for link in links) or "no attached link"
        click.echo(
            f"camscan: scanning {scope.text}: {len(scope):,} addresses; group questions on {where}; "
            f"at most {manners.packets_per_second:.0f} packets/s, "
            f"{manners.device_packets_per_second:.0f}/s to one device",
            err=True,
        )
    credentials = chosen.get("scan.credentials")
    logins, communities = load_logins(Path(credentials) if credentials else None, given["ask_login"])
    return ScanRequest(
        scope=scope,
        links=links,
        manners=manners,
        site=site,
        experimental=given["experimental"],
        assume_up=given["assume_up"],
        resolve_names=not given["no_names"],
        group_questions=given["group_questions"],
        raw=not given["no_raw"],
        run_seconds=given["max_time"] or 0.0,
        probes=given["probes"],
        logins=logins,
        communities=communities,
        left_out=left_out(asked.interfaces, list_interfaces()),
    )


def _manners(given: dict[str, Any], chosen: Settings) -> Any:
    from camscan.net.pace import TEMPLATES

    manners = TEMPLATES.get(chosen.get("scan.timing"))
    if manners is None:
        raise UsageError(f"timing {chosen.get('scan.timing')} is not one of 0 to 5")
    if rate := chosen.get("scan.max_rate"):
        manners = replace(manners, packets_per_second=rate)
    if seconds := given["host_timeout"]:
        manners = replace(manners, host_timeout_seconds=seconds)
    return manners
