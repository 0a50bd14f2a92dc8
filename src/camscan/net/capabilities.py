"""What this machine lets camscan do, and what each lack costs; nothing here sends a packet."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from camscan.net.connect import descriptor_limit
from camscan.net.interfaces import Interface, list_interfaces

_ENOUGH_DESCRIPTORS = 4096
_PROC = Path("/proc/sys/net")


@dataclass(frozen=True, slots=True)
class Capability:
    """One finding of `camscan doctor`: cost says what is lost without it, remedy how to get it."""

    name: str
    available: bool
    detail: str
    cost: str = ""
    remedy: str = ""


def examine() -> tuple[Capability, ...]:
    """Everything, in the order a person should read it."""
    interfaces = list_interfaces()
    usable = [i for i in interfaces if i.up and not i.loopback and not i.container]
    return (
        _python(),
        _attached(usable),
        *(_multicast(interface) for interface in usable),
        _raw(),
        _descriptors(),
        _receive_buffer(),
        _reverse_path(usable),
        _port("mDNS port 5353", 5353, "mDNS names and services are not read"),
        _port(
            "SADP port 37020", 37020, "older Hikvision units that answer to the group are found another way"
        ),
        _container(interfaces),
    )


def _python() -> Capability:
    return Capability("Python", True, f"{sys.version.split()[0]} on {sys.platform}")


def _attached(usable: list[Interface]) -> Capability:
    return Capability(
        "attached networks",
        bool(usable),
        ", ".join(f"{i.name} {' '.join(i.networks or i.ipv6)}" for i in usable) or "none",
        "nothing can be found by multicast; name targets beyond a router",
        "connect an interface, or choose one with -e",
    )


def _multicast(interface: Interface) -> Capability:
    name = f"multicast on {interface.name}"
    if not interface.multicast or not interface.ipv4:
        why = "the interface does not carry multicast" if interface.ipv4 else "no IPv4 address"
        return Capability(
            name, False, why, "devices on that link are asked one by one only", "ip link set multicast on"
        )
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            member = socket.inet_aton("239.255.255.250") + socket.inet_aton(interface.ipv4[0])
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    except OSError as fault:
        return Capability(
            name, False, f"cannot join a group: {fault.strerror}", "that link is asked one by one only", ""
        )
    return Capability(name, True, "group joined")


def can_send_raw() -> bool:
    """Is there the right to open a packet socket (CAP_NET_RAW)?"""
    family = getattr(socket, "AF_PACKET", None)
    if family is None:
        return False
    try:
        socket.socket(family, socket.SOCK_RAW, 0).close()
    except OSError:
        return False
    return True


def _raw() -> Capability:
    return Capability(
        "raw sockets (CAP_NET_RAW)",
        can_send_raw(),
        "packet socket opened" if can_send_raw() else "not permitted",
        "no ARP sweep, no IPv6 neighbours, no passive listening, full connections in the port sweep; "
        "all else works",
        "sudo setcap cap_net_raw+ep $(readlink -f $(which python3)), or camscan schedule",
    )


def _descriptors() -> Capability:
    limit = descriptor_limit()
    return Capability(
        "file descriptors",
        limit >= _ENOUGH_DESCRIPTORS,
        f"{limit:,} may be open",
        "large ranges are swept more slowly",
        "ulimit -n 65536",
    )


def _receive_buffer() -> Capability:
    try:
        size = int((_PROC / "core/rmem_max").read_text())
    except (OSError, ValueError):
        return Capability("receive buffer", True, "not limited by /proc")
    return Capability(
        "receive buffer",
        size >= 1 << 20,
        f"{size:,} bytes at most for a socket",
        "several hundred devices answering in one burst may need the repeats to be heard",
        "sysctl net.core.rmem_max=16777216",
    )


def _reverse_path(usable: list[Interface]) -> Capability:
    strict = [i.name for i in usable if _read(_PROC / f"ipv4/conf/{i.name}/rp_filter") == "1"]
    return Capability(
        "answers from foreign addresses",
        not strict,
        f"strict reverse-path filter on {', '.join(strict)}" if strict else "not filtered",
        "devices configured for another network are not heard",
        "sysctl net.ipv4.conf.IFACE.rp_filter=2",
    )


def _port(name: str, port: int, cost: str) -> Capability:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if port == 5353 and hasattr(socket, "SO_REUSEPORT"):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            sock.bind(("0.0.0.0", port))  # noqa: S104 - the question is whether the port is free
    except OSError as fault:
        return Capability(name, False, f"{fault.strerror}", cost, "stop the program that holds it")
    return Capability(name, True, "can be shared")


def _container(interfaces: tuple[Interface, ...]) -> Capability:
    inside = Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()
    bridges = [i.name for i in interfaces if i.container]
    detail = "inside a container" if inside else "not in a container"
    if bridges:
        detail += f"; container bridges skipped: {', '.join(bridges)}"
    return Capability(
        "container networking",
        not inside,
        detail,
        "a bridged container hears no multicast of the network outside",
        "run the container with host networking",
    )


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
