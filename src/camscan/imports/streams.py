"""TCP connections of a capture to the answers servers gave on them, in bounded memory.

Rules: at most STREAM_LIMIT bytes of each direction are kept, connections that carry nothing readable are
forgotten at their first bytes, and when all together exceed the budget the oldest is read as far as it is and
forgotten; a gap ends a direction, nothing is guessed across it. TLS beyond its handshake stays closed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from camscan.errors import MalformedReply
from camscan.imports.answers import Place, greeting, handshake, http_answer, rtsp_answer
from camscan.model.observation import Observation
from camscan.wire import http, rtsp
from camscan.wire.frame import ACK, FIN, RST, SYN, Packet
from camscan.wire.headers import body_start
from camscan.wire.requests import Request, decode_requests, looks_like_request
from camscan.wire.tls_records import decode_server, is_server, looks_like_handshake

STREAM_LIMIT = 64 * 1024
BUFFER_BUDGET = 32 * 1024 * 1024
MAX_CONNECTIONS = 8192
MAX_FINISHED = 32768
MAX_WAITING = 32  # segments held because an earlier one has not come yet
MAX_ANSWERS = 32
_GREETING_PORTS = frozenset({21, 23})
_SERVER_STARTS = (b"HTTP/", b"RTSP/")
_WRAP = 1 << 32

End = tuple[str, int]
Key = tuple[End, End]
MakePlace = Callable[[str, int, float, str], Place]
"""(ip, port, at, interface) → where an answer was heard."""


@dataclass(slots=True)
class _Side:
    """One direction of a connection."""

    data: bytearray = field(default_factory=bytearray)
    expected: int | None = None
    waiting: dict[int, bytes] = field(default_factory=dict)
    started: float = 0.0
    complete: bool = False  # the sender closed it and nothing is missing

    @property
    def full(self) -> bool:
        return len(self.data) >= STREAM_LIMIT

    def add(self, sequence: int, payload: bytes, at: float) -> int:
        """Append what continues the stream; how many bytes the side grew by, held segments included."""
        before = self._size()
        if self.expected is None:
            self.expected, self.started = sequence, at
        self.started = self.started or at
        self._place(sequence, payload)
        while self.waiting and not self.full:
            ready = next((s for s in self.waiting if (self.expected - s) % _WRAP < _WRAP // 2), None)
            if ready is None:
                break
            self._place(ready, self.waiting.pop(ready))
        if self.full:
            self.waiting.clear()
        return self._size() - before

    def _place(self, sequence: int, payload: bytes) -> None:
        expected = self.expected or 0
        behind = (expected - sequence) % _WRAP
        if behind < _WRAP // 2:
            new = payload[behind:]
            if new and not self.full:
                self.data += new[: STREAM_LIMIT - len(self.data)]
            self.expected = (expected + len(new)) % _WRAP
        elif len(self.waiting) < MAX_WAITING and not self.full:
            self.waiting[sequence] = payload

    def _size(self) -> int:
        return len(self.data) + sum(map(len, self.waiting.values()))


@dataclass(slots=True)
class _Connection:
    sides: dict[End, _Side]
    interface: str
    size: int = 0
    closed: int = 0
    readable: bool = False


class Streams:
    """`add` every TCP packet, `finish` at the end; both yield what has been understood by then."""

    def __init__(self, place: MakePlace, wanted: Callable[[str], bool]) -> None:
        """wanted: may what a server at this address said be read?"""
        self._place = place
        self._wanted = wanted
        self._open: OrderedDict[Key, _Connection] = OrderedDict()
        self._finished: OrderedDict[Key, None] = OrderedDict()
        self._size = 0
        self.cut = 0  # connections read before their end because memory was used up
        self.unwanted = 0  # answers of servers that are not wanted

    def add(self, packet: Packet, at: float, interface: str = "") -> Iterator[Observation]:
        """One packet of one connection."""
        source, target = (packet.source, packet.source_port), (packet.target, packet.target_port)
        key = (source, target) if source <= target else (target, source)
        if packet.flags & SYN:
            if key in self._open:
                yield from self._read(key)
            self._finished.pop(key, None)
        elif key in self._finished:
            return
        connection = self._open.get(key)
        if connection is None:
            if not packet.payload and not packet.flags & SYN:
                return
            connection = _Connection({source: _Side(), target: _Side()}, interface)
            self._open[key] = connection
        else:
            self._open.move_to_end(key)
        side = connection.sides[source]
        if packet.flags & SYN:
            side.expected = (packet.sequence + 1) % _WRAP
        elif packet.payload:
            grown = side.add(packet.sequence, packet.payload, at)
            connection.size += grown
            self._size += grown
        if packet.flags & (FIN | RST):
            side.complete = bool(packet.flags & FIN) and not side.waiting
            connection.closed += 2 if packet.flags & RST else 1
        if connection.closed >= 2 or not _worth_keeping(connection) or (side.full and _all_kept(connection)):
            yield from self._read(key)
        if self._size > BUFFER_BUDGET or len(self._open) > MAX_CONNECTIONS:
            yield from self._within_budget()

    def finish(self) -> Iterator[Observation]:
        """Read what is still open."""
        while self._open:
            yield from self._read(next(iter(self._open)))

    def _within_budget(self) -> Iterator[Observation]:
        while self._size > BUFFER_BUDGET or len(self._open) > MAX_CONNECTIONS:
            self.cut += 1
            yield from self._read(next(iter(self._open)))

    def _read(self, key: Key) -> Iterator[Observation]:
        connection = self._open.pop(key)
        self._size -= connection.size
        self._finished[key] = None
        if len(self._finished) > MAX_FINISHED:
            self._finished.popitem(last=False)
        for end, side in connection.sides.items():
            if not self._wanted(end[0]):
                self.unwanted += side.data.startswith(_SERVER_STARTS) or is_server(bytes(side.data[:24]))
                continue
            other = next((s for e, s in connection.sides.items() if e != end), _Side())
            place = self._place(end[0], end[1], side.started, connection.interface)
            yield from _answers(place, side, bytes(other.data))


def opened(packet: Packet) -> bool:
    """Does this packet show that its sender accepts connections on its port?"""
    return packet.flags & (SYN | ACK | RST) == SYN | ACK


def _all_kept(connection: _Connection) -> bool:
    """Nothing more of this connection would be kept: a server's side is full, or both are."""
    sides = connection.sides.values()
    asks = [looks_like_request(bytes(side.data[:24])) for side in sides]
    return any(s.full and not a for s, a in zip(sides, asks, strict=True)) or all(s.full for s in sides)


