"""`camscan import`: what other tools and tables already know, identified as a scan would be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from camscan.cli.exits import Exit
from camscan.cli.keeping import keeping, keeping_options


@click.command(name="import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
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
    "--map",
    "mapped",
    multiple=True,
    metavar="ROLE=COLUMN",
    help="CSV columns: ip=Address,mac=MAC,hostname=Name,port=TCP, any field of docs/fields.md. Repeatable.",
)
@click.option(
    "--interesting-only",
    is_flag=True,
    help="Keep only hosts that may be cameras: for files of millions of hosts, which are read twice.",
)
@click.option("--allow-public", is_flag=True, help="Keep what packet captures show of public addresses, too.")
@keeping_options
@click.option(
    "--fingerprints",
    "fingerprints",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Use these fingerprints.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors; files are written.")
def command(
    files: tuple[Path, ...],
    outputs: tuple[Path, ...],
    form: str,
    mapped: tuple[str, ...],
    interesting_only: bool,
    allow_public: bool,
    fingerprints: Path | None,
    quiet: bool,
    **given: Any,
) -> int:
    """Identify the devices that FILES of other tools show; no packet is sent.

    nmap XML, masscan, zgrab2, pcap and pcapng, DHCP leases (ISC, Kea, dnsmasq, Windows), `ip neigh`,
    `arp -a`, switch MAC tables, CSV, camscan's .jsonl; packed by gzip or not. The kind is told by content.
    The register keeps them only with --site, --db or --save: a file may be of somebody else's network.
    """
    from camscan import catalog
    from camscan.cli.auditing import audited
    from camscan.cli.output import Output, deliver
    from camscan.cli.running import configure_logging
    from camscan.report.neutralise import safe_text
    from camscan.survey.imported import ImportRequest, import_files

    output = Output(outputs, form, quiet)
    output.check()
    configure_logging(0)  # scapy would print of each packet that a capture cuts short
    register = keeping(given, by_itself=False)
    known = catalog.load(fingerprints)
    request = ImportRequest(
        paths=files,
        site=register.site(),
        mapping=_mapping(mapped, frozenset(known.fields)),
        interesting_only=interesting_only,
        allow_public=allow_public,
    )

    def tell(text: str) -> None:
        if not quiet:
            click.echo(f"camscan: {safe_text(text)}", err=True)

    inventory = register.keep(audited(import_files(request, known, tell), known), known.edition)
    deliver(inventory, output)
    if register.failed:
        return Exit.OPERATIONAL
    return Exit.OK if inventory.scan.coverage.complete else Exit.INCOMPLETE


def _mapping(texts: tuple[str, ...], fields: frozenset[str]) -> dict[str, str]:
    from camscan.errors import UsageError
    from camscan.imports.csv_files import ROLES

    found = {}
    for pair in ",".join(texts).split(",") if texts else ():
        role, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise UsageError(f"--map {pair!r}: write ROLE=COLUMN, e.g. ip=Address,mac=MAC")
        if role not in ROLES and role not in fields:
            raise UsageError(
                f"--map {pair!r}: {role!r} is none of {', '.join(ROLES)} and no field of docs/fields.md"
            )
        found[role] = column
    return found
