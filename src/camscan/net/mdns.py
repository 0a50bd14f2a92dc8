"""mDNS through zeroconf: browse camera services on each permitted link for a few seconds.

zeroconf owns the socket; it is bound to the interfaces given and to no other. What it resolves is a
claim of the responder: an address it names counts as the device's only when the scope permits it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from camscan.model.address import parse_mac
from camscan.model.observation import Observation, observe
from camscan.net.clock import utc_now
from camscan.net.interfaces import Interface

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

SERVICE_TYPES = (
    "_axis-video._tcp",
    "_axis-nvr._tcp",
    "_axis-bwsc._tcp",
    "_rtsp._tcp",
    "_CGI._tcp",
    "_psia._tcp",
    "_arec._tcp",
    "_flir-ircam._tcp",
    "_hap._tcp",
    "_arlo-video._tcp",
    "_onvif._tcp",
    "_http._tcp",
    "_https._tcp",
    "_printer._tcp",
    "_ipp._tcp",
    "_googlecast._tcp",
    "_airplay._tcp",
)
"""Asked by name (facts §3.2; the last rows tell what is not a camera); others are found by enumeration."""

MAX_SERVICES = 2000
RESOLVE_TIMEOUT_MS = 1500
FIELDS = ("mdns.service", "mdns.instance", "mdns.host", "mdns.txt", "mac.claimed", "net.claimed_address")


async def browse(interfaces: Iterable[Interface], *, window_seconds: float) -> tuple[Observation, ...]:
    """Everything announced on these interfaces within the window; raises OSError when 5353 cannot be had."""
    from zeroconf import IPVersion
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf, AsyncZeroconfServiceTypes

    addresses = [ip for interface in interfaces for ip in interface.ipv4]
    if not addresses:
        return ()
    found: dict[tuple[str, str], None] = {}

    def changed(zeroconf: object, service_type: str, name: str, state_change: object) -> None:  # noqa: ARG001
        if len(found) < MAX_SERVICES:
            found[(service_type, name)] = None

    zeroconf = AsyncZeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
    try:
        fixed = [f"{each}.local." for each in SERVICE_TYPES]
        browser = AsyncServiceBrowser(zeroconf.zeroconf, fixed, handlers=[changed])
        types = await AsyncZeroconfServiceTypes.async_find(zeroconf, timeout=window_seconds / 2)
        others = [each for each in types if each not in fixed][:64]
        more = AsyncServiceBrowser(zeroconf.zeroconf, others, handlers=[changed]) if others else None
        await asyncio.sleep(window_seconds / 2)
        observations = await _resolve(zeroconf, list(found))
        await browser.async_cancel()
        if more is not None:
            await more.async_cancel()
        return observations
    finally:
        with contextlib.suppress(OSError):
            await zeroconf.async_close()


async def _resolve(zeroconf: object, services: list[tuple[str, str]]) -> tuple[Observation, ...]:
    from zeroconf import BadTypeInNameException
    from zeroconf.asyncio import AsyncServiceInfo

    slots = asyncio.Semaphore(32)

    async def one(service_type: str, name: str) -> list[Observation]:
        async with slots:
            try:
                info = AsyncServiceInfo(service_type, name)
                if not await info.async_request(zeroconf.zeroconf, RESOLVE_TIMEOUT_MS):  # type: ignore[attr-defined]
                    return []
            except BadTypeInNameException:
                return []  # a name that breaks RFC 6763: nothing to read
            return list(_observations(info, service_type, name))

    results = await asyncio.gather(*(one(*each) for each in services))
    return tuple(observation for found in results for observation in found)


def _observations(info: ServiceInfo, service_type: str, name: str) -> Iterable[Observation]:
    addresses = info.parsed_addresses()
    txt = [_text(key) + "=" + _text(value or b"") for key, value in (info.properties or {}).items()]
    macs = [mac for entry in txt if (mac := parse_mac(entry.partition("=")[2]))]
    fields: dict[str, str | list[str] | None] = {
        "mdns.service": service_type.removesuffix(".local."),
        "mdns.instance": name.removesuffix(f".{service_type}"),
        "mdns.host": (info.server or "").rstrip("."),
        "mdns.txt": txt,
        "mac.claimed": macs,
        "net.claimed_address": addresses,
    }
    payload = repr((service_type, name, sorted(txt), info.server, info.port)).encode("utf-8", "replace")
    for ip in addresses:
        yield observe(ip, "mdns", fields, at=utc_now(), payload=payload, port=info.port)


def _text(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
