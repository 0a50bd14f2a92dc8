"""The SYN sweep: the same shape as ConnectSweep, one small frame a pair instead of a connection.

Rules: each pair that was sent ends in one call of `found` (a SYN-ACK later than its pair's silence is told
once more: an open port is never kept back); the pace is asked for every frame, retransmissions included; the
gate is asked just before a pair goes into a batch; the kernel answers each SYN-ACK with RST.
"""

from __future__ import annotations

import asyncio
import heapq
import ipaddress
import socket
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from camscan.errors import OperationalError
from camscan.model.exchange import Outcome
from camscan.net.connect import Found, Turn
from camscan.net.gate import Gate, OutsideScope
from camscan.net.pace import Pace
from camscan.net.raw.batch import QUANTUM_SECONDS, BatchGate, address_text, number_of
from camscan.net.raw.cookie import Cookie
from camscan.net.raw.hops import Hop, Hops
from camscan.net.raw.lane import Lane, SourcePort
from camscan.net.raw.routes import Link, Routes
from camscan.net.raw.tries import RoundTrip, Tries

MAX_IN_FLIGHT = 1 << 16
MAX_SILENT = 1 << 22
"""Remembered for another try, eight bytes each; beyond that silence is told at once."""
LEAST_WAITING, MOST_WAITING = 256, 1 << 18
"""Pairs drawn but not sent are bounded to a second's worth: what an interrupted scan would not ask again."""
_BATCH = 512
_LOOKED = 2048
_RING_FRAMES = 1 << 13
_TRIES_SHIFT = 48
_KEY = (1 << _TRIES_SHIFT) - 1
_CALM_SECONDS = 1.0


