"""How far a scan has come: the cursor of its two walks over the targets, and the time that is left."""

from __future__ import annotations

from collections.abc import Callable

from camscan.survey.request import Cursor, Progress

_STEPS = 64


class Course:
    """Counts questions; tells after every 64 of them."""

    def __init__(self, total: int, now: Callable[[], float], tell: Callable[[Progress], None]) -> None:
        self._total, self._now, self._tell = total, now, tell
        self._began = now()
        self._told = 0
        self.asked = self.swept = 0
        self.devices = 0

    def advance(self, *, asked: int = 0, swept: int = 0) -> None:
        """So many further steps of the unicast questions and of the sweep were begun."""
        self.asked += asked
        self.swept += swept
        done = self.asked + self.swept
        if done // _STEPS > self._told:
            self._told = done // _STEPS
            left = (self._now() - self._began) / done * max(0, self._total - done)
            self._tell(Progress(done, self._total, self.devices, left, Cursor(self.asked, self.swept)))
