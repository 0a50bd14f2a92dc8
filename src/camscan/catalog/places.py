"""Where fingerprints and their schema are."""

from __future__ import annotations

from pathlib import Path


def default_directory() -> Path:
    """The fingerprints this camscan came with: in the wheel, or beside src/ in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_fingerprints"
    return packaged if packaged.is_dir() else package.parent.parent / "fingerprints"


def schema_file() -> Path:
    """The schema that belongs to this camscan, whatever directory is checked."""
    return default_directory() / "schema.json"
