from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire import snmp


def test_a_get_request_is_laid_out_as_the_rfc_says() -> None:
    # snmpget -v2c -c public 1.3.6.1.2.1.1.1.0, request id 1
    expected = bytes.fromhex(
        "302602010104067075626c6963a01902010102010002010030" + "0e300c06082b060102010101000500"
    )
    assert expected == snmp.encode_get("public", 1, [snmp.SYS_DESCR])


def test_a_response_gives_text_numbers_and_identifiers() -> None:
    packet = snmp.encode_response(
        "secret",
        2147483647,
        [
            (snmp.SYS_DESCR, snmp.Tag.OCTETS, "; AXIS Q1656; Kamera é".encode()),
            (snmp.SYS_OBJECT_ID, snmp.Tag.OID, snmp.encode_oid("1.3.6.1.4.1.1004849.3.2.10")),
            ("1.3.6.1.2.1.1.3.0", snmp.Tag.TIME_TICKS, b"\0\xff\xff\xff\xff"),
            ("1.3.6.1.4.1.1", snmp.Tag.INTEGER, b"\xff"),
            ("1.3.6.1.2.1.4.20", snmp.Tag.IP_ADDRESS, bytes([10, 0, 0, 9])),
            ("1.3.6.1.2.1.2.2.1.6.1", snmp.Tag.OCTETS, bytes.fromhex("accc8e010203")),
            (snmp.SYS_NAME, snmp.Tag.NO_SUCH_OBJECT, b""),
        ],
    )
    response = snmp.decode(packet)
    assert (2147483647, 0) == (response.request_id, response.error_status)
    assert [
        "; AXIS Q1656; Kamera é",
        "1.3.6.1.4.1.1004849.3.2.10",
        "4294967295",
        "-1",
        "10.0.0.9",
        "accc8e010203",
        None,
    ] == [each.text for each in response.bindings]
    assert "" == response.value(snmp.SYS_NAME)


def test_the_community_is_not_kept() -> None:
    assert "secret" not in repr(snmp.decode(snmp.encode_response("secret", 1, [])))


def test_a_request_is_not_a_response() -> None:
    with pytest.raises(MalformedReply, match="response has tag 0xa0"):
        snmp.decode(snmp.encode_get("public", 1, [snmp.SYS_DESCR]))


@pytest.mark.parametrize("oid", ["", "1", "1.3.-6", "3.1", "1.40", "a.b"])
def test_an_identifier_of_no_sense_is_our_mistake(oid: str) -> None:
    with pytest.raises(ValueError):
        snmp.encode_oid(oid)


ARCS = st.lists(st.integers(0, 2**32 - 1), max_size=20)


@given(ARCS, st.binary(max_size=400))
def test_values_survive_the_way_there_and_back(arcs: list[int], value: bytes) -> None:
    oid = ".".join(map(str, [1, 3, *arcs]))
    binding = snmp.decode(snmp.encode_response("c", 1, [(oid, snmp.Tag.OCTETS, value)])).bindings[0]
    assert (oid, value) == (binding.oid, binding.raw)
