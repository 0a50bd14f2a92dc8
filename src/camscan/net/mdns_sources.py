"""Who really said which mDNS name: hears the group beside zeroconf, which does not tell a packet's source.

Without it whoever answers on the link could put a camera at any address, and a flood could fill zeroconf's
small buffer. Rules: only what was sent to the group is heard; each source is read up to MAX_PACKETS and
MAX_NAMES, so that a flood costs the flooder.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Reply, Transport
from camscan.net.clock import utc_now
from camscan.net.interfaces import Interface
from camscan.net.udp import Datagram, UdpSocket
from camscan.wire import dns

GROUP, PORT = "224.0.0.251", 5353
MAX_PACKETS = 64
MAX_NAMES = 128
MAX_SOURCES = 8192


class MdnsSources:
    """`async with MdnsSources(links) as sources:` listens; raises OSError when the port cannot be shared.

    hear is called with each new answer, whose source is its packet's.
    """

    def __init__(self, interfaces: Iterable[Interface], hear: Callable[[Reply], None] | None = None) -> None:
        self._interfaces = tuple(interfaces)
        self._on_reply = hear
        self._seen: set[int] = set()
        self._names: dict[str, set[str]] = defaultdict(set)
        self._offered: dict[str, set[str]] = defaultdict(set)
        self._packets: Counter[str] = Counter()
        self._socket: UdpSocket | None = None

    async def __aenter__(self) -> MdnsSources:
        # Bound to the group, so that it takes no unicast answer away from zeroconf.
        self._socket = UdpSocket(socket.AF_INET, ("" if sys.platform == "win32" else GROUP, PORT), share=True)
        for interface in self._interfaces:
            with contextlib.suppress(OSError):  # zeroconf says what it could not join
                self._socket.join(GROUP, interface)
        asyncio.get_running_loop().add_reader(self._socket.sock, self._readable, self._socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.sock)
            self._socket.close()

    def said(self, ip: str, name: str) -> bool:
        """Did this address itself announce the service instance `name`?"""
        return name.rstrip(".").lower() in self._names.get(ip, ())

    def offered(self, name: str) -> bool:
        """Did anybody, within the bounds of one source, point to this instance?"""
        wanted = name.rstrip(".").lower()
        return any(wanted in names for names in self._offered.values())

    def _readable(self, sock: UdpSocket) -> None:
        sock.drain(self.hear)

    def hear(self, datagram: Datagram) -> None:
        """Note which instances one packet announces."""
        source = datagram.source_ip
        self._packets[source] += 1
        if self._packets[source] > MAX_PACKETS or (
            source not in self._names and len(self._names) >= MAX_SOURCES
        ):
            return
        try:
            message = dns.decode(datagram.payload)
        except MalformedReply:
            return
        if not message.is_response:
            return
        self._tell(datagram)
        for record in message.records:
            if record.type == dns.Type.SRV:
                _add(self._names[source], record.name)
                _add(self._offered[source], record.name)
            elif record.type == dns.Type.PTR:
                _add(self._offered[source], record.target)

    def _tell(self, datagram: Datagram) -> None:
        mark = hash((datagram.source_ip, datagram.payload))
        if self._on_reply is None or mark in self._seen:
            return
        self._seen.add(mark)
        names = {each.index: each.name for each in self._interfaces}
        interface = names.get(datagram.interface_index, "")
        ask = Ask("mdns", datagram.source_ip, datagram.source_port, Transport.UDP, b"", step="announced")
        self._on_reply(
            Reply(
                ask,
                datagram.source_ip,
                datagram.source_port,
                datagram.payload,
                utc_now(),
                interface=interface,
                ended="limit" if datagram.truncated else "complete",
            )
        )


def _add(names: set[str], name: dns.Name) -> None:
    if len(names) < MAX_NAMES:
        names.add(dns.text_of(name).rstrip(".").lower())
