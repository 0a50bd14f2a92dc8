"""Where a lab device's packets go in and out: the loopback interface, or an interface of its own.

On loopback every device is an address of 127.0.0.0/8, multicast runs over `lo` (measured: 500 sockets
on one group and port each get a copy), and of the broadcast addresses only 127.255.255.255 reaches a
socket bound to it; 255.255.255.255 would leave through the default route and is never bound here.
In a namespace each device has an interface with its own MAC; its sockets are tied to that interface.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_IP_MULTICAST_ALL = 49  # linux/in.h; off: a socket hears only the groups it joined itself


@dataclass(frozen=True, slots=True)
class Wiring:
    """interfaces: address → interface name; an address without one lives on loopback.
    prefix: length of a device's subnet, for its directed broadcast address."""

    interfaces: Mapping[str, str] = field(default_factory=dict)
    prefix: int = 24

    def stream(self, ip: str, port: int) -> socket.socket:
        """A bound TCP socket, not yet listening. Raises OSError."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return self._bind(sock, ip, ip, port)

    def datagram(self, ip: str, port: int) -> socket.socket:
        """The UDP socket on the device's own address; everything it says leaves through this one."""
        sock = self._datagram_socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        interface = self.interfaces.get(ip)
        if interface:
            egress = struct.pack("=4s4si", b"\0" * 4, socket.inet_aton(ip), socket.if_nametoindex(interface))
        else:
            egress = socket.inet_aton("127.0.0.1")
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, egress)
        return self._bind(sock, ip, ip, port)

    def group(self, ip: str, group: str, port: int) -> socket.socket:
        """A UDP socket that hears one multicast group on the device's interface."""
        sock = self._datagram_socket()
        sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
        interface = self.interfaces.get(ip)
        where = "127.0.0.1" if not interface else ip
        index = 0 if not interface else socket.if_nametoindex(interface)
        membership = struct.pack("=4s4si", socket.inet_aton(group), socket.inet_aton(where), index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        return self._bind(sock, ip, group, port)

    def datagram6(self, ip: str, link_local: str, port: int) -> socket.socket:
        """The UDP socket on a device's link-local IPv6 address; only on an interface of its own."""
        return self._bind6(ip, link_local, port)

    def group6(self, ip: str, group: str, port: int) -> socket.socket:
        """A UDP socket that hears one link-local IPv6 group on the device's interface."""
        sock = self._bind6(ip, group, port)
        index = socket.if_nametoindex(self.interfaces[ip])
        membership = socket.inet_pton(socket.AF_INET6, group) + struct.pack("=I", index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)
        return sock

    def _bind6(self, ip: str, address: str, port: int) -> socket.socket:
        interface = self.interfaces[ip]
        index = socket.if_nametoindex(interface)
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
            sock.setblocking(False)
            sock.bind((address, port, 0, index))
        except OSError:
            sock.close()
            raise
        return sock

    def broadcast(self, ip: str, port: int) -> list[socket.socket]:
        """UDP sockets that hear broadcasts to this port on the device's network."""
        return [self._bind(self._datagram_socket(), ip, each, port) for each in self.broadcast_addresses(ip)]

    def broadcast_addresses(self, ip: str) -> tuple[str, ...]:
        """The broadcast addresses that reach a device."""
        if ip not in self.interfaces:
            return ("127.255.255.255",)
        network = ipaddress.ip_network(f"{ip}/{self.prefix}", strict=False)
        return (str(network.broadcast_address), "255.255.255.255")

    def _datagram_socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return sock

    def _bind(self, sock: socket.socket, ip: str, address: str, port: int) -> socket.socket:
        try:
            interface = self.interfaces.get(ip)
            if interface:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
            sock.setblocking(False)
            sock.bind((address, port))
        except OSError:
            sock.close()
            raise
        return sock
