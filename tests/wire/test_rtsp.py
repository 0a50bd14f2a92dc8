from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.http import BODY_LIMIT
from camscan.wire.rtsp import (
    decode_answer,
    encode_request,
    message_end,
    sdp_control,
    sdp_excerpt,
    sdp_origin,
)

OPTIONS = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, PLAY\r\n\r\n"
SDP = (
    b"v=0\r\no=VSTC 3836411392 3836411392 IN IP4 192.168.1.198\r\ns=streamed by the VSTARCAM RTSP server\r\n"
    b"i=main\r\na=tool:LIVE555 Streaming Media v2014\r\na=x-dimensions:1280,960\r\n"
    b"a=control:rtsp://192.168.1.12:554/Streaming/channels/101?x=1\r\na=Media_header:MEDIAINFO=4948\r\n"
    b"m=video 0 RTP/AVP 96\r\na=fmtp:96 sprop-parameter-sets=Z00AKp2oHgCJ\r\na=control:track1\r\n"
)
DESCRIBED = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: %d\r\n\r\n%s" % (len(SDP), SDP)
REFUSED = (
    b'RTSP/1.0 401 Unauthorized\nCSeq: 2\nWWW-Authenticate: Digest realm="IP Camera(C1214)", nonce="01"\n'
    b'WWW-Authenticate: Basic realm="/"\n\n'
)


def test_options_asks_for_the_root_and_names_camscan() -> None:
    expected = (
        b"OPTIONS rtsp://10.0.0.1:554/ RTSP/1.0\r\nCSeq: 1\r\n"
        b"User-Agent: camscan/0.1.0 (+network camera inventory)\r\n\r\n"
    )
    assert expected == encode_request("OPTIONS", "10.0.0.1", 554, 1)


def test_describe_over_tls_to_ipv6_has_its_scheme_and_brackets() -> None:
    request = encode_request("DESCRIBE", "fe80::1%eth0", 322, 2, tls=True)
    assert request.startswith(b"DESCRIBE rtsps://[fe80::1]:322/ RTSP/1.0\r\nCSeq: 2\r\n")
    assert request.endswith(b"Accept: application/sdp\r\n\r\n")


@pytest.mark.parametrize(
    "method", ["SETUP", "PLAY", "TEARDOWN", "SET_PARAMETER", "ANNOUNCE", "RECORD", "options"]
)
def test_no_other_method_can_be_written(method: str) -> None:
    with pytest.raises(ValueError, match="never sent"):
        encode_request(method, "10.0.0.1", 554, 1)


@pytest.mark.parametrize("whole", [OPTIONS, DESCRIBED, REFUSED])
def test_the_end_is_the_same_whole_byte_by_byte_and_with_trailing_junk(whole: bytes) -> None:
    assert len(whole) == message_end(whole)
    assert len(whole) == message_end(whole + b"RTSP/1.0 200 OK\r\n\r\n")
    assert [None] * len(whole) == [message_end(whole[:n]) for n in range(len(whole))]


def test_an_answer_is_read_with_each_challenge() -> None:
    answer = decode_answer(REFUSED)
    assert (answer.status, len(answer.all("www-authenticate"))) == (401, 2)


def test_bytes_before_the_status_line_are_stepped_over() -> None:
    junk = b"$\0\0\x04abcd\r\nm=video 0\r\n"
    assert len(junk + OPTIONS) == message_end(junk + OPTIONS)
    assert decode_answer(junk + OPTIONS).status == 200


def test_of_a_description_only_what_names_the_product_is_kept() -> None:
    body = decode_answer(DESCRIBED).body
    assert sdp_excerpt(body) == (
        "s=streamed by the VSTARCAM RTSP server",
        "i=main",
        "a=tool:LIVE555 Streaming Media v2014",
        "a=x-dimensions:1280,960",
    )
    assert sdp_origin(body) == ("VSTC", "id=3836411392")
    assert sdp_control(body) == ("x-dimensions", "/Streaming/channels/101?x=1", "Media_header")


@pytest.mark.parametrize(
    ("line", "expected"), [(b"o=- 5 1 IN IP4 1.2.3.4", ("id=5",)), (b"o=", ()), (b"o=x", ()), (b"s=a", ())]
)
def test_an_origin_without_a_user_keeps_its_session_id(line: bytes, expected: tuple[str, ...]) -> None:
    assert expected == sdp_origin(line)


@pytest.mark.parametrize("raw", [b"", b"SSH-2.0-x\r\n", b"\0" * 9000, b"200 OK\r\n\r\n", b"RTSP/" * 2000])
def test_another_protocol_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedReply):
        decode_answer(raw)


PIECES = st.lists(
    st.sampled_from(
        [
            b"RTSP/1.0 200 OK",
            b"HTTP/1.1 400 Bad",
            b"\r\n",
            b"\n",
            b"\r\n\r\n",
            b"Content-Length: 3",
            b"$",
            b"abc",
            b"\0",
        ]
    )
    | st.binary(max_size=6),
    max_size=20,
).map(b"".join)


@given(st.binary(max_size=300) | PIECES)
def test_whatever_arrives_is_an_answer_or_malformed(raw: bytes) -> None:
    try:
        answer = decode_answer(raw)
    except MalformedReply:
        return
    assert len(answer.body) <= BODY_LIMIT


@given(PIECES, st.integers(min_value=1, max_value=80))
def test_once_the_end_is_known_more_bytes_do_not_move_it(raw: bytes, limit: int) -> None:
    ends = {message_end(raw[:n], limit) for n in range(len(raw) + 1)} - {None}
    assert len(ends) <= 1


@given(st.binary(max_size=400))
def test_any_body_is_read_as_a_description(body: bytes) -> None:
    assert all(len(line) <= 256 for line in sdp_excerpt(body) + sdp_control(body) + sdp_origin(body))
