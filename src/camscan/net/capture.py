"""Packet capture files through scapy: pcap and pcapng to frames, one at a time.

Rules: memory stays that of one record; a file that breaks off within a record gives every frame before that
place, and the place is said. Only scapy's raw readers are used: dissecting is `wire`'s.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from camscan.wire.frame import Frame, link_type_of

MAX_RECORD_BYTES = 16 * 1024 * 1024
_HEADER_SIZES = (4, 16)  # what scapy asks for at the start of a pcapng block, of a pcap record
_NO_TIME = 0.0
_SECRETS = 10  # a block of keys that decrypt the capture: never looked at
MAX_DECLARED = 10_000
_INTERFACE, _TIME_OFFSET = 1, 14  # a block, an option of it
_NO_LIMIT = 0xFFFFFFFF


class _Few(list[Any]):
    """What a file declares once for many packets; raises ValueError where it declares without end."""

    def append(self, item: Any) -> None:
        """As a list's, up to a bound."""
        if len(self) >= MAX_DECLARED:
            raise ValueError(f"more than {MAX_DECLARED:,} interfaces or processes are declared")
        super().append(item)


class _Resolution(int):
    """Units a second of an interface's clock; offset: seconds to be added to every time of it."""

    offset = 0


class _Watched:
    """The file as scapy reads it: no read beyond a record's limit, and what was read last is known."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.name = "capture"
        self.offset = 0
        self.wanted = 0
        self.got = 0
        self.refused = 0

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes; nothing for a record no capture has."""
        if not 0 <= count <= MAX_RECORD_BYTES:
            self.refused = count
            return b""
        data = self._stream.read(count)
        self.wanted, self.got = count, len(data)
        self.offset += len(data)
        return data

    def close(self) -> None:
        """The opener closes the file."""

    def fault(self) -> str:
        """Why reading ended here, "" at the file's proper end."""
        if self.refused:
            return f"a record of {self.refused:,} bytes"
        if self._stream.read(1):
            return "a block that cannot be read; what follows it is lost"
        whole = self.got == self.wanted or (self.got == 0 and self.wanted in _HEADER_SIZES)
        return "" if whole else "the file breaks off within a record"


def read_capture(stream: BinaryIO, fault: Callable[[str, str], None]) -> Iterator[Frame]:
    """Every frame of the file; fault(where, why) hears of the place where reading had to end early."""
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapNgReader

    watched = _Watched(stream)
    number = 0
    try:
        reader: Any = RawPcapNgReader(watched)  # type: ignore[arg-type]
        if hasattr(reader, "blocktypes"):
            _prepare(reader)
        linktype = link_type_of(reader.linktype) if hasattr(reader, "linktype") else 0
        nano = 1e-9 if getattr(reader, "nano", False) else 1e-6
        for raw, about in reader:
            number += 1
            if hasattr(about, "caplen"):
                if len(raw) < min(about.caplen, 65535):
                    fault(f"packet {number}", "the file breaks off within a record")
                    return
                yield Frame(raw, linktype, about.sec + about.usec * nano)
            else:
                name = about.ifname.decode("utf-8", "replace") if about.ifname else ""
                yield Frame(raw, about.linktype, _instant(about), name)
    except (Scapy_Exception, struct.error, ValueError, TypeError, IndexError, KeyError, OverflowError) as why:
        # What scapy's readers raise on blocks that contradict themselves.
        fault(f"byte {watched.offset} (after packet {number})", f"{type(why).__name__}: {why}")
        return
    if why_ended := watched.fault():
        fault(f"byte {watched.offset} (after packet {number})", why_ended)


def _prepare(reader: Any) -> None:
    """What scapy's pcapng reader does otherwise: what it keeps of a file without end is bounded, each section
    has interfaces of its own (files written one behind another), a snap length of 0 is none, and clocks may
    have an offset (draft-ietf-opsawg-pcapng, 4.1, 4.2)."""
    begin, declare = reader._read_block_shb, reader.blocktypes[_INTERFACE]

    def section() -> None:
        reader.interfaces, reader.process_information = _Few(), _Few()
        begin()

    def interface(block: bytes, size: int) -> None:
        declare(block, size)
        linktype, snap_length, options = reader.interfaces[-1]
        clock = _Resolution(options["tsresol"])
        offset = reader._read_options(block[8:]).get(_TIME_OFFSET, b"")
        if len(offset) == 8:
            clock.offset = struct.unpack(f"{reader.endian}q", offset)[0]
        reader.interfaces[-1] = (linktype, snap_length or _NO_LIMIT, {**options, "tsresol": clock})

    reader.interfaces, reader.process_information = _Few(), _Few()
    reader.blocktypes.pop(_SECRETS, None)
    reader.blocktypes[_INTERFACE] = interface
    reader._read_block_shb = section


def _instant(about: object) -> float:
    """Seconds since 1970 of a pcapng packet; 0 for a simple packet block, which has no time."""
    high, low = getattr(about, "tshigh", None), getattr(about, "tslow", None)
    resolution = getattr(about, "tsresol", 0)
    if high is None or low is None or not resolution:
        return _NO_TIME
    return float((high << 32 | low) / resolution) + getattr(resolution, "offset", 0)
