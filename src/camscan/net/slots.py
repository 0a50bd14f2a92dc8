"""When each device may get its next packet: one book for questions, conversations and the sweep.

Rules: instants are seconds of the event loop's clock; 0 for a device that got none. Addresses of a range that
is swept have their place in one array, which the sweep reads and writes in bulk; the others are in a table
that forgets what is past.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from camscan.net.places import Places

MAX_REMEMBERED = 1 << 16


class DeviceSlots:
    """`get` and `put` by address; `times` by place, once `cover` has been called."""

    def __init__(self) -> None:
        self.places = Places(())
        self.times = array("d")
        self._others: dict[str, float] = {}

    def cover(self, spans: Iterable[tuple[int, int]]) -> None:
        """Give each IPv4 address of these ranges (first, last) a place; what is known of it is kept."""
        self.places = Places(spans)
        self.times = array("d", bytes(8 * self.places.count))
        others, self._others = self._others, {}
        for ip, at in others.items():
            self.put(ip, at, at)

    def get(self, ip: str) -> float:
        """From when on the next packet may go to this address."""
        place = self.places.named(ip)
        return self._others.get(ip, 0.0) if place < 0 else self.times[place]

    def put(self, ip: str, at: float, now: float) -> None:
        """The next packet to it may go at `at`."""
        place = self.places.named(ip)
        if place >= 0:
            self.times[place] = at
            return
        if len(self._others) >= MAX_REMEMBERED:
            self._others = {each: due for each, due in self._others.items() if due > now}
        self._others[ip] = at
