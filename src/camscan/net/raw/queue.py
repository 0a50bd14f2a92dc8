"""Which pairs of a sweep leave next: those whose device is due, then those put back or asked again, then new.

Rules: no device twice in a batch; a pair whose device is not due waits for one interval of its rate; while
many wait, no new ones are drawn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from camscan.net.raw.table import Table


class Queue:
    """`draw` once for each stage, then `take` for each batch."""

    def __init__(self, table: Table, device_seconds: float, most_waiting: float, batch: int) -> None:
        self._table, self._device_seconds = table, device_seconds
        self._most_waiting, self._most_looked = most_waiting, 4 * batch
        self._ready: deque[Any] = deque()
        self._waiting: deque[tuple[float, Any]] = deque()
        self._waiting_count = 0
        self._fresh = iter(())
        self.drawn = True
        """Have all new pairs been drawn?"""

    def draw(self, portions: Iterable[Any]) -> None:
        """Where new pairs come from; a portion of None means: none at the moment."""
        self._fresh, self.drawn = iter(portions), False

    def put(self, pairs: Any, *, first: bool = False) -> None:
        """Pairs to be asked before new ones; first: before all others."""
        if len(pairs):
            (self._ready.appendleft if first else self._ready.append)(pairs)

    @property
    def empty(self) -> bool:
        """Is nothing left but what may be drawn?"""
        return not self._ready and not self._waiting

    def take(self, room: int, now: float) -> tuple[Any, bool]:
        """(at most `room` pairs or None, whether there may be more at once)."""
        chosen: list[Any] = []
        count = looked = 0
        while count < room and looked < self._most_looked:
            pairs = self._portion(now, fresh=count * 2 < room)
            if pairs is None:
                break
            looked += len(pairs) + 64
            self.put(pairs[room - count :], first=True)
            go = self._due(pairs[: room - count], now)
            if len(go):
                chosen.append(go)
                count += len(go)
        if not chosen:
            return None, looked >= self._most_looked
        # One device may be in two portions.
        return (chosen[0] if len(chosen) == 1 else self._due(self._table.join(chosen), now)), True

    def _portion(self, now: float, *, fresh: bool) -> Any:
        if self._waiting and self._waiting[0][0] <= now:
            _, pairs = self._waiting.popleft()
            self._waiting_count -= len(pairs)
            return pairs
        if self._ready:
            return self._ready.popleft()
        if not fresh or self._waiting_count >= self._most_waiting:
            return None
        try:
            return next(self._fresh)
        except StopIteration:
            self.drawn = True
            return None

    def _due(self, pairs: Any, now: float) -> Any:
        go, wait = self._table.split(pairs, now)
        if len(wait):
            self._waiting.append((now + self._device_seconds, wait))
            self._waiting_count += len(wait)
        return go
