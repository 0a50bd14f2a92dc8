"""TCP connections of a capture to the answers servers gave on them, in bounded memory.

Rules: at most STREAM_LIMIT bytes of each direction are kept, connections that carry nothing readable are
forgotten at their first bytes, and when all together exceed the budget the oldest is read as far as it is and
forgotten; a gap ends a direction, nothing is guessed across it, but reading may begin again where a message
begins. TLS beyond its handshake stays closed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from camscan.imports.answers import Place
from camscan.imports.conversations import (
    START_BYTES,
    Said,
    answers_of,
    begins_message,
    is_answer,
    is_readable,
)
from camscan.model.observation import Observation
from camscan.wire.frame import ACK, FIN, RST, SYN, Packet
from camscan.wire.requests import looks_like_request

STREAM_LIMIT = 64 * 1024
BUFFER_BUDGET = 32 * 1024 * 1024
MAX_CONNECTIONS = 8192
MAX_FINISHED = 32768
MAX_WAITING = 32  # segments held because an earlier one has not come yet
MAX_RESUMED = 4  # times that a connection is read further, from a message's first bytes
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
    first: int | None = None  # the sequence number it began with
    ended: bool = False  # the sender closed it
    complete: bool = False  # and nothing is missing
    dialled: bool = False  # this side opened the connection
    after: int = 0  # bytes the other side had said before this one's first

    @property
    def full(self) -> bool:
        return len(self.data) >= STREAM_LIMIT

    @property
    def broken(self) -> bool:
        """A segment is missing and will not come any more."""
        return len(self.waiting) >= MAX_WAITING

    def said(self) -> Said:
        """What is known of it."""
        return Said(bytes(self.data), self.after, self.complete, self.dialled)

    def begins_with(self, sequence: int) -> bool:
        """Is a packet that begins a connection so the first of this one, or the same once more?"""
        return self.expected is None if self.first is None else self.first == sequence

    def begin(self, sequence: int, *, dialled: bool) -> None:
        """The sender's first packet, which mirrors may show twice."""
        if self.first is None:
            self.first, self.expected, self.dialled = sequence, (sequence + 1) % _WRAP, dialled

    def end(self, packet: Packet) -> None:
        """A FIN or RST."""
        self.ended = True
        behind = (packet.sequence + len(packet.payload)) % _WRAP
        missing = bool(self.waiting) or self.expected not in (None, behind)
        self.complete = self.complete or (bool(packet.flags & FIN) and not missing)

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
    readable: bool = False
    begun: bool = False  # captured from its first packet
    further: int = 0  # how often it may be read on after it was read


class Streams:
    """`add` every TCP packet, `finish` at the end; both yield what has been understood by then."""

    def __init__(self, place: MakePlace, wanted: Callable[[str], bool]) -> None:
        """wanted: may what a server at this address said be read?"""
        self._place = place
        self._wanted = wanted
        self._open: OrderedDict[Key, _Connection] = OrderedDict()
        self._finished: OrderedDict[Key, int] = OrderedDict()  # → how often it may be read further
        self._size = 0
        self.cut = 0  # connections read before their end because memory was used up
        self.unwanted = 0  # answers of servers that are not wanted

    def add(self, packet: Packet, at: float, interface: str = "") -> Iterator[Observation]:
        """One packet of one connection."""
        source, target = (packet.source, packet.source_port), (packet.target, packet.target_port)
        key = (source, target) if source <= target else (target, source)
        if packet.flags & SYN:
            before = self._open.get(key)
            if before is not None and not before.sides[source].begins_with(packet.sequence):
                yield from self._read(key)
            self._finished.pop(key, None)
        further = self._finished.get(key)
        if further is not None and not (further and begins_message(packet.payload)):
            return
        connection = self._open.get(key)
        if connection is None:
            if not packet.payload and not packet.flags & SYN:
                return
            connection = _Connection({source: _Side(), target: _Side()}, interface)
            connection.further = MAX_RESUMED if further is None else further - 1
            self._finished.pop(key, None)
            self._open[key] = connection
        else:
            self._open.move_to_end(key)
        side = connection.sides[source]
        if packet.flags & SYN:
            side.begin(packet.sequence, dialled=not packet.flags & ACK)
            connection.begun = True
        elif packet.payload:
            if not side.data:
                side.after = len(connection.sides[target].data)
            grown = side.add(packet.sequence, packet.payload, at)
            connection.size += grown
            self._size += grown
        if packet.flags & (FIN | RST):
            side.end(packet)
            if packet.flags & RST or all(each.ended for each in connection.sides.values()):
                connection.further = 0  # what still comes is said for the second time
                yield from self._read(key)
        if key in self._open and _is_enough(connection, side):
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
        self._finished[key] = connection.further
        if len(self._finished) > MAX_FINISHED:
            self._finished.popitem(last=False)
        if not any(side.data for side in connection.sides.values()):
            return  # most connections of a sweep
        for end, side in connection.sides.items():
            if not self._wanted(end[0]):
                self.unwanted += is_answer(bytes(side.data[:START_BYTES]))
                continue
            other = next((s for e, s in connection.sides.items() if e != end), _Side())
            place = self._place(end[0], end[1], side.started or other.started, connection.interface)
            yield from answers_of(place, side.said(), other.said(), begun=connection.begun)


def opened(packet: Packet) -> bool:
    """Does this packet show that its sender accepts connections on its port?"""
    return packet.flags & (SYN | ACK | RST) == SYN | ACK


def _is_enough(connection: _Connection, spoke: _Side) -> bool:
    """Nothing is to be gained from what this connection carries next."""
    if not _worth_keeping(connection) or spoke.broken:
        return True
    return spoke.full and _all_kept(connection)


def _all_kept(connection: _Connection) -> bool:
    """Nothing more of this connection would be kept: a server's side is full, or both are."""
    sides = connection.sides.values()
    asks = [looks_like_request(bytes(side.data[:START_BYTES])) for side in sides]
    return any(s.full and not a for s, a in zip(sides, asks, strict=True)) or all(s.full for s in sides)


def _worth_keeping(connection: _Connection) -> bool:
    """False once somebody spoke, and nobody in a protocol that is read here."""
    if connection.readable:
        return True
    heard = [
        is_readable(port, bytes(side.data[:START_BYTES])) for (_, port), side in connection.sides.items()
    ]
    connection.readable = True in heard
    return connection.readable or False not in heard
