"""`camscan sites`: added, listed, shown, imported from the columns of the published audits."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest


def test_a_site_is_added_shown_and_listed(camscan: Callable[..., object]) -> None:
    words = ["--name", "Head Office", "--organisation", "Treasury", "--department", "Estates"]
    words += ["--owner", "landlord", "--sensitive", "--network", "10.0.0.0/24", "--network", "10.1.0.0/16"]
    assert 0 == camscan("sites", "add", "HQ", *words).code

    shown = json.loads(camscan("sites", "show", "HQ", "--format", "json").out)[0]
    listed = camscan("sites", "list").out

    assert ("Head Office", "Treasury", "landlord", "sensitive", "10.0.0.0/24 10.1.0.0/16") == (
        shown["name"],
        shown["organisation"],
        shown["owner"],
        shown["class"],
        shown["networks"],
    )
    assert "Head Office" in listed


def test_a_site_is_not_overwritten_by_accident(camscan: Callable[..., object]) -> None:
    camscan("sites", "add", "HQ", "--name", "one")

    refused = camscan("sites", "add", "HQ", "--name", "two")
    replaced = camscan("sites", "add", "HQ", "--name", "three", "--replace")

    assert (2, "camscan: there is a site HQ already; use --replace to change it\n") == (
        refused.code,
        refused.err,
    )
    assert 0 == replaced.code
    assert "three" in camscan("sites", "show", "HQ").out


def test_ranges_of_two_sites_may_overlap(camscan: Callable[..., object]) -> None:
    assert [0, 0] == [camscan("sites", "add", name, "--network", "10.0.0.0/24").code for name in ("A", "B")]


def test_a_withheld_address_is_not_shown(camscan: Callable[..., object]) -> None:
    camscan("sites", "add", "HQ", "--address", "1 Secret Street", "--withhold-address")

    for form in ("text", "json", "csv"):
        said = camscan("sites", "show", "HQ", "--format", form).out + camscan("sites", "list").out
        assert "Secret" not in said
        assert "withheld" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add", "two words"], "use letters, digits"),
        (["add", "HQ", "--network", "10.0.0.1/24"], "has host bits set"),
        (["add", "HQ", "--network", "tomorrow"], "network 'tomorrow'"),
    ],
)
def test_what_cannot_be_a_site_is_one_line(
    camscan: Callable[..., object], arguments: list[str], says: str
) -> None:
    said = camscan("sites", *arguments)

    assert (2, 1) == (said.code, said.err.count("\n"))
    assert says in said.err


def test_an_unknown_site_names_the_known_ones(camscan: Callable[..., object]) -> None:
    camscan("sites", "add", "HQ")

    assert "camscan: there is no site 'HX'; known: HQ\n" == camscan("sites", "show", "HX").err


def test_without_a_database_a_listing_says_so_and_makes_none(
    camscan: Callable[..., object], home: Path
) -> None:
    said = camscan("sites", "list")

    assert 1 == said.code
    assert "there is no database" in said.err
    assert not (home / "state").exists()


def test_columns_of_the_published_audits_are_imported(camscan: Callable[..., object], tmp_path: Path) -> None:
    table = tmp_path / "sites.csv"
    table.write_text(
        "\ufeffOrganisation/Portfolio;Department or agency;Site id;Site name;Site owner;Site class;Networks\n"
        "Scottish Government;Property;AQ4;Atlantic Quay 4;Landlord;yes;10.0.0.0/24 10.0.1.0/24\n"
        "Scottish Government;Property;VQ;Victoria Quay;own;not sensitive;\n",
        encoding="utf-8",
    )

    assert "camscan: 2 sites added, 0 changed\n" == camscan("sites", "import", table).err

    rows = list(csv.DictReader(io.StringIO(camscan("sites", "list", "--format", "csv").out)))
    assert [
        ("AQ4", "landlord", "sensitive", "10.0.0.0/24 10.0.1.0/24"),
        ("VQ", "own", "not sensitive", ""),
    ] == [(row["id"], row["owner"], row["class"], row["networks"]) for row in rows]


def test_what_is_listed_can_be_imported_again(camscan: Callable[..., object], tmp_path: Path) -> None:
    camscan("sites", "add", "HQ", "--name", "=cmd()", "--network", "10.0.0.0/24", "--not-sensitive")
    table = tmp_path / "sites.csv"
    table.write_text(camscan("sites", "list", "--format", "csv").out)
    before = camscan("sites", "show", "HQ", "--format", "json").out

    assert "camscan: 0 sites added, 1 changed\n" == camscan("sites", "import", table, "--replace").err
    assert before == camscan("sites", "show", "HQ", "--format", "json").out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name\nHQ\n", "sites.csv:1: the header must have 'id'"),
        ("id,colour\nHQ,red\n", "sites.csv:1: no column 'colour' is known"),
        ("id,owner\nHQ,me\n", "sites.csv:2: owner is own or landlord, not 'me'"),
        ("id,class\nHQ,maybe\n", "sites.csv:2: class is yes or no, not 'maybe'"),
        ("id,name\n,Head Office\n", "sites.csv:2: id is empty"),
        ("id\nHQ,2,3\n", "sites.csv:2: 3 cells under 1 columns"),
        ("", "sites.csv:1: the header must have 'id'"),
    ],
)
def test_a_table_that_is_wrong_is_named_by_line_and_nothing_is_added(
    camscan: Callable[..., object], tmp_path: Path, text: str, says: str
) -> None:
    table = tmp_path / "sites.csv"
    table.write_text(text)

    said = camscan("sites", "import", table)

    assert (2, 1) == (said.code, said.err.count("\n"))
    assert says in said.err
