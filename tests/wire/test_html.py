from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.wire.html import MAX_PATHS, HtmlPage, body_text, parse_page
from camscan.wire.http import HttpResponse

SIZE = 65_536


def response(body: bytes, content_type: str = "") -> HttpResponse:
    headers = (("Content-Type", content_type),) if content_type else ()
    return HttpResponse("HTTP/1.1", 200, "OK", headers, body, False)


def test_a_login_page_states_its_title_targets_loads_and_icon() -> None:
    page = parse_page(
        "<html><head><TITLE>A &amp; B\n  c</TITLE>"
        '<meta http-equiv="Refresh" content="0; URL=\'/doc/login.asp\'">'
        '<meta name=generator content="Web 1.0"><link rel="shortcut icon" href="/i.ico">'
        '<link rel="stylesheet" href="/s.css"><script src="/a.js"></script>'
        '<script>window.location.href = "/doc/page/login.asp?_" + (new Date())</script></head>'
        '<frameset><frame src="m.htm"></frameset>'
    )
    expected = HtmlPage(
        title="A & B c",
        refresh="/doc/login.asp",
        script_target="/doc/page/login.asp?_",
        paths=("/s.css", "/a.js", "m.htm"),
        icon="/i.ico",
        generator="Web 1.0",
    )
    assert expected == page


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<title></title><title>second</title>", "second"),
        ("<svg><title>picture</title></svg><title>page</title>", "page"),
        ("<title>a<b>c", "a<b>c"),
        ("<body><div><title>late</title>", "late"),
        ("<ti\0tle>N\0UL</title>", "NUL"),
        ("<title>\x1b[31mred</title>", "[31mred"),
        ("no markup", ""),
        ("", ""),
    ],
)
def test_the_title_is_the_first_that_says_something(markup: str, expected: str) -> None:
    assert expected == parse_page(markup).title


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("0;url=/a.htm", "/a.htm"),
        ("0; URL = '/a b'", "/a b"),
        ("5", ""),
        ("0;/bare", "/bare"),
        ("", ""),
    ],
)
def test_a_refresh_target_is_found_however_it_is_written(content: str, expected: str) -> None:
    assert expected == parse_page(f'<meta http-equiv=refresh content="{content}">').refresh


def test_a_script_forwarder_is_read_and_not_run() -> None:
    assert parse_page("<script>location.replace('/view.html')</script>").script_target == "/view.html"
    assert parse_page("<script>location.href = base + '/x'</script>").script_target == ""


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("é中".encode(), "", "é中"),
        ("中文".encode("gb2312"), "text/html; charset=GB2312", "中文"),
        (b'<meta charset="gb2312">' + "中".encode("gb2312"), "", '<meta charset="gb2312">中'),
        (b"\xef\xbb\xbfa", "text/html; charset=latin1", "a"),
        ("ab".encode("utf-16"), "", "ab"),
        (b"caf\xe9", "text/html; charset=utf-8", "café"),
        (b"abc", "text/html; charset=unicode_escape", "abc"),
        (b"abc", "text/html; charset=no-such", "abc"),
        (b"\xff\xfe\xfd", "", "\ufffd"),
        (b"\x81\x8d", "", "\ufffd\ufffd"),
        (b"", "", ""),
    ],
)
def test_the_charset_is_believed_only_where_the_bytes_agree(
    body: bytes, content_type: str, expected: str
) -> None:
    assert expected == body_text(response(body, content_type))


HOSTILE = {
    "less-than signs": "<" * SIZE,
    "deep nesting": "<div>" * (SIZE // 5),
    "title bait": "<title>" * (SIZE // 7),
    "unclosed comments": "<!--" * (SIZE // 4),
    "unclosed declarations": "<!" * (SIZE // 2),
    "unclosed end tags": "</" * (SIZE // 2),
    "unclosed quotes": "<a " + 'a="' * (SIZE // 3),
    "attributes": "<a " + "b " * (SIZE // 2),
    "entities in a title": "<title>" + "&amp;" * (SIZE // 5),
    "formatting never closed": "<b><i><p>" * (SIZE // 9),
    "tables": "<table><tr><td>" * (SIZE // 15),
    "scripts": "<script>" * (SIZE // 8),
    "location without end": "<script>" + "location = " * (SIZE // 11),
    "refresh of blanks": '<meta http-equiv=refresh content="' + " " * SIZE + '">',
    "NULs": "\0" * SIZE,
    "one long title": "<title>" + "x" * SIZE,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_costs_milliseconds_and_stays_within_the_caps(name: str) -> None:
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        page = parse_page(HOSTILE[name])
        best = min(best, time.perf_counter() - started)
    assert best < 0.15
    assert len(page.title) <= 512


def test_a_page_of_a_thousand_scripts_lists_the_first() -> None:
    page = parse_page("".join(f"<script src=/{n}.js></script>" for n in range(1000)))
    assert tuple(f"/{n}.js" for n in range(MAX_PATHS)) == page.paths


@given(st.binary(max_size=300), st.text(alphabet="charset=uf-816gb;\0", max_size=40))
def test_any_bytes_become_text_and_a_page(body: bytes, content_type: str) -> None:
    page = parse_page(body_text(response(body, content_type)))
    assert not any(ord(c) < 32 for c in page.title)


@given(st.text(alphabet="<>/titlescrpmea=\"' -!&;\0", max_size=200))
def test_any_tag_soup_becomes_a_page(markup: str) -> None:
    assert len(parse_page(markup).paths) <= MAX_PATHS
