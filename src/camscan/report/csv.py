"""Inventory → CSV: UTF-8, RFC 4180 (CRLF, quotes doubled), one row per device, no formula survives.

Rules: `line` is the exact way for one row; many rows at once may skip it only when `rows_are_plain` shows
that it would change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from camscan.model.inventory import Inventory
from camscan.report import rows
from camscan.report.neutralise import MAX_CELL_CHARACTERS, SEPARATOR, cell, row_is_plain, rows_are_plain

ROWS_AT_ONCE = 64  # few enough that one odd row does not send many others the exact way


def pieces(inventory: Inventory, columns: Sequence[rows.Column] = rows.STANDARD) -> Iterator[bytes]:
    """The whole file, header line first, some rows at a time."""
    return _lines([column.name for column in columns], rows.rows(rows.entries(inventory), columns))


def render(inventory: Inventory, columns: Sequence[rows.Column] = rows.STANDARD) -> bytes:
    """The whole file at once."""
    return b"".join(pieces(inventory, columns))


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Any table as CSV under the same rules."""
    return b"".join(_lines(header, lines))


def _lines(header: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[bytes]:
    yield line(header).encode("utf-8")
    yield from _blocks(iter(lines))


def _blocks(lines: Iterator[Sequence[str]]) -> Iterator[bytes]:
    while some := list(islice(lines, ROWS_AT_ONCE)):
        block = _plain(some)
        if block is None:
            yield from (_plain([cells]) or line(cells).encode("utf-8") for cells in some)
        else:
            yield block


def _plain(some: list[Sequence[str]]) -> bytes | None:
    """The rows as they stand in the file, or None when one of them needs the exact way."""
    written = list(map(",".join, some))
    block = "\n".join(written) + "\n"
    if not block.isascii() or len(max(written, key=len)) > MAX_CELL_CHARACTERS:
        return None
    raw = block.encode("ascii")
    commas = sum(map(len, some)) - len(some)
    return raw.replace(b"\n", b"\r\n") if rows_are_plain(raw, len(some), commas) else None


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
