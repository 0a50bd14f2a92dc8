"""`load`: the fingerprint directory as a `Catalog`, from a cache where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from camscan.catalog.names import Names
from camscan.catalog.reading import Contents, read_directory
from camscan.errors import FingerprintError, UsageError
from camscan.match.engine import Engine
from camscan.match.prefixes import PrefixTable
from camscan.model.fingerprint import Brand, Field, Fingerprint, Vendor


def default_directory() -> Path:
    """The fingerprints this camscan came with: in the wheel, or beside src/ in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_fingerprints"
    return packaged if packaged.is_dir() else package.parent.parent / "fingerprints"


def schema_file() -> Path:
    """The schema that belongs to this camscan, whatever directory is checked."""
    return default_directory() / "schema.json"


class Catalog:
    """Vendors, brands, rules, fields and prefixes of one directory."""

    def __init__(self, directory: Path, contents: Contents) -> None:
        self.directory = directory
        self._contents = contents

    @property
    def vendors(self) -> Mapping[str, Vendor]:
        """Vendor id → vendor."""
        return self._contents.vendors

    @property
    def brands(self) -> Sequence[Brand]:
        """The rows of brands.toml."""
        return self._contents.brands

    @property
    def fingerprints(self) -> Sequence[Fingerprint]:
        """Every rule, by vendor file and order in the file."""
        return self._contents.fingerprints

    @property
    def fields(self) -> Mapping[str, Field]:
        """Field name → its row in fields.toml."""
        return self._contents.fields

    @cached_property
    def prefixes(self) -> PrefixTable:
        """The IEEE blocks."""
        return PrefixTable(self._contents.registered, self._contents.ambiguous)

    @cached_property
    def names(self) -> Names:
        """Vendors and brands by any spelling."""
        return Names(self.vendors.values(), self.brands)

    @cached_property
    def matcher(self) -> Engine:
        """The engine over `fingerprints`."""
        return Engine(self.fingerprints, self._contents.groups())


def load(directory: Path | None = None, cache: bool = True) -> Catalog:
    """The catalog of `directory` (default: the one camscan came with).

    Raises UsageError when there is no such directory, FingerprintError when a file is wrong.
    """
    where = directory or default_directory()
    if not where.is_dir():
        raise UsageError(f"no fingerprint directory at {where}: give one with --fingerprints DIR")
    contents = read_directory(where, schema_file())
    if contents.faults:
        more = f" (and {len(contents.faults) - 1} more faults)" if len(contents.faults) > 1 else ""
        raise FingerprintError(f"{contents.faults[0]}{more}; `camscan fingerprints check` lists all")
    return Catalog(where, contents)
