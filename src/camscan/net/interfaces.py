"""The machine's network interfaces, without any privilege.

Addresses come from `ifaddr` (which zeroconf already brings); flags from the kernel where it is Linux.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import ifaddr
import netaddr

from camscan.errors import ScopeError, UsageError

_SYS = Path("/sys/class/net")
_CONTAINER_PREFIXES = ("docker", "br-", "veth", "virbr", "cni", "flannel", "cali", "lxc", "lxd", "podman")
_SIOCGIFFLAGS = 0x8913
_IFF_UP, _IFF_LOOPBACK, _IFF_MULTICAST = 0x1, 0x8, 0x1000


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface. networks: attached IPv4 networks with our own address ("10.0.0.7/24");
    ipv6: our link-local and other IPv6 addresses, no zone; index: for multicast egress."""

    name: str
    index: int
    networks: tuple[str, ...]
    ipv6: tuple[str, ...] = ()
    up: bool = True
    loopback: bool = False
    multicast: bool = True
    container: bool = False

    @property
    def ipv4(self) -> tuple[str, ...]:
        """Our own IPv4 addresses on it."""
        return tuple(network.split("/")[0] for network in self.networks)

    def attached(self) -> netaddr.IPSet:
        """Every IPv4 address on its links."""
        return netaddr.IPSet([str(ipaddress.ip_interface(n).network) for n in self.networks])

    def holds(self, ip: str) -> bool:
        """Is this address on one of its attached networks? Asked for every target of every probe."""
        if ":" in ip:
            return is_link_local(ip)
        try:
            number = int.from_bytes(socket.inet_pton(socket.AF_INET, ip))
        except (OSError, ValueError):
            return False
        return any(first <= number <= last for first, last in _spans(self.networks))


@lru_cache(maxsize=256)
def _spans(networks: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """First and last address of each network, as numbers."""
    spans = (ipaddress.IPv4Interface(text).network for text in networks)
    return tuple((int(span.network_address), int(span.broadcast_address)) for span in spans)


def is_link_local(ip: str) -> bool:
    """Is this text an IPv6 link-local address, with or without its zone?"""
    try:
        return ipaddress.IPv6Address(ip.split("%")[0]).is_link_local
    except ValueError:
        return False


def list_interfaces() -> tuple[Interface, ...]:
    """Every interface that has an address, in the system's order."""
    found = []
    for adapter in ifaddr.get_adapters():
        name = str(adapter.name)
        networks = tuple(f"{ip.ip}/{ip.network_prefix}" for ip in adapter.ips if ip.is_IPv4)
        ipv6 = tuple(str(ip.ip[0]) for ip in adapter.ips if ip.is_IPv6)
        if not networks and not ipv6:
            continue
        flags = _flags(name)
        loopback = bool(flags & _IFF_LOOPBACK) if flags is not None else _all_loopback(networks)
        found.append(
            Interface(
                name=name,
                index=adapter.index or _index(name),
                networks=networks,
                ipv6=ipv6,
                up=flags is None or bool(flags & _IFF_UP),
                loopback=loopback,
                multicast=loopback or flags is None or bool(flags & _IFF_MULTICAST),
                container=name.startswith(_CONTAINER_PREFIXES) or (_SYS / name / "bridge").exists(),
            )
        )
    return tuple(found)


def choose_interfaces(names: Iterable[str], known: tuple[Interface, ...]) -> tuple[Interface, ...]:
    """Those named that can be used, or every one that is up, no loopback and no container bridge.

    Raises UsageError when one does not exist, or none of those named can be used; see `left_out`.
    """
    wanted = list(names)
    if not wanted:
        return tuple(i for i in known if i.up and not i.loopback and not i.container)
    unusable = _unusable(wanted, known)
    if len(unusable) == len(set(wanted)):
        raise UsageError("; ".join(unusable.values()))
    by_name = {i.name: i for i in known}
    return tuple(by_name[name] for name in dict.fromkeys(wanted) if name not in unusable)


def left_out(names: Iterable[str], known: tuple[Interface, ...]) -> tuple[str, ...]:
    """One line for each of those named that cannot be used; raises UsageError when one does not exist."""
    return tuple(f"{why}; it was left out" for why in _unusable(names, known).values())


def _unusable(names: Iterable[str], known: tuple[Interface, ...]) -> dict[str, str]:
    by_name = {i.name: i for i in known}
    why = {}
    for name in names:
        if name not in by_name and not _index(name):
            raise UsageError(
                f"no interface {name!r}; with an address there are: {', '.join(by_name) or 'none'}"
            )
        if name not in by_name:
            why[name] = f"the interface {name} has no address"
        elif not by_name[name].up:
            why[name] = f"the interface {name} is down"
    return why


def local_targets(interfaces: Iterable[Interface]) -> netaddr.IPSet:
    """The addresses of the attached networks, without network, broadcast and our own addresses.

    A network larger than a /16 raises ScopeError: name the part you mean.
    """
    targets = netaddr.IPSet()
    for interface in interfaces:
        for text in interface.networks:
            network = ipaddress.ip_interface(text).network
            if network.num_addresses > 1 << 16:
                raise ScopeError(
                    f"{interface.name} is attached to {network} ({network.num_addresses:,} addresses); "
                    "name the part of it to scan"
                )
            span = netaddr.IPSet([str(network)])
            if network.prefixlen <= 30:
                span -= netaddr.IPSet([str(network.network_address), str(network.broadcast_address)])
            targets |= span
        targets -= netaddr.IPSet(interface.ipv4)
    return targets


def _flags(name: str) -> int | None:
    """Asked of the kernel: /sys may show another network namespace than this process is in."""
    try:
        import fcntl
    except ImportError:
        return None
    if sys.platform != "linux":  # another number asks for them elsewhere
        return None
    request = struct.pack("16sH22x", name.encode()[:15], 0)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            return int(struct.unpack_from("H", fcntl.ioctl(sock, _SIOCGIFFLAGS, request), 16)[0])
    except OSError:
        return None


def _index(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0


def _all_loopback(networks: tuple[str, ...]) -> bool:
    return bool(networks) and all(ipaddress.ip_interface(n).is_loopback for n in networks)
