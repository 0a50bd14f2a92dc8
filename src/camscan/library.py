"""The public interface: scan, identify, load, report; typed, plain, and async where it waits.

Embedding rules: logging is never configured, signals are never touched, nothing is printed, no thread or
socket outlives a call. What goes wrong is a `CamscanError` of `camscan.errors`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from camscan.errors import ScopeError

if TYPE_CHECKING:
    import netaddr

    from camscan.catalog import Catalog
    from camscan.model.device import Device
    from camscan.model.inventory import Inventory
    from camscan.model.observation import Observation
    from camscan.survey.request import Event

__all__ = ["identify", "load", "report", "scan", "scan_async"]


def scan(
    targets: str | Sequence[str],
    *,
    exclude: str | Sequence[str] = (),
    interfaces: Sequence[str] = (),
    timing: int = 3,
    allow_public: bool = False,
    group_questions: bool = True,
    site: str = "",
    fingerprints: Path | None = None,
    on_device: Callable[[Device], None] | None = None,
) -> Inventory:
    """Find and identify every camera at `targets`; blocks until done. Not from within an event loop.

    targets, exclude: as on the command line ("10.0.0.0/24", "10.0.0.1-9", a host name); exclusions win.
    timing: 0 (slowest) to 5. on_device hears of each device as it is settled. Raises ScopeError, UsageError,
    OperationalError.
    """
    return asyncio.run(
        scan_async(
            targets,
            exclude=exclude,
            interfaces=interfaces,
            timing=timing,
            allow_public=allow_public,
            group_questions=group_questions,
            site=site,
            fingerprints=fingerprints,
            on_device=on_device,
        )
    )


async def scan_async(
    targets: str | Sequence[str],
    *,
    exclude: str | Sequence[str] = (),
    interfaces: Sequence[str] = (),
    timing: int = 3,
    allow_public: bool = False,
    group_questions: bool = True,
    site: str = "",
    fingerprints: Path | None = None,
    on_device: Callable[[Device], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Inventory:
    """`scan` for programs that have an event loop. Setting `stop` ends it early with what is known."""
    from camscan.model.inventory import Site
    from camscan.model.scope import Scope
    from camscan.net.interfaces import choose_interfaces, left_out, list_interfaces
    from camscan.net.pace import TEMPLATES
    from camscan.scan import scan as run
    from camscan.survey.request import DeviceFound, ScanRequest

    known = list_interfaces()
    words = [targets] if isinstance(targets, str) else list(targets)
    shut = [exclude] if isinstance(exclude, str) else list(exclude)
    scope = Scope.of(
        [_addresses(word) for word in words],
        [_addresses(word) for word in shut],
        text=" ".join(words),
        allow_public=allow_public,
    )
    if not len(scope):
        raise ScopeError("nothing is left to scan once the exclusions are taken away")
    if timing not in TEMPLATES:
        raise ScopeError(f"timing {timing} is not one of 0 to 5")
    chosen = choose_interfaces(interfaces, known) if interfaces else tuple(i for i in known if i.up)
    links = tuple(each for each in chosen if any(scope.overlaps(network) for network in each.networks))

    def hear(event: Event) -> None:
        if on_device is not None and isinstance(event, DeviceFound):
            on_device(event.device)

    request = ScanRequest(
        scope=scope,
        links=links,
        manners=TEMPLATES[timing],
        site=Site(site),
        group_questions="auto" if group_questions else "never",
        left_out=left_out(interfaces, known),
    )
    catalog = _catalog(fingerprints)
    return _audited(await run(request, catalog, hear, stop), catalog)


def identify(
    heard: Inventory | Iterable[Observation], *, fingerprints: Path | None = None
) -> Inventory | tuple[Device, ...]:
    """Today's fingerprints over observations; no network. An Inventory gives an Inventory, else devices."""
    from camscan.match.resolve import Identifier
    from camscan.model.inventory import Inventory
    from camscan.survey.misaddressed import carried_over

    catalog = _catalog(fingerprints)
    identifier = Identifier(catalog)
    if not isinstance(heard, Inventory):
        return identifier.identify(heard)
    devices = identifier.identify(heard.observations, site=heard.scan.site.id)
    return _audited(replace(heard, devices=carried_over(heard.devices, devices)), catalog)


def load(path: str | Path) -> Inventory:
    """The inventory of a `.jsonl` that camscan wrote. Raises FileFormatError naming file and line."""
    from camscan.report.load import load as read

    return read(Path(path))


def report(
    inventory: Inventory, path: str | Path | None = None, *, form: str = "csv", language: str = "en"
) -> bytes:
    """The inventory in a format (`camscan report --list-formats`), also written to `path` if given."""
    from camscan.report import formats

    if path is None:
        return formats.render(inventory, form, language=language)
    content = formats.render(inventory, formats.by_path(path), language=language)
    formats.write_bytes(Path(path), content)
    return content


def _addresses(word: str) -> netaddr.IPSet:
    from camscan.model.scope import parse_target
    from camscan.net.names import resolve_host

    spec = parse_target(word)
    found = spec.addresses
    for ip in resolve_host(spec.host) if spec.host else ():
        found |= parse_target(ip.split("%")[0]).addresses
    return found


def _catalog(fingerprints: Path | None) -> Catalog:
    from camscan import catalog

    return catalog.load(fingerprints)


def _audited(inventory: Inventory, catalog: Catalog) -> Inventory:
    from camscan.audit.examine import examine

    return replace(inventory, findings=examine(inventory, catalog.policies, catalog.advisories))
