"""The header block that HTTP, RTSP, SSDP and SIP share: a first line, `Name: value` lines, a blank line.

Rules: line ends may be CRLF or LF; folded lines are joined; a line without a colon is skipped; order, case
and repetition of names are kept, because they are fingerprints; nothing here raises on hostile bytes.
"""

from __future__ import annotations

import re

from camscan.wire.text import printable

HEADER_LIMIT = 32 * 1024  # bytes of a header block that are ever looked at
MAX_HEADERS = 256

Headers = tuple[tuple[str, str], ...]

_BARE_CR = re.compile(r"\r+")
_NUMBER = re.compile(r"[0-9]{1,18}")


def body_start(buffer: bytes, start: int = 0) -> int | None:
    """Index after the blank line that ends the block beginning at `start`; None when there is none yet.

    Only HEADER_LIMIT bytes are searched. An earlier prefix with an answer keeps it when more bytes come.
    """
    stop = start + HEADER_LIMIT
    ends = []
    for blank in (b"\n\r\n", b"\n\n"):
        at = buffer.find(blank, start, stop)
        if at >= 0:
            ends.append(at + len(blank))
    return min(ends) if ends else None


def text_of(raw: bytes) -> str:
    """UTF-8 where it is that, else ISO-8859-1; no control characters, a bare CR as blank (RFC 9112, 2.2)."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return printable(_BARE_CR.sub(" ", text))


def lines_of(block: bytes) -> list[str]:
    """The block's lines as text, CR and LF removed, at most MAX_HEADERS + 1 of them."""
    pieces = block[:HEADER_LIMIT].split(b"\n", MAX_HEADERS + 1)[: MAX_HEADERS + 1]
    return [text_of(piece[:-1] if piece.endswith(b"\r") else piece) for piece in pieces]


def parse_headers(lines: list[str]) -> Headers:
    """(name, value) pairs in the order sent; stops at the first empty line."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if not line.strip():
            break
        if line[0] in " \t" and found:
            found[-1][1].append(line.strip())
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip():
            found.append((name.strip(), [value.strip()]))
    return tuple((name, " ".join(values)) for name, values in found)


def values_of(headers: Headers, name: str) -> tuple[str, ...]:
    """Every value of a header, names compared without case."""
    wanted = name.lower()
    return tuple(value for given, value in headers if given.lower() == wanted)


def first_value(headers: Headers, name: str) -> str:
    """The first value of a header, or ""."""
    wanted = name.lower()
    return next((value for given, value in headers if given.lower() == wanted), "")


def content_length(headers: Headers) -> int | None:
    """The first Content-Length that is a number; None when no header says one."""
    for value in values_of(headers, "content-length"):
        number = _NUMBER.match(value)
        if number:
            return int(number.group())
    return None
