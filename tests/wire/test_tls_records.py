"""The server's side of a recorded handshake, whole, cut at every byte, and as any bytes at all."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.tls_records import ServerHandshake, decode_server, is_server, looks_like_handshake

CERTIFICATE = b"0\x82 a certificate " * 40


def message(kind: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def records(data: bytes, size: int = 300) -> bytes:
    """Handshake records that cut messages wherever they end."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"\x16\x03\x03" + struct.pack(">H", len(piece)) + piece for piece in pieces)


def hello(version: int = 0x0303, extensions: bytes = b"") -> bytes:
    """A ServerHello."""
    tail = struct.pack(">H", len(extensions)) + extensions if extensions else b""
    return message(2, struct.pack(">H", version) + bytes(32) + b"\x04sess" + b"\xc0\x2f\x00" + tail)


def chain(*certificates: bytes) -> bytes:
    """A Certificate message."""
    listed = b"".join(len(each).to_bytes(3, "big") + each for each in certificates)
    return message(11, len(listed).to_bytes(3, "big") + listed)


WHOLE = records(hello() + chain(CERTIFICATE, b"an issuer") + message(14, b""))


def test_version_and_the_servers_own_certificate_are_read() -> None:
    assert ServerHandshake("TLSv1.2", CERTIFICATE) == decode_server(WHOLE)
    assert ServerHandshake("TLSv1", CERTIFICATE) == decode_server(records(hello(0x0301) + chain(CERTIFICATE)))


def test_tls_1_3_hides_its_certificate_and_is_named() -> None:
    chosen = records(hello(extensions=b"\x00\x2b\x00\x02\x03\x04")) + b"\x17\x03\x03\x00\x03xyz"
    assert ServerHandshake("TLSv1.3", None) == decode_server(chosen)


def test_bytes_behind_the_handshake_change_nothing() -> None:
    assert decode_server(WHOLE) == decode_server(WHOLE + b"\x17\x03\x03\x00\x10 application data")


def test_a_stream_cut_anywhere_gives_less_or_is_malformed() -> None:
    for length in range(len(WHOLE)):
        try:
            seen = decode_server(WHOLE[:length])
        except MalformedReply:
            continue
        assert seen.certificate in (None, CERTIFICATE)
        assert "TLSv1.2" == seen.version


def test_a_clients_side_is_no_servers() -> None:
    asked = records(message(1, bytes(40)))
    assert (True, False) == (looks_like_handshake(asked), is_server(asked))
    with pytest.raises(MalformedReply):
        decode_server(asked)


@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_any_bytes_are_a_handshake_or_malformed(junk: bytes, at: int) -> None:
    for raw in (junk, WHOLE[:at] + junk + WHOLE[at:], b"\x16\x03\x03\x01\x00" + junk):
        try:
            decode_server(raw)
        except MalformedReply:
            continue
