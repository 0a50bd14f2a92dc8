"""Runs one scan for a person: rows as devices appear, progress on a terminal, files that are always valid.

Data goes to stdout, everything else to stderr. A `.jsonl` output grows line by line while the scan runs, so
that even SIGKILL leaves whole lines; at the end every output is put in place in one step. A full disk or a
reader that goes away costs that one output, never the scan: what can be written is, and the exit code tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.exits import Exit
from camscan.errors import OperationalError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from camscan.catalog import Catalog
    from camscan.model.device import Device
    from camscan.model.finding import Finding
    from camscan.model.inventory import Inventory, Scan
    from camscan.survey.request import Event, Progress, ScanRequest

    Source = Callable[[Callable[[Event], None], asyncio.Event], Awaitable[Inventory]]
    Judge = Callable[[Device], Iterable[Finding]]


def nothing_to_say(device: Device) -> Iterable[Finding]:  # noqa: ARG001
    """The judge of those who have none."""
    return ()


@dataclass(frozen=True, slots=True)
class Output:
    """Where the result goes: files by suffix, one format on stdout, how much is said beside it."""

    files: tuple[Path, ...] = ()
    form: str = ""
    quiet: bool = False
    verbose: int = 0

    def check(self) -> None:
        """Raise UsageError before anything is sent when a suffix, format or folder will not do."""
        from camscan.report import formats

        for file in self.files:
            formats.by_path(file)
            if not file.absolute().parent.is_dir():
                raise UsageError(f"cannot write {file}: there is no folder {file.absolute().parent}")
        if self.form:
            formats.by_name(self.form)


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
    view = _View(output, opening, stop.end if not output.files and listen is None else lambda: None, judge)

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


def deliver(inventory: Inventory, output: Output) -> None:
    """Show and write an inventory that was made in one go."""
    from camscan.report import formats
    from camscan.report.table import print_report

    write_files(inventory, output)
    if output.form:
        sys.stdout.flush()
        sys.stdout.buffer.write(formats.render(inventory, output.form))
        sys.stdout.buffer.flush()
    elif not output.quiet:
        print_report(make_console(sys.stdout), inventory)


def write_files(inventory: Inventory, output: Output) -> None:
    """Every file asked for, in the format of its suffix; one that fails does not cost the others.

    Raises OperationalError naming every file that could not be written.
    """
    from camscan.report import formats

    failed = []
    for file in output.files:
        try:
            formats.write(inventory, file)
        except OperationalError as fault:
            failed.append(str(fault))
            continue
        if not output.quiet:
            click.echo(f"camscan: wrote {file}", err=True)
    if failed:
        raise OperationalError("; ".join(failed))


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


class _View:
    """What a person sees while it runs."""

    def __init__(
        self, output: Output, opening: Scan | None, give_up: Callable[[], None], judge: Judge
    ) -> None:
        self._output = output
        self._judge = judge
        self._give_up = give_up
        self.reader_left = False
        self._console = make_console(sys.stdout)
        self._errors = make_console(sys.stderr)
        self._table = None
        self._status = self._errors.status("…") if self._errors.is_terminal and not output.quiet else None
        if self._status is not None:
            self._status.start()
        if not output.form and not output.quiet:
            from camscan.report.table import TableStream

            self._table = TableStream(self._console)
        lines = [file for file in output.files if file.name.lower().endswith(".jsonl")]
        self._growing = [
            _Growing(file, opening) for file in lines if not file.name.lower().endswith(".ecs.jsonl")
        ]

    def event(self, event: Event) -> None:
        """Show one event of the scan."""
        from camscan.survey.request import DeviceFound, Progress, Warned

        if isinstance(event, DeviceFound):
            if self._table is not None:
                try:
                    self._table.add(event.device, self._judge(event.device))
                except BrokenPipeError:
                    self._table = None
                    self._nobody_reads()
            for file in self._growing:
                file.add([event.device, *event.observations])
        elif isinstance(event, Progress):
            if self._status is not None:
                self._status.update(_progress_text(event))
        elif isinstance(event, Warned) and self._output.verbose:
            click.echo(f"camscan: {event.text}", err=True)

    def end(self) -> None:
        """Take the progress line away and close what grew."""
        if self._status is not None:
            self._status.stop()
        for file in self._growing:
            file.close()

    def result(self, inventory: Inventory) -> None:
        """The summary under the table, or the data in the format asked for."""
        if self.reader_left:
            return
        try:
            self._result(inventory)
            sys.stdout.flush()
        except BrokenPipeError:
            self._nobody_reads()

    def _nobody_reads(self) -> None:
        self.reader_left = True
        with contextlib.suppress(OSError, ValueError):  # or the interpreter complains once more when it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo("camscan: nobody reads standard output any more; files are still written", err=True)
        self._give_up()

    def _result(self, inventory: Inventory) -> None:
        if self._output.form:
            from camscan.report import formats

            content = formats.render(inventory, self._output.form)
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        elif not self._output.quiet:
            from camscan.report.table import print_report

            self._console.print()
            print_report(self._console, inventory, devices=False)


class _Growing:
    """A .jsonl that holds whole lines at any moment, the scan's own first."""

    def __init__(self, path: Path, opening: Scan | None) -> None:
        from camscan.report import jsonl

        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as fault:
            raise OperationalError(f"cannot write {path}: {fault.strerror}") from None
        self._path = path
        self._failed = False
        if opening is not None:
            self._write(jsonl.scan_line(opening))

    def add(self, items: Sequence[object]) -> None:
        """Append one line for each; after a failure, which is told once, nothing more."""
        from camscan.report import jsonl

        self._write(b"".join(jsonl.write_line(item) for item in items))  # type: ignore[arg-type]

    def _write(self, lines: bytes) -> None:
        if self._failed:
            return
        size, written = os.fstat(self._file).st_size, 0
        try:
            written = os.write(self._file, lines)
            if written == len(lines):
                return
            why = "no space left"
        except OSError as fault:
            why = fault.strerror or str(fault)
        self._failed = True
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, size + lines[:written].rfind(b"\n") + 1)
        click.echo(f"camscan: cannot write {self._path} while scanning: {why}; the scan goes on", err=True)

    def close(self) -> None:
        os.close(self._file)


def _progress_text(progress: Progress) -> str:
    share = min(0.99, progress.done / progress.total) if progress.total else 0.0
    eta = f", about {progress.eta_seconds:.0f} s left" if progress.eta_seconds else ""
    return f"{share:4.0%} asked, {progress.devices} devices found{eta}"


def make_console(stream: object) -> Console:
    """A rich console that honours NO_COLOR and never guesses a width under 80.

    It raises BrokenPipeError when its reader is gone, where rich would end the process.
    """
    from rich.console import Console

    class Honest(Console):
        def on_broken_pipe(self) -> None:
            """Raise where rich would exit."""
            raise BrokenPipeError

    console = Honest(file=stream, soft_wrap=False, highlight=False)  # type: ignore[arg-type]
    if not console.is_terminal:
        console = Honest(file=stream, width=160, soft_wrap=False, highlight=False)  # type: ignore[arg-type]
    return console
