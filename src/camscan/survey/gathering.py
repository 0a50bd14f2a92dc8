"""Everything that imported files say, by address, on disk, until identification concludes from it.

Rules: nothing is kept twice; a host that says without end fills its page and no more, in statements and in
text; when all pages together grow beyond SPOOL_BUDGET, whole web pages are no longer kept, and all of that is
counted. Facts about a hardware address go to the network addresses it was seen at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from camscan.imports.notes import Found, Unplaced
from camscan.match.identity import MAX_ADDRESSES_OF_A_MAC
from camscan.model.address import parse_mac
from camscan.model.observation import Observation
from camscan.survey.spool import Spool, Spooled

MAX_OBSERVATIONS = 200
MAX_OF_A_PORT = 32  # observations of one source from one port of one address
PAGE_TEXT = 1024 * 1024  # characters of one address, beyond which its web pages are not kept whole
MOST_PAGE_TEXT = 4 * PAGE_TEXT  # beyond which nothing more of it is
SPOOL_BUDGET = 4 * 1024 * 1024 * 1024
MAX_UNPLACED = 200_000
_LARGE_FIELDS = ("http.body", "http.script", "http.header")


class Gathering:
    """`add` what readers find; then `addresses`, and `page` for each, once all files are read."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._unplaced: dict[tuple[str, str, str], Unplaced] = {}
        self._long: dict[str, int] = {}  # characters of those addresses that said more than a little
        self.shortened = 0
        self.over = 0

    def __len__(self) -> int:
        return len(self._spool)

    def add(self, found: Found) -> None:
        """Keep it, unless it is known or its page is full. Raises OperationalError when the disk is full."""
        if isinstance(found, Unplaced):
            if len(self._unplaced) < MAX_UNPLACED:
                self._unplaced.setdefault(found.mark, found)
            else:
                self.over += 1
            return
        if not found.fields:
            return
        mark = hash((found.source, found.port, tuple(sorted(found.fields.items()))))
        if mark in self._spool.marks(found.ip):
            return
        port = hash((found.source, found.port)) if found.port else 0
        if self._spool.count(found.ip) >= MAX_OBSERVATIONS or (
            port and self._spool.ports(found.ip).count(port) >= MAX_OF_A_PORT
        ):
            self.over += 1
            return
        kept = self._within_budget(found)
        if kept is not None:
            self._spool.add(kept, mark, port)

    def _within_budget(self, found: Observation) -> Observation | None:
        size = _text_of(found)
        said = self._long.get(found.ip, 0)
        if said + size > PAGE_TEXT or self._spool.size > SPOOL_BUDGET:
            if any(name in found.fields for name in _LARGE_FIELDS):
                self.shortened += 1
                kept = {name: values for name, values in found.fields.items() if name not in _LARGE_FIELDS}
                found = replace(found, fields=kept)
                size = _text_of(found)
            if not found.fields or said + size > MOST_PAGE_TEXT:
                self.over += 1
                return None
        self._long[found.ip] = said + size
        return found

    def place(self) -> list[Unplaced]:
        """Give facts about hardware addresses to their network addresses; what has none is returned."""
        if not self._unplaced:
            return []
        observed, claimed = self._addresses_of_macs()
        left = []
        for each in self._unplaced.values():
            own = [each.own_ip] if each.own_ip else []
            ips = observed.get(each.mac) or own or claimed.get(each.mac, [])
            if not 0 < len(ips) <= MAX_ADDRESSES_OF_A_MAC:
                ips = [each.claimed_ip] if each.claimed_ip else []
            if not ips:
                left.append(each)
            for ip in ips:
                self.add(each.at_address(ip))
        self._unplaced.clear()
        return left

    def _addresses_of_macs(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Hardware address → addresses: where the wire showed it, and where a payload stated it."""
        asked = {mac for mac, _, _ in self._unplaced}
        observed: dict[str, list[str]] = defaultdict(list)
        claimed: dict[str, list[str]] = defaultdict(list)
        for ip in self._spool:
            page = self._spool.page(ip)
            for field, table in (("mac.observed", observed), ("mac.claimed", claimed)):
                for mac in {parse_mac(m) for each in page for m in each.fields.get(field, ())} & asked:
                    table[str(mac)].append(ip)
        return observed, claimed

    def addresses(self) -> Iterator[str]:
        """Every address; link-local ones last, as a device is shown by its first."""
        for last in (False, True):
            yield from (ip for ip in self._spool if ip.startswith("fe80:") is last)

    def page(self, ip: str) -> Sequence[Observation]:
        """Everything kept of one address."""
        return self._spool.page(ip)

    def observations(self, only: Collection[str] | None = None) -> Sequence[Observation]:
        """Everything kept (of these addresses), address by address, read from disk as it is looked at."""
        return Spooled(self._spool, (ip for ip in self.addresses() if only is None or ip in only))


def _text_of(found: Observation) -> int:
    return sum(len(value) for values in found.fields.values() for value in values)
