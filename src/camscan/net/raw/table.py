"""How every pair of a sweep stands: one byte each, and when it was sent last. No socket, no clock.

Rules: a pair is one number, `row * places + place`: the row stands for the port, the place for the address.
A state below REFUSED is the number of SYNs sent; an answer is believed by its cookie only. `Table` needs the
standard library alone; `NumpyTable` (table_numpy.py) does the same in columns.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from camscan.net.places import Places, address_text
from camscan.net.raw.cookie import Cookie
from camscan.net.raw.ring import Ring
from camscan.net.raw.tries import Tries
from camscan.net.slots import DeviceSlots

REFUSED, OPEN = 64, 128
TICK_SECONDS = 0.004
_TICKS = 0xFFFF
NONE, ASKED, REFUSING, OPENED = 0, 1, 2, 3
"""The most that a host has shown."""


@dataclass(slots=True)
class Answers:
    """What one look into a ring brought. opened: (address, port) told for the first time; first, later: pairs
    answered after one SYN and after more; round_trip: the longest of the former; syn_acks: all of them."""

    opened: list[tuple[int, int]] = field(default_factory=list)
    first: int = 0
    later: int = 0
    round_trip: float | None = None
    syn_acks: int = 0
    spoofed: int = 0


class Table:
    """Pairs of the addresses that `slots` covers and the ports added so far.

    ways: the number of each place's way, 0 for none; best: the most that each has shown; shut: places that
    nothing more is sent to.
    """

    def __init__(self, slots: DeviceSlots, cookie: Cookie, began: float) -> None:
        self.places: Places = slots.places
        self.cookie = cookie
        self.ports: list[int] = []
        self._began = began
        self._times = slots.times
        self._row_of: dict[int, int] = {}
        self._states: Any = []
        self._ticks: Any = []
        self.best: Any = bytearray(self.places.count)
        self.ways: Any = bytearray(self.places.count)
        self.macs: dict[int, bytes] = {}
        self.shut: set[int] = set()

    def add_ports(self, ports: Iterable[int]) -> list[int]:
        """Rows of these ports, made where they are new."""
        for port in ports:
            if port not in self._row_of:
                self._row_of[port] = len(self.ports)
                self.ports.append(port)
                self._add_row()
        return [self._row_of[port] for port in ports]

    def _add_row(self) -> None:
        self._states.append(bytearray(self.places.count))
        self._ticks.append(array("H", bytes(2 * self.places.count)))

    def set_way(self, number: int, first: int, last: int) -> None:
        """The addresses first…last go by the way with this number."""
        low, high = self.places.of(first), self.places.of(last) + 1
        self.ways[low:high] = bytes([number]) * (high - low)

    def set_mac(self, place: int, mac: bytes) -> None:
        """This place lies on our own link and answered there."""
        self.macs[place] = mac

    def shut_off(self, addresses: Iterable[str]) -> None:
        """Exactly these are sent nothing more."""
        self.shut = {place for ip in addresses if (place := self._place_of(ip)) >= 0}

    def _place_of(self, ip: str) -> int:
        if ":" in ip:
            return -1
        return self.places.of(int.from_bytes(bytes(map(int, ip.split("."))), "big"))

    # Which pairs ----------------------------------------------------------------------------------

    def walked(self, numbers: Any, walked: Places, ways: frozenset[int]) -> Any:
        """Places of these numbers of `walked` that are in scope and go by one of these ways."""
        found = (self.places.of(walked.address(number)) for number in numbers)
        return [place for place in found if place >= 0 and self.ways[place] in ways]

    def responders(self, others: Iterable[str]) -> Any:
        """Places that answered something, with `others`, as far as frames reach them."""
        places = {place for place, best in enumerate(self.best) if best >= REFUSING}
        places.update(place for ip in others if (place := self._place_of(ip)) >= 0)
        return [place for place in sorted(places) if self.ways[place]]

    def pairs(self, places: Any, rows: Sequence[int]) -> Any:
        """Every port of every place, one port after the other."""
        return [row * self.places.count + place for row in rows for place in places]

    def join(self, portions: list[Any]) -> Any:
        """Portions of pairs as one."""
        return [pair for portion in portions for pair in portion]

    def split(self, pairs: Any, now: float) -> tuple[Any, Any]:
        """(pairs that may be sent now, pairs whose device must be left alone for a while)."""
        go, wait, taken = [], [], set()
        for pair in pairs:
            row, place = divmod(pair, self.places.count)
            if self._states[row][place] >= REFUSED or place in self.shut:
                continue
            if self._times[place] > now or place in taken:
                wait.append(pair)
            else:
                taken.add(place)
                go.append(pair)
        return go, wait

    def by_way(self, pairs: Any) -> list[tuple[int, Any]]:
        """The pairs of each way; those on our link whose hardware address is unknown are left out."""
        found: dict[int, list[int]] = {}
        for pair in pairs:
            found.setdefault(self.ways[pair % self.places.count], []).append(pair)
        return list(found.items())

    def with_mac(self, pairs: Any) -> Any:
        """Those that answered on our link."""
        return [pair for pair in pairs if pair % self.places.count in self.macs]

    def again(self, tries: Tries) -> Any:
        """Silent pairs that deserve another SYN: of live hosts, or while tries are left for all."""
        least, most = tries.allowed(live=False), tries.allowed(live=True)
        found = []
        for row, states in enumerate(self._states):
            for place, state in enumerate(states):
                if 0 < state < most and (state < least or self._lives(place)):
                    found.append(row * self.places.count + place)
        return found

    def _lives(self, place: int) -> bool:
        return self.best[place] >= REFUSING or place in self.macs

    # Sending and hearing --------------------------------------------------------------------------

    def addresses(self, pairs: Any) -> Any:
        """The IPv4 number of each pair."""
        return [self.places.address(pair % self.places.count) for pair in pairs]

    def frames(self, pairs: Any) -> tuple[Any, Any]:
        """(keys, sequence numbers) for `Lane.send`."""
        keys = [
            self.places.address(pair % self.places.count) << 16 | self.ports[pair // self.places.count]
            for pair in pairs
        ]
        return keys, [self.cookie.of(key) for key in keys]

    def link_macs(self, pairs: Any) -> Any:
        """Hardware addresses of pairs on our own link."""
        return [self.macs[pair % self.places.count] for pair in pairs]

    def sent(self, pairs: Any, now: float, device_seconds: float) -> None:
        """These left now; their devices get nothing more for so long."""
        tick, due = self._tick(now), now + device_seconds
        for pair in pairs:
            row, place = divmod(pair, self.places.count)
            self._states[row][place] += 1
            self._ticks[row][place] = tick
            self._times[place] = due
            self.best[place] = max(self.best[place], ASKED)

    def hear(self, ring: Ring, now: float) -> Answers | None:
        """Read what waits; None when nothing does."""
        waiting = ring.answers()
        if not waiting:
            return None
        heard, tick = Answers(), self._tick(now)
        for ip, port, ack, is_open in waiting:
            row, place = self._row_of.get(port, -1), self.places.of(ip)
            if row < 0 or place < 0 or (ack - 1) & 0xFFFFFFFF != self.cookie.of(ip << 16 | port):
                heard.spoofed += 1
                continue
            before = self._states[row][place]
            heard.syn_acks += is_open
            if 0 < before < REFUSED:
                heard.first += before == 1
                heard.later += before > 1
                if before == 1:
                    trip = ((tick - self._ticks[row][place]) & _TICKS) * TICK_SECONDS
                    heard.round_trip = max(heard.round_trip or 0.0, trip)
            if is_open and before < OPEN:
                heard.opened.append((ip, port))
            self._states[row][place] = max(before, OPEN if is_open else REFUSED)
            self.best[place] = max(self.best[place], OPENED if is_open else REFUSING)
        return heard

    def _tick(self, now: float) -> int:
        return int((now - self._began) / TICK_SECONDS) & _TICKS

    # The end --------------------------------------------------------------------------------------

    def hosts(self, least: int) -> list[str]:
        """Addresses that have shown at least so much."""
        return [
            address_text(self.places.address(p)) for p, best in enumerate(bytes(self.best)) if best >= least
        ]

    def summary(self) -> list[tuple[int, int]]:
        """(best, way) of each place, in order."""
        return list(zip(bytes(self.best), bytes(self.ways), strict=True))

    def ends(self) -> Iterator[tuple[int, int, int]]:
        """(address, port, state) of every pair: SYNs sent, REFUSED or OPEN."""
        for row, port in enumerate(self.ports):
            for place, state in enumerate(self._row(row)):
                yield self.places.address(place), port, state

    def _row(self, row: int) -> bytes:
        return bytes(self._states[row])
