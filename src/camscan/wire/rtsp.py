"""RTSP/1.0: OPTIONS and DESCRIBE to bytes, an answer from bytes, and where an answer ends in a stream.

Rules: only OPTIONS and DESCRIBE of `/` can be written, never with Authorization; an answer without
Content-Length has no body; bytes before the status line (an interleaved frame, the tail of an unannounced
body) are stepped over; of an SDP only the lines that name the product are kept. Source: RFC 2326; facts 6.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from camscan.errors import MalformedReply
from camscan.wire import headers as block
from camscan.wire.headers import HEADER_LIMIT
from camscan.wire.http import BODY_LIMIT, USER_AGENT, HttpResponse, decode_response
from camscan.wire.text import one_line

METHODS = ("OPTIONS", "DESCRIBE")
MAX_SDP_LINES = 512
MAX_KEPT_LINES = 24
MAX_SDP_LINE_CHARACTERS = 256
_JUNK_LIMIT = 4096  # bytes before the status line that are stepped over

_STATUS = re.compile(rb"(?:RTSP|HTTP)/[0-9.]{1,8}[ \t]")
_SDP_NAMING = re.compile(r"(?:[si]=|a=tool:|a=x-)", re.IGNORECASE)
_STANDARD_ATTRIBUTES = frozenset(
    "cat keywds tool ptime maxptime rtpmap recvonly sendrecv sendonly inactive orient type charset sdplang"
    " lang framerate quality fmtp control range etag".split()
)


def encode_request(method: str, host: str, port: int, sequence: int, tls: bool = False) -> bytes:
    """OPTIONS or DESCRIBE of `rtsp://host:port/` (`rtsps` over TLS); host as text, IPv6 without brackets.

    Raises ValueError for any other method: our own mistake.
    """
    if method not in METHODS:
        raise ValueError(f"RTSP {method} is never sent")
    address = host.split("%")[0]
    address = f"[{address}]" if ":" in address else address
    lines = [
        f"{method} {'rtsps' if tls else 'rtsp'}://{address}:{port}/ RTSP/1.0",
        f"CSeq: {sequence}",
        f"User-Agent: {USER_AGENT}",
    ]
    if method == "DESCRIBE":
        lines.append("Accept: application/sdp")
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n"


def message_end(buffer: bytes, limit: int = HEADER_LIMIT + BODY_LIMIT) -> int | None:
    """Where the first answer in `buffer` ends; None while more bytes must tell; never more than `limit`.

    A prefix that has an answer keeps it when more bytes come.
    """
    view = buffer[:limit]
    end = _end(view)
    if end is not None:
        return min(end, limit)
    return limit if len(buffer) >= limit else None


def _end(view: bytes) -> int | None:
    found = _STATUS.search(view, 0, _JUNK_LIMIT)
    if found is None:
        return _JUNK_LIMIT if len(view) >= _JUNK_LIMIT else None
    start = found.start()
    body_at = block.body_start(view, start)
    if body_at is None:
        return start + HEADER_LIMIT if len(view) - start >= HEADER_LIMIT else None
    length = block.content_length(block.parse_headers(block.lines_of(view[start:body_at])[1:])) or 0
    return body_at + length if len(view) >= body_at + length else None


def decode_answer(raw: bytes) -> HttpResponse:
    """The first answer in `raw`, whole or cut short. Raises MalformedReply when there is no status line."""
    found = _STATUS.search(raw, 0, _JUNK_LIMIT)
    if found is None:
        raise MalformedReply(f"no RTSP answer: it begins {raw[:16].hex(' ') or 'with nothing'}")
    return decode_response(raw[found.start() :])


def sdp_excerpt(body: bytes) -> tuple[str, ...]:
    """The `s=`, `i=`, `a=tool:` and `a=x-` lines of an SDP; addresses, keys and tracks are left out."""
    return _unique(line for line in _sdp_lines(body) if _SDP_NAMING.match(line) and len(line) > 2)


def sdp_origin(body: bytes) -> tuple[str, ...]:
    """User name of the `o=` line unless it is `-`, and `id=<session id>`; () without such a line."""
    words = next((line[2:].split() for line in _sdp_lines(body) if line.startswith("o=")), [])
    if len(words) < 2:
        return ()
    return (f"id={words[1]}",) if words[0] == "-" else (words[0], f"id={words[1]}")


def sdp_control(body: bytes) -> tuple[str, ...]:
    """Path and query of every absolute `a=control:` address, host removed, and the name of every `a=`
    attribute that neither RFC 4566 nor RFC 2326 defines."""
    found: list[str] = []
    for line in _sdp_lines(body):
        name, _, value = line[2:].partition(":") if line.startswith("a=") else ("", "", "")
        if name == "control" and "://" in value:
            found.append("/" + value.partition("://")[2].partition("/")[2])
        elif name and name.lower() not in _STANDARD_ATTRIBUTES:
            found.append(name)
    return _unique(found)


def _sdp_lines(body: bytes) -> Iterator[str]:
    for raw in body[:BODY_LIMIT].split(b"\n", MAX_SDP_LINES)[:MAX_SDP_LINES]:
        yield one_line(block.text_of(raw[: 4 * MAX_SDP_LINE_CHARACTERS]))[:MAX_SDP_LINE_CHARACTERS]


def _unique(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(lines), MAX_KEPT_LINES))
