"""Everything that imported files say, by address, in bounded memory, until identification concludes from it.

Rules: nothing is kept twice; a host that says without end fills its page and no more; when all pages together
grow beyond TEXT_BUDGET, whole web pages are no longer kept, and that is said. Facts about a hardware address
go to the network addresses it was seen at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from camscan.imports.notes import Found, Unplaced
from camscan.match.identity import MAX_ADDRESSES_OF_A_MAC
from camscan.model.address import parse_mac
from camscan.model.observation import Observation

MAX_OBSERVATIONS = 200
MAX_OF_A_PORT = 32  # observations of one source from one port of one address
TEXT_BUDGET = 48 * 1024 * 1024
MAX_UNPLACED = 200_000
_LARGE_FIELDS = ("http.body", "http.script", "http.header")


class Gathering:
    """`add` what readers find; `observations` once all files are read."""

    def __init__(self) -> None:
        self._by_ip: dict[str, list[Observation]] = {}
        self._marks: set[int] = set()
        self._of_a_port: Counter[int] = Counter()
        self._unplaced: dict[tuple[str, str, str], Unplaced] = {}
        self._text = 0
        self.shortened = 0
        self.over = 0

    def __len__(self) -> int:
        return len(self._by_ip)

    def add(self, found: Found) -> None:
        """Keep it, unless it is known or its page is full."""
        if isinstance(found, Unplaced):
            if len(self._unplaced) < MAX_UNPLACED:
                self._unplaced.setdefault(found.mark, found)
            else:
                self.over += 1
            return
        if not found.fields:
            return
        mark = hash((found.ip, found.source, found.port, tuple(sorted(found.fields.items()))))
        if mark in self._marks:
            return
        page = self._by_ip.setdefault(found.ip, [])
        port = hash((found.ip, found.source, found.port))
        if len(page) >= MAX_OBSERVATIONS or (found.port and self._of_a_port[port] >= MAX_OF_A_PORT):
            self.over += 1
            return
        self._marks.add(mark)
        if found.port:
            self._of_a_port[port] += 1
        page.append(self._within_budget(found))

    def _within_budget(self, found: Observation) -> Observation:
        if self._text > TEXT_BUDGET and any(name in found.fields for name in _LARGE_FIELDS):
            self.shortened += 1
            kept = {name: values for name, values in found.fields.items() if name not in _LARGE_FIELDS}
            found = replace(found, fields=kept)
        self._text += sum(len(value) for values in found.fields.values() for value in values)
        return found

    def place(self) -> list[Unplaced]:
        """Give facts about hardware addresses to their network addresses; what has none is returned."""
        if not self._unplaced:
            return []
        addresses = self._addresses_of_macs()
        left = []
        for each in self._unplaced.values():
            ips = addresses.get(each.mac, [])
            if not 0 < len(ips) <= MAX_ADDRESSES_OF_A_MAC:
                ips = [each.claimed_ip] if each.claimed_ip else []
            if not ips:
                left.append(each)
            for ip in ips:
                self.add(each.at_address(ip))
        self._unplaced.clear()
        return left

    def _addresses_of_macs(self) -> dict[str, list[str]]:
        """Hardware address → addresses: where the wire showed it, else where a payload stated it."""
        observed: dict[str, list[str]] = defaultdict(list)
        claimed: dict[str, list[str]] = defaultdict(list)
        for ip, page in self._by_ip.items():
            for field, table in (("mac.observed", observed), ("mac.claimed", claimed)):
                for mac in {parse_mac(m) for each in page for m in each.fields.get(field, ())} - {None}:
                    table[str(mac)].append(ip)
        return {**claimed, **observed}

    def observations(self) -> Iterator[Observation]:
        """Everything kept, address by address; link-local ones last, as a device is shown by its first."""
        for last in (False, True):
            for ip, page in self._by_ip.items():
                if ip.startswith("fe80:") is last:
                    yield from page
