"""Rows of ready frames in one block of memory: the changing words rewritten in bulk.

Rules: a row is 64 bytes and begins with two empty ones, so that the words of the IP header are aligned.
numpy (extra `fast`) rewrites whole columns; without it `struct` writes row by row, about twenty times
slower and exactly the same bytes. Checksums are folded from the template's sum (RFC 1624).
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from typing import Any, Protocol

ROW_BYTES = 64
LEAD_BYTES = 2
_IP = LEAD_BYTES + 14
_TCP = _IP + 20
_ARP_TARGET = LEAD_BYTES + 14 + 24


def has_numpy() -> bool:
    """Is the extra `fast` installed?"""
    try:
        import numpy  # noqa: F401
    except ImportError:
        return False
    return True


class Rows:
    """`capacity` copies of one template frame."""

    def __init__(self, template: bytes, capacity: int) -> None:
        if len(template) > ROW_BYTES - LEAD_BYTES:
            raise ValueError(f"a frame of {len(template)} bytes does not fit into a row")
        self.length = len(template)
        self.capacity = capacity
        self.memory: Any = (ctypes.c_char * (capacity * ROW_BYTES))()
        row = bytes(LEAD_BYTES) + template
        self.memory.raw = row.ljust(ROW_BYTES, b"\0") * capacity

    def frame(self, number: int) -> bytes:
        """One frame as it would be sent now."""
        start = number * ROW_BYTES + LEAD_BYTES
        return bytes(self.memory[start : start + self.length])

    def address(self) -> int:
        """Where the first frame begins in memory."""
        return ctypes.addressof(self.memory) + LEAD_BYTES


class SynRows(Protocol):
    """What the SYN sweep needs of its rows."""

    rows: Rows

    def fill(self, keys: Sequence[int], seqs: Sequence[int], macs: Sequence[bytes] | bytes) -> None:
        """Row n becomes the SYN for keys[n] (`ip << 16 | port`); macs: one for all, or one each."""


def _sums(template: bytes) -> tuple[int, int]:
    """The one's complement sums of the unchanging words: (IPv4 header, TCP with its pseudo header)."""
    words = struct.unpack(f">{len(template) // 2}H", template)
    header = sum(words[7:17]) - words[12] - sum(words[15:17])
    segment = words[17:]
    tcp = sum(segment) - segment[8] - segment[1] - segment[2] - segment[3]
    return header, tcp + sum(words[13:15]) + 6 + (len(template) - 34)


class StructSynRows:
    """Row by row, with nothing but the standard library."""

    def __init__(self, template: bytes, capacity: int) -> None:
        self.rows = Rows(template, capacity)
        self._header, self._tcp = _sums(template)

    def fill(self, keys: Sequence[int], seqs: Sequence[int], macs: Sequence[bytes] | bytes) -> None:
        """See `SynRows.fill`."""
        memory, base = self.rows.memory, 0
        for number, (key, seq) in enumerate(zip(keys, seqs, strict=True)):
            ip, port = key >> 16, key & 0xFFFF
            halves = (ip >> 16) + (ip & 0xFFFF)
            struct.pack_into(
                ">6s", memory, base + LEAD_BYTES, macs if isinstance(macs, bytes) else macs[number]
            )
            struct.pack_into(">H", memory, base + _IP + 10, _fold(self._header + halves))
            struct.pack_into(">I", memory, base + _IP + 16, ip)
            struct.pack_into(">HI", memory, base + _TCP + 2, port, seq)
            total = self._tcp + halves + port + (seq >> 16) + (seq & 0xFFFF)
            struct.pack_into(">H", memory, base + _TCP + 16, _fold(total))
            base += ROW_BYTES


class NumpySynRows:
    """Column by column."""

    def __init__(self, template: bytes, capacity: int) -> None:
        import numpy as np

        self._np = np
        self.rows = Rows(template, capacity)
        self._header, self._tcp = (np.uint32(n) for n in _sums(template))
        flat = np.frombuffer(self.rows.memory, np.uint8).reshape(capacity, ROW_BYTES)
        self._macs = flat[:, LEAD_BYTES : LEAD_BYTES + 6]
        self._words = flat.view(">u2")
        self._longs = flat.view(">u4")

    def fill(self, keys: Any, seqs: Any, macs: Any) -> None:
        """See `SynRows.fill`; also takes a numpy uint64 array of keys, uint32 of seqs, (n, 6) of macs."""
        np = self._np
        keys = np.asarray(keys, np.uint64)
        seqs = np.asarray(seqs, np.uint32)
        count = len(keys)
        low, half = np.uint32(0xFFFF), np.uint32(16)
        ips = (keys >> np.uint64(16)).astype(np.uint32)
        ports = keys.astype(np.uint32) & low
        halves = (ips >> half) + (ips & low)
        self._macs[:count] = self._mac_rows(macs)
        self._longs[:count, (_IP + 16) // 4] = ips
        self._words[:count, (_IP + 10) // 2] = self._fold(halves + self._header)
        self._words[:count, (_TCP + 2) // 2] = ports
        self._longs[:count, (_TCP + 4) // 4] = seqs
        total = halves + ports + (seqs >> half) + (seqs & low) + self._tcp
        self._words[:count, (_TCP + 16) // 2] = self._fold(total)

    def _mac_rows(self, macs: Any) -> Any:
        np = self._np
        if isinstance(macs, bytes):
            return np.frombuffer(macs, np.uint8)
        if isinstance(macs, list):
            return np.frombuffer(b"".join(macs), np.uint8).reshape(-1, 6)
        return macs

    def _fold(self, total: Any) -> Any:
        np = self._np
        low, half = np.uint32(0xFFFF), np.uint32(16)
        total = (total & low) + (total >> half)
        total = (total & low) + (total >> half)
        return total ^ low


def syn_rows(template: bytes, capacity: int) -> SynRows:
    """The fastest kind this installation has."""
    return NumpySynRows(template, capacity) if has_numpy() else StructSynRows(template, capacity)


def write_arp_targets(rows: Rows, ips: Sequence[int]) -> None:
    """Row n asks for ips[n]."""
    if has_numpy() and len(ips) > 16:
        import numpy as np

        longs = np.frombuffer(rows.memory, ">u4").reshape(rows.capacity, ROW_BYTES // 4)
        longs[: len(ips), _ARP_TARGET // 4] = np.asarray(ips, np.uint32)
        return
    for number, ip in enumerate(ips):
        struct.pack_into(">I", rows.memory, number * ROW_BYTES + _ARP_TARGET, ip)


def _fold(total: int) -> int:
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
