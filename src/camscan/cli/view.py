"""What a person sees while a scan runs: a row for each device, progress on a terminal, files that grow."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from camscan.cli.growing import Growing
from camscan.cli.output import Output, make_console

if TYPE_CHECKING:
    from camscan.model.device import Device
    from camscan.model.finding import Finding
    from camscan.model.inventory import Inventory, Scan
    from camscan.survey.request import Event, Progress

    Judge = Callable[[Device], Iterable[Finding]]


class View:
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
            Growing(file, opening) for file in lines if not file.name.lower().endswith(".ecs.jsonl")
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
            from camscan.report.neutralise import safe_text

            click.echo(f"camscan: {safe_text(event.text)}", err=True)

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


def _progress_text(progress: Progress) -> str:
    share = min(0.99, progress.done / progress.total) if progress.total else 0.0
    eta = f", about {progress.eta_seconds:.0f} s left" if progress.eta_seconds else ""
    return f"{share:4.0%} asked, {progress.devices} devices found{eta}"
