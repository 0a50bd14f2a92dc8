"""The public interface: scan, identify, load, report; typed, plain, and async where it waits.

Embedding rules: logging is never configured, signals are never touched, nothing is printed, no thread or
socket outlives a call. What goes wrong is a `CamscanError` of `camscan.errors`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from camscan.errors import OperationalError, ScopeError, UsageError

if TYPE_CHECKING:
    import netaddr

    from camscan.catalog import Catalog
    from camscan.model.device import Device
    from camscan.model.inventory import Inventory
    from camscan.model.observation import Observation
    from camscan.survey.request import Event

__all__ = ["identify", "load", "report", "scan", "scan_async"]


def scan(
    targets: str | Iterable[str],
    *,
    exclude: str | Iterable[str] = (),
    interfaces: str | Iterable[str] = (),
    timing: int = 3,
    allow_public: bool = False,
    group_questions: bool = True,
    site: str = "",
    fingerprints: str | Path | None = None,
    on_device: Callable[[Device], None] | None = None,
) -> Inventory:
    """Find and identify every camera at `targets`; blocks until done. Not from within an event loop.

    targets, exclude: as on the command line ("10.0.0.0/24", "10.0.0.1-9", a host name); exclusions win.
    timing: 0 (slowest) to 5. on_device hears of each device as it is settled; what it raises ends the scan
    and is raised here. Raises ScopeError, UsageError, OperationalError.
    """
    if _in_event_loop():
        raise UsageError("inside an event loop `await camscan.scan_async(…)` is wanted: scan() blocks")
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
    targets: str | Iterable[str],
    *,
    exclude: str | Iterable[str] = (),
    interfaces: str | Iterable[str] = (),
    timing: int = 3,
    allow_public: bool = False,
    group_questions: bool = True,
    site: str = "",
    fingerprints: str | Path | None = None,
    on_device: Callable[[Device], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Inventory:
    """`scan` for programs that have an event loop. Setting `stop` ends it early with what is known.

    Cancelled, it leaves no task and no socket behind.
    """
    from camscan.model.inventory import Site
    from camscan.model.scope import Scope
    from camscan.net.interfaces import choose_interfaces, left_out, list_interfaces
    from camscan.net.pace import TEMPLATES
    from camscan.scan import scan as run
    from camscan.survey.request import DeviceFound, ScanRequest

    words, shut = _words("targets", targets), _words("exclude", exclude)
    wanted = _words("interfaces", interfaces)
    if not isinstance(site, str):
        raise UsageError(f"site: a string is wanted, not {_kind(site)}")
    if on_device is not None and not callable(on_device):
        raise UsageError(f"on_device: something to call is wanted, not {_kind(on_device)}")
    known = list_interfaces()
    scope = Scope.of(
        [_addresses(word) for word in words],
        [_addresses(word) for word in shut],
        text=" ".join(words),
        allow_public=allow_public,
    )
    if not len(scope):
        raise ScopeError("nothing is left to scan once the exclusions are taken away")
    if not isinstance(timing, int) or timing not in TEMPLATES:
        raise ScopeError(f"timing {timing} is not one of 0 to 5")
    chosen = choose_interfaces(wanted, known) if wanted else tuple(i for i in known if i.up)
    links = tuple(each for each in chosen if any(scope.overlaps(network) for network in each.networks))

    stop = stop or asyncio.Event()
    faults: list[Exception] = []

    def hear(event: Event) -> None:
        if on_device is None or faults or not isinstance(event, DeviceFound):
            return
        try:
            on_device(event.device)
        except Exception as fault:  # noqa: BLE001 - the caller's own: raised below, in the caller's reach
            faults.append(fault)
            stop.set()

    request = ScanRequest(
        scope=scope,
        links=links,
        manners=TEMPLATES[timing],
        site=Site(site),
        group_questions="auto" if group_questions else "never",
        left_out=left_out(wanted, known),
    )
    catalog = _catalog(fingerprints)
    inventory = await run(request, catalog, hear, stop)
    if faults:
        raise faults[0]
    return _audited(inventory, catalog)


def identify(
    heard: Inventory | Iterable[Observation], *, fingerprints: str | Path | None = None
) -> Inventory | tuple[Device, ...]:
    """Today's fingerprints over observations; no network. An Inventory gives an Inventory, else devices."""
    from camscan.match.resolve import Identifier
    from camscan.model.inventory import Inventory
    from camscan.survey.misaddressed import carried_over

    catalog = _catalog(fingerprints)
    identifier = Identifier(catalog)
    if not isinstance(heard, Inventory):
        return identifier.identify(_observations(heard))
    devices = identifier.identify(heard.observations, site=heard.scan.site.id)
    return _audited(replace(heard, devices=carried_over(heard.devices, devices)), catalog)


def load(path: str | Path) -> Inventory:
    """The inventory of a `.jsonl` that camscan wrote. Raises FileFormatError naming file and line, or
    OperationalError where the file cannot be opened."""
    from camscan.report.load import load as read

    file = _path("path", path)
    try:
        return read(file)
    except OSError as fault:
        raise OperationalError(f"cannot read {file}: {fault.strerror or fault}") from None


def report(
    inventory: Inventory, path: str | Path | None = None, *, form: str = "csv", language: str = "en"
) -> bytes:
    """The inventory in a format (`camscan report --list-formats`), also written to `path` if given."""
    from camscan.model.inventory import Inventory
    from camscan.report import formats

    if not isinstance(inventory, Inventory):
        raise UsageError(f"inventory: what scan() or load() gave is wanted, not {_kind(inventory)}")
    if not isinstance(form, str):
        raise UsageError(f"form: the name of a format is wanted, not {_kind(form)}")
    if path is None:
        return formats.render(inventory, form, language=language)
    file = _path("path", path)
    content = formats.render(inventory, formats.by_path(file), language=language)
    formats.write_bytes(file, content)
    return content


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _kind(value: object) -> str:
    return type(value).__name__


def _words(what: str, value: object) -> list[str]:
    """One string or several. Raises UsageError for anything else."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        raise UsageError(f"{what}: a string, or several, are wanted, not {_kind(value)}")
    words = list(value)
    for each in words:
        if not isinstance(each, str):
            raise UsageError(f"{what}: strings are wanted, not {_kind(each)}")
    return words


def _path(what: str, value: object) -> Path:
    if not isinstance(value, str | Path):
        raise UsageError(f"{what}: a path is wanted, not {_kind(value)}")
    return Path(value)


def _observations(heard: object) -> list[Observation]:
    from camscan.model.observation import Observation

    listed = list(heard) if isinstance(heard, Iterable) else None
    if listed is None or not all(isinstance(each, Observation) for each in listed):
        raise UsageError(f"heard: an inventory or observations are wanted, not {_kind(heard)}")
    return listed


def _addresses(word: str) -> netaddr.IPSet:
    from camscan.model.scope import parse_target
    from camscan.net.names import resolve_host

    spec = parse_target(word)
    found = spec.addresses
    for ip in resolve_host(spec.host) if spec.host else ():
        found |= parse_target(ip.split("%")[0]).addresses
    return found


def _catalog(fingerprints: str | Path | None) -> Catalog:
    from camscan import catalog

    return catalog.load(None if fingerprints is None else _path("fingerprints", fingerprints))


def _audited(inventory: Inventory, catalog: Catalog) -> Inventory:
    from camscan.audit.examine import examine

    return replace(inventory, findings=examine(inventory, catalog.policies, catalog.advisories))
