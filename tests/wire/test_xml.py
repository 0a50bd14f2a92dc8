from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.xml import MAX_DEPTH, parse_xml


def test_lookup_is_by_local_name_whatever_the_prefix() -> None:
    root = parse_xml(b'<s:A xmlns:s="urn:x"><q:B xmlns:q="urn:y" q:c="1">text</q:B><b/></s:A>')
    assert ("A", "urn:x") == (root.name, root.namespace)
    assert "text" == root.text_of("B")
    assert ["B", "b"] == [child.name for child in root.children]
    element = root.child("B")
    assert element is not None
    assert ("1", "") == (element.attribute("c"), element.attribute("d"))


def test_a_path_takes_the_first_descendant_at_each_step() -> None:
    root = parse_xml(b"<r><x><y>1</y></x><x><y>2</y></x></r>")
    assert "1" == root.text_of("x", "y")
    assert "" == root.text_of("x", "z")
    assert ("1", "2") == root.texts_of("y")


@pytest.mark.parametrize(
    ("soup", "expected"),
    [
        (b"<a><b>1<c>2</b></a>", "1"),
        (b"<a><b>1</b>", "1"),
        (b"<a><b>1</b></a>\0\0\0\0", "1"),
        (b"<a><b>1</b></a> and then some text < more", "1"),
        (b"\r\n  <a><b>1</b></a>", "1"),
        (b"<x:a><y:b>1</y:b></x:a>", "1"),
        (b'<?xml version="1.0" encoding="no-such-charset"?><a><b>1</b></a>', "1"),
        (b'<?xml version="1.0" encoding="utf-16"?><a><b>1</b></a>', "1"),
        (b"<a><b>AT&T</b></a>", "AT&T"),
        (b"<a><b>&nbsp;x&lt;y&#0;&#65;</b></a>", "&nbsp;x<yA"),
        (b"<a><b>x<![CDATA[<&>]]>z</b></a>", "x<&>z"),
        (b"<a><b>x<!-- hidden -->z</b></a>", "xz"),
        (b"<a><b>\xe9</b></a>", "é"),
        ("<a><b>é</b></a>".encode(), "é"),
        (b"\xef\xbb\xbf<a><b>1</b></a>", "1"),
        (b"\xff\xfe" + "<a><b>é</b></a>".encode("utf-16-le"), "é"),
        (b"\xfe\xff" + "<a><b>é</b></a>".encode("utf-16-be"), "é"),
        ('<?xml version="1.0"?><a><b>é</b></a>'.encode("utf-16-le"), "é"),
        ('<?xml version="1.0" encoding="GB2312"?><a><b>中</b></a>'.encode("gb2312"), "中"),
        (b"<a><b>x\x1b\x07y</b></a>", "xy"),
    ],
)
def test_tag_soup_of_real_devices_is_read(soup: bytes, expected: str) -> None:
    assert expected == parse_xml(soup).text_of("b")


def test_several_roots_come_under_a_nameless_one() -> None:
    root = parse_xml(b"<b>1</b><c>2</c>")
    assert ("", "1", "2") == (root.name, root.text_of("b"), root.text_of("c"))


@pytest.mark.parametrize(
    "payload", [b"", b"\0\0", b"no markup", b"</a>", b"<", b"<!-- only a comment -->", b"{}"]
)
def test_what_holds_no_element_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        parse_xml(payload)


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(b'<!ENTITY lol%d "%s">' % (n, b"&lol%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><lolz>&lol9;</lolz>"
)


@pytest.mark.parametrize(
    "payload",
    [
        BILLION_LAUGHS,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!doctype a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]><a>&x;</a>',
        b"<a><!-- <!ENTITY --></a>",
        b"\xff\xfe" + '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16-le"),
        b'<?xml version="1.0" encoding="utf-7"?><!DOCTYPE a><a/>',
    ],
    ids=["billion laughs", "external DTD", "external entity", "in a comment", "in UTF-16", "UTF-7 declared"],
)
def test_doctype_and_entity_declarations_are_refused(payload: bytes) -> None:
    with pytest.raises(MalformedReply, match="DOCTYPE or ENTITY"):
        parse_xml(payload)


def test_a_utf7_declaration_does_not_conjure_markup() -> None:
    assert "+ADwAYgA+-x" == parse_xml(b'<?xml version="1.0" encoding="utf-7"?><a>+ADwAYgA+-x</a>').text


HOSTILE = {
    "64 KiB of <": b"<" * 65536,
    "nested 10,000 deep": b"<a>" * 10000 + b"</a>" * 5000,
    "nested 200 deep": b"<a>" * 200,
    "16,000 empty elements": b"<a/>" * 16000,
    "10,000 equal attributes": b"<a " + b'a="1" ' * 10000 + b"/>",
    "6,000 attributes": b"<a " + b" ".join(b'a%d="1"' % n for n in range(6000)) + b"/>",
    "3,500 namespaces": b"<a " + b" ".join(b'xmlns:a%d="1"' % n for n in range(3500)) + b"/>",
    "comments that never end": b"<!--" * 16000,
    "CDATA that never ends": b"<![CDATA[" * 7000,
    "closing tags only": b"</a>" * 16000,
    "processing instructions": b"<?a " * 16000,
    "quotes that never end": b'<a b="' * 10000,
    "declarations": b"<?xml " * 10000,
    "65,537 bytes": b"<a>" + b"x" * 65534,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_is_refused_within_milliseconds(name: str) -> None:
    began = time.process_time()
    with pytest.raises(MalformedReply):
        parse_xml(HOSTILE[name])
    assert time.process_time() - began < 0.25


@pytest.mark.parametrize(
    "payload",
    [
        b"<a>" + b"&" * 65000,
        b"<a " + b" ".join(b'xmlns:a%d="1"' % n for n in range(500)) + b"/>" + b"<b/>" * 4000,
    ],
    ids=["64 KiB of &", "500 namespaces and 4,000 elements"],
)
def test_hostile_but_lawful_markup_is_read_within_milliseconds(payload: bytes) -> None:
    began = time.process_time()
    assert "a" in {element.name for element in parse_xml(payload).iter()}
    assert time.process_time() - began < 0.25


def test_depth_up_to_the_cap_is_read() -> None:
    assert "x" == parse_xml(b"<a>" * (MAX_DEPTH - 1) + b"<b>x</b>").text_of("b")


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(alphabet="<>/ab:=\"'&;![]-?x \n#0", max_size=200).map(str.encode),
    )
)
def test_any_bytes_give_an_element_or_malformed_reply(payload: bytes) -> None:
    try:
        root = parse_xml(payload)
    except MalformedReply:
        return
    assert all(isinstance(element.text, str) for element in root.iter())
