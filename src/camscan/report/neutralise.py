"""Makes text that devices chose harmless for whoever reads it: spreadsheets, terminals, Markdown, HTML.

Rules: no formula survives in a spreadsheet cell, no control or direction character reaches a reader
invisibly (it is shown as an escape such as `\\x1b`), no text is longer than its cap. JSON Lines alone
keeps the true text, escaped.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache

MAX_CELL_CHARACTERS = 1000
ELLIPSIS = "…"

_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them; after ASCII they only hide
_FORMULA_STARTS = "=+-@＝＋－＠﹢﹣﹦﹫−"
_QUOTES = "'\"‘’“”`´＇＂"
_FORMULA = re.compile(rf"^[\s{_QUOTES}]*[{re.escape(_FORMULA_STARTS)}]")
# A spreadsheet whose list separator is a semicolon splits there, whatever the quoting says.
_FORMULA_AFTER_SEMICOLON = re.compile(rf"(;[\s{_QUOTES}]*)(?=[{re.escape(_FORMULA_STARTS)}])")

SEPARATOR = "␟"
"""Joins cells for tests over a whole row; a row whose text holds it takes the slow, exact way."""

_HAZARDS = frozenset(_FORMULA_STARTS + _QUOTES + " ")
# The literal first character lets the regex engine skip through a row: six times as fast as an alternation.
_ODD_START = re.compile(rf"␟[\s{_QUOTES}{re.escape(_FORMULA_STARTS)}]")
# For many rows at once: every border that a formula can follow becomes a comma, every formula start an equals
# sign, every control character a NUL, so that one pass and two searches replace three regular expressions.
_CONTROLS = bytes((*range(10), *range(11, 32), 127))  # but for the line feed, which ends a row
_SHAPES = bytes.maketrans(b";\n+-@" + _CONTROLS, b",,===" + bytes(len(_CONTROLS)))
_SKIPPED = b" '`"  # what _FORMULA skips; a double quote was refused, so was any other blank
_MARKDOWN_MARKS = "\\`*_[]|~$"  # the backslash first, since the others bring one
_MARKDOWN_STARTS = ("#", "+", "=", "-")
_JSON_UNSAFE = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` on one line: white space becomes blanks, what cannot be seen becomes an escape."""
    if text.isprintable():
        return text
    before = ("", *text)
    return "".join(
        ch if ch.isprintable() or _joins(last, ch) else _shown(ch)
        for last, ch in zip(before, text, strict=False)
    )


def _joins(last: str, ch: str) -> bool:
    return ch in _JOINERS and last > "\x7f" and last.isprintable()


def _shown(ch: str) -> str:
    if ch in "\t\n\r\v\f" or unicodedata.category(ch) == "Zs":
        return " "
    code = ord(ch)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis when something was left out."""
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


def safe_text(text: str, limit: int = MAX_CELL_CHARACTERS) -> str:
    """Visible and clipped; clipped first, so that 10 MB of escapes are never built."""
    return clip(visible(clip(text, limit)), limit)


def cell(text: str, limit: int = MAX_CELL_CHARACTERS) -> str:
    """Text for a CSV cell: an apostrophe in front of anything a spreadsheet would calculate.

    Source: OWASP "CSV Injection" (= + - @ tab CR at the start), widened to full-width forms, to quotes
    and blanks in front, and to what follows a semicolon inside the cell.
    """
    text = safe_text(text, limit)
    if ";" in text:
        text = _FORMULA_AFTER_SEMICOLON.sub(r"\1'", text)
    return f"'{text}" if _FORMULA.match(text) else text


def row_is_plain(joined: str) -> bool:
    """True when `cell` would change no part of cells joined by SEPARATOR (length aside).

    One pass over a row where `cell` would make one per cell; it may say False needlessly, never True wrongly.
    """
    return joined.isprintable() and not (
        _ODD_START.search(joined)
        or joined[:1] in _HAZARDS
        or (";" in joined and _FORMULA_AFTER_SEMICOLON.search(joined))
    )


def rows_are_plain(raw: bytes, rows: int, commas: int) -> bool:
    """True when `cell` would change nothing in these rows and none needs quoting.

    raw: ASCII, cells joined by `commas`, each of `rows` ended by a line feed, none longer than the cap.
    Counting is exact because a comma or line end inside a cell can only add to the borders' number.
    """
    if b'"' in raw or raw.count(b",") != commas or raw.count(b"\n") != rows:
        return False
    shape = raw.translate(_SHAPES, _SKIPPED)
    return b",=" not in shape and b"\0" not in shape and shape[:1] != b"="


def markdown(text: str, limit: int = MAX_CELL_CHARACTERS) -> str:
    """Text for a Markdown table cell: no markup, no HTML, no pipe, no automatic link survives."""
    return (_remembered_markdown if len(text) <= _OFTEN_SAID_CHARACTERS else _markdown)(text, limit)


def _markdown(text: str, limit: int) -> str:
    text = safe_text(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in _MARKDOWN_MARKS:
        if mark in text:
            text = text.replace(mark, "\\" + mark)
    if text.startswith(_MARKDOWN_STARTS):
        text = "\\" + text
    return text.replace("://", ":\u200b//").replace("www.", "www\\.")


_OFTEN_SAID_CHARACTERS = 60  # makers, models and sites are said thousands of times, long texts are not
_remembered_markdown = lru_cache(maxsize=4096)(_markdown)


def json_line(text: str) -> str:
    """JSON whose invisible and terminal-active characters are JSON escapes; its value is unchanged."""
    return _JSON_UNSAFE.sub(lambda found: json.dumps(found.group())[1:-1], text)


def json_in_html(text: str) -> str:
    """JSON for inside a `<script>` element: nothing in it can end the element or open a comment."""
    return json_line(text).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def without_surrogates(text: str) -> str:
    """Lone surrogates, which no UTF-8 file can hold, become U+FFFD."""
    return _SURROGATES.sub("\ufffd", text)
