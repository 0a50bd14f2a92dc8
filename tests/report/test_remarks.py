"""What a run remarked is read in the report's language; what nobody has translated stays as it is."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import camscan
from camscan.report.language import language
from camscan.report.remarks import forms, translated

ARABIC = language("ar")
SOURCE = Path(camscan.__file__).parent


@pytest.mark.parametrize("form", forms(str))
def test_a_remark_of_each_form_is_translated_and_keeps_what_it_quotes(form: str) -> None:
    values = {"count": "1,234", "why": "x: y (z)", "ip": "10.0.0.9"}
    said = {name: values.get(name, f"<{name}>") for name in re.findall(r"%\((\w+)\)s", form)}
    remark = form % said
    shown = translated(remark, ARABIC)
    assert shown != remark
    assert all(value in shown for value in said.values())
    assert remark == translated(remark, language("en"))


@cache
def constants() -> str:
    """Every text in the source, but for the forms themselves."""
    nodes = (
        node
        for file in SOURCE.rglob("*.py")
        if file.name != "remarks.py"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
    )
    return "\n".join(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


@pytest.mark.parametrize("form", forms(str))
def test_a_run_still_says_what_is_translated(form: str) -> None:
    pieces = re.split(r"%\(\w+\)s|; |not-run: ", form)
    assert [] == [piece for piece in pieces if len(piece) > 2 and piece not in constants()]


def test_what_a_remark_quotes_is_translated_too() -> None:
    nested = "sadp: not-run: no target is on the link of eth7"
    assert "sadp" in (shown := translated(nested, ARABIC))
    assert "eth7" in shown
    assert not re.search("[a-z]", shown.replace("sadp", "").replace("eth7", ""))


@pytest.mark.parametrize(
    "remark",
    [
        "something nobody foresaw",
        "%(count)s left out",
        "not-run: " * 5000,
        "no address known for " + " of b" * 5000,
        "",
        "٣ left out: x",
    ],
)
def test_any_other_remark_is_shown_as_it_stands(remark: str) -> None:
    assert remark == translated(remark, ARABIC)
