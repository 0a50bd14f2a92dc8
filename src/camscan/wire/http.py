"""HTTP/1.x: one request to bytes, a response from bytes, and where a response ends in a stream.

Rules: we never send Authorization, Cookie or Accept-Encoding; a response is read leniently, as old cameras
write it (LF line ends, no status line, wrong lengths, RTSP status lines), but only `MalformedReply` ever
leaves this file; bodies are cut at BODY_LIMIT after decompression. Source: RFC 9112; facts 6.2.1.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from camscan import __version__
from camscan.errors import MalformedReply
from camscan.wire import headers as block
from camscan.wire.headers import HEADER_LIMIT, Headers

USER_AGENT = f"camscan/{__version__} (+network camera inventory)"
BODY_LIMIT = 64 * 1024
MAX_CHUNKS = 4096
MAX_INTERIM = 4  # 100 Continue and its like before the answer
_CHUNK_LINE_LIMIT = 1024
_FORBIDDEN = frozenset({"authorization", "proxy-authorization", "cookie"})

_STATUS_LINE = re.compile(
    r"(HTTP|RTSP|ICY|SIP)(?:/([0-9.]{0,8}))?[ \t]+([0-9]{3})(?:[ \t:](.*))?$", re.DOTALL
)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*)?\r?")
_CHUNK_START = re.compile(rb"[0-9A-Fa-f \t\r]")
_HEADER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}:")


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One response. version is "HTTP/1.1", "RTSP/1.0", …; "" with status 0 when there was no status line."""

    version: str
    status: int
    reason: str
    headers: Headers
    body: bytes
    keep_alive: bool

    def header(self, name: str) -> str:
        """The first value of a header, or ""."""
        return block.first_value(self.headers, name)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in the order sent."""
        return block.values_of(self.headers, name)


def encode_request(
    method: str,
    host: str,
    path: str,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    keep_alive: bool = True,
) -> bytes:
    """A request for `path` at `host` (`host[:port]`, IPv6 in brackets).

    Raises ValueError for a header that could carry credentials and for line breaks: our own mistakes, both.
    """
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {USER_AGENT}",
        "Accept: */*",
    ]
    for name, value in headers:
        if name.lower() in _FORBIDDEN or not _TOKEN.fullmatch(name):
            raise ValueError(f"header {name!r} is never sent")
        lines.append(f"{name}: {value}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: keep-alive" if keep_alive else "Connection: close")
    text = "\r\n".join(lines)
    if any(ord(c) < 32 or ord(c) > 126 for line in lines for c in line) or " " in path:
        raise ValueError("a request line or header holds characters that must be percent-encoded")
    return text.encode("ascii") + b"\r\n\r\n" + body


def host_header(ip: str, port: int, tls: bool = False) -> str:
    """What `Host` says: brackets around IPv6, its zone dropped, the port only when it is not the scheme's."""
    address = ip.split("%")[0]
    address = f"[{address}]" if ":" in address else address
    return address if port == (443 if tls else 80) else f"{address}:{port}"


def message_end(buffer: bytes, limit: int = HEADER_LIMIT + BODY_LIMIT) -> int | None:
    """Where the first response in `buffer` ends; None while more bytes (or the end of the stream) must tell.

    Never more than `limit`. A prefix that has an answer keeps it when more bytes come. A header block over
    HEADER_LIMIT, a broken chunk or too many chunks end the message where they were noticed.
    """
    view = buffer[:limit]
    end = _end(view)
    if end is not None:
        return min(end, limit)
    return limit if len(buffer) >= limit else None


def _end(view: bytes) -> int | None:
    start = 0
    for _ in range(MAX_INTERIM):
        start = _skip_blank(view, start)
        body_at = block.body_start(view, start)
        if body_at is None:
            over = len(view) - start >= HEADER_LIMIT and not view.startswith(b"<", start)
            return start + HEADER_LIMIT if over else None
        _, status, _, headers = _parse_block(view[start:body_at])
        if not (100 <= status < 200) or status == 101:
            return _body_end(view, body_at, status, headers)
        start = body_at
    return start


def _body_end(view: bytes, body_at: int, status: int, headers: Headers) -> int | None:
    if status in (101, 204, 304):
        return body_at
    if _is_chunked(headers):
        end = _walk_chunks(view, body_at)[1]
        return None if end == body_at else end  # no chunk at all: only the close tells, see _transfer_decoded
    length = block.content_length(headers)
    if length is None or (status == 0 and not headers):
        return None
    return body_at + length if len(view) >= body_at + length else None