class SynSweep:
    """Asks (ip, port) pairs by SYN; IPv4 over Ethernet only, see `reaches`."""

    def __init__(
        self,
        *,
        gate: Gate,
        pace: Pace,
        found: Found,
        routes: Routes | None = None,
        secret: bytes | None = None,
    ) -> None:
        self._gate, self._pace, self._found = gate, pace, found
        self._routes = routes or Routes.read()
        self.hops = Hops(self._routes, BatchGate(gate), pace)
        self.hops.changed, self.hops.settled = self._unpark, self._unpark_all
        self._cookie = Cookie(secret)
        self._port = SourcePort()
        self._lanes: dict[Link, Lane | str] = {}
        self.tries = Tries(len(gate.scope))
        self._round_trip = RoundTrip(pace.manners.connect_timeout_seconds)
        self._in_flight: dict[int, tuple[int, float]] = {}
        self._expiring: deque[tuple[float, list[int]]] = deque()
        self._again: deque[int] = deque()
        self._deferred: list[tuple[float, int]] = []
        self._parked: dict[int, list[int]] = {}
        self._parked_count = 0
        rate = min(pace.manners.packets_per_second, MOST_WAITING)
        self._most_waiting = max(LEAST_WAITING, int(rate))
        self._silent = array("Q")
        self._later: deque[int] = deque()
        self._live: set[int] = set()
        self._open: set[int] = set()
        self._slowed_at = 0.0
        self.sent = 0
        self.spoofed = 0

    def reaches(self, ip: str) -> bool:
        """Can this address be swept raw: IPv4, not our own, routed over an Ethernet interface?"""
        try:
            number = int(ipaddress.IPv4Address(ip))
        except ValueError:
            return False
        return self._routes.way(number) is not None

    async def run(self, pairs: Iterable[tuple[str, int]], turn: Callable[[str], Turn]) -> None:
        """Ask every pair when its turn comes; returns when all have ended."""
        fresh = iter(pairs)
        loop = asyncio.get_running_loop()
        exhausted = False
        while True:
            self._expire(loop.time())
            if len(self._silent) >= MAX_SILENT:
                self._raise_silent()
                self._report_silent()
            delay, exhausted = self._send_due(fresh, turn, loop.time(), exhausted)
            self._hear_all(loop.time())
            if exhausted and self._is_idle() and not self._raise_silent():
                break
            await asyncio.sleep(delay)
        self._report_silent()

    def pending(self, ip: str) -> int:
        """Connections this sweep holds at the device: none, a SYN-ACK is answered with RST at once."""
        del ip
        return 0

    def faults(self) -> list[str]:
        """What could not be done, one line each: for the warnings of the coverage."""
        return [str(fault) for fault in self.hops.faults()] + [
            lane for lane in self._lanes.values() if isinstance(lane, str)
        ]

    def close(self) -> None:
        """Close the sockets; pairs that were asked and had not answered are told as silent."""
        self._silent.extend(self._in_flight)
        waiting = chain(self._again, self._later, (entry for _, entry in self._deferred))
        self._silent.extend(entry for entry in waiting if entry > _KEY)
        self._in_flight, self._again = {}, deque()
        self._report_silent()
        self.hops.close()
        for lane in self._lanes.values():
            if isinstance(lane, Lane):
                asyncio.get_running_loop().remove_reader(lane.ring.fileno())
                lane.close()
        self._lanes.clear()
        self._port.close()

    # Which pair is next ---------------------------------------------------------------------------

    def _send_due(
        self, fresh: Iterator[tuple[str, int]], turn: Callable[[str], Turn], now: float, exhausted: bool
    ) -> tuple[float, bool]:
        """Send what falls due now: (seconds to sleep, whether the pairs are at their end)."""
        batches: dict[Link, list[tuple[int, bytes]]] = {}
        taken, at, looked = 0, now, 0
        for _ in range(len(self._later)):
            self._again.append(self._later.popleft())
        while (
            taken < _BATCH
            and looked < _LOOKED
            and at <= now + QUANTUM_SECONDS
            and len(self._in_flight) < MAX_IN_FLIGHT
        ):
            looked += 1
            entry, exhausted = self._next(fresh, now, exhausted)
            if entry is None:
                break
            ready = self._ready(entry, turn, now)
            if ready is None:
                continue
            link, mac, ip = ready
            if link not in self._lanes:  # takes a while the first time: then no slot may have been taken yet
                self._lane(link)
                self._again.appendleft(entry)
                looked = _LOOKED
                continue
            at = self._pace.reserve(ip, now)
            batches.setdefault(link, []).append((entry, mac))
            taken += 1
        for link, entries in batches.items():
            self._send(link, entries, now)
        if taken == _BATCH or looked == _LOOKED:
            return max(0.0, at - now), exhausted
        return max(0.002 if taken else QUANTUM_SECONDS, at - now), exhausted

    def _next(self, fresh: Iterator[tuple[str, int]], now: float, exhausted: bool) -> tuple[int | None, bool]:
        if self._again:
            return self._again.popleft(), exhausted
        if self._deferred and self._deferred[0][0] <= now:
            return heapq.heappop(self._deferred)[1], exhausted
        if exhausted or self._parked_count + len(self._deferred) >= self._most_waiting:
            return None, exhausted
        for ip, port in fresh:
            try:
                return number_of(ip) << 16 | port, False
            except OSError:
                self._found(ip, port, Outcome.NOT_RUN, "IPv6 is not swept raw", None)
        return None, True

    def _ready(self, entry: int, turn: Callable[[str], Turn], now: float) -> tuple[Link, bytes, str] | None:
        """Where the pair's frame goes; None when it waits (it was put where it waits) or has ended."""
        key = entry & _KEY
        number, port = key >> 16, key & 0xFFFF
        ip = address_text(number)
        when = turn(ip)
        if when is not Turn.NOW:
            if when is Turn.LATER:
                self._later.append(entry)
            elif entry > _KEY:
                self._tell(key, Outcome.SILENT, "")
            return None
        if entry > _KEY and key in self._open:
            return None
        try:
            self._gate.check(ip, port)
        except OutsideScope as outside:
            self._found(ip, port, Outcome.NOT_PERMITTED, str(outside), None)
            return None
        way = self._routes.way(number)
        if way is None:
            self._found(ip, port, Outcome.NOT_RUN, "no route over an Ethernet interface", None)
            return None
        hop = self.hops.mac_for(number, way)
        if hop is Hop.WAIT:
            self._parked.setdefault(number if way.next_hop is None else way.next_hop, []).append(entry)
            self._parked_count += 1
            return None
        if isinstance(hop, Hop):
            self._found(ip, port, *self.hops.excuse(way), None)
            return None
        if (ready_at := self._pace.device_ready(ip)) > now:
            heapq.heappush(self._deferred, (ready_at, entry))
            return None
        return way.link, hop, ip

    def _unpark(self, number: int) -> None:
        entries = self._parked.pop(number, [])
        self._parked_count -= len(entries)
        self._again.extend(entries)

    def _unpark_all(self) -> None:
        for number in list(self._parked):
            self._unpark(number)

    def _is_idle(self) -> bool:
        return not (self._in_flight or self._again or self._deferred or self._parked or self._later)

    # Sending and hearing --------------------------------------------------------------------------

    def _send(self, link: Link, entries: list[tuple[int, bytes]], now: float) -> None:
        lane = self._lane(link)
        if isinstance(lane, str):
            for entry, _mac in entries:
                self._tell(entry & _KEY, Outcome.NOT_RUN, lane)
            return
        keys = [entry & _KEY for entry, _ in entries]
        try:
            taken, full = lane.send(keys, [self._cookie.of(key) for key in keys], [mac for _, mac in entries])
        except OSError as fault:
            for key in keys:
                self._tell(key, Outcome.NOT_RUN, f"{link.name}: {fault.strerror or fault}")
            return
        if full:
            self._slow_down(now)
        self._again.extendleft(entry for entry, _ in reversed(entries[taken:]))
        for entry, _mac in entries[:taken]:
            self._in_flight[entry & _KEY] = (entry >> _TRIES_SHIFT) + 1, now
        if taken:
            self._expiring.append((now, keys[:taken]))
        self.sent += taken

    def _lane(self, link: Link) -> Lane | str:
        if link not in self._lanes:
            try:
                lane = Lane(link, self._port.number, capacity=_BATCH, ring_frames=_RING_FRAMES)
            except OperationalError as fault:
                self._lanes[link] = str(fault)
            else:
                self._lanes[link] = lane
                loop = asyncio.get_running_loop()
                loop.add_reader(lane.ring.fileno(), lambda: self._hear(lane, loop.time()))
        return self._lanes[link]

    def _hear_all(self, now: float) -> None:
        for lane in self._lanes.values():
            if isinstance(lane, Lane):
                self._hear(lane, now)

    def _hear(self, lane: Lane, now: float) -> None:
        for ip, port, ack, is_open in lane.ring.answers():
            key = ip << 16 | port
            if (ack - 1) & 0xFFFFFFFF != self._cookie.of(key):
                self.spoofed += 1
                continue
            self._live.add(ip)
            if is_open:
                self._pace.charge(address_text(ip), 1, now)  # the kernel answers it with RST
            sent = self._in_flight.pop(key, None)
            if sent is not None:
                self._measure(*sent, now)
            elif not is_open or key in self._open:
                continue
            if is_open:
                self._open.add(key)
            self._tell(key, Outcome.ANSWERED if is_open else Outcome.REFUSED, "")

    def _measure(self, tries: int, sent_at: float, now: float) -> None:
        if tries == 1:
            self._round_trip.measured(now - sent_at)
        lost = self.tries.answered(tries)
        if lost:
            self._slow_down(now)
        elif lost is False:
            self._pace.recover()

    def _slow_down(self, now: float) -> None:
        """Once a second at most: one burst of loss is one reason."""
        if now - self._slowed_at >= _CALM_SECONDS:
            self._slowed_at = now
            self._pace.back_off()

    # Silence --------------------------------------------------------------------------------------

    def _expire(self, now: float) -> None:
        patience = self._round_trip.patience
        while self._expiring and self._expiring[0][0] + patience <= now:
            sent_at, keys = self._expiring.popleft()
            for key in keys:
                entry = self._in_flight.get(key)
                if entry is None or entry[1] != sent_at:
                    continue
                del self._in_flight[key]
                tries = entry[0]
                if tries < self.tries.allowed(live=self._lives(key)):
                    self._again.append(tries << _TRIES_SHIFT | key)
                else:
                    self._silent.append(tries << _TRIES_SHIFT | key)

    def _raise_silent(self) -> bool:
        """Ask again what was silent before its host proved to live, or before loss was seen."""
        kept = array("Q")
        for entry in self._silent:
            key = entry & _KEY
            if key in self._open:
                continue
            if entry >> _TRIES_SHIFT < self.tries.allowed(live=self._lives(key)):
                self._again.append(entry)
            else:
                kept.append(entry)
        self._silent = kept
        return bool(self._again)

    def _lives(self, key: int) -> bool:
        ip = key >> 16
        return ip in self._live or ip in self.hops.on_link

    def _report_silent(self) -> None:
        silent, self._silent = self._silent, array("Q")
        for entry in silent:
            if entry & _KEY not in self._open:
                self._tell(entry & _KEY, Outcome.SILENT, "")

    def _tell(self, key: int, outcome: Outcome, why: str) -> None:
        sock: socket.socket | None = None
        self._found(address_text(key >> 16), key & 0xFFFF, outcome, why, sock)
