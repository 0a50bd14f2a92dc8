"""The table of a sweep in numpy columns (extra `fast`): the same answers as `Table`, no Python a pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from camscan.net.places import Places
from camscan.net.raw.cookie import Cookie
from camscan.net.raw.ring import Ring
from camscan.net.raw.table import ASKED, OPEN, OPENED, REFUSED, REFUSING, TICK_SECONDS, Answers, Table
from camscan.net.raw.tries import Tries
from camscan.net.slots import DeviceSlots


class NumpyTable(Table):
    """Pairs are int64 arrays here."""

    def __init__(self, slots: DeviceSlots, cookie: Cookie, began: float) -> None:
        super().__init__(slots, cookie, began)
        count = self.places.count
        self._times = np.frombuffer(slots.times, np.float64) if count else np.zeros(0)  # type: ignore[assignment]
        self.best, self.ways = np.zeros(count, np.uint8), np.zeros(count, np.uint8)
        self._states, self._ticks = np.zeros(0, np.uint8), np.zeros(0, np.uint16)
        self._rows = np.full(1 << 16, -1, np.int64)
        self._ports = np.zeros(0, np.uint64)
        self._shut = np.zeros(count, bool)
        self._link_macs: Any = None
        self._on_link = np.zeros(count, bool)

    def add_ports(self, ports: Iterable[int]) -> list[int]:
        """As `Table.add_ports`, the memory taken once."""
        new = [port for port in dict.fromkeys(ports) if port not in self._row_of]
        for port in new:
            self._row_of[port] = self._rows[port] = len(self.ports)
            self.ports.append(port)
        more = len(new) * self.places.count
        self._states = np.concatenate((self._states, np.zeros(more, np.uint8)))
        self._ticks = np.concatenate((self._ticks, np.zeros(more, np.uint16)))
        self._ports = np.array(self.ports, np.uint64)
        return [self._row_of[port] for port in ports]

    def set_way(self, number: int, first: int, last: int) -> None:
        """See `Table.set_way`."""
        self.ways[self.places.of(first) : self.places.of(last) + 1] = number

    def set_mac(self, place: int, mac: bytes) -> None:
        """See `Table.set_mac`."""
        if self._link_macs is None:
            self._link_macs = np.zeros((self.places.count, 6), np.uint8)
        self._link_macs[place] = np.frombuffer(mac, np.uint8)
        self._on_link[place] = True

    def shut_off(self, addresses: Iterable[str]) -> None:
        """See `Table.shut_off`."""
        super().shut_off(addresses)
        self._shut[:] = False
        self._shut[list(self.shut)] = True

    def walked(self, numbers: Any, walked: Places, ways: frozenset[int]) -> Any:
        """See `Table.walked`."""
        places = numbers
        if walked.spans != self.places.spans:
            places = self.places.of_many(walked.addresses(numbers))
            places = places[places >= 0]
        of = self.ways[places]
        chosen = of == next(iter(ways)) if len(ways) == 1 else np.isin(of, list(ways))
        return places if chosen.all() else places[chosen]

    def responders(self, others: Iterable[str]) -> Any:
        """See `Table.responders`."""
        chosen = self.best >= REFUSING
        chosen[[place for ip in others if (place := self._place_of(ip)) >= 0]] = True
        return np.flatnonzero(chosen & (self.ways > 0))

    def pairs(self, places: Any, rows: Sequence[int]) -> Any:
        """See `Table.pairs`."""
        places = np.asarray(places, np.int64)
        if len(rows) == 1:
            return places + rows[0] * self.places.count
        return (np.asarray(rows, np.int64)[:, None] * self.places.count + places).ravel()

    def join(self, portions: list[Any]) -> Any:
        """See `Table.join`."""
        return portions[0] if len(portions) == 1 else np.concatenate([np.zeros(0, np.int64), *portions])

    def split(self, pairs: Any, now: float) -> tuple[Any, Any]:
        """See `Table.split`."""
        count = self.places.count
        places = pairs % count
        open_question = self._states[pairs] < REFUSED
        if self.shut:
            open_question &= ~self._shut[places]
        if not open_question.all():
            pairs, places = pairs[open_question], places[open_question]
        ready = self._times[places] <= now
        if len(pairs) and pairs[0] // count != pairs[-1] // count:  # of one port each address comes once
            _, firsts = np.unique(places, return_index=True)
            once = np.zeros(len(pairs), bool)
            once[firsts] = True
            ready &= once
        if ready.all():
            return pairs, pairs[:0]
        return pairs[ready], pairs[~ready]

    def by_way(self, pairs: Any) -> list[tuple[int, Any]]:
        """See `Table.by_way`."""
        of = self.ways[pairs % self.places.count]
        if not len(of) or (of == of[0]).all():
            return [(int(of[0]), pairs)] if len(of) else []
        return [(int(way), pairs[of == way]) for way in np.unique(of)]

    def with_mac(self, pairs: Any) -> Any:
        """See `Table.with_mac`."""
        return pairs[self._on_link[pairs % self.places.count]]

    def again(self, tries: Tries) -> Any:
        """See `Table.again`; row by row, so that memory stays small."""
        least, most = tries.allowed(live=False), tries.allowed(live=True)
        limits = np.where((self.best >= REFUSING) | self._on_link, most, least).astype(np.uint8)
        found, count = [], self.places.count
        for row in range(len(self.ports)):
            states = self._states[row * count : (row + 1) * count]
            found.append(np.flatnonzero((states > 0) & (states < limits)) + row * count)
        return self.join(found) if found else np.zeros(0, np.int64)

    def addresses(self, pairs: Any) -> Any:
        """See `Table.addresses`; uint32."""
        return self.places.addresses(pairs % self.places.count).astype(np.uint32)

    def frames(self, pairs: Any) -> tuple[Any, Any]:
        """See `Table.frames`."""
        ips = self.places.addresses(pairs % self.places.count).astype(np.uint64)
        keys = ips << np.uint64(16) | self._ports[pairs // self.places.count]
        return keys, self.cookie.of_many(keys)

    def link_macs(self, pairs: Any) -> Any:
        """See `Table.link_macs`."""
        return self._link_macs[pairs % self.places.count]

    def sent(self, pairs: Any, now: float, device_seconds: float) -> None:
        """See `Table.sent`."""
        places = pairs % self.places.count
        self._states[pairs] += np.uint8(1)
        self._ticks[pairs] = self._tick(now)
        if device_seconds:
            self._times[places] = now + device_seconds
        self.best[places] = np.maximum(self.best[places], ASKED)

    def hear(self, ring: Ring, now: float) -> Answers | None:
        """See `Table.hear`."""
        waiting = ring.answers_in_bulk()
        if waiting is None:
            return None
        keys, acks, syn_ack = waiting
        heard, count = Answers(), self.places.count
        rows = self._rows[(keys & np.uint64(0xFFFF)).astype(np.int64)]
        places = self.places.of_many((keys >> np.uint64(16)).astype(np.int64))
        believed = (rows >= 0) & (places >= 0) & (acks - np.uint32(1) == self.cookie.of_many(keys))
        if not believed.all():
            heard.spoofed = len(keys) - int(np.count_nonzero(believed))
            rows, places, syn_ack, keys = rows[believed], places[believed], syn_ack[believed], keys[believed]
        pairs = rows * count + places
        before = self._states[pairs]
        once = before == 1
        heard.first = int(np.count_nonzero(once))
        heard.later = int(np.count_nonzero((before > 1) & (before < REFUSED)))
        if heard.first:
            trips = np.uint16(self._tick(now)) - self._ticks[pairs[once]]
            heard.round_trip = float(trips.max()) * TICK_SECONDS
        closed = ~syn_ack
        self._states[pairs[closed]] = np.maximum(before[closed], REFUSED)
        self.best[places[closed]] = np.maximum(self.best[places[closed]], REFUSING)
        heard.syn_acks = len(keys) - int(np.count_nonzero(closed))
        if heard.syn_acks:
            fresh = np.flatnonzero(syn_ack & (before < OPEN))
            _, alone = np.unique(pairs[fresh], return_index=True)  # one that came twice is told once
            heard.opened = [(int(key) >> 16, int(key) & 0xFFFF) for key in keys[fresh[np.sort(alone)]]]
            self._states[pairs[syn_ack]] = OPEN
            self.best[places[syn_ack]] = OPENED
        return heard

    def _row(self, row: int) -> bytes:
        count = self.places.count
        states: bytes = self._states[row * count : (row + 1) * count].tobytes()
        return states
