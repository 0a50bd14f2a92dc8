"""The SYN sweep of a scan: addresses × ports in batches, under the shared pace, behind the gate.

Rules: the gate is asked for every batch just before it leaves; each device's own rate holds for every frame,
the repeated ones too; open ports are told as they come; what is silent is asked again in passes; the kernel
answers each SYN-ACK with RST. On our own link an address is asked once it has answered ARP, all ports then.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from camscan.model.exchange import Outcome
from camscan.model.scope import spans_of
from camscan.net.gate import Gate
from camscan.net.pace import Pace
from camscan.net.places import Places, address_text
from camscan.net.raw.batch import BatchGate
from camscan.net.raw.brake import Brake
from camscan.net.raw.cookie import Cookie
from camscan.net.raw.frames import has_numpy
from camscan.net.raw.hops import NOBODY, Hop, Hops
from camscan.net.raw.lanes import Lanes
from camscan.net.raw.queue import Queue
from camscan.net.raw.routes import Link, Routes, Way
from camscan.net.raw.table import NONE, REFUSING, Answers, Table
from camscan.net.raw.tries import RoundTrip, Tries
from camscan.net.raw.walk import walk

_BATCH = 4096
_DRAWN_AHEAD_SECONDS = 0.25
"""What an interrupted scan would not ask again after `resume` stays well below a second's worth."""
_SHUT_SECONDS = 0.5
_DROPS_SECONDS = 0.1

Opened = Callable[[str, int], None]


