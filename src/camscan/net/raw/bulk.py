"""The SYN sweep without a brake: every pair of a scope's addresses and some ports, in numpy columns.

For a network that is the operator's alone, and for the bench. Rules: the state of a pair is one byte; the
gate judges each batch; silent pairs of hosts that answered anything are asked again (the rest too where the
scope is small or loss was seen); a full send queue, a full receive ring or proved loss halves the rate, a
tenth of a second without any raises it by a tenth. Blocking: call it in a thread.
"""

from __future__ import annotations

import asyncio
import select
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from camscan.errors import MissingExtra, OperationalError, UsageError
from camscan.net.gate import Gate
from camscan.net.pace import BURST_SECONDS, Manners, Pace
from camscan.net.raw.batch import QUANTUM_SECONDS, BatchGate, address_text
from camscan.net.raw.cookie import Cookie
from camscan.net.raw.frames import has_numpy
from camscan.net.raw.hops import Hops
from camscan.net.raw.lane import Lane, SourcePort
from camscan.net.raw.routes import Link, Routes, Way
from camscan.net.raw.tries import Tries

_BATCH = 4096
_RING_FRAMES = 1 << 15
_BATCHES_TO_LOSS = 8
_MAX_PAIRS = 1 << 26
_ASKED, _REFUSED, _OPEN = 1, 2, 3
_LEAST_RATE = 1000.0
_CALM_SECONDS = 0.1
_SCATTER = 0x9E3779B1
"""Odd, so that multiplying by it modulo a power of two visits every number once; far apart (Knuth, 6.4)."""


@dataclass(slots=True)
class BulkResult:
    """How every pair ended. open: (address, port), sorted; unreached: pairs without a route or a hop."""

    open: list[tuple[str, int]] = field(default_factory=list)
    refused: int = 0
    silent: int = 0
    unreached: int = 0
    sent: int = 0
    sent_again: int = 0
    spoofed: int = 0
    ring_lost: int = 0
    slowed: int = 0
    seconds: float = 0.0


class Throttle:
    """Packets per second, None for as fast as the kernel takes them; halves on loss, recovers by tenths."""

    def __init__(self, most: float | None, now: float) -> None:
        self._most = most
        self.rate = most
        self._due, self._calm = now, now
        self._sent, self._since = 0, now
        self.slowed = 0

    @property
    def batch(self) -> int:
        """How many packets may leave at once: what falls due within a quantum, or a full batch."""
        return _BATCH if self.rate is None else max(1, min(_BATCH, int(self.rate * QUANTUM_SECONDS)))

    def delay(self, count: int, now: float) -> float:
        """`count` packets left just now: how long to wait before the next batch."""
        self._sent += count
        if self.rate is None:
            return 0.0
        self._due = max(self._due, now - BURST_SECONDS) + count / self.rate
        if now - self._calm > _CALM_SECONDS:
            self._change(now, self.rate * 1.1 if self._most is None else min(self.rate * 1.1, self._most))
        return max(0.0, self._due - now)

    def loss(self, now: float) -> None:
        """Halve what was achieved so far; at most ten times a second."""
        if self.slowed and now - self._calm < _CALM_SECONDS:
            return
        present = self._sent / max(now - self._since, 1e-3) if self.rate is None else self.rate
        self.slowed += 1
        self._change(now, max(_LEAST_RATE, present / 2))

    def _change(self, now: float, rate: float) -> None:
        """What is due for packets already sent stays due."""
        self.rate = rate if self._most is None else min(rate, self._most)
        self._due = max(self._due, now - BURST_SECONDS)
        self._calm, self._sent, self._since = now, 0, now


