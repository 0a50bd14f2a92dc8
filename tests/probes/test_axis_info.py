from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.model.exchange import Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.axis_info import PROBE, axis_info_asks, read

AT = datetime(2026, 1, 2, tzinfo=UTC)
PROPERTIES = {
    "Brand": "AXIS",
    "BuildDate": "Feb 19 2024 12:40",
    "HardwareID": "7D2.1",
    "ProdFullName": "AXIS P3245-LVE Dome Camera",
    "ProdNbr": "P3245-LVE",
    "ProdType": "Dome Camera",
    "SerialNumber": "ACCC8EA31ABF",
    "Version": "11.8.64",
}


def observed(payload: bytes) -> list[Observation]:
    (ask,) = axis_info_asks(Target("10.0.3.17"))
    return [each for each in read(Reply(ask, "10.0.3.17", 80, payload, AT)) if isinstance(each, Observation)]


def response(body: object, status: bytes = b"200 OK") -> bytes:
    raw = json.dumps(body).encode()
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % len(raw) + raw


def test_the_question_is_the_documented_read_and_nothing_else() -> None:
    (ask,) = axis_info_asks(Target("10.0.3.17"), 443, tls=True)
    head, _, body = ask.payload.partition(b"\r\n\r\n")
    assert json.loads(body) == {"apiVersion": "1.0", "method": "getAllUnrestrictedProperties"}
    assert head.startswith(b"POST /axis-cgi/basicdeviceinfo.cgi HTTP/1.1\r\nHost: 10.0.3.17\r\n")
    assert Transport.TLS is ask.transport
    assert b"authorization" not in head.lower()


def test_the_properties_become_axis_fields_and_the_serial_a_claimed_mac() -> None:
    (seen,) = observed(response({"apiVersion": "1.0", "data": {"propertyList": PROPERTIES}}))
    assert dict(seen.fields) == {
        "axis.brand": ("AXIS",),
        "axis.product": ("AXIS P3245-LVE Dome Camera",),
        "axis.model": ("P3245-LVE",),
        "axis.type": ("Dome Camera",),
        "axis.firmware": ("11.8.64",),
        "axis.serial": ("ACCC8EA31ABF",),
        "axis.hardware": ("7D2.1",),
        "axis.build_date": ("Feb 19 2024 12:40",),
        "mac.claimed": ("ac:cc:8e:a3:1a:bf",),
    }
    assert set(seen.fields) <= set(PROBE.fields)


def test_a_serial_that_is_no_mac_claims_none() -> None:
    (seen,) = observed(response({"data": {"propertyList": PROPERTIES | {"SerialNumber": "12"}}}))
    assert "mac.claimed" not in seen.fields


def test_a_refusal_yields_its_realm() -> None:
    (seen,) = observed(
        b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="AXIS_ACCC8EA31ABF", nonce="x"\r\n\r\n'
    )
    assert seen.fields["http.realm"] == ("AXIS_ACCC8EA31ABF",)


def test_an_unknown_page_says_nothing() -> None:
    assert observed(response({}, status=b"404 Not Found")) == []


@pytest.mark.parametrize("body", [{}, [], {"error": {"code": 2000}}, "x"])
def test_an_answer_without_properties_is_malformed(body: object) -> None:
    with pytest.raises(MalformedReply):
        observed(response(body))


@given(st.binary(max_size=200))
def test_whatever_arrives_is_read_or_malformed(raw: bytes) -> None:
    for payload in (raw, b"HTTP/1.1 200 OK\r\n\r\n" + raw):
        try:
            observed(payload)
        except MalformedReply:
            continue


def test_a_bomb_of_nested_brackets_is_malformed() -> None:
    with pytest.raises(MalformedReply):
        observed(b"HTTP/1.1 200 OK\r\n\r\n" + b'{"a":' * 8000)
