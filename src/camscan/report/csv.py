"""Inventory → CSV: UTF-8, RFC 4180 (CRLF, quotes doubled), one row per device, no formula survives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from camscan.model.inventory import Inventory
from camscan.report import rows
from camscan.report.neutralise import MAX_CELL_CHARACTERS, SEPARATOR, cell, row_is_plain


def render(inventory: Inventory, columns: Sequence[rows.Column] = rows.STANDARD) -> bytes:
    """The whole file, header line first."""
    return table([column.name for column in columns], rows.rows(rows.entries(inventory), columns))


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Any table as CSV under the same rules."""
    return "".join([line(header), *map(line, lines)]).encode("utf-8")


def line(cells: Sequence[str]) -> str:
    """One line; nearly every row needs no neutralising, which one test over the joined row shows."""
    joined = SEPARATOR.join(cells)
    own = joined.count(SEPARATOR) == len(cells) - 1
    if not own or len(joined) > MAX_CELL_CHARACTERS or not row_is_plain(joined):
        joined = SEPARATOR.join(cell(text).replace(SEPARATOR, " ") for text in cells)
    if '"' not in joined and "," not in joined:
        return joined.replace(SEPARATOR, ",") + "\r\n"
    return ",".join(map(_quoted, joined.split(SEPARATOR))) + "\r\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if '"' in text or "," in text else text
