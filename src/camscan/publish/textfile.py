"""Writes a file so that whoever reads it sees the old one or the new one, never half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from camscan.errors import OperationalError


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text`, readable for all. Raises OperationalError that names path and reason."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as fault:
        if name:
            Path(name).unlink(missing_ok=True)
        raise OperationalError(f"cannot write {path}: {fault.strerror}") from None
