"""Our reading of schema.json and the jsonschema package's must agree on what is legal."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.catalog import default_directory
from camscan.catalog.places import schema_file
from camscan.catalog.schema import problems, read_schema

SCHEMA = read_schema(schema_file())
VALIDATORS = {
    name: jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})
    for name in ("vendor_file", "brands_file", "fields_file", "idioms_file")
}


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_property_of_a_vendor_file_is_described() -> None:
    undescribed = [
        f"{name}.{key}"
        for name, definition in SCHEMA["$defs"].items()
        if name in ("vendor_file", "vendor", "fingerprint", "says", "idiom", "condition", "brand")
        for key, rule in definition.get("properties", {}).items()
        if "description" not in {**rule, **SCHEMA["$defs"].get(rule.get("$ref", "").rpartition("/")[2], {})}
    ]
    assert [] == undescribed


@pytest.mark.parametrize(
    "file", sorted((default_directory() / "vendors").glob("*.toml")), ids=lambda file: str(file.stem)
)
def test_both_accept_the_files_that_ship(file: Path) -> None:
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    assert ([], []) == (
        list(problems(document, "vendor_file", SCHEMA)),
        list(VALIDATORS["vendor_file"].iter_errors(document)),
    )


def test_both_accept_the_idioms_that_ship() -> None:
    document = tomllib.loads((default_directory() / "idioms.toml").read_text(encoding="utf-8"))
    assert ([], []) == (
        list(problems(document, "idioms_file", SCHEMA)),
        list(VALIDATORS["idioms_file"].iter_errors(document)),
    )


SOUND: dict[str, Any] = {
    "vendor": {
        "id": "acme",
        "name": "Acme",
        "aliases": ["A"],
        "only_cameras": True,
        "prefixes_prove": "maker",
    },
    "fingerprint": [
        {
            "id": "acme.a",
            "about": "why this shows it",
            "weight": "proves",
            "when": {
                "http.server": {"regex": "^a"},
                "http.title": {"is": ["a", "b"]},
                "x.y": {"absent": True},
            },
            "claim": {"kind": "camera"},
            "example": [{"given": {"http.server": "a"}, "expect": {"kind": "camera"}, "source": "here"}],
            "counterexample": [{"given": {"http.server": ["b"]}, "because": "no camera"}],
        }
    ],
}


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, ...]] = []
    if isinstance(value, dict):
        inner = [place for key, each in value.items() for place in places(each, (*at, key))]
    elif isinstance(value, list):
        inner = [place for key, each in enumerate(value) for place in places(each, (*at, key))]
    return [at, *inner] if at else inner


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(places(SOUND)),
    st.sampled_from(
        [
            None,
            "",
            " ",
            "x",
            "camera",
            "Acme!",
            True,
            False,
            3,
            [],
            {},
            ["x"],
            [""],
            {"x": "y"},
            {"regex": "a", "is": "b"},
        ]
    ),
    st.sampled_from(["replace", "delete", "rename"]),
)
def test_both_agree_on_a_file_changed_in_one_place(place: tuple[Any, ...], value: Any, how: str) -> None:
    document = copy.deepcopy(SOUND)
    parent: Any = document
    for key in place[:-1]:
        parent = parent[key]
    if how == "replace":
        parent[place[-1]] = value
    elif how == "delete" or isinstance(parent, list):
        del parent[place[-1]]
    else:
        parent[f"{place[-1]}x"] = parent.pop(place[-1])
    ours = list(problems(document, "vendor_file", SCHEMA))
    theirs = list(VALIDATORS["vendor_file"].iter_errors(document))
    if value == " ":
        return  # a blank text is empty to us; JSON Schema only counts characters
    assert bool(theirs) == bool(ours), (ours, theirs)
