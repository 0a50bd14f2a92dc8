"""What a device may not do to a reader."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import hostile
from camscan.report.csv import line, table
from camscan.report.neutralise import (
    SEPARATOR,
    cell,
    clip,
    json_in_html,
    markdown,
    row_is_plain,
    safe_text,
    visible,
)

ANYTHING = st.text(st.characters(), max_size=40)
NASTY = st.text(st.sampled_from("=+-@＝\"' ;\t\r\n␟,abc\u202e\x1b"), max_size=12)
STARTS = "=+-@＝＋－＠﹢﹣﹦﹫−"
SKIPPED = " \t\r\n\v\f'\"‘’“”`´＇＂"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1", "'+49 30 1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ('"=1+1', "'\"=1+1"),
        ("  =1+1", "'  =1+1"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("a;=1", "a;'=1"),
        ("a; ' -1", "a; ' '-1"),
        ("DS-2CD2143G0-I", "DS-2CD2143G0-I"),
        ("V5.6.3 build 190923", "V5.6.3 build 190923"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_cell_never_begins_a_formula(said: str, shown: str) -> None:
    assert shown == cell(said)


@given(st.one_of(ANYTHING, NASTY))
@example("﹣1")
def test_whatever_is_said_no_spreadsheet_calculates_it(said: str) -> None:
    shown = cell(said)
    assert not shown.lstrip(SKIPPED.replace("'", "")).startswith(tuple(STARTS))
    for part in shown.split(";")[1:]:
        first = part.lstrip(SKIPPED.replace("'", ""))
        assert not first.startswith(tuple(STARTS))


@given(st.one_of(ANYTHING, NASTY))
def test_whatever_is_said_is_printable_and_on_one_line(said: str) -> None:
    assert all(ch.isprintable() or ch in "\u200c\u200d" for ch in visible(said))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb\tc", "a b c"),
        ("\ud800", "\\ud800"),
        ("كاميرا ١", "كاميرا ١"),
        ("👁\u200d🗨", "👁\u200d🗨"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_an_escape(said: str, shown: str) -> None:
    assert shown == visible(said)


def test_ten_kilobytes_end_in_an_ellipsis() -> None:
    assert "A" * 999 + "…" == safe_text(hostile.LONG)
    assert "abc" == clip("abc", 3)
    assert "ab…" == clip("abcd", 3)


@given(st.lists(st.one_of(ANYTHING, NASTY), min_size=1, max_size=6))
def test_the_fast_test_of_a_row_never_calls_a_row_plain_that_cells_would_change(cells: list[str]) -> None:
    joined = SEPARATOR.join(cells)
    if joined.count(SEPARATOR) == len(cells) - 1 and row_is_plain(joined):
        assert cells == [cell(text) for text in cells]


NASTY_ASCII = st.text(st.sampled_from("=+-@\"'` ;\t\r\n\v\x1c\x00\x7f,abc"), max_size=6)


@given(st.lists(st.lists(st.one_of(NASTY_ASCII, NASTY), min_size=1, max_size=5), max_size=90))
@example([["a,b"], ["c", "d"]])
@example([["a\r\nb"], ["c"]])
@example([[" ", "'-1"], ["a;", "=1"], ["a"]])
@example([["a"], ["-1"]])
@example([["x" * 1001, "b"]])
def test_many_rows_at_once_are_written_as_each_row_alone_would_be(cells: list[list[str]]) -> None:
    assert "".join(map(line, [["head"], *cells])).encode("utf-8") == table(["head"], cells)


@given(st.lists(st.one_of(ANYTHING, NASTY), min_size=2, max_size=6))
def test_a_row_keeps_its_number_of_cells_whatever_is_in_them(cells: list[str]) -> None:
    import csv

    rows = list(csv.reader([line(cells)], strict=True))
    assert [len(cells)] == [len(row) for row in rows]


def test_json_in_a_page_cannot_end_its_script_element() -> None:
    shown = json_in_html(f'"{hostile.END_OF_SCRIPT}<!--\u2028&"')
    assert not set("<>&\u2028") & set(shown)


def test_markdown_loses_its_power() -> None:
    shown = markdown("[x](javascript:1) | `c` <b> http://evil.example")
    assert "\\[x\\](javascript:1) \\| \\`c\\` &lt;b&gt; http:\u200b//evil.example" == shown