class BulkSweep:
    """One sweep of `ports` over the IPv4 addresses of the gate's scope; raises MissingExtra without numpy."""

    def __init__(
        self,
        *,
        gate: Gate,
        ports: tuple[int, ...],
        packets_per_second: float | None = None,
        answer_seconds: float = 1.0,
        routes: Routes | None = None,
        opened: Callable[[str, int], None] | None = None,
    ) -> None:
        if not has_numpy():
            raise MissingExtra("a sweep at full speed needs numpy: pip install 'camscan[fast]'")
        import numpy as np

        self._np = np
        self._admission = BatchGate(gate)
        self._ports = np.array(self._admission.ports(ports), np.uint16)
        self._spans = [
            (int(r.first), int(r.last)) for r in gate.scope.allowed.iter_ipranges() if r.version == 4
        ]
        self._routes = routes or Routes.read()
        self._rate, self._answer_seconds, self._opened = packets_per_second, answer_seconds, opened
        self._count = sum(last - first + 1 for first, last in self._spans)
        if self._count * len(self._ports) > _MAX_PAIRS:
            raise UsageError(
                f"{self._count:,} addresses and {len(self._ports)} ports at once; sweep in parts"
            )
        self._cookie = Cookie()
        self._state = np.zeros((len(self._ports), self._count), np.uint8)
        self._tries = Tries(self._count)
        self._port_rows = np.full(1 << 16, -1, np.int32)
        self._port_rows[self._ports] = np.arange(len(self._ports))
        self._starts = np.array([first for first, _ in self._spans], np.int64)
        sizes = [last - first + 1 for first, last in self._spans]
        self._ends = self._starts + np.array(sizes, np.int64)
        self._offsets = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
        self._lanes: list[tuple[Lane, Any]] = []
        self._macs: Any = None
        self._round, self._batches_sent = 0, 0
        self._on_link: Any = np.zeros(self._count, bool)
        self.result = BulkResult()

    def run(self) -> BulkResult:
        """Sweep; returns when every pair has ended. Raises OperationalError when no frame may be sent."""
        began = time.monotonic()
        self._throttle = Throttle(self._rate, began)
        source_port = SourcePort()
        try:
            self._open_lanes(source_port.number)
            if self._lanes:
                self._send_rounds()
        finally:
            for lane, _ in self._lanes:
                self.result.ring_lost += lane.ring.lost
                lane.close()
            source_port.close()
        self._conclude()
        self.result.slowed = self._throttle.slowed
        self.result.seconds = time.monotonic() - began
        return self.result

    # Where frames go ------------------------------------------------------------------------------

    def _open_lanes(self, source_port: int) -> None:
        """One lane a link; `self._macs` holds each address's next hop, `reached` the addresses of a lane."""
        np = self._np
        ways: dict[Way, list[tuple[int, int]]] = {}
        for first, last in self._spans:
            for low, high, way in self._routes.spans(first, last):
                if way is not None:
                    ways.setdefault(way, []).append((self._index(low), self._index(high) + 1))
        hops = asyncio.run(self._resolve(list(ways)))
        self._macs = np.zeros((self._count, 6), np.uint8) if any(w.next_hop is None for w in ways) else None
        reached: dict[tuple[Link, bytes | None], Any] = {}
        for way, pieces in ways.items():
            mac = None if way.next_hop is None else hops.mac_for(0, way)
            if mac is not None and not isinstance(mac, bytes):
                continue
            mask = reached.setdefault((way.link, mac), np.zeros(self._count, bool))
            for low, high in pieces:
                mask[low:high] = True
        for ip, mac in hops.on_link.items():
            at = self._index(ip)
            self._on_link[at] = True
            self._macs[at] = np.frombuffer(mac, np.uint8)
        for (link, mac), mask in reached.items():
            chosen = mask if mac is not None else mask & self._on_link
            if chosen.any():
                lane = Lane(link, source_port, capacity=_BATCH, ring_frames=_RING_FRAMES)
                self._lanes.append((lane, (chosen, mac)))

    async def _resolve(self, ways: list[Way]) -> Hops:
        """The hardware addresses of gateways and of our own link, each question to its end."""
        rate = self._rate or float("inf")
        hops = Hops(self._routes, self._admission, Pace(Manners(packets_per_second=rate)))
        for way in ways:
            hops.mac_for(0, way)
        await hops.finished()
        return hops

    def _index(self, ip: int) -> int:
        at = int(self._np.searchsorted(self._starts, ip, side="right")) - 1
        return int(self._offsets[at] + ip - self._starts[at])

    # Sending and hearing --------------------------------------------------------------------------

    def _send_rounds(self) -> None:
        while True:
            for lane, (chosen, mac) in self._lanes:
                for columns, rows in self._batches(chosen):
                    self._send(lane, mac, columns, rows)
            self._listen_out()
            self._round += 1
            if not self._again().any():
                return

    def _batches(self, chosen: Any) -> Iterator[tuple[Any, Any]]:
        """(address numbers, port numbers) of the pairs of this round, neighbours far apart."""
        np = self._np
        if self._round:
            rows, columns = np.nonzero(self._again() & chosen)
            yield from self._portions(columns, rows)
            return
        size = max(_BATCH, 1 << (self._count - 1).bit_length())
        steps = np.arange(_BATCH, dtype=np.uint64)
        for row in range(len(self._ports)):
            for at in range(0, size, _BATCH):
                columns = ((steps + np.uint64(at)) * np.uint64(_SCATTER) + np.uint64(row)) & np.uint64(
                    size - 1
                )
                columns = columns[columns < self._count].astype(np.int64)
                columns = columns[chosen[columns]]
                yield from self._portions(columns, np.full(len(columns), row, np.int64))

    def _portions(self, columns: Any, rows: Any) -> Iterator[tuple[Any, Any]]:
        at = 0
        while at < len(rows):
            size = self._throttle.batch
            yield columns[at : at + size], rows[at : at + size]
            at += size

    def _send(self, lane: Lane, mac: bytes | None, columns: Any, rows: Any) -> None:
        np = self._np
        at = np.searchsorted(self._offsets, columns, side="right") - 1
        ips = (columns - self._offsets[at] + self._starts[at]).astype(np.uint32)
        admitted = self._admission.mask(ips)
        if not admitted.all():
            ips, columns, rows = ips[admitted], columns[admitted], rows[admitted]
        keys = ips.astype(np.uint64) << np.uint64(16) | self._ports[rows]
        macs = self._macs[columns] if mac is None else mac
        if not self._round:
            self._state[rows, columns] = _ASKED
        try:
            taken, full = lane.send(keys, self._cookie.of_many(keys), macs)
            while full:
                self._throttle.loss(time.monotonic())
                self._hear_all(0.002)
                more, full = lane.send_rest(len(keys), taken)
                taken += more
        except OSError as fault:
            raise OperationalError(f"{lane.link.name}: {fault.strerror or fault}") from fault
        self.result.sent += taken
        self.result.sent_again += taken if self._round else 0
        self._batches_sent += 1
        if self._batches_sent % _BATCHES_TO_LOSS == 0:
            self._look_for_loss()
        self._hear_all(self._throttle.delay(taken, time.monotonic()))

    def _hear_all(self, seconds: float) -> int:
        """Read what waits, sleeping for `seconds` before; returns how many pairs were answered."""
        until = time.monotonic() + seconds
        heard = 0
        while True:
            for lane, _ in self._lanes:
                while (answers := lane.ring.answers_in_bulk()) is not None:
                    heard += self._hear(*answers)
            left = until - time.monotonic()
            if left <= 0.0005:
                return heard
            time.sleep(min(left, 0.005))

    def _hear(self, keys: Any, acks: Any, syn_ack: Any) -> int:
        np = self._np
        believed = acks - np.uint32(1) == self._cookie.of_many(keys)
        ips = (keys >> np.uint64(16)).astype(np.int64)
        rows = self._port_rows[(keys & np.uint64(0xFFFF)).astype(np.int64)]
        at = np.searchsorted(self._starts, ips, side="right") - 1
        believed &= (rows >= 0) & (at >= 0)
        believed &= ips < self._ends[np.maximum(at, 0)]
        if not believed.all():
            self.result.spoofed += len(keys) - int(np.count_nonzero(believed))
            ips, rows, at, syn_ack = ips[believed], rows[believed], at[believed], syn_ack[believed]
        columns = self._offsets[at] + ips - self._starts[at]
        before = self._state[rows, columns]
        new = before == _ASKED
        self._state[rows, columns] = np.maximum(before, np.where(syn_ack, _OPEN, _REFUSED).astype(np.uint8))
        count = int(np.count_nonzero(new))
        if count and self._tries.answered(self._round + 1, count):
            self._throttle.loss(time.monotonic())
        if self._opened is not None:
            fresh = np.flatnonzero(syn_ack & new)
            _, once = np.unique(rows[fresh] * self._count + columns[fresh], return_index=True)
            for number in fresh[once]:  # a SYN-ACK that came twice in one batch is told once
                self._opened(address_text(int(ips[number])), int(self._ports[rows[number]]))
        return count

    def _listen_out(self) -> None:
        """Until nothing has come for as long as an answer may take; the ring's losses are looked at."""
        last = time.monotonic()
        while (left := last + self._answer_seconds - time.monotonic()) > 0:
            select.select([lane.ring for lane, _ in self._lanes], [], [], left)
            if self._hear_all(0):
                last = time.monotonic()
        self._look_for_loss()

    def _look_for_loss(self) -> None:
        for lane, _ in self._lanes:
            if lane.ring.dropped():
                self._throttle.loss(time.monotonic())

    def _again(self) -> Any:
        """Which pairs deserve another SYN: silent ones, of live hosts or while tries are left for all."""
        np = self._np
        silent = self._state == _ASKED
        if self._round < self._tries.allowed(live=False):
            return silent
        if self._round < self._tries.allowed(live=True):
            return silent & (self._on_link | (self._state >= _REFUSED).any(axis=0))
        return np.zeros_like(silent)

    def _conclude(self) -> None:
        np = self._np
        ends = np.bincount(self._state.ravel(), minlength=4)
        self.result.unreached, self.result.silent, self.result.refused = (int(n) for n in ends[:3])
        columns, rows = np.nonzero((self._state == _OPEN).T)
        at = np.searchsorted(self._offsets, columns, side="right") - 1
        ips = columns - self._offsets[at] + self._starts[at]
        self.result.open = [
            (address_text(int(ip)), int(self._ports[row])) for ip, row in zip(ips, rows, strict=True)
        ]
