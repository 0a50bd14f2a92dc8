"""How often a silent pair is asked again, how long an answer may take, and when loss slows the sweep down.

Loss is believed only when it is proved: a pair that kept silent once and answered when asked again. A
firewall that drops is silent every time and proves nothing.
"""

from __future__ import annotations

LIVE_TRIES = 4
"""For hosts that answered anything: 5 % loss each way leaves one open port in ten thousand unseen."""
SMALL_SCOPE = 1 << 12
TINY_SCOPE = 1 << 10
_WINDOW = 64
_BACK_OFF_SHARE = 0.1
_LOSS_SHARE = 0.01


class Tries:
    """Counts answers and says what follows from them."""

    def __init__(self, scope_size: int) -> None:
        self._base = 3 if scope_size <= TINY_SCOPE else 2 if scope_size <= SMALL_SCOPE else 1
        self.first, self.later = 0, 0
        self._window_first, self._window_later = 0, 0

    def allowed(self, *, live: bool) -> int:
        """How many SYNs a pair may get in all."""
        return LIVE_TRIES if live else self._base + (1 if self.lossy else 0)

    @property
    def lossy(self) -> bool:
        """Did more than one answer in a hundred need a second SYN?"""
        total = self.first + self.later
        return total >= 20 and self.later / total > _LOSS_SHARE

    def answered(self, tries: int, count: int = 1) -> bool | None:
        """Note answers to pairs sent `tries` times; True: slow down, False: go on faster, None: no change."""
        if tries > 1:
            self.later += count
            self._window_later += count
        else:
            self.first += count
            self._window_first += count
        total = self._window_first + self._window_later
        if total < _WINDOW:
            return None
        lost = self._window_later / total > _BACK_OFF_SHARE
        self._window_first = self._window_later = 0
        return lost


class RoundTrip:
    """The time an answer may take (RFC 6298, with a floor for slow devices); seconds."""

    LEAST_SECONDS = 0.3

    def __init__(self, most_seconds: float) -> None:
        self._most = most_seconds
        self._smooth: float | None = None
        self._spread = 0.0

    def measured(self, seconds: float) -> None:
        """One round trip of a pair that was sent once."""
        if self._smooth is None:
            self._smooth, self._spread = seconds, seconds / 2
            return
        self._spread += (abs(seconds - self._smooth) - self._spread) / 4
        self._smooth += (seconds - self._smooth) / 8

    @property
    def patience(self) -> float:
        """How long to wait before a pair counts as silent."""
        if self._smooth is None:
            return self._most
        return min(self._most, max(self.LEAST_SECONDS, self._smooth + 4 * self._spread))
