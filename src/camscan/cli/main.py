"""The `camscan` command: finds its subcommands by directory and turns errors into one line.

Every file of this package that has a `command` is a subcommand, named after the file; one whose name Python
keeps for itself has an underscore behind it (`import_.py` is `import`). Nothing heavy is imported here: a
subcommand imports what it needs when it runs.
"""

from __future__ import annotations

import gc
import importlib
import keyword
import pkgutil
import re
import sys
from collections.abc import Sequence

import click

import camscan
from camscan.cli.exits import Exit
from camscan.errors import CamscanError, FileFormatError, FingerprintError, UsageError

_IS_COMMAND = re.compile(r"^def command\(", re.MULTILINE)
_FIRST_SENTENCE = re.compile(r'^def command\(.*?"""(.+?)(?:\.\s|\.?""")', re.MULTILINE | re.DOTALL)
_TO_PUT_RIGHT = (UsageError, FingerprintError, FileFormatError)  # by who wrote the line or the file
_MOST_CHARACTERS = 4000  # of a message: what it quotes may be a stranger's


class Commands(click.Group):
    """A group whose members are the modules beside this file; its help reads them without running them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of all subcommands, sorted."""
        return sorted(self._sources())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The subcommand, loaded now; None when there is none of this name."""
        name = cmd_name.replace("-", "_")
        try:
            module = importlib.import_module(f"camscan.cli.{name}{'_' if keyword.iskeyword(name) else ''}")
        except ModuleNotFoundError as fault:
            if fault.name and fault.name.startswith("camscan.cli."):
                return None
            raise
        found = getattr(module, "command", None)
        return found if isinstance(found, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, and a mistyped name is answered with the names it is nearest to."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as fault:
            import difflib  # only a mistyped name pays for it

            if near := difflib.get_close_matches(args[0], self._sources(), n=2):
                raise click.UsageError(f"{fault.message} Did you mean {' or '.join(near)}?", ctx) from None
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Each subcommand with the first sentence of its help."""
        rows = []
        for name, source in sorted(self._sources().items()):
            found = _FIRST_SENTENCE.search(source)
            rows.append((name, " ".join(found.group(1).split()) if found else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _sources(self) -> dict[str, str]:
        package = importlib.import_module("camscan.cli")
        found = {}
        for module in pkgutil.iter_modules(package.__path__):
            data = pkgutil.get_data("camscan.cli", f"{module.name}.py") or b""
            source = data.decode("utf-8")
            if _IS_COMMAND.search(source):
                found[module.name.rstrip("_").replace("_", "-")] = source
        return found


@click.command(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(camscan.__version__, prog_name="camscan", message="%(prog)s %(version)s")
def main() -> None:
    """Find every network camera on the networks you run, and say who really made it.

    camscan asks politely: no password is ever guessed, nothing is changed, and not one packet
    goes outside the addresses you name.
    """


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script: runs, reports errors as one line, exits with an `Exit`."""
    # Loading makes many objects that stay: looking through them again and again costs a fifth of a second.
    gc.set_threshold(20_000, 20, 50)
    sys.exit(int(invoke(arguments)))


def invoke(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; tests call this."""
    try:
        result = main.main(args=arguments, prog_name="camscan", standalone_mode=False)
        return int(result) if isinstance(result, int) else int(Exit.OK)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as fault:
        fault.show()
        return int(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("camscan: interrupted", err=True)
        return int(Exit.INTERRUPTED)
    except CamscanError as fault:
        click.echo(f"camscan: {_one_line(str(fault))}", err=True)
        return int(Exit.USAGE if isinstance(fault, _TO_PUT_RIGHT) else Exit.OPERATIONAL)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nobody is left to tell
        return int(Exit.OPERATIONAL)
    except OSError as fault:
        where = f" ({fault.filename})" if fault.filename else ""
        click.echo(f"camscan: {_one_line(f'{fault.strerror or fault}{where}')}", err=True)
        return int(Exit.OPERATIONAL)
    except RuntimeError as fault:
        if "home directory" not in str(fault):
            raise  # a fault of ours; what pathlib and platformdirs say of a user without a home is none
        click.echo("camscan: this user has no home directory: set HOME to a folder of its own", err=True)
        return int(Exit.OPERATIONAL)
    except MemoryError:
        click.echo("camscan: this takes more memory than there is", err=True)
        return int(Exit.OPERATIONAL)


def _one_line(text: str) -> str:
    text = text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
    return "".join(" " if ch in "\r\n\t" else ch for ch in text if ch.isprintable() or ch in "\r\n\t")
