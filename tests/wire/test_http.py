from __future__ import annotations

import gzip
import re
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.headers import HEADER_LIMIT
from camscan.wire.http import (
    BODY_LIMIT,
    HttpResponse,
    decode_response,
    encode_request,
    host_header,
    message_end,
)

LIMIT = HEADER_LIMIT + BODY_LIMIT
PLAIN = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX: 1\r\n\r\n"
)
REFUSED = (
    b'HTTP/1.0 401 Unauthorized\nWWW-Authenticate: Basic realm="a"\nwww-authenticate: Digest realm="b"\n'
    b"Content-Length: 0\n\n"
)
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN


def milliseconds(work: object) -> float:
    assert callable(work)
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best * 1000


def test_a_request_names_camscan_and_carries_no_credentials() -> None:
    expected = (
        b"GET /a?b=c HTTP/1.1\r\nHost: 10.0.0.1:8000\r\n"
        b"User-Agent: camscan/0.1.0 (+network camera inventory)\r\nAccept: */*\r\n"
        b"Connection: keep-alive\r\n\r\n"
    )
    assert expected == encode_request("GET", "10.0.0.1:8000", "/a?b=c")


def test_a_request_with_a_body_says_its_length_and_may_close() -> None:
    request = encode_request("POST", "h", "/", (("Content-Type", "text/xml"),), b"<a/>", keep_alive=False)
    assert b"Content-Type: text/xml\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<a/>" in request


@pytest.mark.parametrize(
    "name", ["Authorization", "authorization", "Cookie", "Proxy-Authorization", "X: y\r\nZ"]
)
def test_a_header_that_could_carry_credentials_is_never_written(name: str) -> None:
    with pytest.raises(ValueError, match="never sent"):
        encode_request("GET", "h", "/", ((name, "x"),))


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "/ü"])
def test_a_path_that_would_break_the_request_line_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="percent-encoded"):
        encode_request("GET", "h", path)


@pytest.mark.parametrize(
    ("ip", "port", "tls", "expected"),
    [
        ("10.0.0.1", 80, False, "10.0.0.1"),
        ("10.0.0.1", 443, True, "10.0.0.1"),
        ("10.0.0.1", 443, False, "10.0.0.1:443"),
        ("fe80::1%eth0", 8080, False, "[fe80::1]:8080"),
    ],
)
def test_the_host_header_brackets_ipv6_and_leaves_out_the_usual_port(
    ip: str, port: int, tls: bool, expected: str
) -> None:
    assert expected == host_header(ip, port, tls)


def test_a_response_keeps_order_case_and_repetition_of_its_headers() -> None:
    response = decode_response(REFUSED)
    assert tuple(n for n, _ in response.headers) == ("WWW-Authenticate", "www-authenticate", "Content-Length")
    assert response.all("WWW-Authenticate") == ('Basic realm="a"', 'Digest realm="b"')
    assert (
        response.status,
        response.reason,
        response.version,
        response.keep_alive,
    ) == (401, "Unauthorized", "HTTP/1.0", False)


def test_chunks_their_extensions_and_trailers_are_taken_out() -> None:
    assert decode_response(CHUNKED).body == b"hello world"


def test_chunks_that_were_announced_and_never_came_leave_the_body_as_it_is() -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html><title>NPort</title>"
    assert message_end(raw) is None
    assert decode_response(raw).body == b"<html><title>NPort</title>"


@pytest.mark.parametrize("whole", [PLAIN, CHUNKED, REFUSED, CONTINUED])
def test_the_end_is_the_same_whole_byte_by_byte_and_with_trailing_junk(whole: bytes) -> None:
    assert len(whole) == message_end(whole)
    assert len(whole) == message_end(whole + b"HTTP/1.1 200 OK\r\n\r\n")
    assert [None] * len(whole) == [message_end(whole[:n]) for n in range(len(whole))]


@pytest.mark.parametrize("whole", [PLAIN, CHUNKED, REFUSED, CONTINUED])
def test_a_response_cut_anywhere_is_a_response_or_malformed(whole: bytes) -> None:
    for n in range(len(whole)):
        try:
            assert decode_response(whole[:n]).status in (0, 100, 200, 401)
        except MalformedReply:
            assert not re.search(rb"HTTP/1\.[01] (?:200|401)", whole[:n])


def test_a_body_without_a_length_ends_only_with_the_stream() -> None:
    raw = b"HTTP/1.0 200 OK\r\n\r\n<html>"
    assert message_end(raw) is None
    response = decode_response(raw)
    assert (response.body, response.keep_alive) == (b"<html>", False)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_a_status_without_body_ends_with_its_headers(status: bytes) -> None:
    raw = b"HTTP/1.1 " + status + b"\r\nServer: x\r\n\r\n"
    assert len(raw) == message_end(raw + b"junk")


def test_markup_without_any_header_is_an_http_0_9_answer() -> None:
    assert HttpResponse("", 0, "", (), b"<HTML>hi", False) == decode_response(b"\n<HTML>hi")


def test_headers_without_a_status_line_are_still_headers() -> None:
    response = decode_response(b"Server: GoAhead-Webs\r\nContent-Type: text/html\r\n\r\n<html>")
    assert (
        response.version,
        response.status,
        response.header("server"),
        response.body,
    ) == ("", 0, "GoAhead-Webs", b"<html>")


