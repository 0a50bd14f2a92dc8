"""Name spaces that an answer declares beyond the standards'."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camscan.wire.namespaces import MAX_NAMESPACES, foreign_namespaces

ENVELOPE = (
    b'<?xml version="1.0"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"\n'
    b' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    b' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    b" xmlns:tnshik='http://www.hikvision.com/2011/event/topics'"
    b' xmlns:x="urn:oasis:names:tc:SAML:1.0:assertion">'
)


def test_only_the_names_no_standard_owns_are_given() -> None:
    assert ("http://www.hikvision.com/2011/event/topics",) == foreign_namespaces(ENVELOPE)


def test_a_truncated_answer_gives_what_was_whole() -> None:
    whole = ENVELOPE.index(b"topics'") + len(b"topics'")
    assert () == foreign_namespaces(ENVELOPE[: whole - 1])
    assert ("http://www.hikvision.com/2011/event/topics",) == foreign_namespaces(ENVELOPE[:whole])


def test_a_name_said_twice_is_given_once_and_their_number_is_bounded() -> None:
    twice = ENVELOPE + ENVELOPE
    many = b" ".join(b'xmlns:a%d="http://maker.example/%d"' % (n, n) for n in range(500))
    assert 1 == len(foreign_namespaces(twice))
    assert MAX_NAMESPACES == len(foreign_namespaces(many))


def test_control_characters_do_not_come_through() -> None:
    assert all(name.isprintable() for name in foreign_namespaces(b'xmlns:a="http://maker.example/\x1b[31m"'))


@given(st.binary(max_size=2000))
def test_any_bytes_give_a_tuple(payload: bytes) -> None:
    assert isinstance(foreign_namespaces(payload), tuple)
