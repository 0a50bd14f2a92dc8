"""`camscan scan`: discover, identify, write the inventory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from camscan.cli.exits import Exit


@click.command(name="scan")
@click.argument("targets", nargs=-1)
@click.option(
    "-iL", "--input-list", "target_file", metavar="FILE", default="", help="Targets from FILE, - is stdin."
)
@click.option("--exclude", multiple=True, metavar="TARGET", help="Never touch these. Repeatable.")
@click.option("--excludefile", "exclude_file", metavar="FILE", default="", help="Exclusions from FILE.")
@click.option(
    "-p",
    "--ports",
    metavar="PORTS",
    default="",
    help="TCP ports to try instead of docs/ports.md: 80,8000-8010.",
)
@click.option(
    "-e", "--interface", "interfaces", multiple=True, metavar="NAME", help="Only this interface. Repeatable."
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write FILE; the suffix picks the format. Repeatable.",
)
@click.option(
    "--format", "form", default="", metavar="FORMAT", help="Print this format on stdout instead of the table."
)
@click.option(
    "-T",
    "--timing",
    type=click.IntRange(0, 5),
    default=3,
    show_default=True,
    help="From 0 (slowest) to 5; 3 is polite.",
)
@click.option(
    "--max-rate",
    type=click.FloatRange(1, 1_000_000),
    metavar="N",
    help="At most N packets a second over all.",
)
@click.option(
    "--host-timeout",
    type=click.FloatRange(1, 86_400),
    metavar="SECONDS",
    help="At most this long with one device.",
)
@click.option(
    "--max-time",
    type=click.FloatRange(1, 604_800),
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
@click.option("--experimental", is_flag=True, help="Also ask in protocols known from a single source.")
@click.option(
    "--probe", "probes", multiple=True, metavar="NAME", help="Only this probe (docs/safety.md). Repeatable."
)
@click.option(
    "--credentials",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Log in to ONVIF with the logins of FILE (TOML), once for each device.",
)
@click.option("--ask-login", is_flag=True, help="Ask for an ONVIF login at the terminal.")
@click.option("--site", default="", metavar="ID", help="The site these devices are at.")
@click.option(
    "--fingerprints",
    "fingerprints",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Use these fingerprints.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors; files are written.")
@click.option("-v", "--verbose", count=True, help="Say more; twice for debugging.")
def command(
    targets: tuple[str, ...],
    target_file: str,
    exclude: tuple[str, ...],
    exclude_file: str,
    ports: str,
    interfaces: tuple[str, ...],
    outputs: tuple[Path, ...],
    form: str,
    timing: int,
    max_rate: float | None,
    host_timeout: float | None,
    max_time: float | None,
    assume_up: bool,
    no_names: bool,
    allow_public: bool,
    group_questions: str,
    experimental: bool,
    probes: tuple[str, ...],
    credentials: Path | None,
    ask_login: bool,
    site: str,
    fingerprints: Path | None,
    quiet: bool,
    verbose: int,
) -> int:
    """Find and identify every camera at TARGETS.

    A target is an address, 10.0.0.0/24, 10.0.0.1-10.0.0.9, 10.0.0-3.1-254, a host name, @FILE, or `local`
    for the attached networks, which is the default.
    """
    from camscan import catalog
    from camscan.cli.logins import load_logins
    from camscan.cli.running import Output, run_scan
    from camscan.cli.targets import Asked, build_scope
    from camscan.model.inventory import Site
    from camscan.net.pace import TEMPLATES
    from camscan.survey.request import ScanRequest

    output = Output(outputs, form, quiet, verbose)
    output.check()
    asked = Asked(targets, target_file, exclude, exclude_file, ports, interfaces, allow_public)
    scope, links = build_scope(asked)
    manners = TEMPLATES[timing]
    if max_rate is not None:
        manners = replace(manners, packets_per_second=max_rate)
    if host_timeout is not None:
        manners = replace(manners, host_timeout_seconds=host_timeout)
    if not quiet:
        where = ", ".join(f"{link.name} ({', '.join(link.networks)})" for link in links) or "no attached link"
        click.echo(
            f"camscan: scanning {scope.text}: {len(scope):,} addresses; group questions on {where}; "
            f"at most {manners.packets_per_second:.0f} packets/s, "
            f"{manners.device_packets_per_second:.0f}/s to one device",
            err=True,
        )
    logins, communities = load_logins(credentials, ask_login)
    request = ScanRequest(
        scope=scope,
        links=links,
        manners=manners,
        site=Site(site),
        experimental=experimental,
        assume_up=assume_up,
        resolve_names=not no_names,
        group_questions=group_questions,
        run_seconds=max_time or 0.0,
        probes=probes,
        logins=logins,
        communities=communities,
    )
    _, ended = run_scan(request, catalog.load(fingerprints), output)
    return Exit(ended)
