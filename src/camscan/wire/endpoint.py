"""What WS-Discovery says of where and which a device is: service addresses, and MACs inside endpoint UUIDs.

Rules: an endpoint UUID is a claim, never an identity (units cloned from one image share it); nothing raises.
Source: facts §1.3, §1.4; Bosch form: corpus onvif_go_captures (three models).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from camscan.model.address import mac_from_bytes, parse_ip, parse_mac

_UUID = re.compile(
    r"([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})(?![0-9a-f])", re.IGNORECASE
)
# Looks random (version 4) yet ends in the unit's MAC: TP-Link and VIGI (facts §1.4).
_MAC_BEARING_PREFIXES = ("3fa1fe68-",)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """One XAddr taken apart. host is canonical when it is an address (zone kept); path begins with `/`."""

    url: str
    tls: bool
    host: str
    port: int
    path: str


def parse_service_address(url: str) -> ServiceAddress | None:
    """An http(s) XAddr taken apart; None for anything else."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return ServiceAddress(
        url=url.strip(),
        tls=parts.scheme.lower() == "https",
        host=parse_ip(host) or host,
        port=_DEFAULT_PORTS[parts.scheme.lower()] if port is None else port,
        path=path,
    )


def ordered_service_addresses(urls: Iterable[str], source_ip: str) -> tuple[ServiceAddress, ...]:
    """XAddrs best first: on the packet's source, then near it, then the rest, as announced otherwise.

    169.254/16 is dropped unless the packet came from there (facts §1.3).
    """
    ranked = []
    for position, url in enumerate(urls):
        address = parse_service_address(url)
        if address is None:
            continue
        rank = _distance(address.host, source_ip)
        if rank is not None:
            ranked.append((rank, position, address))
    return tuple(address for _, _, address in sorted(ranked, key=lambda each: each[:2]))


def _distance(host: str, source_ip: str) -> int | None:
    if host.split("%")[0] == source_ip.split("%")[0]:
        return 0
    try:
        announced = ipaddress.ip_address(host.split("%")[0])
        source = ipaddress.ip_address(source_ip.split("%")[0])
    except ValueError:
        return 2
    if announced.is_link_local and not source.is_link_local:
        return None
    prefix = 24 if announced.version == 4 else 64
    near = ipaddress.ip_network(f"{source}/{24 if source.version == 4 else 64}", strict=False)
    return 1 if announced in near and near.prefixlen == prefix else 2


def tail_mac(endpoint: str) -> str | None:
    """The last twelve hex digits of an endpoint UUID as a MAC, random or not: a candidate to be confirmed."""
    found = _UUID.search(endpoint)
    return parse_mac(found.group(5)) if found else None


def endpoint_mac(endpoint: str) -> str | None:
    """The MAC that an endpoint UUID states, None when its tail is, or may be, random.

    Time-based UUIDs (version 1, and the 2 of gSOAP's sample) and known vendor prefixes end in the MAC;
    Bosch writes the MAC first and then mirrored. All others need confirming: see `tail_mac`.
    """
    found = _UUID.search(endpoint)
    if not found:
        return None
    raw = bytes.fromhex("".join(found.groups()))
    if raw[6:12] == raw[5::-1]:
        return mac_from_bytes(raw[:6])
    time_based = raw[8] & 0xC0 == 0x80 and raw[6] >> 4 in (1, 2)
    if time_based or found.group(0).lower().startswith(_MAC_BEARING_PREFIXES):
        return parse_mac(found.group(5))
    return None
