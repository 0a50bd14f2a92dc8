from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire import dns


def record(name: bytes, kind: int, data: bytes) -> bytes:
    return name + struct.pack(">HHIH", kind, 0x8001, 120, len(data)) + data


def message(*records: bytes, flags: int = 0x8400) -> bytes:
    return struct.pack(">HHHHHH", 0, flags, 0, len(records), 0, 0) + b"".join(records)


def test_a_query_holds_its_questions_and_the_unicast_bit() -> None:
    query = dns.encode_query([dns.Question(dns.name_of("_axis-video._tcp.local"), dns.Type.PTR, True)])
    expected = (
        bytes.fromhex("000000000001000000000000")
        + b"\x0b_axis-video\x04_tcp\x05local\0"
        + bytes.fromhex("000c8001")
    )
    assert expected == query


def test_a_query_can_be_read_back() -> None:
    questions = (
        dns.Question(("AXIS P3301. - 00", "_http", "_tcp", "local"), dns.Type.ANY),
        dns.Question(("a",), 1, True),
    )
    assert questions == dns.decode(dns.encode_query(questions, 7)).questions


@pytest.mark.parametrize("name", [("x" * 64,), ("",), ("a" * 60,) * 5])
def test_a_name_too_long_is_our_mistake(name: dns.Name) -> None:
    with pytest.raises(ValueError):
        dns.encode_name(name)


def test_compressed_names_are_followed_backwards() -> None:
    service = b"\x05_http\x04_tcp\x05local\0"
    payload = message(
        record(service, dns.Type.PTR, b"\x04Cam1\xc0\x0c"),
        record(
            b"\xc0" + bytes([12 + len(service) + 10]),
            dns.Type.SRV,
            struct.pack(">HHH", 0, 0, 80) + b"\x04host\xc0\x17",
        ),
    )
    pointer, service_record = dns.decode(payload).records
    assert ("Cam1", "_http", "_tcp", "local") == pointer.target
    assert (("Cam1", "_http", "_tcp", "local"), 80, ("host", "local")) == (
        service_record.name,
        service_record.port,
        service_record.target,
    )


def test_each_known_type_fills_its_own_part() -> None:
    a, aaaa, txt, hinfo, unknown = dns.decode(
        message(
            record(b"\1h\0", dns.Type.A, bytes([192, 168, 1, 9])),
            record(b"\1h\0", dns.Type.AAAA, bytes(15) + b"\1"),
            record(b"\1h\0", dns.Type.TXT, b"\x03a=1\0\x03b=2"),
            record(b"\1h\0", dns.Type.HINFO, b"\x03ARM\x05LINUX"),
            record(b"\1h\0", 47, b"\xde\xad"),
        )
    ).records
    assert ("192.168.1.9", "::1", ("a=1", "b=2"), ("ARM", "LINUX"), b"\xde\xad") == (
        a.address,
        aaaa.address,
        txt.texts,
        hinfo.texts,
        unknown.raw,
    )


def test_a_text_entry_that_runs_over_is_cut() -> None:
    assert ("abc",) == dns.decode(message(record(b"\0", dns.Type.TXT, b"\xffabc"))).records[0].texts


def test_credentials_in_text_records_are_dropped() -> None:
    entries = b"".join(bytes([len(e)]) + e for e in (b"u=admin", b"p=secret", b"Password=x", b"path=/"))
    assert ("path=/",) == dns.decode(message(record(b"\0", dns.Type.TXT, entries))).records[0].texts


def test_an_address_of_the_wrong_length_is_a_value_not_an_error() -> None:
    found = dns.decode(message(record(b"\0", dns.Type.A, b"\1\2\3"))).records[0]
    assert ("", b"\1\2\3") == (found.address, found.raw)


def test_a_damaged_record_keeps_what_came_before() -> None:
    payload = message(record(b"\1h\0", dns.Type.A, bytes(4)), b"\xc0\xff")
    found = dns.decode(payload)
    assert (1, True) == (len(found.records), found.damaged)


def test_a_name_that_runs_past_its_record_is_damage() -> None:
    payload = message(b"\0" + struct.pack(">HHIH", dns.Type.PTR, 1, 1, 2) + b"\x04host\0")
    with pytest.raises(MalformedReply):
        dns.decode(payload)


def test_labels_lose_control_characters() -> None:
    assert ("cam[2J",) == dns.decode(message(record(b"\x07cam\x1b[2J\0", dns.Type.A, bytes(4)))).records[
        0
    ].name


LABEL = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


@given(st.lists(LABEL, min_size=1, max_size=6), st.booleans(), st.integers(1, 65535))
def test_questions_survive_the_way_there_and_back(labels: list[str], unicast: bool, kind: int) -> None:
    question = dns.Question(tuple(labels), kind, unicast)
    assert (question,) == dns.decode(dns.encode_query([question])).questions


def test_names_compare_without_case() -> None:
    assert dns.same_name(("_CGI", "_tcp"), ("_cgi", "_TCP"))
    assert not dns.same_name(("a",), ("a", "b"))
