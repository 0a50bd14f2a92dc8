"""IP fragments to whole packets, in bounded memory.

Rules: packets that come apart are few, so few are held at a time and the oldest is forgotten; a part that is
missing, or that the capture cut short, is not guessed. Source: RFC 791, RFC 8200 4.5.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from camscan.wire import frame, tunnel
from camscan.wire.frame import Packet

MAX_FRAGMENTS = 256
MAX_DATAGRAM = 65535
_JOINED = frozenset(
    {frame.UDP, frame.TCP, tunnel.GRE, tunnel.IPV4_INSIDE, tunnel.IPV6_INSIDE, tunnel.ETHERIP}
)


@dataclass(slots=True)
class _Parts:
    """Fragments of one packet: offset → its bytes; size: bytes of all; end: of the whole, 0 until known."""

    pieces: dict[int, bytes] = field(default_factory=dict)
    size: int = 0
    end: int = 0


class Fragments:
    """`whole` every packet that is a fragment."""

    def __init__(self) -> None:
        self._held: OrderedDict[object, _Parts] = OrderedDict()

    def whole(self, packet: Packet) -> Packet | None:
        """The packet once its last part has come, None before. Raises MalformedReply when it is cut."""
        part = packet.fragment
        if part is None:
            return packet
        if packet.protocol not in _JOINED:
            return None
        key = (packet.source, packet.target, packet.protocol, part.identity)
        held = self._held.setdefault(key, _Parts())
        held.size += len(packet.payload) - len(held.pieces.get(part.offset, b""))
        held.pieces[part.offset] = packet.payload
        if not part.more:
            held.end = part.offset + len(packet.payload)
        if len(self._held) > MAX_FRAGMENTS:
            self._held.popitem(last=False)
        if len(held.pieces) > MAX_FRAGMENTS or held.size > MAX_DATAGRAM:
            self._held.pop(key, None)  # no packet is as long, nor in as many parts
            return None
        joined = _joined(held)
        if joined is None:
            return None
        self._held.pop(key, None)
        return frame.with_ports(packet._replace(payload=joined, fragment=None))


def _joined(held: _Parts) -> bytes | None:
    if not held.end or held.size < held.end:
        return None
    pieces, at = [], 0
    while at < held.end:
        piece = held.pieces.get(at)
        if not piece:
            return None
        pieces.append(piece)
        at += len(piece)
    return b"".join(pieces)
