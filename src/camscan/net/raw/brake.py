"""When the next batch of a sweep may leave, and how large it is: the shared pace, loss, and fairness.

Rules: a batch holds what falls due within a quantum; when others ask under the same pace, they get as
many slots as the sweep takes; loss halves the rate at most once in CALM_SECONDS, so long without any gives a
tenth of it back.
"""

from __future__ import annotations

import math

from camscan.net.pace import Pace

CALM_SECONDS = 1.0
_CALM_UNLIMITED_SECONDS = 0.1


class Brake:
    """Asked before each batch (`room`), told after it (`took`)."""

    def __init__(self, pace: Pace, most: int, now: float) -> None:
        """most: what one batch can hold."""
        self._pace, self._most = pace, most
        self.unlimited = math.isinf(pace.manners.packets_per_second)
        self._calm_seconds = _CALM_UNLIMITED_SECONDS if self.unlimited else CALM_SECONDS
        self._changed, self._lost_at = now, -math.inf
        self._seen = pace.sent
        self._offer = 0
        self.slowed = 0

    def room(self, now: float) -> int:
        """How many packets may go now; 0 when none."""
        if now - self._changed >= self._calm_seconds:
            self._changed = now
            self._pace.recover(now)
        room = self._pace.room(now, self._pace.quantum_seconds)
        return self._most if room is None else min(room, self._most)

    def took(self, count: int, now: float) -> float:
        """`count` packets left: how long to sleep before the next batch."""
        others = self._pace.sent - self._seen
        due = self._pace.take(count, now)
        self._seen = self._pace.sent
        interval = self._pace.interval
        if not interval:
            return 0.0
        if count:
            # Whoever else asks takes one slot after the other while we sleep.
            wanted = others >= self._offer and others > 0
            self._offer = min(count, max(1, self._offer * 2)) if wanted else min(others, count)
        return max(0.002, due - now) + self._offer * interval

    def charge(self, count: int, now: float) -> None:
        """The kernel answers `count` packets on its own."""
        self._pace.charge(None, count, now)
        self._seen += count

    def loss(self, now: float) -> None:
        """Packets were lost, here or on the way."""
        if now - self._lost_at >= self._calm_seconds:
            self._lost_at = self._changed = now
            self.slowed += 1
            self._pace.back_off(now)

    def calm(self, now: float) -> None:
        """Many answers came and none was late."""
        if not self.unlimited:
            self._pace.recover(now)
