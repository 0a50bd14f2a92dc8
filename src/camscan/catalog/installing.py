"""Installs a signed fingerprint bundle into the user's data directory, whole or not at all.

Rules of this file:
- The order is: signature, archive, edition, content; nothing is written before the first three hold, and
  nothing is in effect before `check_directory` found no fault.
- The bundle's folder is complete and on the disk before `current` names it; the one before it is kept.
- Nothing here reaches the network, and no scan reaches this file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from camscan.catalog.bundle import MAX_BUNDLE_BYTES, unpack
from camscan.catalog.checking import check_directory
from camscan.catalog.editions import (
    CURRENT,
    FILE,
    Edition,
    Installed,
    edition_of,
    parse_edition,
    read_installed,
    write_current,
)
from camscan.catalog.minisign import Signature, verify
from camscan.catalog.places import shipped_directory
from camscan.catalog.trust import Trusted
from camscan.errors import FingerprintError

_PART = ".part-"
_UNFINISHED_SECONDS = 24 * 3600  # another update may be at work on a younger one


@dataclass(frozen=True, slots=True)
class Signed:
    """A bundle as it came: name for messages, bytes, its signature, and the trusted key that it names."""

    name: str
    raw: bytes
    signature: Signature
    trusted: Trusted


def install(signed: Signed, folder: Path, *, at: str, allow_older: bool = False) -> Installed:
    """Verify, check and install a bundle; what is in effect now. at: ISO instant, UTC.

    Installing the bundle that is in effect again changes nothing. Raises FingerprintError: the signature does
    not fit, the archive is not one, the edition is not newer, the content has faults. Raises OSError when the
    disk does not take it; then the bundle before is still in effect.
    """
    if len(signed.raw) > MAX_BUNDLE_BYTES:
        raise FingerprintError(f"{signed.name}: over {MAX_BUNDLE_BYTES >> 20} MB, which no bundle has")
    verify(signed.raw, signed.signature, signed.trusted.key, signed.name)
    files = unpack(signed.raw, signed.name)
    edition = parse_edition(files[FILE].decode("ascii", "replace"), f"{signed.name}: {FILE}")
    digest = hashlib.sha256(signed.raw).hexdigest()
    before = read_installed(folder)
    if before is not None and before.digest == digest:
        return before
    _judge_edition(edition, before, signed.name, allow_older)
    now = Installed(
        folder=f"{edition}-{digest[:16]}",
        edition=str(edition),
        digest=digest,
        key=signed.trusted.key.name,
        comment=signed.signature.trusted_comment,
        source=signed.name,
        at=at,
    )
    _write_whole(files, folder, now.folder, signed.name)
    if read_installed(folder) != before:
        raise FingerprintError(f"{signed.name}: another update ended meanwhile; run this one again")
    write_current(folder, now)
    _drop_old(folder, keep={now.folder, before.folder if before else ""})
    return now


def remove(folder: Path) -> bool:
    """Go back to the fingerprints camscan came with; whether anything was installed. Works on damage too."""
    there = (folder / CURRENT).exists()
    (folder / CURRENT).unlink(missing_ok=True)
    _drop_old(folder, keep=set())
    return there


def _judge_edition(edition: Edition, before: Installed | None, name: str, allow_older: bool) -> None:
    own = edition_of(shipped_directory())
    if own is not None and edition <= own:
        raise FingerprintError(
            f"{name}: edition {edition} is not newer than the one camscan came with ({own}), which would "
            "stay in use; `--fingerprints DIR` of each command uses any directory"
        )
    if before is None or allow_older:
        return
    last = parse_edition(before.edition, CURRENT)
    if edition < last:
        raise FingerprintError(
            f"{name}: edition {edition} is older than the installed one ({last}); --allow-older takes it"
        )
    if edition == last:
        raise FingerprintError(
            f"{name}: another bundle of edition {edition} is installed; --allow-older takes its place"
        )


def _write_whole(files: dict[str, bytes], folder: Path, target: str, name: str) -> None:
    """The files in `folder`/`target`, checked; the folder appears whole."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder, prefix=_PART))
    try:
        for member, content in files.items():
            file = part / member
            file.parent.mkdir(exist_ok=True)
            with file.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        faults = [fault for fault in check_directory(part) if not fault.warning]
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            raise FingerprintError(
                f"{name}: this camscan cannot use it: {faults[0]}{more}; it may be made for another camscan"
            )
        if (folder / target).exists():
            shutil.rmtree(
                folder / target
            )  # from an earlier time, and not in effect: `current` has another digest
        part.rename(folder / target)
        _sync(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _sync(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _drop_old(folder: Path, keep: set[str]) -> None:
    """Delete what is not in `keep`; what cannot be deleted stays and does no harm."""
    with contextlib.suppress(OSError):
        for each in folder.iterdir():
            unfinished = (
                each.name.startswith(_PART) and time.time() - each.stat().st_mtime < _UNFINISHED_SECONDS
            )
            if each.name not in keep and each.is_dir() and not unfinished:
                shutil.rmtree(each, ignore_errors=True)
