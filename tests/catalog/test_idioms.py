"""An idiom with a vendor's words is a rule like a written one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from camscan.catalog import default_directory
from camscan.catalog.bundle import collect
from camscan.catalog.checking import check_directory
from camscan.catalog.editions import parse_edition
from camscan.catalog.loading import load
from camscan.model.fingerprint import Weight

Edit = Callable[..., None]

IDIOMS = """
[idiom.title-model]
about = "A page is titled with the model."
weight = "suggests"
family = "{vendor}-http"
when."http.title".regex = '^(?P<model>{it}) Live'
when."http.title".ignore_case = true
claim.kind = "camera-like-unknown"
claim.model = "{model}"

    [[idiom.title-model.example]]
    given."http.title" = '{example} Live View'
    source = "invented for this test"

    [[idiom.title-model.counterexample]]
    given."http.title" = 'Buy {example} Live'
    because = "a shop"
"""
SAYS = """
[[says]]
idioms = ["title-model"]
regex = 'AC-\\d+|XC\\d{3}'
example = 'AC-12'
claim.manufacturer = "acme"

[[says]]
idioms = ["title-model"]
regex = 'AR-\\d+'
example = 'AR-7'
suffix = "recorder"
claim.kind = "recorder"
"""


@pytest.fixture
def idioms(directory: Path) -> Path:
    """The directory with one idiom that acme uses twice."""
    (directory / "idioms.toml").write_text(IDIOMS)
    file = directory / "vendors" / "acme.toml"
    file.write_text(file.read_text() + SAYS)
    return directory


def faults(directory: Path) -> list[str]:
    return [str(fault) for fault in check_directory(directory)]


def test_each_use_is_a_rule_with_the_words_filled_in(idioms: Path) -> None:
    assert [] == faults(idioms)
    rules = {rule.id: rule for rule in load(idioms, cache=False).fingerprints}
    camera, recorder = rules["acme.title-model"], rules["acme.title-model-recorder"]
    assert ("^(?P<model>(?:AC-\\d+|XC\\d{3})) Live",) == camera.when[0].values
    assert camera.when[0].ignore_case
    assert {"kind": "camera-like-unknown", "model": "{model}", "manufacturer": "acme"} == camera.claims
    assert (Weight.SUGGESTS, "acme-http") == (camera.weight, camera.family)
    assert {"http.title": ("AC-12 Live View",)} == camera.examples[0].given
    assert "AC-12" == camera.examples[0].expect["model"]
    assert {"http.title": ("Buy AC-12 Live",)} == camera.counterexamples[0].given
    assert {"kind": "recorder", "model": "{model}"} == recorder.claims


@pytest.mark.parametrize(
    ("old", "new", "file", "expected"),
    [
        ('idioms = ["title-model"]', 'idioms = ["title-modle"]', "", "did you mean `title-model`?"),
        ('suffix = "recorder"', "", "", "acme.title-model: id: used twice"),
        ("AC-12", "BC-12", "", "acme.title-model: example #1"),
        ("AC-\\d+|", "(AC|", "", 'acme.title-model: when."http.title".regex'),
        ("example = 'AC-12'", "exmaple = 'AC-12'", "", "unknown key; did you mean `example`?"),
        ("weight = ", "wieght = ", "idioms.toml", "did you mean `weight`?"),
        ("^(?P", "(?P", "idioms.toml", 'acme.title-model: when."http.title".regex'),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    idioms: Path, edit: Edit, old: str, new: str, file: str, expected: str
) -> None:
    edit(old, new, file or "vendors/acme.toml")
    found = faults(idioms)
    assert any(expected in fault for fault in found), found


def test_another_text_of_the_idioms_is_another_catalog(idioms: Path, edit: Edit, tmp_path: Path) -> None:
    before = load(idioms, cache_directory=tmp_path).edition
    edit(") Live'", ") Live$'", "idioms.toml")
    edit("{example} Live View", "{example} Live", "idioms.toml")
    after = load(idioms, cache_directory=tmp_path)
    assert before != after.edition
    assert "acme.title-model" in {rule.id for rule in after.fingerprints}


def test_a_bundle_brings_its_idioms() -> None:
    shipped = default_directory()
    held = collect(shipped, parse_edition("2026.1.1", "EDITION"))
    assert (shipped / "idioms.toml").read_bytes() == held["idioms.toml"]
