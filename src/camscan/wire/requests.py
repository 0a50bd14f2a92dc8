"""What a client asked on one HTTP or RTSP connection: methods and targets in order, never its login.

Rules: of a request only what pairs it with its answer is kept; whether it carried a login is a yes or no;
nothing here raises on hostile bytes. Source: RFC 9112 section 3, RFC 2326 section 6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.wire import headers as block

MAX_REQUESTS = 64
_FIRST_LINE = re.compile(r"([A-Z_]{3,16}) (\S{1,4096}) (HTTP|RTSP)/[0-9.]{1,8}$")
_LOGIN_HEADERS = ("authorization", "proxy-authorization", "cookie")
_LOGIN_TARGET = re.compile(
    r"(?:^|[?&;/])(?:auth|user(?:name)?|usr|pass(?:wd|word)?|pwd|psw|token)=|//[^/@]*@", re.I
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request. target: as sent, without a login; with_login: it carried credentials or a session."""

    method: str
    target: str
    protocol: str
    sequence: str
    with_login: bool

    @property
    def path(self) -> str:
        """Path and query of the target."""
        found = re.match(r"[A-Za-z]{2,8}://[^/]*(/.*)?$", self.target)
        return (found.group(1) or "/") if found else self.target


def looks_like_request(start: bytes) -> bool:
    """Could a stream that begins so be a client's? Judged by the method."""
    return re.match(rb"[A-Z_]{3,16} \S", start) is not None


def decode_requests(stream: bytes) -> tuple[Request, ...]:
    """The requests of one client's side of a connection, up to the first bytes that are none."""
    found: list[Request] = []
    at = 0
    while len(found) < MAX_REQUESTS:
        while stream.startswith(b"$", at) and at + 4 <= len(stream):  # RTCP interleaved (RFC 2326, 10.12)
            at += 4 + int.from_bytes(stream[at + 2 : at + 4], "big")
        body_at = block.body_start(stream, at)
        lines = block.lines_of(stream[at : body_at if body_at is not None else len(stream)])
        first = _FIRST_LINE.match(lines[0].strip()) if lines else None
        if first is None:
            break
        headers = block.parse_headers(lines[1:])
        method, target, protocol = first.groups()
        found.append(
            Request(
                method,
                target,
                protocol,
                block.first_value(headers, "cseq").strip(),
                any(block.values_of(headers, name) for name in _LOGIN_HEADERS)
                or _LOGIN_TARGET.search(target) is not None,
            )
        )
        if body_at is None:
            break
        at = body_at + (block.content_length(headers) or 0)
    return tuple(found)
