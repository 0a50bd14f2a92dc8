"""Which interface, source address and next hop a frame for an address needs. Reads, never sends.

Source: /proc/net/route (the main table); hardware addresses by ioctl, because /sys shows another network
namespace than the one we are in. Only Ethernet links are swept raw: tunnels have no hardware addresses.
"""

from __future__ import annotations

import bisect
import contextlib
import fcntl
import ipaddress
import socket
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from camscan.net.interfaces import Interface, list_interfaces

_ROUTE = Path("/proc/net/route")
_ARP = Path("/proc/net/arp")
_UP, _REJECT = 0x1, 0x200
_SIOCGIFHWADDR = 0x8927
_ETHERNET = 1
_NEVER = tuple(
    (int(network.network_address), int(network.broadcast_address))
    for network in map(ipaddress.IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"))
)
"""No frame goes to these, whatever the default route says: the loopback network lives in this machine."""


@dataclass(frozen=True, slots=True)
class Link:
    """An Ethernet interface and the address we send from on it; mac: six bytes."""

    name: str
    mac: bytes
    source_ip: str


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the main table. gateway 0: the destinations are on the link itself."""

    interface: str
    first: int
    last: int
    gateway: int
    metric: int

    @property
    def order(self) -> tuple[int, int]:
        """Sorts the more specific route, then the cheaper one, first."""
        return self.last - self.first, self.metric


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach an address: out of `link`, to the hardware address of `next_hop` (None: of itself)."""

    link: Link
    next_hop: int | None


def parse_routes(text: str) -> tuple[Route, ...]:
    """The lines of /proc/net/route, most specific first; lines that cannot be read are left out."""
    found = []
    for line in text.splitlines()[1:]:
        words = line.split()
        with contextlib.suppress(ValueError, IndexError):
            destination, gateway, mask = (_number(words[n]) for n in (1, 2, 7))
            flags, metric = int(words[3], 16), int(words[6])
            if flags & _UP and not flags & _REJECT:
                found.append(
                    Route(words[0], destination & mask, destination | ~mask & 0xFFFFFFFF, gateway, metric)
                )
    return tuple(sorted(found, key=lambda route: route.order))


class Routes:
    """Answers `way(ip)` for the machine as it was when this was made."""

    def __init__(self, routes: Iterable[Route], interfaces: Iterable[Interface]) -> None:
        self._routes = tuple(routes)
        self.interfaces = {each.name: each for each in interfaces}
        self._own = {int(ipaddress.IPv4Address(ip)) for each in self.interfaces.values() for ip in each.ipv4}
        self._links: dict[tuple[str, int], Link | None] = {}
        pieces = self._cut()
        self._starts = [first for first, _ in pieces]
        self._ways = [way for _, way in pieces]

    @classmethod
    def read(cls) -> Routes:
        """The present state of this machine; empty where there is no /proc."""
        try:
            text = _ROUTE.read_text()
        except OSError:
            text = ""
        return cls(parse_routes(text), list_interfaces())

    def way(self, ip: int) -> Way | None:
        """The way to an IPv4 address; None when it is our own, has no route, or lies behind no Ethernet."""
        return self._ways[bisect.bisect_right(self._starts, ip) - 1]

    def spans(self, first: int, last: int) -> Iterator[tuple[int, int, Way | None]]:
        """Cut first…last into pieces that share one way."""
        at = bisect.bisect_right(self._starts, first) - 1
        while first <= last:
            end = self._starts[at + 1] - 1 if at + 1 < len(self._starts) else 0xFFFFFFFF
            yield first, min(end, last), self._ways[at]
            first, at = end + 1, at + 1

    def _cut(self) -> list[tuple[int, Way | None]]:
        """The whole IPv4 space as (first address, way), so that a look-up is one bisection."""
        edges = {0}
        for first, last in _NEVER:
            edges.update((first, last + 1))
        for route in self._routes:
            edges.update((route.first, route.last + 1))
        for own in self._own:
            edges.update((own, own + 1))
        for interface in self.interfaces.values():
            for text in interface.networks:
                network = ipaddress.ip_interface(text).network
                edges.update((int(network.network_address), int(network.broadcast_address) + 1))
        return [(edge, self._find(edge)) for edge in sorted(edges) if edge <= 0xFFFFFFFF]

    def _find(self, ip: int) -> Way | None:
        if ip in self._own or any(first <= ip <= last for first, last in _NEVER):
            return None
        for route in self._routes:
            if route.first <= ip <= route.last:
                link = self._link(route, ip)
                return Way(link, route.gateway or None) if link else None
        return None

    def _link(self, route: Route, ip: int) -> Link | None:
        interface = self.interfaces.get(route.interface)
        if interface is None or interface.loopback:
            return None
        number = _source_on(interface, route.gateway or ip)
        key = (route.interface, number)
        if key not in self._links:
            mac = hardware_address(route.interface)
            source = interface.ipv4[number] if interface.ipv4 else ""
            self._links[key] = Link(route.interface, mac, source) if mac and source else None
        return self._links[key]


def read_gateway_mac(interface: str, gateway: int) -> bytes | None:
    """What the kernel's neighbour table knows, or None."""
    try:
        lines = _ARP.read_text().splitlines()[1:]
    except OSError:
        return None
    text = str(ipaddress.IPv4Address(gateway))
    for line in lines:
        words = line.split()
        if len(words) >= 6 and words[0] == text and words[5] == interface and int(words[2], 16) & 2:
            return bytes.fromhex(words[3].replace(":", ""))
    return None


def hardware_address(interface: str) -> bytes | None:
    """Six bytes, or None when the interface is gone or is no Ethernet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            answer = fcntl.ioctl(sock.fileno(), _SIOCGIFHWADDR, interface.encode()[:15].ljust(40, b"\0"))
        except OSError:
            return None
    (kind,) = struct.unpack_from("@H", answer, 16)
    return answer[18:24] if kind == _ETHERNET else None


def _source_on(interface: Interface, ip: int) -> int:
    """Which of the interface's addresses shares a network with `ip`; the first when none does."""
    address = ipaddress.IPv4Address(ip)
    for number, text in enumerate(interface.networks):
        if address in ipaddress.ip_interface(text).network:
            return number
    return 0


def _number(text: str) -> int:
    """The table prints each address as the hexadecimal of its bytes read in the machine's own order."""
    value = int(text, 16)
    return value if sys.byteorder == "big" else int.from_bytes(value.to_bytes(4, "little"), "big")
