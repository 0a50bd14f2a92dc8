"""The survey of each responder: its connections, its plan, and the moment it is settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

from camscan.model.device import CAMERA_KINDS
from camscan.model.exchange import Ask, Outcome, Reply, Target
from camscan.net.connect import Connected, Turn
from camscan.net.session import Session
from camscan.survey.course import Course
from camscan.survey.desk import SWEEP, Desk
from camscan.survey.guard import guarded
from camscan.survey.logging_in import LoggingIn
from camscan.survey.notebook import open_port
from camscan.survey.plan import LOW_VALUE_STEPS, Known, Plan
from camscan.survey.reading import read
from camscan.survey.request import DeviceFound

AXIS = "Axis"  # its anonymous basicdeviceinfo is asked of nobody else
TOGETHER_SECONDS = 0.05
"""Answers to one burst of questions come together: so long after the first a device is questioned."""


class Conversations:
    """One Session, one Plan and at most one running survey for each address.

    pending(ip): connects of the sweep that may still become connections; hurry(ip): it has just spoken.
    """

    def __init__(self, desk: Desk, course: Course) -> None:
        self._desk, self._course = desk, course
        self._sessions: dict[str, Session] = {}
        self._plans: dict[str, Plan] = {}
        self._surveys: dict[str, asyncio.Task[None]] = {}
        self._settled = set[str]()
        self.first_told = asyncio.Event()
        self._logging_in = LoggingIn(desk)
        self._at_once = asyncio.Semaphore(desk.request.manners.hosts_at_once)
        self.pending: Callable[[str], int] = lambda _: 0
        self.hurry: Callable[[str], None] = lambda _: None
        desk.announced = lambda ip, xaddrs: self.plan(ip).announced(xaddrs)

    def plan(self, ip: str) -> Plan:
        """What is still to be asked of this address."""
        if ip not in self._plans:
            self._plans[ip] = Plan(Target(ip, zone=self._desk.request.site.id))
        return self._plans[ip]

    def knows(self, ip: str) -> bool:
        """Has it been spoken to?"""
        return ip in self._sessions

    def begin(self, ip: str) -> None:
        """Question this address, unless that is under way."""
        if not self._desk.gate.permits(ip):
            return
        if (task := self._surveys.get(ip)) is None or task.done():
            self._surveys[ip] = asyncio.create_task(guarded(lambda: self._survey(ip), ip, self._desk.warn))

    def opened(self, ip: str, port: int, sock: Connected | None) -> None:
        """The sweep found an open port; the socket, when it is connected, is talked on."""
        self._desk.note(open_port(ip, port, SWEEP))
        plan = self.plan(ip)
        plan.opened(port)
        if sock is not None:
            session = self._session(ip)
            session.adopt(port, sock)
            if not plan.ports[port].to_try:
                session.release(port)
        self.begin(ip)

    def turn(self, ip: str) -> Turn:
        """May the sweep connect to this address now?"""
        if not self._desk.gate.permits(ip):
            return Turn.NEVER
        session, pending, held = self._sessions.get(ip), self.pending(ip), 0
        if session is not None:
            if self._is_over(ip, session):
                return Turn.NEVER
            if session.left <= pending:
                return Turn.LATER
            held = session.open_now
        at_once = self._desk.request.manners.device_connections_at_once
        return Turn.NOW if pending + held < at_once else Turn.LATER

    def over(self) -> Iterator[str]:
        """Addresses whose further open ports would tell nothing, or could not be used."""
        return (ip for ip, session in self._sessions.items() if self._is_over(ip, session))

    def _is_over(self, ip: str, session: Session) -> bool:
        spent = session.left <= 0 or session.remaining_seconds() <= 0
        return spent or self._desk.notebook.known(ip).not_a_camera

    async def finish(self) -> None:
        """Wait until every device has been surveyed."""
        while pending := [task for task in self._surveys.values() if not task.done()]:
            await asyncio.wait(pending)
        self._logging_in.close()

    async def abandon(self) -> None:
        """Stop at once; what was heard stays."""
        for task in self._surveys.values():
            task.cancel()
        await asyncio.gather(*self._surveys.values(), return_exceptions=True)
        for session in self._sessions.values():
            session.close()
        self._logging_in.close()

    def settle(self, ip: str) -> None:
        """Tell of a device, once, as far as its one address shows."""
        self._desk.note_mac(ip, self._desk.hardware_address(ip))
        device = self._desk.notebook.verdict(ip)
        if device is None or ip in self._settled or device.kind not in CAMERA_KINDS:
            return
        self._settled.add(ip)
        self.first_told.set()
        self._course.devices = len(self._settled)
        self._desk.tell(DeviceFound(device, self._desk.notebook.of(ip)))

    async def _survey(self, ip: str) -> None:
        session, plan = self._session(ip), self.plan(ip)
        await asyncio.sleep(TOGETHER_SECONDS)

        async def talk() -> None:
            while (what := plan.next_talk(self._known(ip), session.left + session.ready)) is not None:
                await session.hold(what)
                plan.ended(what)

        workers = self._desk.request.manners.device_connections_at_once
        async with self._at_once:
            await asyncio.gather(*(talk() for _ in range(workers)))
        session.close()
        await self._logging_in.read(ip, session.remaining_seconds())
        self.settle(ip)

    def _known(self, ip: str) -> Known:
        device = self._desk.notebook.verdict(ip)
        if device is not None and device.value("manufacturer") == AXIS and "firmware" not in device.claims:
            self.plan(ip).looks_like_axis = True
        return self._desk.notebook.known(ip)

    def _session(self, ip: str) -> Session:
        if ip not in self._sessions:
            self._sessions[ip] = Session(
                ip,
                gate=self._desk.gate,
                pace=self._desk.pace,
                ledger=self._desk.ledger,
                hear=self._heard,
                elsewhere=self.plan(ip).elsewhere,
                port_map=self._desk.request.port_map,
                limit_seconds=self._desk.request.manners.host_timeout_seconds,
                pending=lambda: self.pending(ip),
            )
            self.hurry(ip)
        return self._sessions[ip]

    def _heard(self, reply: Reply) -> Iterable[Ask]:
        """An answer on a connection; the further Asks worth sending on it."""
        probe = self._desk.probes.get(reply.ask.probe)
        if probe is None:
            return []
        ip = reply.ask.ip
        further = read(self._desk, probe, reply)
        understood = self._desk.ledger.outcome(probe.name, ip) is Outcome.ANSWERED
        first = self.plan(ip).heard(reply.ask, understood=understood)
        known = self._desk.notebook.known(ip)
        if known.not_a_camera:
            return []
        session = self._sessions.get(ip)
        if known.complete or (session is not None and session.left <= 1):
            further = [ask for ask in further if ask.step not in LOW_VALUE_STEPS]
        return [*first, *further]
