"""Every number below a total once, in a random but repeatable order, in portions: pure.

A full-period linear congruential step modulo the next power of two (Knuth, 3.2.1), so that memory stays
constant and neighbours are asked far apart. With numpy a portion is one multiplication; same order.
"""

from __future__ import annotations

import random
from typing import Any

from camscan.net.raw.frames import has_numpy

_STRIDE = 4096


class Walk:
    """One walk. `take` returns the numbers of the next steps, fewer than asked or none of them now and then;
    the walk is over when `left` is 0."""

    def __init__(self, total: int, seed: int) -> None:
        source = random.Random(seed)
        self._total = total
        self.left = 1 << max(2, (total - 1).bit_length()) if total > 0 else 0
        self._modulus = max(self.left, 1)
        self._step = source.randrange(0, self._modulus) | 1
        self._factor = (source.randrange(0, self._modulus) & ~3) | 1
        self._at = source.randrange(0, self._modulus)

    def take(self, steps: int) -> Any:
        """Numbers of the next `steps` steps, as a list."""
        steps = min(steps, self.left)
        self.left -= steps
        found, at = [], self._at
        for _ in range(steps):
            at = (at * self._factor + self._step) % self._modulus
            if at < self._total:
                found.append(at)
        self._at = at
        return found


class NumpyWalk(Walk):
    """The same numbers as an int64 array."""

    def __init__(self, total: int, seed: int) -> None:
        super().__init__(total, seed)
        import numpy as np

        length = min(_STRIDE, self._modulus)
        factors = np.cumprod(np.full(length, self._factor, np.uint64))
        sums = np.cumsum(np.concatenate((np.ones(1, np.uint64), factors[:-1])))
        self._factors, self._sums = factors, sums * np.uint64(self._step)
        self._mask = np.uint64(self._modulus - 1)

    def take(self, steps: int) -> Any:
        """Numbers of the next `steps` steps, at most 4,096."""
        import numpy as np

        steps = min(steps, self.left, len(self._factors))
        if not steps:
            return np.zeros(0, np.int64)
        self.left -= steps
        numbers = (np.uint64(self._at) * self._factors[:steps] + self._sums[:steps]) & self._mask
        self._at = int(numbers[-1])
        return numbers[numbers < self._total].astype(np.int64)


def walk(total: int, seed: int) -> Walk:
    """The fastest kind this installation has."""
    return NumpyWalk(total, seed) if has_numpy() else Walk(total, seed)
