"""What the lab's network and devices do wrong: loss, delay, duplicates, misbehaviour; repeatable by seed.

Every (device, port) draws from its own generator, so a decision depends on the seed and on how many
packets that port has seen, never on the order in which devices happen to answer.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Misbehaviour(StrEnum):
    """How a device abuses every TCP reply it gives."""

    SILENT = "silent"  # accepts, reads, never answers
    DRIP = "drip"  # one byte a second
    RESET = "reset"  # half the reply, then RST
    ENDLESS = "endless"  # the reply, then bytes without end
    GARBAGE = "garbage"  # random bytes instead of the reply


@dataclass(frozen=True, slots=True)
class Faults:
    """loss, duplicate: probability per datagram and direction; delay_seconds, jitter_seconds: added to
    every answer. A lost packet of a TCP opening shows as the client's first retransmission
    (retransmit_seconds later, RFC 6298), since the lab sits behind the kernel. misbehave: by address.
    """

    loss: float = 0.0
    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    duplicate: float = 0.0
    retransmit_seconds: float = 1.0
    misbehave: Mapping[str, Misbehaviour] = field(default_factory=dict)


class Dice:
    """The draws of one (device, port)."""

    def __init__(self, faults: Faults, seed: int, ip: str, port: int) -> None:
        self._faults = faults
        self.random = random.Random(f"{seed}/{ip}/{port}")

    def lost(self) -> bool:
        """True when this datagram does not arrive."""
        return self._faults.loss > 0 and self.random.random() < self._faults.loss

    def copies(self) -> int:
        """How many times this datagram arrives, when it does."""
        return 2 if self._faults.duplicate > 0 and self.random.random() < self._faults.duplicate else 1

    def delay_seconds(self) -> float:
        """How late an answer is."""
        jitter = self.random.random() * self._faults.jitter_seconds if self._faults.jitter_seconds else 0.0
        return self._faults.delay_seconds + jitter

    def accept_delay_seconds(self) -> float:
        """How late a TCP conversation starts: the delay, and a retransmission when the opening was lost."""
        lost = self._faults.retransmit_seconds if self.lost() or self.lost() else 0.0
        return self.delay_seconds() + lost