def _worth_keeping(connection: _Connection) -> bool:
    """False once somebody spoke, and nobody in a protocol that is read here."""
    if connection.readable:
        return True
    heard = [_is_readable(port, side) for (_, port), side in connection.sides.items()]
    connection.readable = True in heard
    return connection.readable or False not in heard


def _is_readable(port: int, side: _Side) -> bool | None:
    """None while too little was said to tell."""
    start = bytes(side.data[:24])
    if len(start) < 6 or port in _GREETING_PORTS:
        return None
    return start.startswith(_SERVER_STARTS) or looks_like_handshake(start) or looks_like_request(start)


def _answers(place: Place, side: _Side, asked: bytes) -> Iterator[Observation]:
    data = bytes(side.data)
    if data.startswith(b"HTTP/"):
        yield from _http(place, data, decode_requests(asked), side.complete)
    elif data.startswith(b"RTSP/"):
        yield from _rtsp(place, data, decode_requests(asked))
    elif is_server(data):
        try:
            seen = decode_server(data)
        except MalformedReply:
            return
        yield from handshake(place, seen)
    elif data and place.port in _GREETING_PORTS and not looks_like_request(data):
        yield from greeting(place, data)


def _http(place: Place, data: bytes, requests: tuple[Request, ...], closed: bool) -> Iterator[Observation]:
    """Answers in order, each with the request it belongs to; a HEAD's answer has no body."""
    at, number = 0, 0
    while at < len(data) and number < MAX_ANSWERS:
        request = requests[number] if number < len(requests) else None
        if request is not None and request.method == "HEAD":
            end = body_start(data, at)
        else:
            length = http.message_end(data[at:])
            end = at + length if length else None
        answer = data[at:end] if end else data[at:]
        if not answer.lstrip(b"\r\n").startswith(b"HTTP/"):
            break
        yield from http_answer(
            place,
            answer,
            path=request.path if request else "/",
            # An answer whose question was not captured may have followed a login.
            with_login=request.with_login if request else not place.tls and number > 0,
            ended="complete" if end else "closed" if closed else "limit",
        )
        if end is None or end <= at:
            break
        at, number = end, number + 1


def _rtsp(place: Place, data: bytes, requests: tuple[Request, ...]) -> Iterator[Observation]:
    """Answers to OPTIONS and DESCRIBE, paired by CSeq."""
    by_sequence = {each.sequence: each for each in requests if each.sequence}
    at = 0
    for number in range(MAX_ANSWERS):
        length = rtsp.message_end(data[at:])
        answer = data[at : at + length] if length else data[at:]
        try:
            sequence = rtsp.decode_answer(answer).header("CSeq").strip()
        except MalformedReply:
            break
        request = by_sequence.get(sequence) or (requests[number] if number < len(requests) else None)
        if request is None or request.method in rtsp.METHODS:
            # Without its question an answer may have followed a login: it cannot show an open stream.
            with_login = request.with_login if request else True
            yield from rtsp_answer(
                place, answer, method=request.method if request else "", with_login=with_login
            )
        if not length:
            break
        at += length