def test_an_rtsp_status_line_on_a_web_port_is_told_by_its_version() -> None:
    response = decode_response(b"RTSP/1.0 400 Bad Request\r\nServer: H264DVR 1.0\r\n\r\n")
    assert (response.version, response.status, response.header("Server")) == ("RTSP/1.0", 400, "H264DVR 1.0")


@pytest.mark.parametrize(
    "other",
    [
        b"",
        b"\r\n\r\n",
        b"\0\0\0\x10\0\0\0\x1e\0\0\0\x1e\0\0\0\0",
        b"SSH-2.0-dropbear\r\n",
        b"220 FTP ready\r\n",
        b"\x15\x03\x01\0\x02\x02\x0a",
        b"<<<<",
    ],
)
def test_another_protocol_is_malformed(other: bytes) -> None:
    with pytest.raises(MalformedReply):
        decode_response(other)


def test_folded_lines_nuls_ansi_escapes_and_latin_1_become_plain_text() -> None:
    response = decode_response(
        b"HTTP/1.1 200 OK\r\nServer: a\0b\r\n  c\x1b[31m\r\nX: caf\xe9\rd\r\nnonsense\r\n\r\n"
    )
    assert response.headers == (("Server", "ab c[31m"), ("X", "café d"))


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (b"gzip", gzip.compress(b"hello", mtime=0)),
        (b"deflate", zlib.compress(b"hello")),
        (b"deflate", zlib.compress(b"hello")[2:-4]),
        (b"gzip", b"hello"),
        (b"br", b"hello"),
    ],
)
def test_compressed_bodies_are_opened_and_unreadable_ones_stay(coding: bytes, packed: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + b"\r\n\r\n" + packed
    assert decode_response(raw).body == b"hello"


def test_the_first_length_that_is_a_number_counts() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: x\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\nabcdef"
    assert decode_response(raw).body == b"ab"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nconnection: Keep-Alive\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
    ],
)
def test_a_connection_is_kept_when_the_server_means_it(head: bytes, expected: bool) -> None:
    assert expected == decode_response(head).keep_alive


BOMB = zlib.compressobj(9, zlib.DEFLATED, 31)
HOSTILE = {
    "gzip bomb": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    + BOMB.compress(b"\0" * 30_000_000)
    + BOMB.flush(),
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200_000,
    "one header line of 1 MB": b"HTTP/1.1 200 OK\r\nServer: " + b"a" * 1_000_000,
    "a first line of 1 MB": b"a" * 1_000_000,
    "chunk size ffffffffffffffff": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"ffffffffffffffff\r\n" + b"a" * 99,
    "chunk size of 1 MB of digits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"f" * 1_000_000,
    "chunks of one byte": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 200_000,
    "length of 10^18": b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999\r\n\r\n",
    "folds without end": b"HTTP/1.1 200 OK\r\nA: b\r\n" + b" c\r\n" * 200_000,
    "continues without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000,
    "blank lines": b"\r\n" * 500_000,
    "NULs": b"\0" * 1_000_000,
    "chunk of blanks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b" " * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_cost_milliseconds_and_stay_within_the_caps(name: str) -> None:
    raw = HOSTILE[name]

    def decode() -> HttpResponse | None:
        try:
            return decode_response(raw[:LIMIT])
        except MalformedReply:
            return None

    assert milliseconds(lambda: message_end(raw, LIMIT)) < 50
    assert milliseconds(decode) < 100
    end = message_end(raw, LIMIT)
    assert end is None or end <= LIMIT
    response = decode()
    assert response is None or len(response.body) <= BODY_LIMIT


PIECES = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 200 OK",
            b"HTTP/1.0 100 Continue",
            b"\r\n",
            b"\n",
            b"\r",
            b"\r\n\r\n",
            b"Transfer-Encoding: chunked",
            b"Content-Length: 3",
            b"Content-Length: 99",
            b"Content-Encoding: gzip",
            b"0",
            b"3",
            b"abc",
            b"<a>",
            b":",
            b" ",
            b"\0",
            b"\xff",
        ]
    )
    | st.binary(max_size=6),
    max_size=24,
).map(b"".join)


@given(st.binary(max_size=400) | PIECES)
def test_whatever_arrives_is_a_response_or_malformed(raw: bytes) -> None:
    try:
        response = decode_response(raw)
    except MalformedReply:
        return
    assert 0 <= response.status <= 999
    assert len(response.body) <= BODY_LIMIT


@given(PIECES, st.integers(min_value=1, max_value=80))
def test_once_the_end_is_known_more_bytes_do_not_move_it(raw: bytes, limit: int) -> None:
    ends = {message_end(raw[:n], limit) for n in range(len(raw) + 1)} - {None}
    assert len(ends) <= 1
    assert all(end is not None and end <= limit for end in ends)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=12))
def test_a_chunked_body_comes_back_whole(chunks: list[bytes]) -> None:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n"
    assert len(raw) == message_end(raw + b"x")
    assert b"".join(chunks) == decode_response(raw).body
