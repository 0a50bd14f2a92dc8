"""`check_directory`: everything that can be wrong with fingerprint files, all of it at once.

Shape comes from fingerprints/schema.json (`reading`), single rules are judged in `judging`, and `proving`
runs every rule of every vendor on every example of every vendor.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from camscan.catalog.advisories import check_policies
from camscan.catalog.contents import Contents
from camscan.catalog.faults import Fault, did_you_mean
from camscan.catalog.judging import judge_rule
from camscan.catalog.names import Names
from camscan.catalog.places import schema_file
from camscan.catalog.proving import prove
from camscan.catalog.reading import read_directory
from camscan.match.patterns import MIN_LITERAL
from camscan.match.prefilter import build_index
from camscan.model.fingerprint import Fingerprint

MAX_UNSELECTIVE = 64
"""So many rules may be tried on one value of a field although no literal of theirs occurs in it."""


def check_directory(directory: Path) -> list[Fault]:
    """Every fault of the fingerprint files in `directory`, warnings included, ordered by file and rule."""
    contents = read_directory(directory, schema_file())
    faults = list(contents.faults)
    names = Names(contents.vendors.values(), contents.brands)
    sound: list[Fingerprint] = []
    for fingerprint in contents.fingerprints:
        found = list(judge_rule(fingerprint, contents, names))
        faults += found
        if not any(not fault.warning for fault in found):
            sound.append(fingerprint)
    faults += _check_vendors(contents)
    faults += _check_selectivity(sound, contents)
    faults += prove(sound, contents, names)
    faults += check_policies(directory, contents.vendors, contents.brands)
    return sorted(set(faults))


def _check_vendors(contents: Contents) -> Iterator[Fault]:
    for brand in contents.brands:
        if brand.maker and brand.maker not in contents.vendors:
            hint = did_you_mean(brand.maker, contents.vendors)
            yield Fault("brands.toml", f"brand {brand.brand}", "maker", f"no vendor `{brand.maker}`{hint}")
    unknown = {vendor for _, vendor in contents.blocks()[0].values()} - {*contents.vendors, ""}
    for name in sorted(unknown):
        yield Fault("ieee.csv", name, "vendor", f"no vendor `{name}`{did_you_mean(name, contents.vendors)}")
    for vendor in contents.vendors.values():
        file = contents.vendor_file[vendor.id]
        if file != f"vendors/{vendor.id}.toml":
            yield Fault(file, "", "vendor.id", f"`{vendor.id}` must equal the file name")


def _check_selectivity(rules: list[Fingerprint], contents: Contents) -> Iterator[Fault]:
    """Fields on whose values too many rules must be tried because nothing selects them."""
    index = build_index(rules, contents.groups())
    for name in sorted({*index.always, *index.heads}):
        count = len(index.always.get(name, ())) + max(map(len, index.heads.get(name, {}).values()), default=0)
        if count > MAX_UNSELECTIVE:
            message = (
                f"{count} rules have no literal text of {MIN_LITERAL} characters to be selected by "
                f"(at most {MAX_UNSELECTIVE})"
            )
            yield Fault("vendors", "", name, message)
