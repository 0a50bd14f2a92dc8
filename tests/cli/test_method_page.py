"""docs/method.md and docs/README.md: the figures are today's, the list is whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from camscan.catalog import load
from camscan.catalog.places import shipped_directory
from camscan.cli.method_page import SHIPPED_LINES, at_least, measured, section, weight_table, with_section
from camscan.match.evaluate import Score

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
COMMAND = "run: python -m camscan.cli.method_page docs/method.md"


def without_day(text: str) -> str:
    """All but the first line, which says when and with how many rules."""
    return text.partition("\n")[2]


def test_the_weights_on_the_page_are_those_of_the_code() -> None:
    assert weight_table() == section(PAGE, "weights"), COMMAND


def test_the_error_rates_of_the_lines_that_ship_are_todays() -> None:
    catalog = load(shipped_directory(), cache=False)
    now = measured(ROOT / SHIPPED_LINES, catalog, "today")
    assert without_day(now) == without_day(section(PAGE, "shipped lines")), COMMAND


@pytest.mark.parametrize("name", ["shipped lines", "whole corpus"])
def test_a_measured_part_says_when_on_what_and_with_which_rules(name: str) -> None:
    assert re.match(
        r"Measured \d{4}-\d\d-\d\d, fingerprints of edition [\d.]+, \d+ rules; `[\w.]+`, "
        r"SHA-256 `[0-9a-f]{16}…`\.\n\n\d+ labelled lines: ",
        section(PAGE, name),
    )


def test_a_section_is_replaced_and_nothing_else() -> None:
    page = "a\n<!-- x: by b -->\nold\n<!-- end of x -->\nz\n"
    assert "a\n<!-- x: by b -->\nnew\n<!-- end of x -->\nz\n" == with_section(page, "x", "new\n")
    with pytest.raises(ValueError, match="substring"):
        section(page, "y")


@pytest.mark.parametrize(
    ("right", "total", "expected"), [(0, 0, 0.0), (10, 10, 0.722), (0, 10, 0.0), (81, 263, 0.255)]
)
def test_the_lower_bound_is_wilsons(right: int, total: int, expected: float) -> None:
    """81 of 263 is the example of Newcombe 1998 (0.2553); n of n is n / (n + z²)."""
    assert expected == pytest.approx(at_least(Score(right, total)), abs=0.0005)


def test_every_page_is_in_the_list_once() -> None:
    docs = ROOT / "docs"
    listed = re.findall(r"^- \[[^]]+\]\(([^)]+)\): \S", (docs / "README.md").read_text("utf-8"), re.M)
    there = {str(file.relative_to(docs)) for file in docs.rglob("*.md")} - {"README.md"}
    assert sorted(there | {"CITATION.cff"}) == sorted(listed), "docs/README.md: one line a page"
