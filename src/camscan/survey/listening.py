"""Listening without asking: frames to observations to devices, as long as it lasts.

Rules: not one packet is sent, so a device that says nothing stays unknown; devices are told as soon as they
look like cameras; a broken interface ends its own part only.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import camscan
from camscan.catalog import Catalog
from camscan.errors import OperationalError
from camscan.imports.notes import Unplaced
from camscan.imports.traffic import Traffic, announcing_ports
from camscan.match.steady import SteadyIdentifier
from camscan.model.device import CAMERA_KINDS, Device
from camscan.model.exchange import Outcome
from camscan.model.inventory import Coverage, Inventory, ProbeCoverage, Scan, Site
from camscan.model.observation import Observation
from camscan.model.scope import Scope
from camscan.net.clock import utc_now
from camscan.net.interfaces import Interface
from camscan.net.listen import Listener, capture_filter
from camscan.survey.misaddressed import mark_misaddressed
from camscan.survey.notebook import Notebook
from camscan.survey.request import DeviceFound, Event, Warned
from camscan.survey.shelf import kept
from camscan.wire.frame import Frame

MAX_HOSTS = 20_000
MAX_UNPLACED = 5_000
SETTLE_SECONDS = 0.5
PASSIVE = (
    "nothing was sent: a device that announced nothing is not listed, and behind a switch with IGMP snooping "
    "multicast announcements may not reach this port"
)


@dataclass(frozen=True, slots=True)
class ListenRequest:
    """Where and how long to listen. links: interfaces; seconds: 0 until stopped."""

    links: tuple[Interface, ...]
    seconds: float = 0.0
    site: Site = field(default_factory=lambda: Site(""))
    allow_public: bool = False


async def listen(
    request: ListenRequest,
    catalog: Catalog,
    on_event: Callable[[Event], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Inventory:
    """Listen until `stop` is set or the time is over.

    Raises OperationalError without the right to capture, or when no interface can be listened to.
    """
    started = utc_now()
    ear = _Ear(request, catalog, on_event or (lambda _: None))
    with ExitStack() as stack:
        ear.open(stack)
        stopped = await ear.hear(stop or asyncio.Event())
    ear.settle()
    devices = ear.notebook.devices()
    if any(link.networks for link in request.links):
        devices = tuple(each for device in devices for each in ear.marked(device))
    return Inventory(
        scan=Scan(
            scan_id=uuid.uuid4().hex[:12],
            site=request.site,
            started=started,
            ended=utc_now(),
            camscan_version=camscan.__version__,
            scope_text=", ".join(link.name for link in request.links),
            coverage=ear.coverage(interrupted=stopped and request.seconds > 0),
            method="listen",
        ),
        devices=kept(devices),
        observations=ear.notebook.all(),
    )


class _Ear:
    def __init__(self, request: ListenRequest, catalog: Catalog, tell: Callable[[Event], None]) -> None:
        self._request = request
        self._tell = tell
        self._warnings: list[str] = []
        self.notebook = Notebook(SteadyIdentifier(catalog, self._warnings.append), request.site.id)
        self._traffic = Traffic(allow_public=request.allow_public, streams=False)
        self._listeners: list[Listener] = []
        self._shown: dict[str, str] = {}  # hardware address → address that the wire showed it at
        self._stated: dict[str, str] = {}  # the same by what was said
        self._unplaced: dict[tuple[str, str, str], Unplaced] = {}
        self._changed: dict[str, None] = {}
        self._told: set[str] = set()
        self._heard: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()
        self._complete = True

    def open(self, stack: ExitStack) -> None:
        """Open every link; raises OperationalError when none opens."""
        text = capture_filter(announcing_ports())
        faults = []
        for link in self._request.links:
            try:
                self._listeners.append(stack.enter_context(Listener(link.name, text)))
            except OperationalError as fault:
                faults.append(str(fault))
        if not self._listeners:
            raise OperationalError("; ".join(dict.fromkeys(faults)) or "no interface to listen on")
        for each in (*faults, *(listener.warning for listener in self._listeners if listener.warning)):
            self._warn(each)
        self._complete = not faults

    async def hear(self, stop: asyncio.Event) -> bool:
        """Until stopped (True), until the time is over or until no interface is left (False)."""
        loop = asyncio.get_running_loop()
        waiting = asyncio.create_task(stop.wait())
        ends = loop.time() + self._request.seconds if self._request.seconds else None
        for each in self._listeners:
            loop.add_reader(each.fileno(), self._ready, each)
        try:
            while self._listeners and not stop.is_set() and (ends is None or loop.time() < ends):
                pause = SETTLE_SECONDS if ends is None else min(SETTLE_SECONDS, max(0.0, ends - loop.time()))
                await asyncio.wait([waiting], timeout=pause)
                self.settle()
        finally:
            for each in self._listeners:
                loop.remove_reader(each.fileno())
                self._lost[each.interface] += each.lost()
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await waiting
        return stop.is_set()

    def _ready(self, listener: Listener) -> None:
        try:
            listener.receive(self._frame)
        except OSError as fault:
            asyncio.get_running_loop().remove_reader(listener.fileno())
            self._listeners.remove(listener)
            self._complete = False
            self._warn(f"{listener.interface}: no longer listened to: {fault.strerror or fault}")

    def _frame(self, frame: Frame) -> None:
        for found in self._traffic.read(frame):
            if isinstance(found, Unplaced):
                self._hold(found)
            else:
                self._note(found)

    def _hold(self, found: Unplaced) -> None:
        ip = self._shown.get(found.mac) or found.own_ip or self._stated.get(found.mac) or found.claimed_ip
        if ip:
            self._note(found.at_address(ip))
        elif len(self._unplaced) < MAX_UNPLACED:
            self._unplaced.setdefault(found.mark, found)

    def _note(self, seen: Observation) -> None:
        if seen.ip not in self.notebook and len(self.notebook) >= MAX_HOSTS:
            self._warn(f"more than {MAX_HOSTS:,} hosts were heard; further ones are not listed")
            return
        if not self.notebook.add(seen):
            return
        self._heard[seen.source] += 1
        self._changed[seen.ip] = None
        told = [(mac, self._shown) for mac in seen.fields.get("mac.observed", ())]
        told += [(mac, self._stated) for mac in seen.fields.get("mac.claimed", ())]
        for mac, places in told:
            places.setdefault(mac, seen.ip)
        for mac, _ in told:
            for mark in [m for m, each in self._unplaced.items() if each.mac == mac]:
                self._note(self._unplaced.pop(mark).at_address(seen.ip))

    def settle(self) -> None:
        """Tell of every device that has come to look like a camera."""
        for ip in list(self._changed):
            device = self.notebook.verdict(ip)
            if device is not None and ip not in self._told and device.kind in CAMERA_KINDS:
                self._told.add(ip)
                self._tell(DeviceFound(device, self.notebook.of(ip)))
        self._changed.clear()

    def marked(self, device: Device) -> tuple[Device, ...]:
        """Flagged when its address does not fit the link; what a mirror carried here is of another link."""
        if any(seen.interface for ip in device.addresses for seen in self.notebook.of(ip)):
            return mark_misaddressed([device], self._request.links, Scope.of([]))
        return (device,)

    def _warn(self, text: str) -> None:
        if text not in self._warnings:
            self._warnings.append(text)
            self._tell(Warned(text))

    def coverage(self, *, interrupted: bool) -> Coverage:
        """What was heard, by protocol, and what silence means here."""
        said = [PASSIVE, *self._warnings]
        said += [f"{name}: {count} packets lost" for name, count in self._lost.items() if count]
        said += [f"{count} left out: {why}" for why, count in self._traffic.left_out.items()]
        if self._unplaced:
            said.append(
                f"{len(self._unplaced)} DHCP clients or SADP frames without a known address: not listed"
            )
        rows = [ProbeCoverage(source, {Outcome.ANSWERED: n}) for source, n in sorted(self._heard.items())]
        rows += [
            ProbeCoverage(f"{probe} (broken)", {Outcome.MALFORMED: n})
            for probe, n in sorted(self._traffic.malformed.items())
        ]
        return Coverage(
            targets=len(self.notebook),
            responders=len(self.notebook),
            probes=tuple(rows),
            warnings=tuple(said),
            complete=self._complete and not interrupted,
            interrupted=interrupted,
        )
