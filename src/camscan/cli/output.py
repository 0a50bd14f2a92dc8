"""Where a result goes: files by their suffix, one format on standard output, or a table for people."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.errors import OperationalError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from camscan.model.inventory import Inventory


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
            if file.exists() and not file.is_file():
                raise UsageError(f"cannot write {file}: it is no file (--format NAME prints on stdout)")
        if self.form:
            formats.by_name(self.form)


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
