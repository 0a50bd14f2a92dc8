"""Reads the files of a fingerprint directory into model types and collects every fault on the way.

Rules of this file: a file that cannot be read is one fault and the others are still read; a rule whose
shape is wrong is left out (its fault says why), so that what comes back is always valid.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from camscan.catalog import idioms
from camscan.catalog.contents import Contents, Rows, catalog_files
from camscan.catalog.drafting import BLANK
from camscan.catalog.faults import Fault, dotted
from camscan.catalog.schema import problems, read_schema
from camscan.catalog.toml_files import read_toml
from camscan.model.fingerprint import (
    Brand,
    Condition,
    Example,
    Field,
    Fingerprint,
    Operator,
    Vendor,
    Weight,
)


def read_directory(directory: Path, schema_file: Path) -> Contents:
    """Everything in `directory`, valid parts only, with `Contents.faults` saying what was left out."""
    out = Contents()
    schema = read_schema(schema_file)
    for name in ("fields.toml", "vendors"):
        if not (directory / name).exists():
            out.faults.append(
                Fault(name, "", "", f"missing in {directory}: is this a fingerprint directory?")
            )
    registered: Rows = {}
    ambiguous: Rows = {}
    out.blocks = lambda: (registered, ambiguous)
    for file in catalog_files(directory):
        name = file.relative_to(directory).as_posix()
        if name == "ieee.csv":
            _read_prefixes(file, name, "vendor", registered, out)
            continue
        if name == "ieee-ambiguous.csv":
            _read_prefixes(file, name, "why_ambiguous", ambiguous, out)
            continue
        document = read_toml(file, name, out.faults)
        if document is None:
            continue
        if name == "fields.toml":
            _read_fields(document, name, schema, out)
        elif name == "idioms.toml":
            _read_idioms(document, name, schema, out)
        elif name == "brands.toml":
            _read_brands(document, name, schema, out)
        else:
            _read_vendor(document, name, schema, out)
    return out


def _read_fields(document: dict[str, Any], name: str, schema: Mapping[str, Any], out: Contents) -> None:
    found = [Fault(name, "", dotted(at), text) for at, text in problems(document, "fields_file", schema)]
    out.faults += found
    for key, row in document.items():
        if isinstance(row, dict) and not any(fault.key.startswith(dotted((key,))) for fault in found):
            out.fields[key] = Field(key, row["about"], tuple(row["probes"]), row.get("group", ""))


def _read_idioms(document: dict[str, Any], name: str, schema: Mapping[str, Any], out: Contents) -> None:
    found = [Fault(name, "", dotted(at), text) for at, text in problems(document, "idioms_file", schema)]
    out.faults += found
    for key, row in document.get("idiom", {}).items() if not found else ():
        out.idioms[key] = row


def _read_brands(document: dict[str, Any], name: str, schema: Mapping[str, Any], out: Contents) -> None:
    wrong: set[str | int] = set()
    for at, text in problems(document, "brands_file", schema):
        place = at[1] if len(at) > 1 else ""
        wrong.add(place)
        row = document["brand"][place] if isinstance(place, int) else {}
        label = row.get("brand") if isinstance(row, dict) else None
        out.faults.append(Fault(name, f"brand {label}" if label else dotted(at[:2]), dotted(at[2:]), text))
    rows = document.get("brand", [])
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        if place not in wrong:
            out.brands.append(
                Brand(
                    row["brand"],
                    row["maker"],
                    row["relation"],
                    row.get("scope", ""),
                    row["confidence"],
                    row["source"],
                )
            )


def _read_vendor(document: dict[str, Any], name: str, schema: Mapping[str, Any], out: Contents) -> None:
    wrong: set[int] = set()
    vendor_wrong = False
    for at, text in problems(document, "vendor_file", schema):
        if len(at) > 1 and at[0] == "fingerprint" and isinstance(at[1], int):
            wrong.add(at[1])
            out.faults.append(_shape_fault(name, _rule_name(document, at), at[2:], text))
        else:
            vendor_wrong = vendor_wrong or at[:1] in ((), ("vendor",), ("says",))
            out.faults.append(Fault(name, "", dotted(at), text))
    if vendor_wrong:
        return
    row = document["vendor"]
    vendor = Vendor(
        id=row["id"],
        name=row["name"],
        prefixes_prove=row.get("prefixes_prove", "nothing"),
        only_cameras=row.get("only_cameras", False),
        aliases=tuple(row.get("aliases", ())),
    )
    if vendor.id in out.vendors:
        out.faults.append(Fault(name, "", "vendor.id", f"`{vendor.id}` is another file's vendor already"))
        return
    out.vendors[vendor.id] = vendor
    out.vendor_file[vendor.id] = name
    for at in _blanks(document, ()):
        rule = _rule_name(document, at)
        out.faults.append(
            Fault(name, rule, dotted(at[2:] if rule else at), f"{BLANK} is still to be filled in")
        )
    rules = list(out.fingerprints)
    for rule_row in _rules(document, wrong, vendor.id, name, out):
        fingerprint = _fingerprint(rule_row, vendor.id, out.fields)
        if fingerprint.id in out.file_of:
            other = out.file_of[fingerprint.id]
            out.faults.append(Fault(name, fingerprint.id, "id", f"used twice: also in {other}"))
            continue
        out.file_of[fingerprint.id] = name
        out.reasons[fingerprint.id] = rule_row.get("unanchored", "")
        rules.append(fingerprint)
    out.fingerprints = rules


def _rules(
    document: dict[str, Any], wrong: set[int], vendor: str, name: str, out: Contents
) -> Iterator[dict[str, Any]]:
    """Those written here, but for the wrong ones, and those that idioms make."""
    rows = document.get("fingerprint", [])
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        if place not in wrong:
            yield row
    for made in idioms.rules(vendor, document.get("says", []), out.idioms, name):
        if isinstance(made, Fault):
            out.faults.append(made)
        else:
            yield made


def _rule_name(document: dict[str, Any], at: tuple[str | int, ...]) -> str:
    """The id of the rule a place lies in, "" when it lies in none."""
    if len(at) < 2 or at[0] != "fingerprint" or not isinstance(at[1], int):
        return ""
    row = document["fingerprint"][at[1]]
    return str((isinstance(row, dict) and row.get("id")) or f"fingerprint #{at[1] + 1}")


def _blanks(value: object, at: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Where a skeleton's blanks still stand."""
    if isinstance(value, str) and BLANK in value:
        yield at
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _blanks(each, (*at, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _blanks(each, (*at, place))


def _shape_fault(name: str, rule: str, at: tuple[str | int, ...], text: str) -> Fault:
    if len(at) == 3 and at[0] == "when" and "." not in str(at[1]) and "unknown key" in text:
        text = f'{text.split(";")[0]}; field names hold a dot and stand in quotes: when."http.server".regex'
    return Fault(name, rule, dotted(at), text)


def _fingerprint(row: dict[str, Any], vendor: str, fields: Mapping[str, Field]) -> Fingerprint:
    when = tuple(_conditions(row["when"]))
    return Fingerprint(
        id=row["id"],
        vendor=vendor,
        about=row["about"],
        weight=Weight(row["weight"]),
        when=when,
        claims=dict(row["claim"]),
        examples=tuple(
            Example(_given(each["given"]), dict(each["expect"]), each["source"]) for each in row["example"]
        ),
        counterexamples=tuple(
            Example(_given(each["given"]), {}, each["because"]) for each in row.get("counterexample", ())
        ),
        family=row.get("family") or f"{vendor}:{_group_of(when, fields)}",
    )


def _conditions(table: dict[str, Any]) -> Iterator[Condition]:
    for name, row in table.items():
        fold = row.get("ignore_case", False)
        if "regex" in row:
            yield Condition(name, Operator.REGEX, (row["regex"],), fold)
        elif "is" in row:
            yield Condition(name, Operator.IS, _texts(row["is"]), fold)
        else:
            yield Condition(name, Operator.ABSENT, (), fold)


def _group_of(when: tuple[Condition, ...], fields: Mapping[str, Field]) -> str:
    """The group of the first field that must be present, else its protocol (`http` of `http.server`)."""
    name = next((each.field for each in when if each.operator is not Operator.ABSENT), when[0].field)
    known = fields.get(name)
    if known is not None and known.group:
        return known.group
    protocol, _, rest = name.partition(".")
    return rest if protocol == "any" else protocol


def _given(table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: _texts(value) for name, value in table.items()}


def _texts(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _read_prefixes(file: Path, name: str, last: str, rows: Rows, out: Contents) -> None:
    columns = ["prefix", "prefix_bits", "registrant", last]
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        if next(reader, None) != columns:
            out.faults.append(Fault(name, "line 1", "", f"the columns must be {','.join(columns)}"))
            return
        for row in reader:
            fault = _prefix_fault(row)
            if fault:
                out.faults.append(Fault(name, f"line {reader.line_num}", "", fault))
            elif row[0].lower() in rows:
                out.faults.append(
                    Fault(name, f"line {reader.line_num}", "prefix", f"`{row[0]}` stands here twice")
                )
            else:
                rows[row[0].lower()] = (row[2], row[3])


def _prefix_fault(row: list[str]) -> str:
    if len(row) != 4:
        return f"needs 4 columns, has {len(row)}"
    if row[1] not in ("24", "28", "36"):
        return f"prefix_bits `{row[1]}` is not 24, 28 or 36"
    if len(row[0]) * 4 != int(row[1]) or set(row[0].lower()) - set("0123456789abcdef"):
        return f"prefix `{row[0]}` is not {int(row[1]) // 4} hex digits"
    return ""
