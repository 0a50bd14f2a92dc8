"""Who is absent on an attached link, by the kernel's own ARP table: no packet of ours, no privilege.

Rules: an address is absent only while the kernel has asked for its hardware address for at least
ABSENT_AFTER_SECONDS and heard nothing; one without an entry is never absent (another route, a link without
ARP, a system without /proc). Only links of up to MAX_ADDRESSES: a larger one overflows the kernel's table.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from camscan.net.interfaces import Interface

ABSENT_AFTER_SECONDS = 1.5
REFRESH_SECONDS = 0.5
MAX_ADDRESSES = 512
_ARP = Path("/proc/net/arp")


class Presence:
    """clock: seconds; read: the lines of /proc/net/arp after its header, [] where there is none."""

    def __init__(
        self,
        links: Iterable[Interface],
        clock: Callable[[], float],
        read: Callable[[], list[str]] | None = None,
    ) -> None:
        self._links = tuple(link for link in links if not link.loopback and _is_small(link))
        self._clock = clock
        self._read = read or _lines
        self._fresh_until = 0.0
        self._unanswered_since: dict[str, float] = {}
        self._present: set[str] = set()

    def absent(self, ip: str) -> bool:
        """Is nobody at this address, as far as the link tells?"""
        if not any(link.holds(ip) for link in self._links):
            return False
        self._refresh()
        since = self._unanswered_since.get(ip)
        return since is not None and self._clock() - since >= ABSENT_AFTER_SECONDS

    def present(self) -> Iterator[str]:
        """Every address of these links whose hardware address the kernel has learnt."""
        self._fresh_until = 0.0
        self._refresh()
        return (ip for ip in sorted(self._present) if any(link.holds(ip) for link in self._links))

    def _refresh(self) -> None:
        now = self._clock()
        if now < self._fresh_until or not self._links:
            return
        self._fresh_until = now + REFRESH_SECONDS
        unanswered: dict[str, float] = {}
        for line in self._read():
            parts = line.split()
            if len(parts) < 4:
                continue
            if parts[2] == "0x0":
                unanswered[parts[0]] = self._unanswered_since.get(parts[0], now)
            else:
                self._present.add(parts[0])
        self._unanswered_since = unanswered


def _is_small(link: Interface) -> bool:
    return sum(ipaddress.ip_interface(n).network.num_addresses for n in link.networks) <= MAX_ADDRESSES


def _lines() -> list[str]:
    try:
        return _ARP.read_text().splitlines()[1:]
    except OSError:
        return []
