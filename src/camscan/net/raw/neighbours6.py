"""IPv6 neighbours of a link: an echo request to all its nodes, from each kind of address we have there.

Rules: it is a group question, so the gate's `group_refusal` decides; what answers is found, never swept. Many
cameras answer here that keep silent on IPv4, because a firewall was set for IPv4 only. A node answers from an
address of the kind it was asked from: a link-local one, or one of the prefix that both have.
Source: RFC 4443 section 4.1, RFC 4291 section 2.7.1, RFC 6724 section 5. Windows hosts do not answer it, by
design.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field

from camscan.errors import OperationalError
from camscan.net.gate import Gate
from camscan.net.interfaces import Interface
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
    """Ask `repeats` times and listen `window_seconds` after each.

    Raises OperationalError when no raw socket may be opened on this interface, or it went away meanwhile.
    """
    result = Neighbours6(refusal=gate.group_refusal(interface))
    sources = _sources(interface)
    mac = hardware_address(interface.name)
    if not result.refusal and (not sources or mac is None):
        result.refusal = f"{interface.name} has no IPv6 address to ask from"
    if result.refusal or mac is None:
        return result
    identifier = secrets.randbelow(1 << 16)
    try:
        with ExitStack() as open_now:
            senders = []
            for source in sources:
                sender = BatchSender(interface.name, Rows(echo6_frame(mac, source, identifier), 1))
                open_now.callback(sender.close)
                senders.append(sender)
            ring = Ring(interface.name, _ETH_P_IPV6, echo6_replies(), frames=1 << 12)
            open_now.callback(ring.close)
            for _ in range(repeats):
                for sender in senders:
                    await pace.wait()
                    sender.send(1)
                await asyncio.sleep(window_seconds)
                _hear(ring, interface, identifier, result.found)
    except OSError as fault:
        raise OperationalError(
            f"IPv6 neighbours of {interface.name} were not asked for: {fault.strerror or fault}"
        ) from fault
    return result


def _sources(interface: Interface) -> list[str]:
    """One of our addresses of each kind: link-local, and of a prefix."""
    kinds: dict[bool, str] = {}
    for text in interface.ipv6:
        address = ipaddress.IPv6Address(text.split("%")[0])
        if not (address.is_loopback or address.is_multicast or address.is_unspecified):
            kinds.setdefault(address.is_link_local, str(address))
    return list(kinds.values())


def _hear(ring: Ring, interface: Interface, identifier: int, found: dict[str, str]) -> None:
    for packet, mac in ring.take_from():
        if len(packet) < 48 or int.from_bytes(packet[44:46], "big") != identifier:
            continue
        address = ipaddress.IPv6Address(packet[8:24])
        if address.is_multicast or address.is_unspecified or len(found) >= MAX_NEIGHBOURS:
            continue
        found[f"{address}%{interface.name}" if address.is_link_local else str(address)] = mac_text(mac)
