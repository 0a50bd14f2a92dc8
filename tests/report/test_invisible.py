"""Names with characters nobody sees: every output for people shows them, none obeys them."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile

import pytest
from rich.console import Console

import hostile
from camscan.report import formats, table
from camscan.report.neutralise import visible

NAMES = (
    "Hik\u200bvision", "Hik\u200dvision", "Hik\u200cvision", "\u200dHikvision", "Dah\u2060ua", "Ax\u00adis",
    "Ax\ufeffis", "cam\u202egnp.exe", "\u2067evil\u2069",
    "a\u200eb\u200f", "\u061c1", "x\U000e0041\U000e0042", "two\u2028lines",
)  # fmt: skip


def unseen(text: str) -> set[str]:
    """Characters of no width or that turn the direction."""
    return {f"U+{ord(ch):04X}" for ch in text if unicodedata.category(ch) in ("Cf", "Zl", "Zp")}


def test_no_output_for_people_holds_one() -> None:
    held = hostile.inventory(*NAMES)
    for name in ("csv", "html", "netbox", "ecs"):
        shown = formats.render(held, name).decode("utf-8-sig")
        assert set() == unseen(shown), name
        assert "vision" in shown, name
    # A zero-width space of our own keeps addresses from becoming links.
    shown = formats.render(held, "md").decode()
    assert set() == unseen(shown.replace(":\u200b//", "://"))
    page = io.StringIO()
    table.print_report(Console(file=page, width=220, highlight=False), held)
    assert set() == unseen(page.getvalue())
    assert "Hik\\u200bvision" in page.getvalue()


def test_a_page_shows_them_once_its_data_is_read() -> None:
    shown = formats.render(hostile.inventory(*NAMES), "html").decode()
    data = re.findall(r"<script[^>]*application/json[^>]*>(.*?)</script>", shown, re.DOTALL)
    assert data
    for each in data:
        read = json.dumps(json.loads(each), ensure_ascii=False)
        assert set() == unseen(read)
    assert any("\\\\u202e" in each for each in data)


def test_no_sheet_of_a_workbook_holds_one() -> None:
    pytest.importorskip("rustpy_xlsxwriter")
    with zipfile.ZipFile(io.BytesIO(formats.render(hostile.inventory(*NAMES), "xlsx"))) as book:
        for part in book.namelist():
            text = book.read(part).decode("utf-8", "replace")
            assert set() == unseen(text.replace("\ufeff", "", 1)), part


@pytest.mark.parametrize(
    "word",
    ["می\u200cخواهم", "👩\u200d💻", "क्\u200dष"],
)
def test_scripts_that_need_joiners_keep_them(word: str) -> None:
    assert word == visible(word)
