"""`Contents`: what a fingerprint directory holds, whether read from its files or from the cache."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camscan.model.fingerprint import Brand, Field, Fingerprint, Vendor

if TYPE_CHECKING:
    from camscan.catalog.faults import Fault

MAX_FILE_BYTES = 64 * 1024 * 1024

Rows = dict[str, tuple[str, str]]
"""Hex prefix, lower case → (registrant, vendor id or why it is ambiguous)."""


@dataclass(slots=True)
class Contents:
    """What a directory holds, and (for the checks) in which file each part stands."""

    fields: dict[str, Field] = field(default_factory=dict)
    idioms: dict[str, Any] = field(default_factory=dict)  # name → its row in idioms.toml
    vendors: dict[str, Vendor] = field(default_factory=dict)
    fingerprints: Sequence[Fingerprint] = ()
    brands: list[Brand] = field(default_factory=list)
    blocks: Callable[[], tuple[Rows, Rows]] = lambda: ({}, {})  # registered and ambiguous IEEE prefixes
    faults: list[Fault] = field(default_factory=list)
    file_of: dict[str, str] = field(default_factory=dict)  # fingerprint id → file
    vendor_file: dict[str, str] = field(default_factory=dict)  # vendor id → file
    reasons: dict[str, str] = field(default_factory=dict)  # fingerprint id → why it may be unanchored

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Field group → its fields, in the order of fields.toml."""
        groups: dict[str, tuple[str, ...]] = {}
        for name, each in self.fields.items():
            if each.group:
                groups[each.group] = (*groups.get(each.group, ()), name)
        return groups


def catalog_files(directory: Path) -> list[Path]:
    """The files `read_directory` reads, in order; missing ones left out."""
    names = ("fields.toml", "idioms.toml", "brands.toml", "ieee.csv", "ieee-ambiguous.csv")
    fixed = [directory / name for name in names]
    return [file for file in fixed if file.is_file()] + sorted((directory / "vendors").glob("*.toml"))


def refusal(file: Path) -> str:
    """Why this file is not opened at all, or "": a pipe would hold whoever reads it, a device never ends."""
    try:
        about = file.stat()
    except OSError as fault:
        return f"cannot be read: {fault.strerror}"
    if not stat.S_ISREG(about.st_mode):
        return "cannot be read: it is no regular file"
    if about.st_size > MAX_FILE_BYTES:
        return f"cannot be read: over {MAX_FILE_BYTES:,} bytes"
    return ""
