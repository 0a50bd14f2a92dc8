# ruff: noqa: E501 - packets are laid out in lines
"""Requests of a recorded connection in order, with whether a login came along and never the login."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.wire.requests import decode_requests, looks_like_request

TWO = (
    b"POST /onvif/device_service HTTP/1.1\r\nContent-Length: 4\r\n\r\nbodyGET http://10.0.0.5/index.html?a=1 HTTP/1.1\r\n"
    b"Authorization: Digest username=admin\r\n\r\n"
)


def test_methods_paths_and_logins_in_order() -> None:
    assert [("POST", "/onvif/device_service", False), ("GET", "/index.html?a=1", True)] == [
        (each.method, each.path, each.with_login) for each in decode_requests(TWO)
    ]
    assert "admin" not in repr(decode_requests(TWO))


def test_interleaved_control_packets_are_stepped_over() -> None:
    stream = b"OPTIONS rtsp://10.0.0.5/ RTSP/1.0\r\nCSeq: 1\r\n\r\n$\x01\x00\x02xyDESCRIBE * RTSP/1.0\r\nCSeq: 2\r\n\r\n"
    assert [("OPTIONS", "1"), ("DESCRIBE", "2")] == [(e.method, e.sequence) for e in decode_requests(stream)]


@pytest.mark.parametrize(
    "target", ["/a?user=admin&pwd=x", "/cgi?auth=YWRt", "rtsp://admin:x@10.0.0.5/", "/stream;token=1"]
)
def test_a_login_in_the_target_is_a_login(target: str) -> None:
    (found,) = decode_requests(f"GET {target} HTTP/1.1\r\n\r\n".encode())
    assert found.with_login


def test_what_begins_otherwise_is_no_request() -> None:
    assert () == decode_requests(b"HTTP/1.1 200 OK\r\n\r\n")
    assert (True, False, False) == (
        looks_like_request(b"GET / HTTP"), looks_like_request(b"HTTP/1.1 200"), looks_like_request(b"\x16\x03"),
    )  # fmt: skip


@given(st.binary(max_size=300), st.integers(0, len(TWO)))
def test_any_bytes_are_requests_or_none(junk: bytes, at: int) -> None:
    decode_requests(junk)
    decode_requests(TWO[:at] + junk + TWO[at:])
