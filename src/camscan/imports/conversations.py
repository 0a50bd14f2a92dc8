"""Two directions of one TCP connection to the answers its server gave: HTTP, RTSP, TLS, greetings.

Rules: the protocol is told by the words, not by the port; an answer is paired with its question, and one
whose question was not captured may have followed a login; whoever is spoken to accepts connections.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from camscan.errors import MalformedReply
from camscan.imports.answers import Place, accepts, greeting, handshake, http_answer, rtsp_answer
from camscan.model.observation import Observation
from camscan.wire import http, rtsp
from camscan.wire.headers import body_start
from camscan.wire.requests import Request, decode_requests, looks_like_request
from camscan.wire.tls_records import decode_server, is_server, looks_like_handshake

MAX_ANSWERS = 32
START_BYTES = 24
_GREETING_PORTS = frozenset({21, 23})
_SERVER_STARTS = (b"HTTP/", b"RTSP/")


@dataclass(frozen=True, slots=True)
class Said:
    """What was kept of one direction. after: bytes the other side had said before this one's first;
    complete: the sender closed it and nothing is missing; dialled: its side opened the connection."""

    data: bytes
    after: int = 0
    complete: bool = False
    dialled: bool = False


def answers_of(place: Place, said: Said, other: Said, *, begun: bool) -> Iterator[Observation]:
    """What the server at `place` said, and that it accepts connections; nothing when it was the client.

    begun: the connection was captured from its beginning.
    """
    data = said.data
    if (other.dialled and other.data) or is_client(other.data) or is_answer(data):
        yield accepts(place)
    if data.startswith(b"HTTP/"):
        unasked = 0 if begun else other.after
        yield from _http(place, said, decode_requests(other.data), unasked, begun=begun)
    elif data.startswith(b"RTSP/"):
        yield from _rtsp(place, said, decode_requests(other.data), begun=begun)
    elif is_server(data):
        try:
            seen = decode_server(data)
        except MalformedReply:
            return
        yield from handshake(place, seen)
    elif data and place.port in _GREETING_PORTS and not looks_like_request(data):
        yield from greeting(place, data)


def is_answer(start: bytes) -> bool:
    """Does a direction that begins so hold a server's answers?"""
    return start.startswith(_SERVER_STARTS) or is_server(start)


def is_client(start: bytes) -> bool:
    """Does it hold a client's questions?"""
    return looks_like_request(start) or (looks_like_handshake(start) and not is_server(start))


def is_readable(port: int, start: bytes) -> bool | None:
    """Is this side's protocol read here? None while too little was said to tell."""
    if len(start) < 6 or port in _GREETING_PORTS:
        return None
    return start.startswith(_SERVER_STARTS) or looks_like_handshake(start) or looks_like_request(start)


def begins_message(payload: bytes) -> bool:
    """Does a segment begin an HTTP or RTSP message, so that reading may start here?"""
    return payload[:5] in _SERVER_STARTS or (b"A" <= payload[:1] <= b"Z" and looks_like_request(payload[:24]))


def _http(
    place: Place, said: Said, requests: tuple[Request, ...], unasked: int, *, begun: bool
) -> Iterator[Observation]:
    """Answers in order, each with the request it belongs to; a HEAD's answer has no body.

    unasked: bytes of answers to questions from before the capture.
    """
    data, at, number = said.data, 0, 0
    for count in range(MAX_ANSWERS):
        if at >= len(data):
            break
        asked = at >= unasked and number < len(requests)
        request = requests[number] if asked else None
        number += asked
        if request is not None and request.method == "HEAD":
            end = body_start(data, at)
        else:
            length = http.message_end(data[at:])
            end = at + length if length else None
        answer = data[at:end] if end else _whole_lines(data[at:], said)
        if not answer.lstrip(b"\r\n").startswith(b"HTTP/"):
            break
        found = http_answer(
            place,
            answer,
            path=request.path if request else "/",
            # An answer whose question was not captured may have followed a login.
            with_login=request.with_login if request else count > 0 or not begun,
            ended="complete" if end else "closed" if said.complete else "limit",
        )
        yield from found if request else map(_without_path, found)
        if end is None or end <= at:
            break
        at = end


def _whole_lines(answer: bytes, said: Said) -> bytes:
    """An answer cut short, without the half of a header line at its end: that would be another value."""
    if said.complete or body_start(answer) is not None:
        return answer
    return answer[: answer.rfind(b"\n") + 1]


def _without_path(seen: Observation) -> Observation:
    return replace(seen, fields={name: kept for name, kept in seen.fields.items() if name != "http.path"})


def _rtsp(place: Place, said: Said, requests: tuple[Request, ...], *, begun: bool) -> Iterator[Observation]:
    """Answers to OPTIONS and DESCRIBE, paired by CSeq; in order where there is none."""
    by_sequence = {each.sequence: each for each in requests if each.sequence}
    in_order = requests if begun else ()
    data, at = said.data, 0
    for number in range(MAX_ANSWERS):
        length = rtsp.message_end(data[at:])
        answer = data[at : at + length] if length else _whole_lines(data[at:], said)
        try:
            sequence = rtsp.decode_answer(answer).header("CSeq").strip()
        except MalformedReply:
            break
        request = by_sequence.get(sequence) or (in_order[number] if number < len(in_order) else None)
        if request is None or request.method in rtsp.METHODS:
            # Without its question an answer may have followed a login: it cannot show an open stream.
            with_login = request.with_login if request else True
            yield from rtsp_answer(
                place, answer, method=request.method if request else "", with_login=with_login
            )
        if not length:
            break
        at += length
