from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Framing, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.rtsp import PROBE, read, rtsp_asks

AT = datetime(2026, 1, 2, tzinfo=UTC)
IP = "10.0.3.17"
SDP = b"v=0\r\no=- 1 1 IN IP4 10.0.3.17\r\ns=Media Presentation\r\na=tool:BC Streaming Media v1\r\n"


def answer(ask: Ask, payload: bytes) -> tuple[Observation, list[Ask]]:
    seen, *asks = read(Reply(ask, IP, ask.port, payload, AT))
    assert isinstance(seen, Observation)
    return seen, [each for each in asks if isinstance(each, Ask)]


def options(port: int = 554, tls: bool = False) -> Ask:
    (ask,) = rtsp_asks(Target(IP), port, tls)
    return ask


def describe() -> Ask:
    return answer(options(), b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")[1][0]


def test_options_comes_first_and_describe_of_the_root_after_any_answer() -> None:
    ask = options()
    assert ask.payload.startswith(b"OPTIONS rtsp://10.0.3.17:554/ RTSP/1.0\r\n")
    assert Framing.RTSP is ask.framing
    for status in (b"200 OK", b"401 Unauthorized", b"405 Method Not Allowed"):
        _, (following,) = answer(ask, b"RTSP/1.0 " + status + b"\r\n\r\n")
        assert following.payload.startswith(b"DESCRIBE rtsp://10.0.3.17:554/ RTSP/1.0\r\nCSeq: 2\r\n")
        assert b"authorization" not in following.payload.lower()


def test_over_tls_both_messages_stay_on_tls() -> None:
    ask = options(322, tls=True)
    _, (following,) = answer(ask, b"RTSP/1.0 200 OK\r\n\r\n")
    assert (following.transport, following.port) == (Transport.TLS, 322)
    assert following.payload.startswith(b"DESCRIBE rtsps://10.0.3.17:322/")


def test_the_method_list_keeps_its_order_and_the_header_its_case() -> None:
    payload = (
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nDate: x\r\npublic: OPTIONS, PLAY\r\nallow: OPTIONS\r\n"
        b"Server: Dahua Rtsp Server\r\n\r\n"
    )
    seen, _ = answer(options(), payload)
    assert dict(seen.fields) == {
        "rtsp.server": ("Dahua Rtsp Server",),
        "rtsp.public": ("OPTIONS, PLAY", "OPTIONS"),
        "rtsp.header": ("public: OPTIONS, PLAY", "allow: OPTIONS", "Server: Dahua Rtsp Server"),
    }


def test_a_challenge_keeps_both_realms_and_no_nonce() -> None:
    payload = (
        b'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="IP Camera(C2183)", nonce="5ec7e7"\r\n'
        b'WWW-Authenticate: Basic realm="/"\r\n\r\n'
    )
    seen, asks = answer(describe(), payload)
    assert asks == []
    assert seen.fields["rtsp.status"] == ("401",)
    assert seen.fields["rtsp.realm"] == ("IP Camera(C2183)", "/")
    assert "5ec7e7" not in str(seen.fields)
    assert set(seen.fields) <= set(PROBE.fields)


def test_an_open_description_is_a_finding_and_only_its_names_are_kept() -> None:
    seen, _ = answer(describe(), b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(SDP), SDP))
    assert seen.fields["rtsp.open"] == ("true",)
    assert seen.fields["rtsp.sdp"] == ("s=Media Presentation", "a=tool:BC Streaming Media v1")
    assert seen.fields["rtsp.sdp_origin"] == ("id=1",)


def test_options_alone_never_counts_as_an_open_stream() -> None:
    seen, _ = answer(options(), b"RTSP/1.0 200 OK\r\n\r\n")
    assert "rtsp.open" not in seen.fields
    assert "rtsp.status" not in seen.fields


def test_a_web_server_on_the_port_is_web_evidence_and_not_asked_further() -> None:
    seen, asks = answer(options(8554), b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n")
    assert asks == []
    assert seen.fields["http.server"] == ("nginx",)
    assert set(seen.fields) <= set(PROBE.fields)


@given(st.binary(max_size=200))
def test_whatever_arrives_is_read_or_malformed(raw: bytes) -> None:
    for payload in (raw, b"RTSP/1.0 200 OK\r\n" + raw, b"RTSP/1.0 200 OK\r\n\r\n" + raw):
        try:
            answer(describe(), payload)
        except MalformedReply:
            continue


def test_another_protocol_is_malformed() -> None:
    with pytest.raises(MalformedReply):
        answer(options(), b"SSH-2.0-x\r\n")
