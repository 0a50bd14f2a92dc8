"""Logins and communities from a file, the environment or a prompt; never from the command line itself.

The file is TOML: `[[login]]` with `hosts` (network or "*"), `user`, `password`; `communities = [...]`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.survey.request import Login

USER, PASSWORD, COMMUNITY = "CAMSCAN_USER", "CAMSCAN_PASSWORD", "CAMSCAN_COMMUNITY"


def load_logins(file: Path | None, ask: bool) -> tuple[Mapping[str, Login], tuple[str, ...]]:
    """(network or "*" → Login, SNMP communities); raises UsageError naming file and key, never a secret."""
    from camscan.survey.request import Login

    logins: dict[str, Login] = {}
    communities: list[str] = []
    if user := os.environ.get(USER):
        logins["*"] = Login(user, os.environ.get(PASSWORD, ""))
    if community := os.environ.get(COMMUNITY):
        communities.append(community)
    if file is not None:
        for where, login in _from_file(file, communities):
            logins[where] = login
    if ask:
        user = click.prompt("ONVIF user", err=True)
        logins["*"] = Login(user, click.prompt("Password", hide_input=True, err=True))
    return logins, tuple(communities)


def _from_file(file: Path, communities: list[str]) -> list[tuple[str, Login]]:
    import netaddr

    from camscan.survey.request import Login

    try:
        mode = file.stat().st_mode
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise UsageError(f"cannot read the credentials file {file}: {fault.strerror}") from None
    except (ValueError, RecursionError):  # TOML, UTF-8, and numbers and nesting beyond Python's
        raise UsageError(
            f"the credentials file {file} is not TOML; see docs/configuration.md for its form"
        ) from None
    if os.name == "posix" and mode & 0o077:
        click.echo(f"camscan: others can read {file}; chmod 600 {file}", err=True)
    if unknown := sorted(document.keys() - {"login", "communities"}):
        raise UsageError(f"{file}: {unknown[0]!r} is unknown; [[login]] is a table for each login")
    found = []
    rows, named = document.get("login", []), document.get("communities", [])
    if not isinstance(rows, list) or not isinstance(named, list):
        raise UsageError(f"{file}: [[login]] is a table for each login, communities a list of texts")
    for number, row in enumerate(rows, 1):
        place = f"{file}: login {number}"
        if not isinstance(row, dict) or not isinstance(row.get("user"), str):
            raise UsageError(f"{place}: user is missing")
        if unknown := sorted(row.keys() - {"user", "password", "hosts"}):
            raise UsageError(f"{place}: {unknown[0]!r} is unknown")
        if not row["user"].isprintable():
            raise UsageError(f"{place}: user holds a control character")
        hosts = row.get("hosts", "*")
        if hosts != "*":
            try:
                netaddr.IPNetwork(hosts)
            except (netaddr.AddrFormatError, ValueError, TypeError):
                raise UsageError(f'{place}: hosts is neither a network such as 10.0.0.0/24 nor "*"') from None
        found.append((str(hosts), Login(row["user"], str(row.get("password", "")))))
    communities += [str(each) for each in named if each]
    return found
