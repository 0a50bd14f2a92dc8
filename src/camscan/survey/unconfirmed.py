"""Devices that only datagrams speak for, on a link where others show hardware addresses: perhaps forged.

Rules: a source address inside the scope is forged by one raw packet, so such a device is listed with what it
said, but nothing about it is sure, and a note says why. Links that show no hardware address at all (tunnels,
a system without a neighbour table) decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from camscan.model.device import Claim, Device
from camscan.net.interfaces import Interface

MOST_CONFIDENCE = 0.7
"""Below what carries a flat verdict (audit.sureness.SURE), above what makes a maker a mere rumour."""

NOTE = (
    "only datagrams came from this address, no hardware address is behind it and no TCP port answers: "
    "it may be forged"
)


def mark_unconfirmed(devices: Iterable[Device], links: Iterable[Interface]) -> tuple[Device, ...]:
    """Lower the confidence of devices on an attached network that nothing but datagrams shows to be there."""
    listed = tuple(devices)
    telling = [
        link
        for link in links
        if not link.loopback and any(_is_seen(device) and _stands_on(device, link) for device in listed)
    ]
    return tuple(
        doubted(device)
        if not _is_seen(device)
        and not device.open_ports
        and any(_stands_on(device, link) for link in telling)
        else device
        for device in listed
    )


def doubted(device: Device) -> Device:
    """The same device, nothing about it sure."""
    claims = {name: _lowered(claim) for name, claim in device.claims.items()}
    return replace(device, claims=claims, notes=tuple(dict.fromkeys([*device.notes, NOTE])))


def _lowered(claim: Claim) -> Claim:
    return msgspec.structs.replace(claim, confidence=min(claim.confidence, MOST_CONFIDENCE))


def _is_seen(device: Device) -> bool:
    return any(each.observed for each in device.macs)


def _stands_on(device: Device, link: Interface) -> bool:
    """By an IPv4 address that is not the machine's own: that one has no neighbour entry."""
    four = [ip for ip in device.addresses if ":" not in ip]
    return any(link.holds(ip) for ip in four) and not set(four) & set(link.ipv4)
