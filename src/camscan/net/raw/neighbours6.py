"""IPv6 neighbours of a link: one echo request to all its nodes, and what the kernel knows already.

Rules: it is a group question, so the gate's `group_refusal` decides; what answers is found, never swept. Many
cameras answer here that keep silent on IPv4, because a firewall was set for IPv4 only.
Source: RFC 4443 section 4.1, RFC 4291 section 2.7.1 (ff02::1). Windows hosts do not answer it, by design.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from dataclasses import dataclass, field

from camscan.errors import OperationalError
from camscan.net.gate import Gate
from camscan.net.interfaces import Interface
from camscan.net.neighbours import read_neighbours
from camscan.net.pace import Pace
from camscan.net.raw.filters import echo6_replies
from camscan.net.raw.frames import Rows
from camscan.net.raw.ring import Ring
from camscan.net.raw.routes import hardware_address
from camscan.net.raw.sender import BatchSender
from camscan.net.raw.template import echo6_frame, mac_text

_ETH_P_IPV6 = 0x86DD
MAX_NEIGHBOURS = 4096


@dataclass(slots=True)
class Neighbours6:
    """found: address (link-local with its zone) → hardware address; refusal: why nothing was asked, or ""."""

    found: dict[str, str] = field(default_factory=dict)
    refusal: str = ""


async def ask_all_nodes(
    interface: Interface, *, gate: Gate, pace: Pace, window_seconds: float = 1.0, repeats: int = 2
) -> Neighbours6:
    """Ask `repeats` times, listen `window_seconds` after each, and add the kernel's own table.

    Raises OperationalError when no raw socket may be opened on this interface.
    """
    result = Neighbours6(_known(interface), gate.group_refusal(interface))
    source = next((ip for ip in interface.ipv6 if ipaddress.IPv6Address(ip.split("%")[0]).is_link_local), "")
    mac = hardware_address(interface.name)
    if not result.refusal and (not source or mac is None):
        result.refusal = f"{interface.name} has no link-local IPv6 address"
    if result.refusal or mac is None:
        return result
    identifier = secrets.randbelow(1 << 16)
    rows = Rows(echo6_frame(mac, source.split("%")[0], identifier), 1)
    try:
        sender = BatchSender(interface.name, rows)
    except OSError as fault:
        raise OperationalError(f"no raw socket on {interface.name}: {fault.strerror or fault}") from fault
    try:
        ring = Ring(interface.name, _ETH_P_IPV6, echo6_replies(), frames=1 << 12)
    except OSError as fault:
        sender.close()
        raise OperationalError(f"no raw socket on {interface.name}: {fault.strerror or fault}") from fault
    try:
        for _ in range(repeats):
            await pace.wait()
            sender.send(1)
            await asyncio.sleep(window_seconds)
            _hear(ring, interface, identifier, result.found)
    finally:
        sender.close()
        ring.close()
    return result


def _hear(ring: Ring, interface: Interface, identifier: int, found: dict[str, str]) -> None:
    for packet, mac in ring.take_from():
        if len(packet) < 48 or int.from_bytes(packet[44:46], "big") != identifier:
            continue
        address = ipaddress.IPv6Address(packet[8:24])
        if address.is_multicast or address.is_unspecified or len(found) >= MAX_NEIGHBOURS:
            continue
        found[f"{address}%{interface.name}" if address.is_link_local else str(address)] = mac_text(mac)


def _known(interface: Interface) -> dict[str, str]:
    zone = f"%{interface.name}"
    return {
        ip: mac for ip, mac in read_neighbours().items() if ":" in ip and ("%" not in ip or ip.endswith(zone))
    }
