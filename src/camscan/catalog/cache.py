"""Keeps a read catalog as one file of JSON lines in the user's cache directory, keyed by the files' content.

Rules of this file:
- JSON only: a cache file can be wrong, it cannot run. It is still read only when it belongs to this user and
  nobody else may write it or its directory, and only when its first line carries the digest of the rest.
- Whatever goes wrong with the cache, the files themselves are read: a cache never makes a command fail.
- Line 2 is what every run needs, line 3 the IEEE prefixes, then one line a rule: lines stay text until they
  are asked for. Examples are not kept (they are for authors).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, overload

from camscan.catalog.contents import Contents, catalog_files, refusal
from camscan.errors import FingerprintError
from camscan.match.prefilter import Index
from camscan.model.fingerprint import Brand, Condition, Field, Fingerprint, Operator, Vendor, Weight

FORMAT = 1
"""Raise it when the rows below, or what the index means, change."""

MAX_BYTES = 64 * 1024 * 1024
_KEPT_FILES = 8


class RuleRows(Sequence[Fingerprint]):
    """Fingerprints that are built from their cached lines when first asked for."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines
        self._built: dict[int, Fingerprint] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> Fingerprint: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Fingerprint]: ...
    def __getitem__(self, at: int | slice) -> Fingerprint | Sequence[Fingerprint]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        place = at + len(self) if at < 0 else at
        found = self._built.get(place)
        if found is None:
            found = self._built[place] = _rule(json.loads(self._lines[place]))
        return found

    def __iter__(self) -> Iterator[Fingerprint]:
        return (self[place] for place in range(len(self)))


def _row(rule: Fingerprint) -> list[Any]:
    when = [[each.field, each.operator, each.values, each.ignore_case] for each in rule.when]
    return [rule.id, rule.vendor, rule.about, rule.weight, when, dict(rule.claims), rule.family]


def _rule(row: list[Any]) -> Fingerprint:
    when = tuple(
        Condition(name, Operator(operator), tuple(values), fold) for name, operator, values, fold in row[4]
    )
    return Fingerprint(row[0], row[1], row[2], Weight(row[3]), when, row[5], family=row[6])


def content_key(directory: Path, version: str) -> str:
    """The digest of every file a catalog is read from, of this format and of camscan's version."""
    digest = hashlib.sha256(f"{FORMAT} {version}\n".encode())
    for file in catalog_files(directory):
        raw = refusal(file).encode()  # reading the catalog says the same, and is then never kept
        if not raw:
            try:
                raw = file.read_bytes()
            except OSError as fault:
                raise FingerprintError(f"{file}: cannot be read: {fault.strerror}") from None
        digest.update(os.fsencode(file.name) + f" {len(raw)}\n".encode() + raw)
    return digest.hexdigest()[:32]


def cache_folder() -> Path:
    """Where cached catalogs live."""
    from platformdirs import user_cache_path

    return user_cache_path("camscan", appauthor=False) / "fingerprints"


def read_cache(key: str, folder: Path) -> tuple[Contents, Index] | None:
    """The catalog kept under `key`, or None when there is none that can be trusted."""
    try:
        if not _only_ours(folder.stat()):
            return None
        with (folder / f"{key}.jsonl").open("rb") as stream:
            about = os.fstat(stream.fileno())
            if not _only_ours(about) or not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
                return None
            head, _, body = stream.read(about.st_size).partition(b"\n")
        if head.decode("ascii") != hashlib.sha256(body).hexdigest():
            return None
        return _unpack(body.split(b"\n"))
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None  # an unreadable cache is no cache


def write_cache(key: str, folder: Path, contents: Contents, index: Index) -> None:
    """Keep the catalog under `key`, replacing the file in one step; does nothing where it may not write."""
    import tempfile

    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _only_ours(folder.stat()):
            return
        body = b"\n".join(_pack(contents, index))
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            os.replace(name, folder / f"{key}.jsonl")
        except OSError:
            os.unlink(name)
            return
        _drop_old(folder)


def _drop_old(folder: Path) -> None:
    files = sorted(folder.glob("*.jsonl"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT_FILES:]:
        file.unlink(missing_ok=True)


def _only_ours(about: os.stat_result) -> bool:
    """Whether nobody but this user can have written here; systems without user ids keep caches per user."""
    if not hasattr(os, "getuid"):
        return True
    return about.st_uid == os.getuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _pack(contents: Contents, index: Index) -> list[bytes]:
    head = {
        "fields": [astuple(each) for each in contents.fields.values()],
        "vendors": [astuple(each) for each in contents.vendors.values()],
        "brands": [astuple(each) for each in contents.brands],
        "index": [index.exact, index.literals, index.heads, index.always],
        "rules": len(contents.fingerprints),
    }
    return [_line(head), _line(contents.blocks()), *(_line(_row(rule)) for rule in contents.fingerprints)]


def _line(data: object) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def _unpack(lines: list[bytes]) -> tuple[Contents, Index]:
    head = json.loads(lines[0])
    if head["rules"] != len(lines) - 2:
        raise ValueError("the number of rules is wrong")
    contents = Contents(
        fields={row[0]: Field(row[0], row[1], tuple(row[2]), row[3]) for row in head["fields"]},
        vendors={row[0]: Vendor(row[0], row[1], row[2], row[3], tuple(row[4])) for row in head["vendors"]},
        fingerprints=RuleRows(lines[2:]),
        brands=[Brand(*row) for row in head["brands"]],
        blocks=lambda: tuple(json.loads(lines[1])),
    )
    return contents, Index(*head["index"])
