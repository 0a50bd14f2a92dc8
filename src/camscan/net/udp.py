"""UDP sockets: large buffers, group membership, egress interface, receiving interface.

Rules: a socket never raises towards its caller for what the network does; receiving drains the kernel at
once and parses later, so that a burst of answers is not lost while something else runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass

from camscan.net import unsent
from camscan.net.interfaces import Interface

RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024
SEND_BUFFER_BYTES = 4 * 1024 * 1024
FULL_TRIES, FULL_SECONDS = 50, 0.1
MAX_DATAGRAM = 65536
_SO_RCVBUFFORCE = 33
_IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)
_IPV6_PKTINFO = getattr(socket, "IPV6_PKTINFO", 50)
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Datagram:
    """One packet received: source address (with zone for link-local IPv6), interface index, local port."""

    payload: bytes
    source_ip: str
    source_port: int
    interface_index: int
    truncated: bool = False


class UdpSocket:
    """One bound, non-blocking socket; `drain` hands each waiting datagram to a callback."""

    def __init__(self, family: int, bind: tuple[str, int], *, share: bool = False) -> None:
        self.family = family
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._prepare(share)
            if family == socket.AF_INET6:
                self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                self.sock.bind((*bind, 0, 0))
            else:
                self.sock.bind(bind)
        except OSError:
            self.sock.close()
            raise

    @property
    def port(self) -> int:
        """The local port."""
        return int(self.sock.getsockname()[1])

    def _prepare(self, share: bool) -> None:
        sock = self.sock
        sock.setblocking(False)
        if share:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        try:
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
        except OSError:  # needs CAP_NET_ADMIN; the ordinary request is cut to rmem_max
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        with contextlib.suppress(OSError):  # not on every system: then the interface stays unknown
            if self.family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            else:
                sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)

    def join(self, group: str, interface: Interface) -> None:
        """Join a multicast group on one interface; raises OSError. Joining twice is no fault."""
        if self.family == socket.AF_INET6:
            packed = socket.inet_pton(socket.AF_INET6, group) + struct.pack("@I", interface.index)
            option, level = socket.IPV6_JOIN_GROUP, socket.IPPROTO_IPV6
        else:
            packed = socket.inet_aton(group) + socket.inet_aton(interface.ipv4[0])
            option, level = socket.IP_ADD_MEMBERSHIP, socket.IPPROTO_IP
        try:
            self.sock.setsockopt(level, option, packed)
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE:
                raise

    def send(self, payload: bytes, ip: str, port: int) -> None:
        """One unicast datagram; raises OSError."""
        if self.family == socket.AF_INET6:
            bare, _, zone = ip.partition("%")
            scope = (int(zone) if zone.isdigit() else socket.if_nametoindex(zone)) if zone else 0
            self.sock.sendto(payload, (bare, port, 0, scope))
        else:
            self.sock.sendto(payload, (ip, port))

    async def send_when_free(self, payload: bytes, ip: str, port: int) -> None:
        """The same, waiting while the kernel holds too much for addresses it still looks for (ARP)."""
        for _ in range(FULL_TRIES):
            try:
                return self.send(payload, ip, port)
            except BlockingIOError:
                unsent.refused += 1
                await asyncio.sleep(FULL_SECONDS)
        return self.send(payload, ip, port)

    def send_group(self, payload: bytes, group: str, port: int, interface: Interface) -> None:
        """One datagram to a multicast group or broadcast address out of one interface; raises OSError."""
        if self.family == socket.AF_INET6:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.index)
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
            self.sock.sendto(payload, (group, port, 0, interface.index))
            return
        ours = interface.ipv4[0]
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(ours))
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        if not ipaddress.ip_address(group).is_multicast and sys.platform == "linux":
            info = struct.pack("@I4s4s", interface.index, socket.inet_aton(ours), b"\0\0\0\0")
            self.sock.sendmsg([payload], [(socket.IPPROTO_IP, _IP_PKTINFO, info)], 0, (group, port))
        else:
            self.sock.sendto(payload, (group, port))

    def drain(self, receive: Callable[[Datagram], None]) -> None:
        """Hand over what waits in the kernel, at most a batch; errors of earlier sends are passed over."""
        for _ in range(_BATCH):
            try:
                payload, ancillary, flags, source = self.sock.recvmsg(MAX_DATAGRAM, 256)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # an ICMP error of an earlier send: its target stays silent in the ledger
            truncated = bool(flags & getattr(socket, "MSG_TRUNC", 0))
            receive(Datagram(payload, _source(source), int(source[1]), _received_on(ancillary), truncated))

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()


def _source(address: tuple[object, ...]) -> str:
    ip = str(address[0])
    if len(address) > 3 and address[3] and "%" not in ip and ipaddress.ip_address(ip).is_link_local:
        with contextlib.suppress(OSError):
            return f"{ip}%{socket.if_indextoname(int(str(address[3])))}"
    return ip


def _received_on(ancillary: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO and len(data) >= 4:
            return int(struct.unpack_from("@I", data)[0])
        if level == socket.IPPROTO_IPV6 and kind == _IPV6_PKTINFO and len(data) >= 20:
            return int(struct.unpack_from("@I", data, 16)[0])
    return 0
