"""The pipeline, on one screen: scope → discover → probe → observe → identify → audit → inventory.

Sources make observations; identification is a pure function of them; everything else is a view.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import uuid
from collections.abc import Callable

import camscan
from camscan.catalog import Catalog
from camscan.entry import make_callable
from camscan.match.steady import SteadyIdentifier
from camscan.model.device import Device
from camscan.model.exchange import Outcome, Reply
from camscan.model.inventory import Inventory, Scan
from camscan.net import mdns, names
from camscan.net.clock import utc_now
from camscan.survey.misaddressed import mark_misaddressed
from camscan.survey.request import Event, ScanRequest
from camscan.survey.run import Run
from camscan.survey.shelf import kept
from camscan.survey.unconfirmed import mark_unconfirmed

NAMES_BUDGET_SECONDS = 5.0
GROUPS_FIRST_SECONDS, GROUPS_LEAVE_SECONDS = 0.15, 0.03
"""The group questions have the line to themselves at first: most devices answer in their one round trip."""
FIRST_DEVICE_SECONDS = 0.5
"""The first who answered may be surveyed for so long before the sweep takes the processor."""


async def scan(
    request: ScanRequest,
    catalog: Catalog,
    on_event: Callable[[Event], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Inventory:
    """Find, question and identify everything the request allows.

    on_event hears of each device as it is settled, of progress and of warnings. Setting `stop` ends the
    scan early with what is known by then. Raises OperationalError when nothing at all could be asked.
    """
    started = utc_now()
    identifier = SteadyIdentifier(catalog, lambda text: run.desk.warn(text))
    run = Run(request, identifier, on_event or (lambda _: None))
    try:
        run.add(request.known, "earlier part")
        interrupted = await _until(stop, _ask_everything(run), request.run_seconds)
        if interrupted:
            await run.abandon()
        run.add_neighbours()
        await run.finish()
        if request.resolve_names and not interrupted:
            await _add_names(run)
    except BaseException:  # cancelled, perhaps: no task and no socket may outlive the call
        await run.abandon()
        raise
    devices = mark_misaddressed(run.notebook.devices(), request.links, request.scope)
    devices = mark_unconfirmed(devices, request.links)
    return Inventory(
        scan=Scan(
            scan_id=request.scan_id or uuid.uuid4().hex[:12],
            site=request.site,
            started=started,
            ended=utc_now(),
            camscan_version=camscan.__version__,
            scope_text=request.scope.text,
            coverage=run.coverage(interrupted=interrupted),
        ),
        devices=kept(sorted(devices, key=_by_address)),
        observations=run.notebook.all(),
    )


async def _ask_everything(run: Run) -> None:
    """Groups, mDNS, unicast and the sweep run side by side under one pace; devices are surveyed meanwhile."""
    parts = [asyncio.create_task(run.ask_groups())]
    try:
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(GROUPS_LEAVE_SECONDS if run.request.links else 0)
        _import_what_answers_need()
        spent = asyncio.get_running_loop().time() - began
        await asyncio.sleep(max(0.0, GROUPS_FIRST_SECONDS - spent) if run.request.links else 0)
        await run.first_device(FIRST_DEVICE_SECONDS)
        parts += map(asyncio.create_task, (run.ask_nodes(), _browse(run), run.ask_each(), run.sweep()))
        await asyncio.gather(*parts)
    finally:  # cut short, or one of them failed: the others end with it
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
    await asyncio.sleep(min(1.0, run.request.manners.answer_timeout_seconds))
    await run.finish()


def _import_what_answers_need() -> None:
    """A tenth of a second of imports while the first questions are on their way, not before they leave."""
    for name in ("camscan.wire.x509", "camscan.audit.examine"):
        importlib.import_module(name)


async def _browse(run: Run) -> None:
    links = [link for link in run.request.links if not run.gate.group_refusal(link)]
    if not run.request.mdns or run.request.group_questions == "never" or not links:
        run.ledger.record_all("mdns", Outcome.NOT_PERMITTED if run.request.mdns else Outcome.NOT_ASKED)
        return
    try:
        found = await mdns.browse(
            links, window_seconds=run.request.manners.group_window_seconds, hear=_hear_mdns(run)
        )
    except OSError as fault:
        run.ledger.record_all("mdns", Outcome.NOT_RUN, f"UDP port 5353: {fault.strerror or fault}")
        return
    run.add(found, "mdns")
    for link in links:
        run.ledger.record_where("mdns", Outcome.SILENT, link.holds)


def _hear_mdns(run: Run) -> Callable[[Reply], None] | None:
    probe = run.probes.get("mdns")
    if probe is None:
        return None
    return lambda reply: run.heard_datagram(probe, reply, True)


async def _add_names(run: Run) -> None:
    from camscan.model.observation import observe

    found = await names.reverse_names(list(run.notebook.addresses()), budget_seconds=NAMES_BUDGET_SECONDS)
    for ip, name in found.items():
        run.add([observe(ip, "dns", {"net.hostname": name}, at=utc_now(), payload=name.encode())], "dns")


async def _until(stop: asyncio.Event | None, work: object, seconds: float) -> bool:
    """Run `work` until it ends, `stop` is set or `seconds` are over; True when it was cut short."""
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]
    waiting = {task}
    halt = asyncio.create_task(stop.wait()) if stop is not None else None
    if halt is not None:
        waiting.add(halt)
    try:
        await asyncio.wait(waiting, timeout=seconds or None, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        await _ended(task)
        raise
    finally:
        if halt is not None:
            halt.cancel()
    if task.done():
        task.result()
        return False
    await _ended(task)
    return True


async def _ended(task: asyncio.Future[object]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _by_address(device: Device) -> tuple[int, int, str]:
    import ipaddress

    address = ipaddress.ip_address(device.ip.split("%")[0])
    return address.version, int(address), device.device_id


make_callable(__name__)
