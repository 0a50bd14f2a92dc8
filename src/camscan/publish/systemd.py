"""A scheduled scan as systemd units, or as a crontab line.

Rules: the service runs without privileges and may do nothing but open sockets, raw ones included (a system
unit; a user manager cannot grant that), and write its own state directory; output goes to the journal.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from camscan.errors import UsageError
from camscan.publish.calendar import Calendar

PREFIX = "camscan-"
MARK = "# Written by camscan schedule"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One scheduled scan. command: the program and its arguments; run_as: "" for a dynamic user."""

    site: str
    calendar: Calendar
    command: tuple[str, ...]
    system: bool = True
    run_as: str = ""
    config: str = ""

    @property
    def unit(self) -> str:
        """The name of its units, without suffix."""
        return PREFIX + self.site


_HARDENING = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_PACKET AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
"""


def service(schedule: Schedule) -> str:
    """The .service file."""
    lines = [
        MARK,
        "[Unit]",
        f"Description=camscan: cameras at {schedule.site}",
    ]
    if schedule.system:
        lines += ["Wants=network-online.target", "After=network-online.target"]
    lines += ["", "[Service]", "Type=oneshot", f"ExecStart={_command(schedule.command)}"]
    lines += ["SuccessExitStatus=3 10", "TimeoutStartSec=12h", "Nice=10"]
    lines += ["StandardOutput=journal", "StandardError=journal", f"SyslogIdentifier={schedule.unit}"]
    if schedule.config:
        lines.append(f"Environment={_quoted('CAMSCAN_CONFIG=' + schedule.config)}")
    if schedule.system:
        lines += _system_account(schedule.run_as)
        lines.append(_HARDENING.format(home="read-only" if _needs_home(schedule) else "yes"))
    else:
        lines += ["", "NoNewPrivileges=yes", "UMask=0077", ""]
    return "\n".join(lines)


def _needs_home(schedule: Schedule) -> bool:
    """A camscan installed below a home directory must be readable there."""
    return bool(schedule.run_as) or schedule.command[0].startswith(("/home/", "/root/"))


def _system_account(run_as: str) -> list[str]:
    who = [f"User={run_as}"] if run_as else ["DynamicUser=yes"]
    return [
        "",
        *who,
        "StateDirectory=camscan",
        "CacheDirectory=camscan",
        "ConfigurationDirectory=camscan",
        "Environment=XDG_STATE_HOME=/var/lib XDG_CACHE_HOME=/var/cache XDG_CONFIG_HOME=/etc",
        "AmbientCapabilities=CAP_NET_RAW",
        "CapabilityBoundingSet=CAP_NET_RAW",
    ]


def timer(schedule: Schedule) -> str:
    """The .timer file; a run that was missed while the machine was off is made up for."""
    return f"""\
{MARK}
[Unit]
Description=camscan: cameras at {schedule.site}, {schedule.calendar.systemd()}

[Timer]
OnCalendar={schedule.calendar.systemd()}
Persistent=yes
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
"""


def cron_line(schedule: Schedule) -> str:
    """The line for crontab(5); a percent sign would end it there, and a line end begin another.

    Raises UsageError for a word that no crontab can hold.
    """
    words = list(schedule.command)
    if schedule.config:
        words = [f"CAMSCAN_CONFIG={schedule.config}", *words]
    if not all(word.isprintable() for word in words):
        raise UsageError("a crontab line cannot hold control characters")
    return f"{schedule.calendar.cron()} {shlex.join(words)}".replace("%", r"\%")


def calendar_of(timer_text: str) -> str:
    """The OnCalendar value of a timer file that `timer` wrote; "" for a file of somebody else."""
    lines = timer_text.splitlines()
    if not lines or lines[0] != MARK:
        return ""
    return next((line.partition("=")[2] for line in lines if line.startswith("OnCalendar=")), "")


def _command(words: Sequence[str]) -> str:
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """A word as systemd.service(5) reads command lines: specifiers and variables kept literal."""
    word = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")
    if word and all(ch.isalnum() or ch in "-_./:=@,%$+" for ch in word):
        return word
    return '"' + word.replace('"', '\\"') + '"'
