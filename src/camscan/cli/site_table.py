"""Reads sites from a CSV, under our own column names and those of the published audits.

Source of the other names: facts/audit.md, section 5.
"""

from __future__ import annotations

import re
from pathlib import Path

from camscan.cli.table_files import Row, read_table
from camscan.errors import UsageError
from camscan.model.inventory import Site

_NAMES = {
    "id": ("id", "site", "site id"),
    "name": ("name", "site name"),
    "organisation": ("organisation", "organization", "portfolio", "organisation/portfolio", "body"),
    "department": ("department", "agency", "department or agency"),
    "address": ("address", "site address"),
    "address_withheld": ("address withheld", "withheld"),
    "owner": ("owner", "site owner"),
    "class": ("class", "site class", "sensitive"),
    "networks": ("networks", "network", "network segment"),
}
_IGNORED = ("devices", "last scan")  # what `sites list --format csv` adds
_COLUMNS = {alias: name for name, aliases in _NAMES.items() for alias in aliases}
_OWNERS = {"": "", "own": "own", "owned": "own", "landlord": "landlord", "leased": "landlord"}
_YES = {"yes": True, "y": True, "true": True, "1": True, "sensitive": True}
_NO = {"no": False, "n": False, "false": False, "0": False, "not sensitive": False}


def read_sites(path: Path) -> list[Site]:
    """The sites of a file. Raises UsageError: not a CSV, no column id, a wrong value (with its line)."""
    columns = _COLUMNS | dict.fromkeys(_IGNORED, "")
    return [_site(path, row) for row in read_table(path, columns, needs="id")]


def _site(path: Path, row: Row) -> Site:
    cells = row.cells
    where = f"{path}:{row.line}"
    owner = _OWNERS.get(cells.get("owner", "").lower())
    if owner is None:
        raise UsageError(f"{where}: owner is own or landlord, not {cells['owner']!r}")
    return Site(
        cells["id"],
        cells.get("name", ""),
        cells.get("organisation", ""),
        cells.get("department", ""),
        cells.get("address", ""),
        bool(_yes_or_no(where, "address withheld", cells.get("address_withheld", ""))),
        owner,
        _yes_or_no(where, "class", cells.get("class", "")),
        tuple(filter(None, re.split(r"[\s;]+", cells.get("networks", "")))),
    )


def _yes_or_no(where: str, name: str, text: str) -> bool | None:
    word = text.lower()
    if not word:
        return None
    if word not in _YES | _NO:
        raise UsageError(f"{where}: {name} is yes or no, not {text!r}")
    return (_YES | _NO)[word]
