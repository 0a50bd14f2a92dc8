"""How fast packets may leave: one rate for everything, one for each device.

Time is the event loop's clock in seconds. A slot is reserved first and slept for afterwards, so that
many tasks share the rates fairly and the rate holds whatever the number of waiting tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from camscan.net.slots import DeviceSlots

LEAST_RATE = 1000.0
"""An unlimited rate that met loss does not fall below this."""
BURST_SECONDS = 0.02
"""A sleeping task wakes late by about this much; that backlog may be sent at once, never more."""

QUANTUM_SECONDS, FAST_QUANTUM_SECONDS, FAST_RATE = 0.01, 0.025, 10_000
"""A batch holds what falls due within this time, so that bursts stay smaller than a switch port's queue (500
small packets at 20,000/s); from the fast rate on, waking a hundred times a second costs more than sending."""

HEADROOM, DEVICE_HEADROOM = 0.12, 0.3
"""Of a scan: what docs/safety.md promises is counted on the wire, where tasks and the kernel add jitter. To a
device the kernel sends packets of its own (acknowledgements, closings, repeats), which are only estimated."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What camscan may do to a network and to one device; docs/safety.md states these numbers."""

    packets_per_second: float = 1000.0
    device_packets_per_second: float = 40.0
    device_connections_at_once: int = 2
    device_connections: int = 6
    connect_timeout_seconds: float = 1.5
    answer_timeout_seconds: float = 3.0
    group_window_seconds: float = 3.0
    host_timeout_seconds: float = 60.0
    hosts_at_once: int = 256
    sweep_retries: int = 1


TEMPLATES: dict[int, Manners] = {
    0: Manners(10, 2, 1, 6, 5.0, 10.0, 10.0, 300.0, 8),
    1: Manners(50, 5, 1, 6, 4.0, 8.0, 8.0, 180.0, 16),
    2: Manners(200, 10, 1, 6, 3.0, 5.0, 5.0, 120.0, 64),
    3: Manners(),
    4: Manners(5000, 80, 2, 6, 1.2, 3.0, 3.0, 45.0, 512),
    5: Manners(20000, 200, 4, 8, 0.8, 2.0, 2.0, 30.0, 1024),
}
"""-T0 … -T5, as Nmap users expect them; 3 is the default."""


class Pace:
    """Reserves send times. `wait(ip)` returns when one packet may go to `ip`."""

    def __init__(self, manners: Manners, headroom: float = 0.0, device_headroom: float | None = None) -> None:
        """headroom: share of the rates left unused, so that they hold on the wire whatever wakes late;
        device_headroom: of one device's, as `headroom` where it is not given."""
        device_headroom = headroom if device_headroom is None else device_headroom
        self.manners = manners
        self._interval = 1.0 / (manners.packets_per_second * (1 - headroom))
        self.device_interval = 1.0 / (manners.device_packets_per_second * (1 - device_headroom))
        self._next = 0.0
        self.slots = DeviceSlots()
        self._slowdown = 1.0
        self._limited = self._fastest = 0.0
        self._counted = 0, 0.0
        self.sent = 0

    @property
    def interval(self) -> float:
        """Seconds between two packets at present; 0 where nothing limits them."""
        return self._interval * self._slowdown or self._limited

    @property
    def quantum_seconds(self) -> float:
        """The time whose packets may leave in one batch."""
        return FAST_QUANTUM_SECONDS if self.manners.packets_per_second >= FAST_RATE else QUANTUM_SECONDS

    def cover(self, spans: Iterable[tuple[int, int]]) -> None:
        """These IPv4 ranges are about to be swept: room for a slot of each address is made at once."""
        self.slots.cover(spans)

    def room(self, now: float, ahead: float) -> int | None:
        """How many packets may go until `ahead` seconds from now; None: as many as the kernel takes."""
        if not (interval := self.interval):
            return None
        first = max(self._next, now - BURST_SECONDS)
        return max(0, int((now + ahead - first) / interval) + 1) if first <= now + ahead else 0

    def take(self, count: int, now: float) -> float:
        """Take `count` slots of the whole rate at once; returns the time of the next one."""
        self._next = max(self._next, now - BURST_SECONDS) + count * self.interval
        self.sent += count
        return self._next

    def reserve(self, ip: str | None, now: float) -> float:
        """Take the next slot and return its time; `ip` None counts against the whole rate only."""
        at = max(self._next, now - BURST_SECONDS)
        self._next = at + self.interval
        if ip is not None:
            at = max(at, self.slots.get(ip))
            self.slots.put(ip, at + self.device_interval, now)
        self.sent += 1
        return at

    async def wait(self, ip: str | None = None) -> None:
        """Sleep until the reserved slot."""
        now = asyncio.get_running_loop().time()
        delay = self.reserve(ip, now) - now
        if delay > 0.001:
            await asyncio.sleep(delay)
        elif self.sent % 64 == 0:
            await asyncio.sleep(0)

    def charge(self, ip: str | None, packets: int, now: float) -> None:
        """Count packets that the kernel sends by itself (acknowledgements, retransmissions, closings)."""
        self.take(packets, now)
        if ip is not None:
            busy = max(self.slots.get(ip), now)
            self.slots.put(ip, busy + packets * self.device_interval, now)

    def back_off(self, now: float) -> None:
        """Loss was seen: half the rate, down to an eighth; where there is none, of what was reached."""
        if self._interval:
            self._slowdown = min(8.0, self._slowdown * 2)
            return
        count, since = self._counted
        reached = 1 / self._limited if self._limited else (self.sent - count) / max(now - since, 1e-3)
        self._fastest = max(self._fastest, reached)
        # Second tries prove what was lost long before: however many tell of it, the rate does not vanish.
        self._limited = 1 / max(LEAST_RATE, self._fastest / 8, reached / 2)

    def recover(self, now: float) -> None:
        """No loss for a while: a tenth faster, up to the full rate."""
        self._slowdown = max(1.0, self._slowdown / 1.1)
        self._limited /= 1.1
        self._counted = self.sent, now
