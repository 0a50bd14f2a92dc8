"""A recorded server's side of a TLS handshake: the version it chose and, up to TLS 1.2, its certificate.

Rules: only handshake records before encryption begins are read; of the chain only the server's own
certificate; whatever arrives becomes a `ServerHandshake` or MalformedReply. Source: RFC 5246 7.4, RFC 8446 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.reader import Reader

LIMIT_BYTES = 64 * 1024
_HANDSHAKE = 22
_SERVER_HELLO, _CERTIFICATE = 2, 11
_SUPPORTED_VERSIONS = 43
_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
_MAX_MESSAGES = 16


@dataclass(frozen=True, slots=True)
class ServerHandshake:
    """version: as `ssl` names it ("TLSv1.2"), "" when unknown; certificate: DER, None when not seen."""

    version: str
    certificate: bytes | None


def looks_like_handshake(start: bytes) -> bool:
    """Does a stream that begins so begin a TLS handshake, of either side?"""
    return (
        len(start) >= 6 and start[0] == _HANDSHAKE and start[1] == 3 and start[2] <= 4 and start[5] in (1, 2)
    )


def is_server(start: bytes) -> bool:
    """Is it the server's side?"""
    return looks_like_handshake(start) and start[5] == _SERVER_HELLO


def decode_server(stream: bytes) -> ServerHandshake:
    """Read the server's first messages, whole or cut short. Raises MalformedReply without a ServerHello."""
    messages = _handshake_bytes(stream[:LIMIT_BYTES])
    reader = Reader(messages, limit=LIMIT_BYTES)
    version, certificate = "", None
    seen_hello = False
    for _ in range(_MAX_MESSAGES):
        if reader.remaining < 4:
            break
        kind = reader.u8("message type")
        length = int.from_bytes(reader.take(3, "message length"), "big")
        if length > reader.remaining:
            break
        body = reader.sub(length, "message")
        if kind == _SERVER_HELLO:
            version, seen_hello = _version(body), True
        elif kind == _CERTIFICATE and certificate is None:
            certificate = _first_certificate(body)
    if not seen_hello:
        raise MalformedReply("no TLS ServerHello")
    return ServerHandshake(version, certificate)


def _handshake_bytes(stream: bytes) -> bytes:
    """The handshake messages, records taken away; ends at the first record of another kind."""
    found = bytearray()
    at = 0
    while at + 5 <= len(stream) and stream[at] == _HANDSHAKE:
        length = int.from_bytes(stream[at + 3 : at + 5], "big")
        found += stream[at + 5 : at + 5 + length]
        at += 5 + length
    return bytes(found)


def _version(hello: Reader) -> str:
    number = hello.u16be("version")
    hello.skip(32, "random")
    hello.skip(hello.u8("session id length"), "session id")
    hello.skip(3, "cipher suite and compression")
    if hello.remaining >= 2:
        extensions = hello.sub(min(hello.u16be("extensions length"), hello.remaining), "extensions")
        while extensions.remaining >= 4:
            kind = extensions.u16be("extension")
            body = extensions.sub(extensions.u16be("extension length"), "extension")
            if kind == _SUPPORTED_VERSIONS and len(body) == 2:
                number = body.u16be("selected version")
    return _VERSIONS.get(number, "")


def _first_certificate(body: Reader) -> bytes | None:
    body.skip(3, "list length")
    if body.remaining < 3:
        return None
    return body.take(int.from_bytes(body.take(3, "certificate length"), "big"), "certificate")
