"""The addresses of some IPv4 ranges, numbered from 0: pure arithmetic, by one and in numpy columns."""

from __future__ import annotations

import bisect
import socket
from collections.abc import Iterable
from typing import Any


class Places:
    """Ranges (first, last) in ascending order and disjoint; place 0 is the first address of the first."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self.spans = tuple(spans)
        self._firsts = [first for first, _ in self.spans]
        self._offsets = [0]
        for first, last in self.spans:
            self._offsets.append(self._offsets[-1] + last - first + 1)
        self.count = self._offsets[-1]
        self._columns: Any = None

    @classmethod
    def of_each(cls, ips: Iterable[int]) -> Places:
        """Those that hold exactly these addresses, in any order, each once or more."""
        spans: list[tuple[int, int]] = []
        first = last = -1
        for ip in sorted(ips):
            if ip > last + 1 or first < 0:
                spans += [(first, last)] if first >= 0 else []
                first = ip
            last = ip
        return cls([*spans, (first, last)] if first >= 0 else [])

    def of(self, ip: int) -> int:
        """The place of an address, -1 when it has none."""
        span = bisect.bisect_right(self._firsts, ip) - 1
        if span < 0 or ip > self.spans[span][1]:
            return -1
        return self._offsets[span] + ip - self._firsts[span]

    def named(self, ip: str) -> int:
        """The place of an address as text, -1 when it has none; IPv6 never has one."""
        return -1 if ":" in ip or not self.count else self.of(number_of(ip))

    def address(self, place: int) -> int:
        """The address at a place."""
        span = bisect.bisect_right(self._offsets, place) - 1
        return self._firsts[span] + place - self._offsets[span]

    def of_many(self, ips: Any) -> Any:
        """As `of`, for a numpy array; returns int64."""
        import numpy as np

        firsts, lasts, offsets = self._arrays()
        if not len(firsts):
            return np.full(len(ips), -1, np.int64)
        ips = ips.astype(np.int64)
        if len(firsts) == 1:
            return np.where((ips < firsts[0]) | (ips > lasts[0]), -1, ips - firsts[0])
        span = np.searchsorted(firsts, ips, side="right") - 1
        outside = (span < 0) | (ips > lasts[span])
        places = ips + (offsets[span] - firsts[span])
        places[outside] = -1
        return places

    def hold(self, ips: Any) -> Any:
        """Which of these addresses (a numpy array) have a place."""
        import numpy as np

        firsts, lasts, _ = self._arrays()
        if not len(firsts):
            return np.zeros(len(ips), bool)
        if len(firsts) == 1:
            return (ips >= firsts[0]) & (ips <= lasts[0])
        span = np.searchsorted(firsts, ips, side="right") - 1
        return (span >= 0) & (ips <= lasts[span])

    def addresses(self, places: Any) -> Any:
        """As `address`, for a numpy array; returns int64."""
        import numpy as np

        firsts, _, offsets = self._arrays()
        if len(firsts) == 1:
            return places + firsts[0]
        span = np.searchsorted(offsets, places, side="right") - 1
        return places + (firsts[span] - offsets[span])

    def _arrays(self) -> Any:
        if self._columns is None:
            import numpy as np

            lasts = [last for _, last in self.spans]
            self._columns = tuple(
                np.array(each, np.int64) for each in (self._firsts, lasts, self._offsets[:-1])
            )
        return self._columns


def number_of(ip: str) -> int:
    """Dotted text as an IPv4 number; raises OSError for anything else."""
    return int.from_bytes(socket.inet_pton(socket.AF_INET, ip), "big")


def address_text(ip: int) -> str:
    """An IPv4 number as dotted text."""
    return socket.inet_ntoa(ip.to_bytes(4, "big"))
