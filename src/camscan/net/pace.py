"""How fast packets may leave: one rate for everything, one for each device.

Time is the event loop's clock in seconds. A slot is reserved first and slept for afterwards, so that
many tasks share the rates fairly and the rate holds whatever the number of waiting tasks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

MAX_REMEMBERED_DEVICES = 1 << 16
BURST_SECONDS = 0.02
"""A sleeping task wakes late by about this much; that backlog may be sent at once, never more."""

HEADROOM = 0.12
"""Of a scan: what docs/safety.md promises is counted on the wire, where tasks and the kernel add jitter."""


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

    def __init__(self, manners: Manners, headroom: float = 0.0) -> None:
        """headroom: share of the rates left unused, so that they hold on the wire whatever wakes late."""
        self.manners = manners
        self._interval = 1.0 / (manners.packets_per_second * (1 - headroom))
        self._device_interval = 1.0 / (manners.device_packets_per_second * (1 - headroom))
        self._next = 0.0
        self._device_next: dict[str, float] = {}
        self._slowdown = 1.0
        self.sent = 0

    def reserve(self, ip: str | None, now: float) -> float:
        """Take the next slot and return its time; `ip` None counts against the whole rate only."""
        self._next = max(self._next, now - BURST_SECONDS) + self._interval * self._slowdown
        at = self._next - self._interval * self._slowdown
        if ip is not None:
            at = max(at, self._device_next.get(ip, 0.0))
            if len(self._device_next) >= MAX_REMEMBERED_DEVICES:
                self._forget(now)
            self._device_next[ip] = at + self._device_interval
        self.sent += 1
        return at

    def device_ready(self, ip: str) -> float:
        """From when on the next packet may go to `ip`; takes no slot."""
        return self._device_next.get(ip, 0.0)

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
        self._next = max(self._next, now - BURST_SECONDS) + packets * self._interval * self._slowdown
        if ip is not None:
            self._device_next[ip] = max(self._device_next.get(ip, 0.0), now) + packets * self._device_interval
        self.sent += packets

    def back_off(self) -> None:
        """Loss was seen: halve the rate, down to an eighth."""
        self._slowdown = min(8.0, self._slowdown * 2)

    def recover(self) -> None:
        """No loss for a while: a tenth faster, up to the full rate."""
        self._slowdown = max(1.0, self._slowdown / 1.1)

    def _forget(self, now: float) -> None:
        self._device_next = {ip: at for ip, at in self._device_next.items() if at > now}
