"""`Edition`: the version of a fingerprint directory, and which edition of this user's is in effect.

A directory names its edition in a file `EDITION`, one line of numbers and dots (`2026.11.24`). Installed
bundles live in the user's data directory, one folder each; the file `current` there says which one is meant.
Reading is cheap: no TOML, no cryptography.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from camscan.errors import FingerprintError, OperationalError

FILE, CURRENT = "EDITION", "current"
REMOVE_HINT = "`camscan fingerprints remove` goes back to those camscan came with"

_FORM = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,8}){0,3}")
_FOLDER = re.compile(r"[0-9.]{1,40}-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, order=True)
class Edition:
    """Compares by its numbers: 2026.2.1 is before 2026.11."""

    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers))


def parse_edition(text: str, name: str) -> Edition:
    """One to four numbers with dots between. Raises FingerprintError naming the file."""
    line = text.strip()
    if not _FORM.fullmatch(line):
        raise FingerprintError(f"{name}: an edition is numbers with dots (2026.11.24), nothing else")
    numbers = [int(part) for part in line.split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return Edition(tuple(numbers))


def edition_of(directory: Path) -> Edition | None:
    """The edition a directory names; None when it names none. Raises FingerprintError when it is none."""
    try:
        with (directory / FILE).open("rb") as stream:
            raw = stream.read(100)
    except FileNotFoundError:
        return None
    return parse_edition(raw.decode("ascii", "replace"), str(directory / FILE))


@dataclass(frozen=True, slots=True)
class Installed:
    """What `current` says of the bundle in effect; texts only, as it was installed.

    folder: its name in the data directory; digest: SHA-256 of the bundle, hex; at: ISO, UTC.
    """

    folder: str
    edition: str
    digest: str
    key: str
    comment: str
    source: str
    at: str


def data_folder() -> Path:
    """Where installed bundles live."""
    from platformdirs import user_data_path

    return user_data_path("camscan", appauthor=False) / "fingerprints"


def read_installed(folder: Path) -> Installed | None:
    """The bundle in effect in this data directory, None when there is none.

    Raises OperationalError when it is damaged: falling back in silence would change verdicts unseen.
    """
    file = folder / CURRENT
    try:
        with file.open("rb") as stream:
            raw = stream.read(64 * 1024)
    except (FileNotFoundError, NotADirectoryError):
        return None
    found = _read_record(raw)
    if found is None or not (folder / found.folder).is_dir():
        raise OperationalError(f"{file} is damaged: {REMOVE_HINT}")
    return found


def _read_record(raw: bytes) -> Installed | None:
    try:
        found = Installed(**json.loads(raw))
        parse_edition(found.edition, CURRENT)
        sound = all(isinstance(value, str) for value in asdict(found).values())
        return found if sound and _FOLDER.fullmatch(found.folder) else None
    except (ValueError, TypeError, AttributeError, RecursionError, FingerprintError):
        return None


def write_current(folder: Path, installed: Installed) -> None:
    """Make this bundle the one in effect, in one step. Raises OSError."""
    import os
    import tempfile

    handle, name = tempfile.mkstemp(dir=folder, prefix=".current-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(asdict(installed), stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, folder / CURRENT)
    except BaseException:
        os.unlink(name)
        raise
