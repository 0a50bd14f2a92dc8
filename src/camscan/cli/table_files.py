"""Reads a CSV that people keep in a spreadsheet: header first, comma or semicolon, any case, BOM or not."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from camscan.errors import UsageError

MOST_ROWS = 1_000_000
MOST_CHARACTERS = 200_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number in the file and its cells by column."""

    line: int
    cells: dict[str, str]


def read_table(path: Path, columns: Mapping[str, str], *, needs: str) -> list[Row]:
    """Rows of a CSV. columns: header in lower case, blanks for dashes → name ("" to ignore the column).

    Raises UsageError: cannot be read, no header, unknown or repeated column, `needs` missing or empty.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(MOST_CHARACTERS + 1)
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8; save it as `CSV UTF-8`") from None
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"{path} has more than {MOST_CHARACTERS:,} characters")
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        header = next(reader, [])
        names = [_column(path, cell, columns) for cell in header]
        kept = [name for name in names if name]
        if len(set(kept)) < len(kept) or needs not in kept:
            raise UsageError(f"{path}:1: the header must have {needs!r}, and every column once")
        return [_row(path, reader.line_num, names, cells, needs) for cells in reader if any(cells)][
            :MOST_ROWS
        ]
    except csv.Error as fault:
        raise UsageError(f"{path}:{reader.line_num}: {fault}") from None


def _column(path: Path, cell: str, columns: Mapping[str, str]) -> str:
    name = " ".join(cell.lower().replace("_", " ").replace("-", " ").split())
    if name not in columns:
        known = ", ".join(dict.fromkeys(filter(None, columns.values())))
        raise UsageError(f"{path}:1: no column {cell!r} is known; there are {known}")
    return columns[name]


def _row(path: Path, line: int, names: list[str], cells: list[str], needs: str) -> Row:
    if len(cells) > len(names):
        raise UsageError(f"{path}:{line}: {len(cells)} cells under {len(names)} columns")
    found = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
    found = {name: _plain(text) for name, text in found.items()}
    if not found.get(needs):
        raise UsageError(f"{path}:{line}: {needs} is empty")
    return Row(line, found)


def _plain(text: str) -> str:
    """Without the apostrophe that our own CSV puts in front of what looks like a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text
