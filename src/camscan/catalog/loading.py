"""`load`: the fingerprint directory as a `Catalog`, from a cache where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from camscan import __version__
from camscan.catalog.cache import cache_folder, content_key, read_cache, write_cache
from camscan.catalog.contents import Contents
from camscan.catalog.editions import REMOVE_HINT, edition_of
from camscan.catalog.names import Names
from camscan.catalog.places import default_directory, schema_file, shipped_directory
from camscan.errors import FingerprintError, UsageError
from camscan.match.engine import Engine
from camscan.match.prefilter import Index, build_index
from camscan.match.prefixes import PrefixTable
from camscan.model.fingerprint import Brand, Field, Fingerprint, Vendor
from camscan.model.policy import Advisory, Policy


class Catalog:
    """Vendors, brands, rules, fields and prefixes of one directory."""

    def __init__(self, directory: Path, contents: Contents, index: Index | None = None) -> None:
        self.directory = directory
        self._contents = contents
        self._index = index

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
        return PrefixTable(*self._contents.blocks())

    @cached_property
    def names(self) -> Names:
        """Vendors and brands by any spelling."""
        return Names(self.vendors.values(), self.brands)

    @cached_property
    def edition(self) -> str:
        """`2026.11.24 (1f3a5c7e)`: the edition the directory names, if any, and a hash of what it holds."""
        named = edition_of(self.directory)
        return f"{named or 'no edition'} ({content_key(self.directory, '')[:8]})"

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """policies/*.toml by id, read when first asked for; raises FingerprintError."""
        from camscan.catalog.parties import Parties
        from camscan.catalog.policies import read_policies

        return read_policies(self.directory, Parties(self.vendors, self.brands))

    @cached_property
    def advisories(self) -> tuple[Advisory, ...]:
        """advisories/*.toml by vendor, read when first asked for; raises FingerprintError."""
        from camscan.catalog.advisories import read_advisories
        from camscan.catalog.parties import Parties

        return read_advisories(self.directory, Parties(self.vendors, self.brands))

    @cached_property
    def matcher(self) -> Engine:
        """The engine over `fingerprints`."""
        return Engine(self.fingerprints, self._contents.groups(), self._index)


def load(
    directory: Path | None = None, cache: bool = True, *, cache_directory: Path | None = None
) -> Catalog:
    """The catalog of `directory` (default: the one camscan came with).

    cache: read it from, and keep it in, `cache_directory` (default: the user's); rules that come from the
    cache have no examples. Raises UsageError when there is no such directory, FingerprintError when a file
    is wrong.
    """
    where = directory or default_directory()
    if not where.is_dir():
        raise UsageError(f"no fingerprint directory at {where}: give one with --fingerprints DIR")
    if not cache:
        contents = _read(where)
        return Catalog(where, contents)
    key = content_key(where, __version__)
    folder = cache_directory or cache_folder()
    kept = read_cache(key, folder)
    if kept is not None:
        return Catalog(where, *kept)
    contents = _read(where)
    index = build_index(contents.fingerprints, contents.groups())
    write_cache(key, folder, contents, index)
    return Catalog(where, contents, index)


def _read(where: Path) -> Contents:
    from camscan.catalog.judging import judge_rules  # parsers and RE2: only when the cache does not have it
    from camscan.catalog.reading import read_directory

    contents = read_directory(where, schema_file())
    faults = contents.faults or judge_rules(contents, Names(contents.vendors.values(), contents.brands))
    if faults:
        more = f" (and {len(faults) - 1} more faults)" if len(faults) > 1 else ""
        raise FingerprintError(f"{faults[0]}{more}; {_what_to_do(where)}")
    return contents


def _what_to_do(where: Path) -> str:
    if where == default_directory() != shipped_directory():
        return f"this installed edition is made for another camscan: {REMOVE_HINT}"
    return "`camscan fingerprints check` lists all"