def _walk_chunks(view: bytes, at: int) -> tuple[list[bytes], int | None]:
    """The chunks' data present in `view` and the index after the last one; None when it is not there yet."""
    pieces: list[bytes] = []
    for _ in range(MAX_CHUNKS):
        newline = view.find(b"\n", at, at + _CHUNK_LINE_LIMIT)
        if newline < 0:
            return pieces, (at if len(view) - at >= _CHUNK_LINE_LIMIT else None)
        size_line = _CHUNK_SIZE.fullmatch(view, at, newline)
        if size_line is None:
            return pieces, at
        size = int(size_line.group(1), 16)
        data_at = newline + 1
        if size == 0:
            return pieces, _trailer_end(view, data_at)
        pieces.append(view[data_at : data_at + size])
        after = data_at + size
        gap = view[after : after + 2]
        if gap[:1] == b"\n":
            at = after + 1
        elif gap == b"\r\n":
            at = after + 2
        elif len(gap) == 2 or gap[:1] not in (b"", b"\r"):
            return pieces, after
        else:
            return pieces, None
    return pieces, at


def _trailer_end(view: bytes, at: int) -> int | None:
    if view.startswith(b"\n", at):
        return at + 1
    if view.startswith(b"\r\n", at):
        return at + 2
    if len(view) - at < 2:
        return None
    end = block.body_start(view, at)
    if end is None and len(view) - at >= HEADER_LIMIT:
        return at + HEADER_LIMIT
    return end


def _skip_blank(view: bytes, start: int) -> int:
    while start < len(view) and view[start] in b"\r\n":
        start += 1
    return start


def _parse_block(raw: bytes) -> tuple[str, int, str, Headers]:
    """(version, status, reason, headers); status 0 and version "" when the first line is no status line."""
    lines = block.lines_of(raw)
    found = _STATUS_LINE.match(lines[0].strip())
    if found:
        protocol, number, status, reason = found.groups()
        version = f"{protocol}/{number}" if number else protocol
        return version, int(status), (reason or "").strip(), block.parse_headers(lines[1:])
    if _HEADER_NAME.match(lines[0]):
        return "", 0, "", block.parse_headers(lines)
    return "", 0, "", ()


def _is_chunked(headers: Headers) -> bool:
    return any("chunked" in value.lower() for value in block.values_of(headers, "transfer-encoding"))


def decode_response(raw: bytes) -> HttpResponse:
    """The first final response in `raw`, whole or cut short; its body is dechunked and decompressed.

    Raises MalformedReply for bytes that are neither a response, nor a header block, nor (HTTP/0.9) markup.
    """
    start = _skip_blank(raw, 0)
    for _ in range(MAX_INTERIM):
        body_at = block.body_start(raw, start)
        head = raw[start : min(len(raw), start + HEADER_LIMIT) if body_at is None else body_at]
        version, status, reason, headers = _parse_block(head)
        if body_at is None or not (100 <= status < 200) or status == 101:
            break
        start = _skip_blank(raw, body_at)
    if not version and not headers:
        return _decode_bare(raw[start:])
    rest = raw[body_at:] if body_at is not None else b""
    body = _transfer_decoded(rest, status, headers)
    return HttpResponse(
        version,
        status,
        reason,
        headers,
        _content_decoded(body, headers),
        _keeps_alive(version, status, headers),
    )


def _decode_bare(raw: bytes) -> HttpResponse:
    """HTTP/0.9: markup and nothing else; anything else speaks another protocol."""
    text = raw.lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if (text.startswith(b"<") and text[1:2].isalpha()) or text.startswith((b"<!", b"<?")):
        return HttpResponse("", 0, "", (), raw[:BODY_LIMIT], False)
    if not text:
        raise MalformedReply("empty HTTP reply")
    raise MalformedReply(f"no HTTP reply: it begins {raw[:16].hex(' ')}")


def _transfer_decoded(rest: bytes, status: int, headers: Headers) -> bytes:
    if status in (101, 204, 304):
        return b""
    if _is_chunked(headers):
        pieces, end = _walk_chunks(rest, 0)
        none_came = end == 0 or (not pieces and not _CHUNK_START.match(rest))
        return rest if none_came else b"".join(pieces)  # some servers announce chunks and send none
    length = block.content_length(headers)
    return rest if length is None else rest[:length]


def _content_decoded(body: bytes, headers: Headers) -> bytes:
    """Decompressed where Content-Encoding says so, cut at BODY_LIMIT; else as it came."""
    coding = " ".join(block.values_of(headers, "content-encoding")).lower()
    if "gzip" in coding:
        return _inflate(body, (31,))
    if "deflate" in coding:
        return _inflate(body, (15, -15))  # zlib as the RFC says, raw as many servers send
    return body[:BODY_LIMIT]


def _inflate(body: bytes, window_bits: tuple[int, ...]) -> bytes:
    for bits in window_bits:
        try:
            return zlib.decompressobj(bits).decompress(body, BODY_LIMIT)
        except zlib.error:
            continue
    return body[:BODY_LIMIT]


def _keeps_alive(version: str, status: int, headers: Headers) -> bool:
    """Whether the server means to answer again on this connection."""
    connection = ",".join(block.values_of(headers, "connection")).lower()
    framed = (
        status in (204, 304) or _is_chunked(headers) or block.content_length(headers) is not None
    )  # else only the close tells where the body ends
    if not framed or "close" in connection:
        return False
    return version == "HTTP/1.1" or "keep-alive" in connection
