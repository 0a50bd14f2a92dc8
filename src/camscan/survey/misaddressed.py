"""Devices that answered on the wire from an address of another network: listed, flagged, never contacted."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import replace

from camscan.model.device import Device
from camscan.model.scope import Scope
from camscan.net.interfaces import Interface
from camscan.survey.unconfirmed import NOTE, doubted

FACTORY_ADDRESSES = {
    "192.168.1.64": "the factory address of Hikvision",
    "192.168.1.108": "the factory address of Dahua",
    "192.0.0.64": "an older factory address of Hikvision",
}


def mark_misaddressed(
    devices: Iterable[Device], links: Iterable[Interface], scope: Scope
) -> tuple[Device, ...]:
    """Flag devices none of whose IPv4 addresses is in scope or on an attached network."""
    attached = tuple(links)
    return tuple(_marked(device, attached, scope) for device in devices)


def _marked(device: Device, links: tuple[Interface, ...], scope: Scope) -> Device:
    four = [ip for ip in device.addresses if ":" not in ip]
    if not four or any(scope.permits(ip) or any(link.holds(ip) for link in links) for ip in four):
        return device
    ip = four[0]
    why = FACTORY_ADDRESSES.get(ip) or (
        "a link-local address" if ipaddress.ip_address(ip).is_link_local else "an address of another network"
    )
    note = f"answers on this link from {ip}, {why}: nothing on this network can reach it as configured"
    return replace(
        device,
        flags=tuple(sorted({*device.flags, "misaddressed"})),
        notes=(*device.notes, note),
    )


def carried_over(before: Iterable[Device], after: Iterable[Device]) -> tuple[Device, ...]:
    """Identification anew knows no links: what was misaddressed or in doubt when it was heard still is."""
    in_doubt = {ip for device in before if NOTE in device.notes for ip in device.addresses}
    flagged = {ip: device for device in before if "misaddressed" in device.flags for ip in device.addresses}
    out = []
    for device in after:
        old = flagged.get(device.ip)
        if old is not None:
            notes = tuple(note for note in old.notes if "answers on this link from" in note)
            flags = tuple(sorted({*device.flags, "misaddressed"}))
            device = replace(device, flags=flags, notes=tuple(dict.fromkeys([*device.notes, *notes])))
        out.append(doubted(device) if in_doubt.issuperset(device.addresses) else device)
    return tuple(out)
