"""Addresses that a payload claims for its sender, as canonical text.

Rules: prefix lengths (`/64`) and zones are cut off; what names no single host (unspecified, multicast,
all ones) is dropped; the order of the payload is kept and nothing comes twice.
"""

from __future__ import annotations

import ipaddress

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac


def claimed_addresses(*texts: str) -> tuple[str, ...]:
    """The host addresses among `texts`, canonical."""
    kept: list[str] = []
    for text in texts:
        try:
            address = ipaddress.ip_address(text[:64].strip().split("/")[0].split("%")[0])
        except ValueError:
            continue
        if address.is_unspecified or address.is_multicast or str(address) == "255.255.255.255":
            continue
        if str(address) not in kept:
            kept.append(str(address))
    return tuple(kept)


def require_mac(text: str, where: str) -> str:
    """The canonical MAC in `text`; MalformedReply where a reply must have one and has none."""
    mac = parse_mac(text[:64])
    if mac is None:
        raise MalformedReply(f"{where}: no hardware address")
    return mac
