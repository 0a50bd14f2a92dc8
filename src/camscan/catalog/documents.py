"""Policy and advisory files as checked TOML documents; each thing wrong is one fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from camscan.catalog.faults import Fault, dotted
from camscan.catalog.places import shipped_directory
from camscan.catalog.schema import problems, read_schema
from camscan.catalog.toml_files import read_toml

Document = dict[str, Any]


def policy_schema_file() -> Path:
    """The schema that belongs to this camscan, whatever directory is read."""
    return shipped_directory() / "policy-schema.json"


def read_document(file: Path, name: str, definition: str, faults: list[Fault]) -> Document | None:
    """The document when it has the shape `definition`, else None with its faults in `faults`.

    TOML dates come back as ISO text; a date text that no calendar has is a fault.
    """
    document = read_toml(file, name, faults, text_dates=True)
    if document is None:
        return None
    schema = read_schema(policy_schema_file())
    found = [
        Fault(name, _row_id(document, at), dotted(at), text)
        for at, text in problems(document, definition, schema)
    ]
    if not found:
        found = [
            Fault(name, _row_id(document, at), dotted(at), "no such day in the calendar")
            for at in _false_days(document)
        ]
    faults += found
    return None if found else document


def _row_id(document: Document, at: tuple[str | int, ...]) -> str:
    """The id of the row a fault is in: a CVE, a maker."""
    if len(at) < 2 or not isinstance(at[1], int):
        return ""
    row = document[str(at[0])][at[1]]
    found = (
        next((row[key] for key in ("id", "maker", "name") if key in row), "") if isinstance(row, dict) else ""
    )
    return found if isinstance(found, str) else ""


_DAYS = frozenset(
    (
        "in_force effective ends as_of acquired_after since on "
        "kev_added build_from build_through build_before"
    ).split()
)


def _false_days(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _false_days(each, (*at, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _false_days(each, (*at, place))
    elif isinstance(value, str) and {at[-1], at[-2] if len(at) > 1 else ""} & _DAYS:
        if at[0] == "advisory" and at[-1] == "since":
            return  # there it is a version
        try:
            date.fromisoformat(value)
        except ValueError:
            yield at
