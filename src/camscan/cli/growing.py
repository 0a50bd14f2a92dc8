"""The `.jsonl` that grows line by line while a scan runs: whole lines at any moment, even after SIGKILL."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.errors import OperationalError

if TYPE_CHECKING:
    from camscan.model.inventory import Scan


class Growing:
    """A .jsonl that holds whole lines at any moment, the scan's own first."""

    def __init__(self, path: Path, opening: Scan | None) -> None:
        from camscan.report import jsonl

        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as fault:
            raise OperationalError(f"cannot write {path}: {fault.strerror}") from None
        self._path = path
        self._failed = False
        if opening is not None:
            self._write(jsonl.scan_line(opening))

    def add(self, items: Sequence[object]) -> None:
        """Append one line for each; after a failure, which is told once, nothing more."""
        from camscan.report import jsonl

        self._write(b"".join(jsonl.write_line(item) for item in items))  # type: ignore[arg-type]

    def _write(self, lines: bytes) -> None:
        if self._failed:
            return
        size, written = os.fstat(self._file).st_size, 0
        try:
            written = os.write(self._file, lines)
            if written == len(lines):
                return
            why = "no space left"
        except OSError as fault:
            why = fault.strerror or str(fault)
        self._failed = True
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, size + lines[:written].rfind(b"\n") + 1)
        click.echo(f"camscan: cannot write {self._path} while scanning: {why}; the scan goes on", err=True)

    def close(self) -> None:
        """Nothing more comes."""
        os.close(self._file)
