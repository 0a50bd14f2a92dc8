"""The sequence number of each SYN: a keyed hash of the pair, so that a spoofed answer counts for nothing.

A pair is one 48-bit key, `ip << 16 | port`. An answer is believed when its acknowledgement is the hash plus
one. The hash keeps out whoever cannot see our packets; whoever sees them can forge answers to any scanner.
"""

from __future__ import annotations

import secrets
from typing import Any

_MASK64 = (1 << 64) - 1


def key_of(ip: int, port: int) -> int:
    """The pair as one number."""
    return ip << 16 | port


class Cookie:
    """One secret of a run. `of` for one pair, `of_many` for a numpy array of pairs: the same numbers."""

    def __init__(self, secret: bytes | None = None) -> None:
        material = secrets.token_bytes(40) if secret is None else secret
        if len(material) < 40:
            raise ValueError("the secret of a sweep has 40 bytes")
        words = [int.from_bytes(material[at : at + 8], "big") for at in range(0, 40, 8)]
        self._first, self._second = words[0], words[1]
        self._times = (words[2] | 1, words[3] | 1, words[4] | 1)

    def of(self, key: int) -> int:
        """The 32-bit sequence number for this pair."""
        x = (key ^ self._first) * self._times[0] & _MASK64
        x ^= x >> 29
        x = (x ^ self._second) * self._times[1] & _MASK64
        x ^= x >> 32
        return (x * self._times[2] & _MASK64) >> 32

    def of_many(self, keys: Any) -> Any:
        """The same for a numpy uint64 array; returns uint32."""
        import numpy as np

        first, second, *times = (np.uint64(n) for n in (self._first, self._second, *self._times))
        x = (keys ^ first) * times[0]
        x ^= x >> np.uint64(29)
        x = (x ^ second) * times[1]
        x ^= x >> np.uint64(32)
        x *= times[2]
        return (x >> np.uint64(32)).astype(np.uint32)
