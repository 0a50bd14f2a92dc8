"""One device in words: what we concluded, how sure, because of which words on which port, what spoke against.

Rules: a sentence a non-programmer can read; the device's own words are quoted and made harmless; the same
reason is given once, strongest first; every line is made harmless as a whole, since a file may be anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camscan.match.weights import in_words
from camscan.model.address import parse_ip, parse_mac
from camscan.model.device import Claim, Device, Evidence
from camscan.model.inventory import Inventory
from camscan.report.neutralise import safe_text

MAX_LINE_CHARACTERS = 4000

_TITLES = {
    "kind": "What it is",
    "manufacturer": "Made by",
    "brand": "Sold as",
    "relation": "Label and maker",
    "model": "Model",
    "firmware": "Firmware",
    "firmware_date": "Firmware built on",
    "serial": "Serial number",
    "manufactured": "Manufactured on",
    "channels": "Channels",
    "hardware_id": "Hardware",
}
_SOURCES = {
    "http": "its web server",
    "tls": "its TLS certificate",
    "rtsp": "its video stream service (RTSP)",
    "onvif-device": "its ONVIF service",
    "onvif-login": "its ONVIF service, with the login you supplied",
    "ws-discovery": "its answer to ONVIF discovery",
    "sadp": "its answer to Hikvision's discovery (SADP)",
    "dhip": "its answer to Dahua's discovery (DHIP)",
    "dahua-dvrip": "its answer to Dahua's older discovery",
    "xiongmai": "its answer to Xiongmai's discovery",
    "tvt": "its answer to TVT's discovery",
    "ssdp": "its UPnP announcement",
    "mdns": "its mDNS announcement",
    "neighbour": "the hardware address on the wire",
    "arp": "the hardware address on the wire",
    "tcp-connect": "a TCP port that accepts connections",
    "snmp": "its SNMP agent",
    "axis-info": "Axis' basic device information",
}
_FLAGS = {
    "misaddressed": "It is configured for another network than the one it is on.",
    "identity-conflict": "It shares a mark (hardware address, serial or UUID) with another device.",
    "not-activated": "It has no administrator password yet: whoever reaches it first owns it.",
    "announces-credentials": "It announces a login in clear to anyone who asks (not kept here).",
    "stream-without-login": "Its video stream description is given without a login.",
    "hidden-cameras": "Cameras behind it cannot be reached from here.",
    "address-mismatch": "It states another address than the one it answered from.",
}


def find(inventory: Inventory, text: str) -> tuple[Device, ...]:
    """Devices known by this address, hardware address, serial or device id."""
    ip, mac = parse_ip(text), parse_mac(text)
    return tuple(
        device
        for device in inventory.devices
        if text == device.device_id
        or (ip is not None and ip in device.addresses)
        or (mac is not None and any(each.mac == mac for each in device.macs))
        or (text and text == device.value("serial"))
    )


def explain(inventory: Inventory, device: Device, *, everything: bool = False) -> str:
    """The whole explanation, plain text ending in a newline."""
    return "".join(
        f"{safe_text(line, MAX_LINE_CHARACTERS)}\n" for line in _lines(inventory, device, everything)
    )


def _lines(inventory: Inventory, device: Device, everything: bool) -> Iterator[str]:
    yield f"{', '.join(device.addresses)}  (device {device.device_id})"
    yield from (f"  {'observed' if m.observed else 'claimed'} hardware address {m.mac}" for m in device.macs)
    if device.hostname:
        yield f"  host name {safe_text(device.hostname, 80)}"
    yield ""
    for name in [
        *(n for n in _TITLES if n in device.claims),
        *(n for n in device.claims if n not in _TITLES),
    ]:
        yield from _claim(_TITLES.get(name, name), device.claims[name])
    if "manufacturer" not in device.claims:
        yield "Made by: unknown. Nothing it said names its maker; look at its label (docs/add-a-vendor.md)."
    for flag in device.flags:
        yield f"Note: {_FLAGS.get(flag, flag)}"
    yield from (f"Note: {safe_text(note, 300)}" for note in device.notes)
    findings = [f for f in inventory.findings if f.device_id == device.device_id]
    yield from (f"Finding: {safe_text(f.wording, 400)} [{safe_text(f.source, 120)}]" for f in findings)
    heard = [o for o in inventory.observations if o.ip in device.addresses]
    yield f"Heard from: {', '.join(device.discovered_by)} ({len(heard)} observations kept)"
    if everything:
        for each in heard:
            at = f" port {each.port}" if each.port else ""
            yield f"  {each.at:%Y-%m-%d %H:%M:%S} {each.source}{at} (reply {each.digest})"
            for field, values in each.fields.items():
                yield from (f"    {field} = {safe_text(value, 400)}" for value in values)


def _claim(title: str, claim: Claim) -> Iterator[str]:
    yield f"{title}: {safe_text(claim.value, 120)}  ({in_words(claim.confidence)}, {claim.confidence:.2f})"
    yield from (f"    because {reason}" for reason in _reasons(claim.evidence))
    yield from (
        f"    against: {reason}, which says {safe_text(e.says, 80)}" for e, reason in _pairs(claim.against)
    )


def _reasons(evidence: Iterable[Evidence]) -> Iterator[str]:
    return (reason for _, reason in _pairs(evidence))


def _pairs(evidence: Iterable[Evidence]) -> Iterator[tuple[Evidence, str]]:
    """Each thing said once, with every rule that it satisfied."""
    said: dict[str, tuple[Evidence, list[str]]] = {}
    for each in evidence:
        where = _SOURCES.get(each.source, each.source)
        port = f" on port {each.port}" if each.port else ""
        text = f"{where}{port} says {each.field} “{safe_text(each.value, 120)}”"
        said.setdefault(text, (each, []))[1].append(each.rule)
    for text, (each, rules) in said.items():
        yield each, f"{text}  [{', '.join(rules)}]"