class SynSweep:
    """Sweeps the IPv4 addresses of a gate's scope that lie behind an Ethernet; see `reaches`."""

    def __init__(
        self,
        *,
        gate: Gate,
        pace: Pace,
        opened: Opened,
        finished: Callable[[], Iterable[str]] = tuple,
        routes: Routes | None = None,
        secret: bytes | None = None,
    ) -> None:
        """finished(): addresses that nothing more is sent to, because all about them is known."""
        self._gate, self._pace, self._opened, self._finished = gate, pace, opened, finished
        self._routes = routes or Routes.read()
        self._admission = BatchGate(gate)
        self._walked = Places(gate.scope.walked(4))
        pace.cover(spans_of(gate.scope.allowed, 4))
        began = asyncio.get_running_loop().time()
        self.table = _table(pace, Cookie(secret), began)
        self._ways: list[Way | None] = [None]
        self._assign_ways()
        self.hops = Hops(self._routes, self._admission, pace)
        self.hops.changed = self._arrived
        self._arrivals: list[int] = []
        self._arrival_rows: Sequence[int] = ()
        self._brake = Brake(pace, _BATCH, began)
        self._lanes = Lanes(_BATCH, fast=self._brake.unlimited)
        most = max(_BATCH, pace.manners.packets_per_second)
        self._queue = Queue(self.table, pace.device_interval, most, _BATCH)
        self._tries = Tries(len(gate.scope))
        self._round_trip = RoundTrip(pace.manners.connect_timeout_seconds)
        self._sent_at, self._shut_at, self._drops_at = began, 0.0, began
        self._printers = 0
        self.sent = self.spoofed = 0
        self._sent_before = 0

    @property
    def slowed(self) -> int:
        """How often loss halved the rate."""
        return self._brake.slowed

    def reaches(self, ip: str) -> bool:
        """Can this address be swept raw: IPv4, in scope, not our own, routed over an Ethernet interface?"""
        place = self.table.places.named(ip)
        return place >= 0 and bool(self.table.ways[place])

    def left_out(self) -> list[str]:
        """IPv4 addresses in scope that this sweep does not reach."""
        ways = bytes(self.table.ways)
        return [address_text(self.table.places.address(p)) for p, way in enumerate(ways) if not way]

    async def everyone(
        self, ports: Sequence[int], *, seed: int, after: int, begun: Callable[[int], None]
    ) -> None:
        """Every port of every address, port after port; returns when all have ended.

        The first `after` positions are left out; begun(n) is called as further ones are drawn.
        """
        rows = self._rows(ports)
        self._arrival_rows = rows
        for way in self._ways[1:]:
            if way is not None:
                self.hops.mac_for(0, way)
        await self._run(self._walk(rows, seed, after, begun))
        self._arrival_rows = ()

    async def responders(self, ports: Sequence[int], others: Callable[[], Iterable[str]]) -> None:
        """Every port of each address that answered anything here, and of `others()`."""
        await self._run(self.table.pairs(self.table.responders(others()), [row]) for row in self._rows(ports))

    def refusing(self) -> list[str]:
        """Addresses that answered, be it with a refusal."""
        return self.table.hosts(REFUSING)

    def mac(self, ip: str) -> str | None:
        """The hardware address this one has on our own link."""
        found = None if ":" in ip else self.hops.on_link.get(int.from_bytes(socket.inet_aton(ip), "big"))
        return found.hex(":") if found else None

    def macs(self) -> dict[str, str]:
        """Hardware addresses heard by ARP on our own links."""
        return {address_text(ip): mac.hex(":") for ip, mac in self.hops.on_link.items()}

    def faults(self) -> list[str]:
        """What could not be done, one line each: for the warnings of the coverage."""
        return [str(fault) for fault in self.hops.faults()] + list(self._lanes.faults.values())

    def outcomes(self) -> Iterator[tuple[str, Outcome, str]]:
        """(address, outcome, why) of every address in scope that this sweep had to ask."""
        whys = {number: self._why_unasked(way) for number, way in enumerate(self._ways) if way is not None}
        ends = {REFUSING - 1: Outcome.SILENT, REFUSING: Outcome.REFUSED, REFUSING + 1: Outcome.ANSWERED}
        for place, (best, number) in enumerate(self.table.summary()):
            if number:
                outcome, why = whys[number] if best == NONE else (ends[best], "")
                yield address_text(self.table.places.address(place)), outcome, why

    def close(self) -> None:
        """Close the sockets; pairs that were asked and had not answered are silent."""
        self._hear_all(asyncio.get_running_loop().time())
        self.hops.close()
        self._lanes.close()

    # Which pairs are next -------------------------------------------------------------------------

    def _rows(self, ports: Sequence[int]) -> list[int]:
        kept = self._admission.ports(tuple(ports))
        self._printers += len(ports) - len(kept)
        return self.table.add_ports(kept)

    def _assign_ways(self) -> None:
        numbers: dict[Way, int] = {}
        for first, last in self.table.places.spans:
            for low, high, way in self._routes.spans(first, last):
                if way is not None and (way in numbers or len(numbers) < 255):
                    number = numbers.setdefault(way, len(numbers) + 1)
                    self.table.set_way(number, low, high)
        self._ways += list(numbers)

    def _walk(
        self, rows: Sequence[int], seed: int, after: int, begun: Callable[[int], None]
    ) -> Iterator[Any]:
        """Portions of pairs behind routers; nothing while a router's hardware address is being asked for."""
        size = int(min(_BATCH, max(64, self._pace.manners.packets_per_second * _DRAWN_AHEAD_SECONDS)))
        while any(self._mac(way) is Hop.WAIT for way in self._ways if way is not None and way.next_hop):
            yield None
        routed = frozenset(
            n
            for n, way in enumerate(self._ways)
            if way and way.next_hop and not isinstance(self._mac(way), Hop)
        )
        for row in rows:
            skipped = min(after, self._walked.count)
            after -= skipped
            if skipped == self._walked.count:
                continue
            steps = walk(self._walked.count, seed + self.table.ports[row])
            while steps.left:
                numbers = steps.take(size)
                passed = min(skipped, len(numbers))
                skipped -= passed
                numbers = numbers[passed:]
                if len(numbers):
                    begun(len(numbers))
                    yield self.table.pairs(self.table.walked(numbers, self._walked, routed), [row])

    def _mac(self, way: Way) -> bytes | Hop:
        return self.hops.mac_for(0, way)

    def _arrived(self, ip: int) -> None:
        """ARP brought the hardware address of a target (or of a router, which the walk asks for itself)."""
        mac, place = self.hops.on_link.get(ip), self.table.places.of(ip)
        if mac is not None and place >= 0:
            self.table.set_mac(place, mac)
            self._arrivals.append(place)

    def _look_around(self, now: float) -> None:
        """What changed since the last batch: who is known whole by now, who answered ARP."""
        if now - self._shut_at >= _SHUT_SECONDS:
            self._shut_at = now
            self.table.shut_off(self._finished())
        if self._arrivals:
            self._queue.put(self.table.pairs(self._arrivals, self._arrival_rows))
            self._arrivals = []

    # The loop -------------------------------------------------------------------------------------

    async def _run(self, portions: Iterable[Any]) -> None:
        self._queue.draw(portions)
        self._sent_before = self.sent
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            self._hear_all(now)
            self._look_around(now)
            room = self._brake.room(now)
            pairs, more = self._queue.take(room, now) if room else (None, False)
            sent = self._send(pairs, now) if pairs is not None else 0
            delay = self._brake.took(sent, now)
            if not more and not sent and self._is_idle(now) and not self._ask_again():
                return
            await asyncio.sleep(delay if sent else 0 if more else max(delay, self._pace.quantum_seconds / 2))

    def _is_idle(self, now: float) -> bool:
        """Nothing is waiting, and whoever was asked last has had the time to answer."""
        busy = not self._queue.drawn or not self._queue.empty or self._arrivals or self.hops.busy
        return not busy and now - self._sent_at > self._round_trip.patience

    def _ask_again(self) -> bool:
        """Another pass over what is silent, unless the last one could send nothing."""
        if self.sent == self._sent_before:
            return False
        self._sent_before = self.sent
        self._queue.put(self.table.again(self._tries))
        return not self._queue.empty

    # Sending and hearing --------------------------------------------------------------------------

    def _send(self, pairs: Any, now: float) -> int:
        pairs = self._admitted(pairs)
        sent = 0
        for number, of_way in self.table.by_way(pairs):
            way = self._ways[number]
            if way is None:
                continue
            mac: Any = None
            if way.next_hop is None:
                of_way = self.table.with_mac(of_way)
            elif not isinstance(mac := self._mac(way), bytes):
                continue
            if len(of_way):
                sent += self._send_on(way.link, of_way, mac, now)
        return sent

    def _admitted(self, pairs: Any) -> Any:
        """The gate's answer, asked for these very addresses."""
        addresses = self.table.addresses(pairs)
        allowed = self._admission.verdicts(addresses)
        if all(allowed) if isinstance(allowed, list) else allowed.all():
            return pairs
        if isinstance(allowed, list):
            return [pair for pair, may in zip(pairs, allowed, strict=True) if may]
        return pairs[allowed]

    def _send_on(self, link: Link, pairs: Any, mac: bytes | None, now: float) -> int:
        lane = self._lanes.on(link)
        if lane is None:
            return 0
        keys, seqs = self.table.frames(pairs)
        try:
            taken, full = lane.send(keys, seqs, self.table.link_macs(pairs) if mac is None else mac)
        except OSError as fault:
            self._lanes.failed(link, fault)
            return 0
        if full:
            self._brake.loss(now)
            self._queue.put(pairs[taken:], first=True)
        self.table.sent(pairs[:taken], now, self._pace.device_interval)
        self.sent += taken
        self._sent_at = now
        return taken

    def _hear_all(self, now: float) -> None:
        look = now - self._drops_at >= _DROPS_SECONDS
        self._drops_at = now if look else self._drops_at
        for lane in self._lanes:
            while (heard := self.table.hear(lane.ring, now)) is not None:
                self._take_in(heard, now)
            if look and lane.ring.dropped():
                self._brake.loss(now)

    def _take_in(self, heard: Answers, now: float) -> None:
        self.spoofed += heard.spoofed
        if heard.round_trip is not None:
            self._round_trip.measured(heard.round_trip)
        self._judge(heard.first, heard.later, now)
        if heard.syn_acks:
            self._brake.charge(heard.syn_acks, now)  # the kernel answers each with RST
        for ip, port in heard.opened:
            self._opened(address_text(ip), port)

    def _judge(self, first: int, later: int, now: float) -> None:
        for tries, count in ((1, first), (2, later)):
            lost = self._tries.answered(tries, count) if count else None
            if lost:
                self._brake.loss(now)
            elif lost is False:
                self._brake.calm(now)

    def _why_unasked(self, way: Way) -> tuple[Outcome, str]:
        if fault := self._lanes.faults.get(way.link):
            return Outcome.NOT_RUN, fault
        if not self.table.ports:
            return Outcome.NOT_PERMITTED, "printer ports are never touched" if self._printers else "no port"
        if self.hops.busy:
            return Outcome.NOT_ASKED, ""
        if way.next_hop is not None and isinstance(self._mac(way), bytes):
            return Outcome.NOT_ASKED, ""
        return (Outcome.SILENT, NOBODY) if way.next_hop is None else self.hops.excuse(way)


def _table(pace: Pace, cookie: Cookie, began: float) -> Table:
    if has_numpy():
        from camscan.net.raw.table_numpy import NumpyTable

        return NumpyTable(pace.slots, cookie, began)
    return Table(pace.slots, cookie, began)
