"""Reads fingerprints/advisories/*.toml into `Advisory`.

Rules of this file: a fault names file, CVE and key; a version that its grammar cannot read is a fault,
because it would never decide anything; a model pattern is anchored.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from camscan.audit.affected import compile_pattern
from camscan.audit.versions import read_version
from camscan.catalog.documents import Document, read_document
from camscan.catalog.faults import Fault
from camscan.catalog.parties import Parties
from camscan.catalog.policies import collect_policies, raise_first
from camscan.model.fingerprint import Brand, Vendor
from camscan.model.policy import Advisory, Affected, Grammar, Party, Wearing

_BOUNDS = ("through", "before", "versions", "build_through", "build_before")
_ENDS = (*_BOUNDS, "all_versions", "unknown")


def read_advisories(directory: Path, parties: Parties) -> tuple[Advisory, ...]:
    """The advisories of a fingerprint directory by vendor and file order; raises FingerprintError."""
    faults: list[Fault] = []
    found = collect_advisories(directory, parties, faults)
    raise_first(faults)
    return found


def check_policies(directory: Path, vendors: dict[str, Vendor], brands: list[Brand]) -> list[Fault]:
    """Every fault of the policy, jurisdiction and advisory files in `directory`."""
    parties = Parties(vendors, brands)
    faults: list[Fault] = []
    collect_policies(directory, parties, faults)
    collect_advisories(directory, parties, faults)
    return faults


def collect_advisories(directory: Path, parties: Parties, faults: list[Fault]) -> tuple[Advisory, ...]:
    """Every advisory of the files without a fault; the faults of the others in `faults`."""
    found: list[Advisory] = []
    for file in sorted((directory / "advisories").glob("*.toml")):
        name = f"advisories/{file.name}"
        document = read_document(file, name, "advisory_file", faults)
        if document is None:
            continue
        wrong = list(_judge(document, name, file.stem, parties))
        faults += wrong
        if not wrong:
            found += _advisories(document, parties)
    return tuple(found)


def _judge(document: Document, file: str, stem: str, parties: Parties) -> Iterator[Fault]:
    vendor = document["vendor"]
    if vendor != stem:
        yield Fault(file, "", "vendor", f"`{vendor}` must equal the file name")
    if vendor not in parties.known and "name" not in document:
        yield Fault(file, "", "name", f"no vendor `{vendor}` in vendors/: say its name here")
    yield from _judge_patterns(document.get("own_models", ()), file, "", "own_models")
    seen: set[str] = set()
    for row in document["advisory"]:
        cve = row["id"]
        if cve in seen:
            yield Fault(file, cve, "id", "stands here twice")
        seen.add(cve)
        if ("affected" in row) == ("not_assessed" in row):
            yield Fault(file, cve, "affected", "needs rows of `affected`, or `not_assessed` with the reason")
        if "kev_added" in row and not row.get("kev"):
            yield Fault(file, cve, "kev_added", "is set but `kev` is not true")
        for place, each in enumerate(row.get("affected", ()), 1):
            yield from _judge_affected(each, document["grammar"], file, cve, f"affected #{place}")


def _judge_affected(row: Document, grammar: str, file: str, cve: str, key: str) -> Iterator[Fault]:
    yield from _judge_patterns(row["models"], file, cve, f"{key}.models")
    yield from _judge_patterns(row.get("firmware", ()), file, cve, f"{key}.firmware")
    if not any(name in row for name in _ENDS):
        yield Fault(file, cve, key, f"says nowhere which versions: needs one of {', '.join(_ENDS)}")
    reading = Grammar(row.get("grammar", grammar))
    texts = [("since", row["since"])] if "since" in row else []
    texts += [(name, text) for name in ("through", "before", "versions") for text in row.get(name, ())]
    for name, text in texts:
        if read_version(text, reading) is None:
            yield Fault(file, cve, f"{key}.{name}", f"`{text}` is no version of grammar {reading}")


def _judge_patterns(patterns: list[str] | tuple[()], file: str, cve: str, key: str) -> Iterator[Fault]:
    for pattern in patterns:
        if not pattern.startswith("^"):
            yield Fault(file, cve, key, f"anchor `{pattern}` with ^")
        try:
            compile_pattern(pattern)
        except ValueError as reason:
            yield Fault(file, cve, key, f"RE2 refuses `{pattern}`: {reason}")


def _advisories(document: Document, parties: Parties) -> Iterator[Advisory]:
    vendor = parties.party(document["vendor"], document.get("name", ""))
    by = Wearing(document.get("by", "maker"))
    own = tuple(document.get("own_models", ()))
    for row in document["advisory"]:
        yield _advisory(row, vendor, by, own, Grammar(document["grammar"]))


def _advisory(row: Document, vendor: Party, by: Wearing, own: tuple[str, ...], grammar: Grammar) -> Advisory:
    return Advisory(
        id=row["id"],
        vendor=vendor,
        by=by,
        scope=row["scope"],
        cut_off=row["cut_off"],
        source=row["source"],
        cvss=row.get("cvss", ""),
        known_exploited=row.get("kev", False),
        kev_added=date.fromisoformat(row["kev_added"]) if "kev_added" in row else None,
        relabels=row.get("relabels", False),
        own_models=own,
        affected=tuple(_affected(each, grammar) for each in row.get("affected", ())),
        not_assessed=row.get("not_assessed", ""),
    )


def _affected(row: Document, grammar: Grammar) -> Affected:
    def days(key: str) -> tuple[date, ...]:
        return tuple(date.fromisoformat(text) for text in row.get(key, ()))

    return Affected(
        models=tuple(row["models"]),
        grammar=Grammar(row.get("grammar", grammar)),
        firmware=tuple(row.get("firmware", ())),
        kinds=tuple(row.get("kinds", ())),
        since=row.get("since", ""),
        through=tuple(row.get("through", ())),
        before=tuple(row.get("before", ())),
        versions=tuple(row.get("versions", ())),
        build_from=date.fromisoformat(row["build_from"]) if "build_from" in row else None,
        build_through=days("build_through"),
        build_before=days("build_before"),
        all_versions=row.get("all_versions", False),
        unknown=row.get("unknown", ""),
        doubt=row.get("doubt", ""),
        recalled=row.get("recalled", False),
        otherwise=row.get("otherwise", False),
        tracks=tuple(row.get("tracks", ())),
    )
