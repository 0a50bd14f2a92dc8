"""Lines and JSON records of a file, one at a time, whatever its encoding and however long a line.

Rules: a line over MAX_LINE_BYTES is a fault and is stepped over; UTF-8 and UTF-16 (as Windows writes it) are
told by their byte order marks; a record that is no JSON is a fault that names its line, the rest goes on.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from camscan.imports.notes import Notes
from camscan.model.number import whole_number
from camscan.model.observation import MAX_VALUE_CHARACTERS

MAX_LINE_BYTES = 8 * 1024 * 1024
_MAX_RECORD_LINES = 400
_MAX_RECORD_BYTES = 1024 * 1024  # of a record over several lines; one on its own line may be longer
_SMALL = 4096  # bytes of a record that are read again and again at no cost
_ENDS = (b"}", b"},", b"]", b"],")
_JSON = msgspec.json.Decoder()


def byte_lines(stream: BinaryIO, notes: Notes) -> Iterator[tuple[int, bytes]]:
    """(line number from 1, line without its end)."""
    number = 0
    while line := stream.readline(MAX_LINE_BYTES):
        number += 1
        if len(line) >= MAX_LINE_BYTES and not line.endswith(b"\n"):
            notes.fault(f"line {number}", f"longer than {MAX_LINE_BYTES >> 20} MB")
            while (more := stream.readline(MAX_LINE_BYTES)) and not more.endswith(b"\n"):
                pass
            continue
        yield number, line.rstrip(b"\r\n")


def text_lines(stream: BinaryIO, notes: Notes) -> Iterator[tuple[int, str]]:
    """The same as text; what is no UTF-8 is read as Latin-1 line by line."""
    start = stream.peek(2)[:2] if isinstance(stream, io.BufferedReader) else b""
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        yield from _utf16_lines(stream, notes)
        return
    for number, line in byte_lines(stream, notes):
        yield number, decoded(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)


def decoded(raw: bytes) -> str:
    """UTF-8 where it is that, else Latin-1, which Windows' own tools come close to."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _utf16_lines(stream: BinaryIO, notes: Notes) -> Iterator[tuple[int, str]]:
    text = io.TextIOWrapper(stream, encoding="utf-16", errors="replace", newline="\n")
    number = 0
    try:
        while line := text.readline(MAX_LINE_BYTES):
            number += 1
            if len(line) >= MAX_LINE_BYTES:
                notes.fault(f"line {number}", f"longer than {MAX_LINE_BYTES >> 20} MB")
                continue
            yield number, line.rstrip("\r\n")
    finally:
        text.detach()


def json_records(stream: BinaryIO, notes: Notes) -> Iterator[tuple[int, dict[str, object]]]:
    """(line number, object) for every object of a JSON Lines file or of one JSON array, however laid out."""
    pending: list[bytes] = []
    began = size = depth = 0
    for number, line in byte_lines(stream, notes):
        text = line.removeprefix(codecs.BOM_UTF8).strip()
        if not pending:
            text = text.lstrip(b"[, \t")
        if not text or (not pending and text.strip(b"], \t") == b""):
            continue
        alone = _objects(text)
        if alone is not None:
            if pending:
                notes.fault(f"line {began}", "no JSON record")
                pending.clear()
            for each in alone:
                yield number, each
            continue
        if not pending:
            began, size, depth = number, 0, 0
        size += len(text)
        if size <= _MAX_RECORD_BYTES:
            pending.append(text)
            depth += _opened(text)
        # Only where as much is closed as was opened: each try reads all of it again.
        closed = depth <= 0 and text.endswith(_ENDS) and size <= _MAX_RECORD_BYTES
        together = _objects(b"\n".join(pending)) if closed else None
        if together is not None:
            for each in together:
                yield began, each
            pending.clear()
        elif len(pending) > _MAX_RECORD_LINES or size > (_MAX_RECORD_BYTES if depth > 0 else _SMALL):
            notes.fault(f"line {began}", "no JSON record")
            pending.clear()
    if pending:
        notes.fault(f"line {began}", "a JSON record that is cut short")


def _opened(text: bytes) -> int:
    """Brackets opened less brackets closed on this line, outside its texts; a JSON text ends on its line."""
    bare = b"".join(text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    return sum(bare.count(each) for each in (b"{", b"[")) - sum(bare.count(each) for each in (b"}", b"]"))


def _objects(text: bytes) -> list[dict[str, object]] | None:
    """The objects in this text, None when it is no whole JSON."""
    if not text.startswith(b"{"):
        return None
    bare = text.rstrip(b", \t]")
    for candidate in (text, bare, b"[" + bare + b"]"):
        try:
            value = _JSON.decode(candidate)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            continue
        if isinstance(value, dict):
            return [value]
        return [each for each in value if isinstance(each, dict)]
    return None


def dig(value: object, *keys: str) -> object:
    """What lies below these keys of nested objects; None where one is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: object, *keys: str) -> str:
    """The same as text: a number as its digits, anything else that is no text as ""."""
    found = dig(value, *keys)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found)[: 4 * MAX_VALUE_CHARACTERS]


def list_at(value: object, *keys: str) -> list[object]:
    """The same as a list; [] for anything else."""
    found = dig(value, *keys)
    return found if isinstance(found, list) else []


def port_of(value: object) -> int | None:
    """A TCP or UDP port number, or None."""
    number = whole_number(str(value).strip(), 5)
    return number if number and number < 65536 else None
