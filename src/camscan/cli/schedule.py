"""`camscan schedule`: scans that run by themselves, as a systemd timer or a crontab line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.exits import Exit
from camscan.cli.listing import format_option, print_rows

if TYPE_CHECKING:
    from camscan.publish.systemd import Schedule

SYSTEM_DIRECTORY = Path("/etc/systemd/system")

system_option = click.option(
    "--system/--user", default=None, help="System units (as root the default) or those of your own session."
)
directory_option = click.option(
    "--unit-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Directory of the units, instead of systemd's; systemctl is not run then.",
)


@click.group(name="schedule")
def command() -> None:
    """Scans that run by themselves."""


@command.command(name="install")
@click.option("--site", required=True, metavar="ID", help="The site to scan.")
@click.option("--on", "when", required=True, metavar="WHEN", help='"Sun 02:00", "daily 03:15", "1 04:00".')
@click.option("--run-as", default="", metavar="USER", help="User of a system unit; otherwise a dynamic one.")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="Configuration file to use.")
@click.option("--print", "print_only", is_flag=True, help="Print the units, install nothing.")
@click.option("--cron", is_flag=True, help="Print a crontab line instead.")
@system_option
@directory_option
@click.argument("arguments", nargs=-1, metavar="[-- SCAN OPTIONS...]")
def install(
    site: str,
    when: str,
    run_as: str,
    config: Path | None,
    print_only: bool,
    cron: bool,
    system: bool | None,
    unit_dir: Path | None,
    arguments: tuple[str, ...],
) -> int:
    """Scan a site regularly; a scan that still runs makes the next one step aside.

    What follows -- goes to `camscan scan site:ID --save`.
    """
    from camscan.model.inventory import Site
    from camscan.publish import calendar, systemd
    from camscan.store import sites

    sites.check(Site(site))
    schedule = systemd.Schedule(
        site=site,
        calendar=calendar.parse(when),
        command=(*_program(), "scan", f"site:{site}", "--save", "--quiet", *arguments),
        system=_is_system(system),
        run_as=run_as,
        config=str(config.resolve()) if config else "",
    )
    if cron:
        click.echo(systemd.cron_line(schedule))
    elif print_only:
        click.echo(f"# {schedule.unit}.service\n{systemd.service(schedule)}")
        click.echo(f"# {schedule.unit}.timer\n{systemd.timer(schedule)}")
    else:
        _write(schedule, unit_dir)
    return Exit.OK


@command.command(name="list")
@system_option
@directory_option
@format_option
def list_schedules(system: bool | None, unit_dir: Path | None, form: str) -> int:
    """List the schedules that camscan installed."""
    from camscan.publish.systemd import PREFIX, calendar_of

    folder = unit_dir or _directory(_is_system(system))
    rows = []
    for path in sorted(folder.glob(f"{PREFIX}*.timer")):
        when = calendar_of(path.read_text(encoding="utf-8"))
        if when:
            rows.append([path.stem.removeprefix(PREFIX), when, str(path)])
    print_rows(("site", "on", "unit"), rows, form)
    return Exit.OK


@command.command(name="remove")
@click.option("--site", required=True, metavar="ID", help="The site whose schedule ends.")
@system_option
@directory_option
def remove(site: str, system: bool | None, unit_dir: Path | None) -> int:
    """Remove the schedule of a site; its devices and scans stay."""
    from camscan.errors import UsageError
    from camscan.publish.systemd import PREFIX, calendar_of

    chosen = _is_system(system)
    folder = unit_dir or _directory(chosen)
    timer = folder / f"{PREFIX}{site}.timer"
    if not timer.is_file() or not calendar_of(timer.read_text(encoding="utf-8")):
        raise UsageError(f"there is no schedule of camscan for {site} in {folder}")
    if unit_dir is None:
        _systemctl(chosen, "disable", "--now", timer.name)
    timer.unlink()
    timer.with_suffix(".service").unlink(missing_ok=True)
    if unit_dir is None:
        _systemctl(chosen, "daemon-reload")
    click.echo(f"camscan: removed the schedule of {site}", err=True)
    return Exit.OK


def _write(schedule: Schedule, unit_dir: Path | None) -> None:
    from camscan.publish import systemd
    from camscan.publish.textfile import write_atomically

    folder = unit_dir or _directory(schedule.system)
    folder.mkdir(parents=True, exist_ok=True)
    service, timer = (folder / f"{schedule.unit}.{kind}" for kind in ("service", "timer"))
    write_atomically(service, systemd.service(schedule))
    write_atomically(timer, systemd.timer(schedule))
    click.echo(f"camscan: wrote {service} and {timer}", err=True)
    if unit_dir is None:
        done = _systemctl(schedule.system, "daemon-reload") and _systemctl(
            schedule.system, "enable", "--now", timer.name
        )
        if done:
            click.echo(f"camscan: {schedule.site} is scanned {schedule.calendar.systemd()}", err=True)
    if not schedule.system:
        click.echo("camscan: user units cannot send raw packets; see docs/schedules.md", err=True)


def _systemctl(system: bool, *words: str) -> bool:
    """Run systemctl; where no systemd runs, say what remains to be done."""
    command = ["systemctl", *([] if system else ["--user"]), *words]
    program = shutil.which("systemctl")
    done = (
        program
        and subprocess.run(  # noqa: S603 - our own words, no shell
            [program, *command[1:]], capture_output=True, text=True, check=False
        )
    )
    if done and done.returncode == 0:
        return True
    reason = done.stderr.strip().split("\n")[0] if done else "systemctl is not installed"
    click.echo(f"camscan: warning: {reason}; to do: {' '.join(command)}", err=True)
    return False


def _is_system(chosen: bool | None) -> bool:
    import os

    return os.geteuid() == 0 if chosen is None else chosen


def _directory(system: bool) -> Path:
    import os

    if system:
        return SYSTEM_DIRECTORY
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "systemd" / "user"


def _program() -> tuple[str, ...]:
    """The camscan that runs now, by its whole path."""
    beside = Path(sys.executable).with_name("camscan")
    if beside.exists():
        return (str(beside),)
    found = shutil.which("camscan")
    return (found,) if found else (sys.executable, "-m", "camscan")
