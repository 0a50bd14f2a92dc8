"""`camscan demo`: the main job on a simulated building, no root, no camera, no network but loopback."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from camscan.cli.exits import Exit
from camscan.cli.quantity import Quantity

FILES = ("inventory.csv", "inventory.jsonl", "inventory.html")


@click.command(name="demo")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("camscan-demo"),
    show_default=True,
    help="Folder for the three inventory files.",
)
@click.option("--loss", type=Quantity(0, 0.5), default=0.0, show_default=True, help="Share of answers lost.")
@click.option("--delay", type=Quantity(0, 2), default=0.0, show_default=True, help="Seconds of delay added.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def command(folder: Path, loss: float, delay: float, quiet: bool) -> int:
    """Scan a simulated building on this machine and write its inventory.

    The building has cameras and recorders of two dozen makers, relabels among them, and printers, phones
    and other things that must not be called a camera. It lives on loopback addresses 127.77.0.x.
    """
    import ipaddress

    import netaddr

    from camscan import catalog
    from camscan.cli.auditing import audited, judge_of
    from camscan.cli.output import Output
    from camscan.cli.running import run_scan
    from camscan.errors import OperationalError
    from camscan.lab.building import demo_building
    from camscan.lab.faults import Faults
    from camscan.lab.process import LabProcess
    from camscan.model.inventory import Site
    from camscan.model.scope import Scope
    from camscan.net.interfaces import list_interfaces
    from camscan.survey.request import ScanRequest

    if sys.platform != "linux":
        raise OperationalError(
            "the simulated building needs a whole 127.0.0.0/8, which only Linux gives; "
            "scanning a real network works here all the same: camscan scan"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise OperationalError(f"cannot make the folder {folder}: {fault.strerror}") from None
    devices = demo_building()
    if not quiet:
        click.echo(
            f"camscan: starting a simulated building of {len(devices)} devices on 127.77.0.x", err=True
        )
    with LabProcess(devices, faults=Faults(loss=loss, delay_seconds=delay)) as lab:
        addresses = netaddr.IPSet([device.truth.ip for device in devices])
        loopback = tuple(each for each in list_interfaces() if each.loopback and each.networks)
        request = ScanRequest(
            scope=Scope.of([addresses], text="the simulated building (127.77.0.x)"),
            links=tuple(i for i in loopback if ipaddress.ip_interface(i.networks[0]).is_loopback),
            site=Site("demo", "Simulated building", "camscan"),
            neighbours=lab.neighbours,
            port_map=lab.port_map,
            resolve_names=False,
        )
        output = Output(tuple(folder / name for name in FILES), quiet=quiet)
        known = catalog.load()
        _, ended = run_scan(
            request,
            known,
            output,
            lambda inventory: audited(inventory, known),
            judge=judge_of(known, request.site),
        )
    if not quiet:
        click.echo(f"camscan: the inventory is in {folder}: open {folder / FILES[2]} in a browser", err=True)
    return Exit(ended)
