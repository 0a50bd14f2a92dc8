"""The generated pages of docs/: commands, exit codes, outcomes, fields, makers, and what is sent.

`python -m camscan.cli.reference docs` writes them; a test fails when a page is behind the code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from camscan.cli.exits import Exit
from camscan.model.exchange import Outcome, Probe, Transport

_MADE = "<!-- made by `python -m camscan.cli.reference docs`; edit the code, not this page -->\n\n"

OUTCOMES = {
    Outcome.ANSWERED: "At least one reply was understood.",
    Outcome.SILENT: "The question was sent; nothing came back in time. Silence is not absence.",
    Outcome.REFUSED: "An active refusal: a TCP reset, ICMP unreachable, or a login that was not accepted.",
    Outcome.TIMED_OUT: "A conversation began and did not finish within the device's or the question's time.",
    Outcome.MALFORMED: "Bytes came that break the protocol; the reason says how.",
    Outcome.NOT_PERMITTED: "Outside the scope, excluded, or switched off by the operator; nothing was sent.",
    Outcome.NOT_ASKED: "Nothing suggested asking: the port is closed, the device is already known, or its "
    "connections are used up.",
    Outcome.NOT_RUN: "It could not be asked from here: port in use, no right, interface down, interrupted.",
    Outcome.BUG: "camscan failed while reading the reply; never the device's fault. Please report it.",
}


def commands() -> str:
    """docs/commands.md: every command and option, from click itself."""
    from camscan.cli.main import main

    pages = ["# Commands\n\n", _MADE]
    with click.Context(main, info_name="camscan", **main.context_settings) as context:
        pages += _command(main, context, 2)
    return "".join(pages)


def _command(command: click.Command, context: click.Context, depth: int) -> Iterator[str]:
    yield f"{'#' * depth} `{context.command_path}`\n\n"
    yield (command.help or "").replace("\b", "").strip() + "\n\n"
    rows = [row for parameter in command.get_params(context) if (row := _row(parameter))]
    if rows:
        yield "| option | meaning |\n| --- | --- |\n" + "".join(rows) + "\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                with click.Context(child, info_name=name, parent=context) as inner:
                    yield from _command(child, inner, depth + 1)


def _row(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        names = ", ".join([*parameter.opts, *parameter.secondary_opts])
        value = (
            f" {parameter.make_metavar(click.Context(click.Command('x')))}" if not parameter.is_flag else ""
        )
        text = (parameter.help or "").replace("|", "\\|").replace("\n", " ")
        return f"| `{names}{value}` | {text} |\n"
    return f"| `{(parameter.name or '').upper()}` | argument |\n"


def exit_codes() -> str:
    """docs/exit-codes.md."""
    rows = "".join(f"| {int(code)} | {code.name} | {code.meaning} |\n" for code in Exit)
    return f"# Exit codes\n\n{_MADE}| code | name | meaning |\n| --- | --- | --- |\n{rows}"


def outcomes() -> str:
    """docs/outcomes.md."""
    rows = "".join(f"| `{outcome}` | {OUTCOMES[outcome]} |\n" for outcome in Outcome)
    return (
        f"# Outcomes\n\n{_MADE}Every (probe, target) of a scan ends in exactly one of these; the coverage "
        f"of a report counts them.\n\n| outcome | meaning |\n| --- | --- |\n{rows}"
    )


def fields() -> str:
    """docs/fields.md: every observation field."""
    import tomllib

    from camscan.catalog.places import shipped_directory

    known = tomllib.loads((shipped_directory() / "fields.toml").read_text(encoding="utf-8"))
    rows = "".join(
        f"| `{name}` | {row['about'].replace('|', chr(92) + '|')} | {', '.join(row['probes'])} |\n"
        for name, row in known.items()
    )
    return (
        f"# Observation fields\n\n{_MADE}Values are text as the device said it. A fingerprint may test "
        f"any of these and no others.\n\n| field | meaning | filled by |\n| --- | --- | --- |\n{rows}"
    )


def packets() -> str:
    """docs/packets.md: every probe, what it sends and where to, and how often."""
    from camscan.probes import load_probes

    rows = "".join(_probe_row(probe) for probe in load_probes())
    return (
        f"# What camscan sends\n\n{_MADE}One row for each probe. The promises about them are in "
        "[safety.md](safety.md).\n\n"
        "| probe | what it asks | where to | how | at most | condition |\n"
        f"| --- | --- | --- | --- | --- | --- |\n{rows}"
    )


def _checkout() -> Path:
    """The repository this runs in: beside an editable installation, else the folder the command runs in."""
    from camscan.catalog.places import shipped_directory

    beside = shipped_directory().parent
    return beside if (beside / "tests" / "recordings").is_dir() else Path.cwd()


def vendors() -> str:
    """docs/vendors.md: every maker, counted from the rules' examples, the recordings and the lab."""
    from collections import Counter

    from camscan.catalog import load
    from camscan.catalog.places import shipped_directory
    from camscan.catalog.vendor_page import recorded_devices, vendor_page
    from camscan.lab.building import demo_building

    catalog = load(shipped_directory(), cache=False)
    makers = (catalog.names.vendor(device.truth.manufacturer) for device in demo_building())
    recordings = _checkout() / "tests" / "recordings"
    lab = Counter(maker.id for maker in makers if maker is not None)
    return vendor_page(catalog, recorded_devices(catalog, recordings), lab)


def _probe_row(probe: Probe) -> str:
    places = [f"{'UDP' if probe.transport in (Transport.UDP, Transport.GROUP) else 'TCP'} "]
    places[0] += ", ".join(map(str, probe.ports))
    places += [f"{group.ip}:{group.port}" for group in probe.groups]
    how = [word for word, there in (("unicast", probe.asks), ("group", probe.group_asks)) if there]
    conditions = ["`--experimental`"] if probe.experimental else []
    conditions += [f"only with {probe.needs} supplied"] if probe.needs else []
    return (
        f"| `{probe.name}` | {probe.about} | {'; '.join(places)} | {' and '.join(how) or 'open ports'} | "
        f"{probe.packets} messages, sent up to {probe.repeats}× | {', '.join(conditions) or '–'} |\n"
    )


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "exit-codes.md": exit_codes,
    "fields.md": fields,
    "outcomes.md": outcomes,
    "packets.md": packets,
    "vendors.md": vendors,
}


def write(folder: Path) -> None:
    """Write every generated page into `folder`."""
    for name, make in PAGES.items():
        (folder / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
