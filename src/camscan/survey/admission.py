"""Whose answers are listened to: those in scope, and those on this link that are configured for elsewhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from camscan.model.scope import Scope
from camscan.net.interfaces import Interface

MAX_COUNTED = 10_000
MAX_MISADDRESSED = 64
MAX_LINK_LOCAL = 4096
"""Nobody can be asked whether such an address is real: beyond this many somebody makes them up."""
_FOREIGN = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "192.0.0.0/24")
)


class Admission:
    """Decides by the packet's source. outside holds who answered from the link but not from the targets."""

    def __init__(self, scope: Scope, links: Iterable[Interface]) -> None:
        self._scope = scope
        self._links = tuple(links)
        self.outside: set[str] = set()
        self.made_up: set[str] = set()
        self._misaddressed: set[str] = set()
        self._link_local: set[str] = set()

    def admits(self, ip: str, interface: str) -> bool:
        """May an answer from this address make a device? Exclusions never do."""
        if self._scope.excludes(ip):
            return False
        if self._scope.permits(ip):
            return True
        if interface and ip.startswith("fe80:"):
            return self._within(self._link_local, MAX_LINK_LOCAL, ip)
        if interface and self._is_misaddressed(ip):
            return self._within(self._misaddressed, MAX_MISADDRESSED, ip)
        self.turn_away(ip)
        return False

    def turn_away(self, ip: str) -> None:
        """Count somebody on the link who is none of the targets."""
        if len(self.outside) < MAX_COUNTED:
            self.outside.add(ip)

    def _within(self, known: set[str], most: int, ip: str) -> bool:
        if ip in known or len(known) < most:
            known.add(ip)
            return True
        if len(self.made_up) < MAX_COUNTED:
            self.made_up.add(ip)
        return False

    def _is_misaddressed(self, ip: str) -> bool:
        """Private or link-local, but of no network that is attached here: a device set up for elsewhere."""
        if ":" in ip or any(link.holds(ip) for link in self._links):
            return False
        address = ipaddress.ip_address(ip)
        return any(address in network for network in _FOREIGN)
