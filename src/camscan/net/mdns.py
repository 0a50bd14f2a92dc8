"""mDNS through zeroconf: browse camera services on each permitted link for a few seconds.

zeroconf owns the socket; it is bound to the interfaces given and to no other. What it resolves is a
claim of the responder: it counts for an address only when packets from that address made it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from camscan.model.exchange import Reply
from camscan.model.observation import Observation, observe
from camscan.net.clock import utc_now
from camscan.net.interfaces import Interface
from camscan.net.mdns_sources import MdnsSources
from camscan.probes.mdns import claimed_macs

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

MAX_SERVICES = 20_000
RESOLVE_TIMEOUT_MS = 1500
RESOLVE_BUDGET_SECONDS = 10.0
"""For all services together: one that announces thousands and answers for none costs no more."""
FIELDS = ("mdns.service", "mdns.instance", "mdns.host", "mdns.txt", "mac.claimed", "net.claimed_address")


async def browse(
    interfaces: Iterable[Interface],
    *,
    window_seconds: float,
    hear: Callable[[Reply], None] | None = None,
) -> tuple[Observation, ...]:
    """Everything announced on these interfaces within the window; raises OSError when 5353 cannot be had.

    hear is called with each answer to the group as it comes, source and all.
    """
    links = tuple(interfaces)
    if not any(interface.ipv4 for interface in links):
        return ()
    async with MdnsSources(links, hear) as sources:
        return await _browse(links, sources, window_seconds)


async def _browse(
    links: tuple[Interface, ...], sources: MdnsSources, window_seconds: float
) -> tuple[Observation, ...]:
    from zeroconf import DNSQuestionType, IPVersion, NotRunningException
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf, AsyncZeroconfServiceTypes

    found: dict[tuple[str, str], None] = {}

    def changed(zeroconf: object, service_type: str, name: str, state_change: object) -> None:  # noqa: ARG001
        if len(found) < MAX_SERVICES:
            found[(service_type, name)] = None

    zeroconf = AsyncZeroconf(
        interfaces=[ip for link in links for ip in link.ipv4], ip_version=IPVersion.V4Only
    )
    browsers: list[AsyncServiceBrowser] = []

    def browse_for(types: list[str]) -> None:
        # Answers to the group can be heard by `sources`, unicast ones not: hence QM.
        browsers.append(
            AsyncServiceBrowser(
                zeroconf.zeroconf, types, handlers=[changed], question_type=DNSQuestionType.QM
            )
        )

    try:
        # A browser begun before this would print a traceback of its own when the scan is interrupted.
        await zeroconf.zeroconf.async_wait_for_start()
        fixed = [f"{each}.local." for each in SERVICE_TYPES]
        browse_for(fixed)
        types = await AsyncZeroconfServiceTypes.async_find(zeroconf, timeout=window_seconds / 2)
        if others := [each for each in types if each not in fixed][:64]:
            browse_for(others)
        await asyncio.sleep(window_seconds / 2)
        wanted = [each for each in found if sources.offered(each[1])]
        return await _resolve(zeroconf, wanted, sources)
    except NotRunningException:
        raise OSError("mDNS could not be started") from None
    finally:
        for browser in browsers:
            await browser.async_cancel()
        with contextlib.suppress(OSError):
            await zeroconf.async_close()


async def _resolve(
    zeroconf: object, services: list[tuple[str, str]], sources: MdnsSources
) -> tuple[Observation, ...]:
    from zeroconf import BadTypeInNameException, DNSQuestionType
    from zeroconf.asyncio import AsyncServiceInfo

    slots = asyncio.Semaphore(32)

    async def one(service_type: str, name: str) -> list[Observation]:
        async with slots:
            try:
                info = AsyncServiceInfo(service_type, name)
                if not await info.async_request(
                    zeroconf.zeroconf,  # type: ignore[attr-defined]
                    RESOLVE_TIMEOUT_MS,
                    question_type=DNSQuestionType.QM,
                ):
                    return []
            except BadTypeInNameException:
                return []  # a name that breaks RFC 6763: nothing to read
            return [each for each in _observations(info, service_type, name) if sources.said(each.ip, name)]

    tasks = [asyncio.ensure_future(one(*each)) for each in services]
    if not tasks:
        return ()
    done, late = await asyncio.wait(tasks, timeout=RESOLVE_BUDGET_SECONDS)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return tuple(observation for task in tasks if task in done for observation in task.result())


def _observations(info: ServiceInfo, service_type: str, name: str) -> Iterable[Observation]:
    addresses = info.parsed_addresses()
    txt = [_text(key) + "=" + _text(value or b"") for key, value in (info.properties or {}).items()]
    fields: dict[str, str | list[str] | None] = {
        "mdns.service": service_type.removesuffix(".local."),
        "mdns.instance": name.removesuffix(f".{service_type}"),
        "mdns.host": (info.server or "").rstrip("."),
        "mdns.txt": txt,
        "mac.claimed": [mac for mac in claimed_macs(txt, [name]) if mac],
        "net.claimed_address": addresses,
    }
    payload = repr((service_type, name, sorted(txt), info.server, info.port)).encode("utf-8", "replace")
    for ip in addresses:
        yield observe(ip, "mdns", fields, at=utc_now(), payload=payload, port=info.port)


def _text(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
