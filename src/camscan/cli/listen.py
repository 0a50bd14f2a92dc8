"""`camscan listen`: hears what devices announce, and sends nothing at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from camscan.cli.exits import Exit
from camscan.cli.keeping import keeping, keeping_options
from camscan.cli.quantity import Quantity


@click.command(name="listen")
@click.option(
    "-e",
    "--interface",
    "interfaces",
    multiple=True,
    metavar="NAME",
    help="Only this interface. Repeatable; the default is every attached one.",
)
@click.option(
    "--for",
    "seconds",
    type=Quantity(1, 31_536_000),
    metavar="SECONDS",
    help="Stop after this long instead of at Ctrl-C.",
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
@click.option("--allow-public", is_flag=True, help="List devices with public addresses, too.")
@keeping_options
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
    interfaces: tuple[str, ...],
    seconds: float | None,
    outputs: tuple[Path, ...],
    form: str,
    allow_public: bool,
    fingerprints: Path | None,
    quiet: bool,
    verbose: int,
    **given: Any,
) -> int:
    """List the devices that announce themselves, for networks where scanning is forbidden.

    Not one packet is sent. Heard are mDNS, SSDP, WS-Discovery, SADP, DHIP, TVT and Ubiquiti announcements,
    ARP and DHCP. It needs the right to capture (CAP_NET_RAW).
    """
    from camscan import catalog
    from camscan.cli.auditing import audited, judge_of
    from camscan.cli.output import Output
    from camscan.cli.running import run_source
    from camscan.net.interfaces import choose_interfaces, list_interfaces
    from camscan.net.listen import link_to_hear
    from camscan.survey.listening import ListenRequest, listen

    output = Output(outputs, form, quiet, verbose)
    output.check()
    links = tuple(map(link_to_hear, interfaces)) if interfaces else choose_interfaces((), list_interfaces())
    register = keeping(given, by_itself=True)
    request = ListenRequest(links, seconds or 0.0, register.site(), allow_public)
    if not quiet:
        how_long = f"for {seconds:g} s" if seconds else "until Ctrl-C"
        names = ", ".join(link.name for link in links)
        click.echo(f"camscan: listening on {names} {how_long}; nothing is sent", err=True)
    known = catalog.load(fingerprints)
    _, ended = run_source(
        lambda on_event, stop: listen(request, known, on_event, stop),
        output,
        lambda inventory: register.keep(audited(inventory, known), known.edition),
        judge=judge_of(known, request.site),
    )
    return Exit.OPERATIONAL if register.failed else Exit(ended)
