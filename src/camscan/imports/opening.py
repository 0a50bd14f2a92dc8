"""A file opened for its reader: gzip taken off, its first bytes known, its kind recognised."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from camscan.errors import FileFormatError
from camscan.imports.kinds import HEAD_BYTES, KINDS, FileKind, recognise
from camscan.imports.notes import Notes

_GZIP = b"\x1f\x8b"
_BUFFER_BYTES = 256 * 1024


class _Unzipped(io.RawIOBase):
    """A gzip stream that ends where it breaks off, and tells the notes."""

    def __init__(self, stream: BinaryIO, notes: Notes) -> None:
        self._inside = gzip.GzipFile(fileobj=stream)
        self._notes = notes
        self._count = 0
        self._broken = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Decompressed bytes; 0 at the end or where the compressed data breaks."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._broken:
            return 0
        try:
            data = self._inside.read1(len(view))
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            self._broken = True
            self._notes.fault(f"byte {self._count} unpacked", f"the compressed data breaks off: {fault}")
            return 0
        view[: len(data)] = data
        self._count += len(data)
        return len(data)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file ready to be read as its kind."""

    kind: FileKind
    stream: BinaryIO
    notes: Notes


@contextmanager
def opened(
    path: Path, mapping: Mapping[str, str], declared: Collection[str] | None = None
) -> Iterator[Opened]:
    """Open and recognise; declared: see `Notes`. Raises FileFormatError for no known kind, OSError."""
    with path.open("rb") as file:
        notes = Notes(str(path), _modified(path), declared=declared)
        stream = io.BufferedReader(file.raw if isinstance(file, io.BufferedReader) else file, _BUFFER_BYTES)
        if stream.peek(2)[:2] == _GZIP:
            stream = io.BufferedReader(_Unzipped(stream, notes), _BUFFER_BYTES)
        kind = recognise(_head(stream), mapped=bool(mapping))
        if kind is None:
            known = "; ".join(each.about for each in KINDS)
            raise FileFormatError(f"{path}: not recognised; camscan reads: {known}")
        yield Opened(kind, stream, notes)


def _head(stream: io.BufferedReader) -> bytes:
    """The first bytes, left in place."""
    return stream.peek(HEAD_BYTES)[:HEAD_BYTES]


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
