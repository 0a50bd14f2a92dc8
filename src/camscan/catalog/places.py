"""Where fingerprints and their schemas are: those camscan came with, or a newer bundle the user installed."""

from __future__ import annotations

from pathlib import Path

from camscan.catalog.editions import data_folder, edition_of, parse_edition, read_installed


def shipped_directory() -> Path:
    """The fingerprints this camscan came with: in the wheel, or beside src/ in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_fingerprints"
    return packaged if packaged.is_dir() else package.parent.parent / "fingerprints"


def default_directory() -> Path:
    """The installed bundle (`camscan fingerprints update`) when it is newer than what camscan came with.

    Raises OperationalError when the record of the installed bundle is damaged.
    """
    shipped, folder = shipped_directory(), data_folder()
    installed = read_installed(folder)
    if installed is None:
        return shipped
    own = edition_of(shipped)
    newer = own is None or parse_edition(installed.edition, str(folder)) > own
    return folder / installed.folder if newer else shipped


def schema_file() -> Path:
    """The schema that belongs to this camscan, whatever directory is checked."""
    return shipped_directory() / "schema.json"
