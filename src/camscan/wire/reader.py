"""The one place that checks lengths: a cursor over bytes that a device sent.

Rules: every read names what it reads, so that a `MalformedReply` says what was cut short and at which
offset; nothing here ever returns fewer bytes than were asked for; positions never leave the buffer.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Sequence
from typing import NoReturn

from camscan.errors import MalformedReply
from camscan.model.address import mac_from_bytes

TEXT_ENCODINGS = ("utf-8", "latin-1")
"""What devices write when they do not say; latin-1 decodes anything, so the list always succeeds."""


class Reader:
    """Bounded, forward-moving (or `seek`ing) access to one packet.

    `Reader(payload)` raises MalformedReply when the payload exceeds `limit` bytes. Every method that
    consumes raises MalformedReply instead of returning short data.
    """

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes, *, limit: int = 65536) -> None:
        if len(data) > limit:
            raise MalformedReply(f"{len(data)} bytes where at most {limit} are read")
        self._data = bytes(data)
        self._position = 0

    def __len__(self) -> int:
        return len(self._data)

    @property
    def position(self) -> int:
        """Offset of the next byte, 0 .. len(self)."""
        return self._position

    @property
    def remaining(self) -> int:
        """Bytes not yet read."""
        return len(self._data) - self._position

    def fail(self, why: str) -> NoReturn:
        """Raise MalformedReply that names the present offset."""
        raise MalformedReply(f"{why} at offset {self._position} of {len(self._data)} bytes")

    def seek(self, position: int, what: str = "offset") -> None:
        """Go to an absolute position; the end of the buffer itself is allowed."""
        if not 0 <= position <= len(self._data):
            self.fail(f"{what} {position} points outside the packet")
        self._position = position

    def skip(self, count: int, what: str = "padding") -> None:
        """Step over `count` bytes."""
        self.take(count, what)

    def peek(self, count: int) -> bytes:
        """The next bytes without consuming; may be shorter than `count` at the end."""
        return self._data[self._position : self._position + max(count, 0)]

    def take(self, count: int, what: str = "bytes") -> bytes:
        """Exactly `count` bytes."""
        if count < 0 or count > self.remaining:
            self.fail(f"{what}: {count} bytes wanted, {self.remaining} left")
        start = self._position
        self._position += count
        return self._data[start : self._position]

    def rest(self) -> bytes:
        """Everything not yet read."""
        return self.take(self.remaining)

    def sub(self, count: int, what: str = "block") -> Reader:
        """A Reader over exactly the next `count` bytes (a TLV's value, a nested sequence)."""
        return Reader(self.take(count, what), limit=max(count, 0))

    def expect(self, magic: bytes, what: str = "magic") -> None:
        """Consume `magic`, or fail."""
        if self.peek(len(magic)) != magic:
            self.fail(f"{what} is {self.peek(len(magic)).hex() or 'missing'}, not {magic.hex()}")
        self._position += len(magic)

    def u8(self, what: str = "byte") -> int:
        """One unsigned byte."""
        return self.take(1, what)[0]

    def _number(self, layout: str, size: int, what: str) -> int:
        value: int = struct.unpack(layout, self.take(size, what))[0]
        return value

    def u16le(self, what: str = "u16") -> int:
        """Unsigned 16 bits, least significant byte first."""
        return self._number("<H", 2, what)

    def u16be(self, what: str = "u16") -> int:
        """Unsigned 16 bits, network order."""
        return self._number(">H", 2, what)

    def u32le(self, what: str = "u32") -> int:
        """Unsigned 32 bits, least significant byte first."""
        return self._number("<I", 4, what)

    def u32be(self, what: str = "u32") -> int:
        """Unsigned 32 bits, network order."""
        return self._number(">I", 4, what)

    def u64le(self, what: str = "u64") -> int:
        """Unsigned 64 bits, least significant byte first."""
        return self._number("<Q", 8, what)

    def u64be(self, what: str = "u64") -> int:
        """Unsigned 64 bits, network order."""
        return self._number(">Q", 8, what)

    def text(self, count: int, encodings: Sequence[str] = TEXT_ENCODINGS, what: str = "text") -> str:
        """A fixed-width text field: up to its first NUL, blanks trimmed, first encoding that fits."""
        return decode_text(self.take(count, what).split(b"\0", 1)[0], encodings)

    def text_until(
        self, end: bytes = b"\0", encodings: Sequence[str] = TEXT_ENCODINGS, what: str = "text"
    ) -> str:
        """Text up to and not including `end`, which is consumed; fails when `end` never comes."""
        found = self._data.find(end, self._position)
        if found < 0:
            self.fail(f"{what} never ends")
        raw = self.take(found - self._position, what)
        self.skip(len(end))
        return decode_text(raw, encodings)

    def ipv4(self, what: str = "IPv4 address") -> str:
        """Four bytes in network order as dotted text."""
        return str(ipaddress.IPv4Address(self.take(4, what)))

    def ipv4le(self, what: str = "IPv4 address") -> str:
        """Four bytes, least significant first, as dotted text (Xiongmai and others)."""
        return str(ipaddress.IPv4Address(self.take(4, what)[::-1]))

    def ipv6(self, what: str = "IPv6 address") -> str:
        """Sixteen bytes in network order as canonical text."""
        return str(ipaddress.IPv6Address(self.take(16, what)))

    def mac(self, what: str = "MAC") -> str | None:
        """Six bytes as a canonical MAC; None when they name no device (zero, broadcast, multicast)."""
        return mac_from_bytes(self.take(6, what))


def decode_text(raw: bytes, encodings: Sequence[str] = TEXT_ENCODINGS) -> str:
    """Bytes as text by the first encoding that accepts them, else as latin-1; blanks trimmed."""
    for encoding in encodings:
        try:
            return raw.decode(encoding).strip()
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1").strip()
