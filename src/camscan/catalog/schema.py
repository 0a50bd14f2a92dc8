"""Checks parsed TOML against fingerprints/schema.json, the one description of the files' shape.

Reads the part of JSON Schema that our schema uses (a test compares it with the jsonschema package);
unlike a general validator it says what was probably meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from camscan.catalog.faults import did_you_mean

Problem = tuple[tuple[str | int, ...], str]
"""Where in the document (keys and list places), and what is wrong there."""

_TYPES: Mapping[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool}
_WORDS = {"object": "a table", "array": "a list", "string": "a text in quotes", "boolean": "true or false"}


@cache
def read_schema(file: Path) -> Mapping[str, Any]:
    """The schema document."""
    document: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def problems(document: object, definition: str, schema: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything in `document` that breaks `$defs/<definition>`, in document order."""
    yield from _check(document, {"$ref": f"#/$defs/{definition}"}, schema, ())


def _check(
    value: Any, rule: Mapping[str, Any], schema: Mapping[str, Any], at: tuple[str | int, ...]
) -> Iterator[Problem]:
    if "$ref" in rule:
        rule = {
            **schema["$defs"][rule["$ref"].rpartition("/")[2]],
            **{k: v for k, v in rule.items() if k != "$ref"},
        }
    if "enum" in rule:
        if not any(value is each or (isinstance(each, str) and value == each) for each in rule["enum"]):
            known = [str(each).lower() if isinstance(each, bool) else str(each) for each in rule["enum"]]
            yield at, f"`{value}` is not one of {', '.join(known)}{did_you_mean(str(value), known)}"
        return
    types = [rule["type"]] if isinstance(rule.get("type"), str) else rule.get("type", [])
    if types and not any(isinstance(value, _TYPES[each]) for each in types):
        yield at, f"must be {' or '.join(_WORDS[each] for each in types)}"
    elif isinstance(value, dict):
        yield from _check_table(value, rule, schema, at)
    elif isinstance(value, list):
        if len(value) < rule.get("minItems", 0):
            yield at, "must not be empty"
        for place, each in enumerate(value):
            yield from _check(each, rule.get("items", {}), schema, (*at, place))
    elif isinstance(value, str):
        if len(value.strip()) < rule.get("minLength", 0):
            yield at, "must not be empty" if not value.strip() else f"say more than `{value}`"
        elif "pattern" in rule and not re.search(rule["pattern"], value):
            yield at, f"`{value}` must look like {rule['pattern']}"


def _check_table(
    value: dict[str, Any], rule: Mapping[str, Any], schema: Mapping[str, Any], at: tuple[str | int, ...]
) -> Iterator[Problem]:
    known = rule.get("properties", {})
    unknown = [key for key in value if key not in known and rule.get("additionalProperties") is False]
    for key in unknown:
        yield (*at, key), f"unknown key{did_you_mean(key, known)}"
    for key in rule.get("required", ()):
        if key not in value:
            yield at, f"`{key}` is missing"
    if len(value) < rule.get("minProperties", 0):
        yield at, "must not be empty"
    if "oneOf" in rule:
        choices = [each["required"][0] for each in rule["oneOf"]]
        if sum(choice in value for choice in choices) != 1 and not unknown:
            yield at, f"needs exactly one of {', '.join(choices)}"
    others = rule.get("additionalProperties")
    for key, each in value.items():
        inner = known.get(key, others if isinstance(others, Mapping) else None)
        if inner is not None:
            yield from _check(each, inner, schema, (*at, key))
