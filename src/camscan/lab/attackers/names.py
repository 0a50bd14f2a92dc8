"""mDNS packets that loop, flood and lie (RFC 1035 §4.1.4, RFC 6762), as bytes."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence

_A, _PTR, _TXT, _SRV = 1, 12, 16, 33


def _head(answers: int) -> bytes:
    return struct.pack(">HHHHHH", 0, 0x8400, 0, answers, 0, 0)


def _name(*labels: bytes) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _record(owner: bytes, kind: int, data: bytes, *, length: int | None = None) -> bytes:
    return owner + struct.pack(">HHIH", kind, 0x8001, 4500, len(data) if length is None else length) + data


LOOPS = (
    _head(1) + b"\xc0\x0c" + struct.pack(">HHIH", _PTR, 1, 120, 2) + b"\xc0\x0c",  # a name that is itself
    _head(1) + b"\x01a\xc0\x10\x01b\xc0\x0c" + struct.pack(">HHIH", _PTR, 1, 120, 2) + b"\xc0\x0c",  # two
    _head(2) + b"\xc0\xff" + b"\0" * 10,  # forwards, outside the packet
    _head(65535) + b"\0" * 64,  # counts without records
    _head(1) + b"\x3f" * 4000,  # a name of four thousand bytes
    _head(1) + _record(_name(b"x", b"local"), _TXT, b"\xff" * 300, length=60000),
)
"""Compression loops, wild pointers, counts and lengths that lie."""


def flood(count: int) -> tuple[bytes, ...]:
    """Packets announcing `count` service instances of one type, fifty in each."""
    kind = _name(b"_http", b"_tcp", b"local")
    packets = []
    for start in range(0, count, 50):
        rows = [
            _record(kind, _PTR, _name(b"flood-%d" % number, b"_http", b"_tcp", b"local"))
            for number in range(start, start + 50)
        ]
        packets.append(_head(len(rows)) + b"".join(rows))
    return tuple(packets)


def liar(addresses: Sequence[str]) -> tuple[bytes, ...]:
    """Announcements of an Axis camera at each of these addresses, none of them the speaker's."""
    packets = []
    for number, ip in enumerate(addresses):
        instance = _name(b"AXIS Q1656 - ACCC8E%06X" % number, b"_axis-video", b"_tcp", b"local")
        host = _name(b"axis-accc8e%06x" % number, b"local")
        rows = (
            _record(_name(b"_axis-video", b"_tcp", b"local"), _PTR, instance),
            _record(instance, _SRV, struct.pack(">HHH", 0, 0, 80) + host),
            _record(instance, _TXT, b"\x17macaddress=ACCC8E%06X" % number),
            _record(host, _A, socket.inet_aton(ip)),
        )
        packets.append(_head(len(rows)) + b"".join(rows))
    return tuple(packets)


def crowd() -> bytes:
    """One datagram that announces 65,535 records and holds 5,301, twelve bytes each, all of one name."""
    first = _record(_name(b"_http", b"_tcp", b"local"), _PTR, b"\xc0\x0c")
    return _head(65535) + first + (b"\xc0\x0c" + struct.pack(">HHIH", _TXT, 1, 120, 0)) * 5300
