"""Which addresses a probe has asked: one bit for each address in scope, so that a /16 costs 8 kB a probe."""

from __future__ import annotations

from camscan.net.places import Places


class Asked:
    """A set of addresses that may only grow; places: the IPv4 addresses that have a bit."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._bits = bytearray(places.count // 8 + 1)
        self._others: set[str] = set()

    def add(self, ip: str) -> None:
        """This address was asked."""
        place = self._places.named(ip)
        if place < 0:
            self._others.add(ip)
        else:
            self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, ip: str) -> bool:
        place = self._places.named(ip)
        return ip in self._others if place < 0 else bool(self._bits[place >> 3] >> (place & 7) & 1)
