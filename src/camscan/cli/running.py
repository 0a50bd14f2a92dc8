"""Runs one scan for a person: rows as devices appear, progress on a terminal, files that are always valid.

Data goes to stdout, everything else to stderr. A `.jsonl` output grows line by line while the scan runs, so
that even SIGKILL leaves whole lines; at the end every output is put in place in one step. A full disk or a
reader that goes away costs that one output, never the scan: what can be written is, and the exit code tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

import click

from camscan.cli.exits import Exit
from camscan.cli.output import Output, write_files
from camscan.cli.view import View

if TYPE_CHECKING:
    from camscan.catalog import Catalog
    from camscan.cli.view import Judge
    from camscan.model.device import Device
    from camscan.model.finding import Finding
    from camscan.model.inventory import Inventory, Scan
    from camscan.survey.request import Event, ScanRequest

    Source = Callable[[Callable[[Event], None], asyncio.Event], Awaitable[Inventory]]


def nothing_to_say(device: Device) -> Iterable[Finding]:  # noqa: ARG001
    """The judge of those who have none."""
    return ()


def run_scan(
    request: ScanRequest,
    catalog: Catalog,
    output: Output,
    finish: Callable[[Inventory], Inventory] = lambda inventory: inventory,
    listen: Callable[[Event], None] | None = None,
    judge: Judge = nothing_to_say,
) -> tuple[Inventory, Exit]:
    """Scan, show, write; `finish` adds what needs the whole inventory (findings, lasting ids) before files
    are written; `listen` hears every event first; `judge` gives the findings shown beside a device."""

    async def source(on_event: Callable[[Event], None], stop: asyncio.Event) -> Inventory:
        from camscan.scan import scan

        return await scan(request, catalog, on_event, stop)

    return run_source(source, output, finish, listen, _opening(request), judge)


def run_source(
    source: Source,
    output: Output,
    finish: Callable[[Inventory], Inventory] = lambda inventory: inventory,
    listen: Callable[[Event], None] | None = None,
    opening: Scan | None = None,
    judge: Judge = nothing_to_say,
) -> tuple[Inventory, Exit]:
    """The same for anything that tells of devices as it finds them; Ctrl-C sets the event it is given.

    opening: the scan as far as it is known when it starts, the first line of a growing file.
    """
    configure_logging(output.verbose)
    stop = _Stop()
    view = View(output, opening, stop.end if not output.files and listen is None else lambda: None, judge)

    def hear(event: Event) -> None:
        if listen is not None:
            listen(event)
        view.event(event)

    try:
        inventory = asyncio.run(_run(source, hear, stop))
    finally:
        view.end()
    inventory = finish(inventory)
    view.result(inventory)
    write_files(inventory, output)
    if view.reader_left:
        return inventory, Exit.OPERATIONAL
    if inventory.scan.coverage.interrupted:
        return inventory, Exit.INTERRUPTED
    return inventory, Exit.OK if inventory.scan.coverage.complete else Exit.INCOMPLETE


def _opening(request: ScanRequest) -> Scan:
    import uuid
    from datetime import UTC, datetime

    import camscan
    from camscan.model.inventory import Coverage, Scan

    return Scan(
        scan_id=getattr(request, "scan_id", "") or uuid.uuid4().hex[:12],
        site=request.site,
        started=datetime.now(UTC),
        ended=None,
        camscan_version=camscan.__version__,
        scope_text=request.scope.text,
        coverage=Coverage(len(request.scope), 0, complete=False),
    )


def configure_logging(verbose: int) -> None:
    """Only the command line configures logging; the library never does."""
    level = logging.WARNING if verbose == 0 else logging.INFO if verbose == 1 else logging.DEBUG
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)  # a busy 5353 is told in the coverage
    for noisy in ("asyncio", "urllib3", "scapy", "scapy.runtime", "zeep"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


class _Stop:
    """Ctrl-C or SIGTERM: the first asks the scan to end, the second ends the process."""

    def __init__(self) -> None:
        self.event: asyncio.Event | None = None

    def install(self, loop: asyncio.AbstractEventLoop) -> asyncio.Event:
        self.event = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                loop.add_signal_handler(number, self._ask, loop, number)
        return self.event

    def end(self) -> None:
        """Ask the scan to end, as Ctrl-C would."""
        if self.event is not None:
            self.event.set()

    def _ask(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        if self.event is not None and not self.event.is_set():
            self.event.set()
            click.echo("\ncamscan: stopping; what is known so far will be written", err=True)
            loop.remove_signal_handler(number)


async def _run(source: Source, on_event: Callable[[Event], None], stop: _Stop) -> Inventory:
    return await source(on_event, stop.install(asyncio.get_running_loop()))
