"""One scan while it runs: group questions, unicast questions, the sweep, and a survey of each responder.

Every reply passes `_read`: the probe that asked reads it, its observations go into the notebook, and what
it wants to ask further goes on the same connection or into the device's plan. A fault of ours in reading
one reply becomes that probe's outcome `bug` and nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from camscan.errors import MalformedReply, OperationalError
from camscan.match.resolve import Identifier
from camscan.model.device import CAMERA_KINDS, Kind
from camscan.model.exchange import Ask, Outcome, Probe, Reply, Target
from camscan.model.inventory import Coverage
from camscan.model.observation import Observation, observe
from camscan.net.clock import utc_now
from camscan.net.connect import Connected, Turn
from camscan.net.datagrams import Datagrams
from camscan.net.gate import Gate
from camscan.net.ledger import Ledger
from camscan.net.neighbours import read_neighbours
from camscan.net.onvif_login import NAME as LOGIN
from camscan.net.onvif_login import LoginRefused, prepare, read_device
from camscan.net.pace import HEADROOM, Pace
from camscan.net.presence import Presence
from camscan.net.session import Session
from camscan.net.sweeping import Sweep, make_sweep
from camscan.survey import choice
from camscan.survey.admission import Admission
from camscan.survey.covering import covered, shortfalls
from camscan.survey.guard import guarded
from camscan.survey.logins import login_for, login_target
from camscan.survey.notebook import Notebook, open_port
from camscan.survey.plan import LOW_VALUE_STEPS, Known, Plan
from camscan.survey.request import Cursor, DeviceFound, Event, Heard, Progress, ScanRequest, Warned

SWEEP = "tcp-connect"
AXIS = "Axis"  # its anonymous basicdeviceinfo is asked of nobody else
LIBRARY_PROBES = ("mdns", "neighbour")
ABSENT = f"{Outcome.NOT_ASKED}: no hardware address answers there (ARP)"


class Run:
    """Everything that changes during one scan; `scan.scan` drives it."""

    def __init__(
        self, request: ScanRequest, identifier: Identifier, on_event: Callable[[Event], None]
    ) -> None:
        self.request = request
        self._tell = on_event
        self.gate = Gate(request.scope)
        self.pace = Pace(request.manners, HEADROOM)
        self.probes = {probe.name: probe for probe in choice.chosen_probes(request)}
        logins = (LOGIN,) if request.logins else ()
        names = dict.fromkeys([*self.probes, SWEEP, *LIBRARY_PROBES, *logins])
        self.ledger = Ledger(names, request.scope.addresses())
        self.notebook = Notebook(identifier, request.site.id)
        self.warnings: list[str] = []
        self._sessions: dict[str, Session] = {}
        self._plans: dict[str, Plan] = {}
        self._surveys: dict[str, asyncio.Task[None]] = {}
        self._settled, self._logged_in = set[str](), set[str]()
        self._wsdl = asyncio.Lock()
        self._refusals: Counter[str] = Counter()
        self._admission = Admission(request.scope, request.links)
        self._presence = Presence(request.links, time.monotonic)
        self._asked = self._swept = self._total = 0
        self._started = 0.0
        self._neighbours: dict[str, str] = dict(request.neighbours or {})
        self.datagrams: Datagrams | None = None
        self._sweep: Sweep | None = None

    async def ask_groups(self) -> None:
        """Every multicast and broadcast question, all probes side by side; then listen out the window."""
        if self.request.group_questions == "never":
            for probe in self.probes.values():
                if probe.group_asks:
                    self.ledger.reason(probe.name, "not permitted: group questions were switched off")
            return
        wanted = (p for p in self.probes.values() if p.group_asks and p.groups)
        await asyncio.gather(*(self._asker().ask_groups(probe) for probe in wanted))
        await asyncio.sleep(self.request.manners.group_window_seconds if self.request.links else 0)

    async def ask_each(self) -> None:
        """Every unicast UDP question to every address once, then again to those that live but kept silent.

        One message to all addresses, then the next message: so no address hears two at a time. Where ARP
        finds nobody on an attached link, nobody is asked.
        """
        wanted = [p for p in self.probes.values() if choice.is_asked_each(p)]
        for probe in wanted:
            for number in range(choice.messages(probe)):
                for ip in self.request.scope.addresses(seed=self.request.seed):
                    self._advance(asked=1)
                    if self._asked <= self.request.resume_after.asked or self._is_settled(probe, ip):
                        continue
                    if self._presence.absent(ip):
                        self.ledger.reason(probe.name, ABSENT)
                    else:
                        await self._asker().ask(probe, Target(ip, zone=self.request.site.id), number)
        for probe in wanted:
            for number in range(choice.messages(probe)):
                for ip in self._living():
                    if not self._is_settled(probe, ip) and self._is_open_question(ip):
                        await self._asker().ask(probe, Target(ip, zone=self.request.site.id), number)

    def _living(self) -> list[str]:
        """Every address in scope that has given a sign of life, each once."""
        seen = [*self.notebook.addresses(), *self._refusals, *self._presence.present()]
        return [ip for ip in dict.fromkeys(seen) if self.gate.permits(ip)]

    def _is_open_question(self, ip: str) -> bool:
        return not ((known := self.notebook.known(ip)).complete or known.not_a_camera)

    def _is_settled(self, probe: Probe, ip: str) -> bool:
        return self.ledger.outcome(probe.name, ip) in (Outcome.ANSWERED, Outcome.MALFORMED)

    async def sweep(self) -> None:
        """The TCP sweep: the strongest ports of every address, the rest of every address that answered."""
        if self.request.probes and SWEEP not in self.request.probes:
            return
        sweep = self._sweep = make_sweep(
            gate=self.gate, pace=self.pace, port_map=self.request.port_map, found=self._found_port,
            raw=self.request.raw, is_alive=self._sessions.__contains__, is_absent=self._presence.absent,
        )  # fmt: skip
        try:
            await sweep.run(self._pairs(stage=1), self._turn)
            await sweep.run(self._pairs(stage=2), self._turn)
        finally:
            sweep.close()
            for fault in sweep.faults():
                self.warn(fault)

    async def finish(self) -> None:
        """Wait until every device has been surveyed."""
        while pending := [task for task in self._surveys.values() if not task.done()]:
            await asyncio.wait(pending)
        if self.datagrams is not None:
            await self.datagrams.close()
        for ip in list(self.notebook.addresses()):
            self._settle(ip)

    def start(self) -> None:
        """Open what needs a running event loop."""
        self._started = asyncio.get_running_loop().time()
        self._total = choice.total_questions(self.request, self.probes.values())
        self.datagrams = Datagrams(
            gate=self.gate,
            pace=self.pace,
            ledger=self.ledger,
            interfaces=self.request.links,
            port_map=self.request.port_map,
            hear=self.heard_datagram,
            warn=self.warn,
        )

    async def abandon(self) -> None:
        """Stop at once; what was heard stays."""
        for task in self._surveys.values():
            task.cancel()
        await asyncio.gather(*self._surveys.values(), return_exceptions=True)
        if self.datagrams is not None:
            await self.datagrams.close()
        for session in self._sessions.values():
            session.close()

    def add(self, observations: Iterable[Observation], probe: str) -> None:
        """Observations of a library (mDNS, logins) or of an earlier part of this run."""
        for each in observations:
            if self._admission.admits(each.ip, each.interface):
                self._note(each)
                self.ledger.record(probe, each.ip, Outcome.ANSWERED)
                self._begin(each.ip)

    def add_neighbours(self) -> None:
        """Hardware addresses from the kernel's table (or the one given) for every address heard from."""
        table = self._neighbours or read_neighbours()
        for ip in list(self.notebook.addresses()):
            self._note_mac(ip, table.get(ip))

    def _note_mac(self, ip: str, mac: str | None) -> None:
        if mac:
            self._note(observe(ip, "neighbour", {"mac.observed": mac}, at=utc_now(), payload=mac.encode()))
            self.ledger.record("neighbour", ip, Outcome.ANSWERED)

    def warn(self, text: str) -> None:
        """One line for people, said once."""
        if text not in self.warnings:
            self.warnings.append(text)
            self._tell(Warned(text))

    def coverage(self, *, interrupted: bool) -> Coverage:
        """What was asked, reached, refused, not run, and why."""
        for text in shortfalls(self.gate, self.datagrams, self._admission):
            self.warn(text)
        return covered(
            self.ledger,
            targets=len(self.request.scope),
            responders=len(self.notebook),
            warnings=self.warnings,
            interrupted=interrupted,
        )

    def heard_datagram(self, probe: Probe, reply: Reply, by_group: bool) -> None:
        """An answer by UDP, to a group question or to one of our own."""
        if not self._admission.admits(reply.source_ip, reply.interface):
            return
        if by_group:
            self.ledger.add_target(reply.source_ip)
        asks = self._read(probe, reply)
        if reply.source_ip in self.notebook:
            self._begin(reply.source_ip)
            for ask in asks:
                self._plan(reply.source_ip).elsewhere(ask)

    def _heard_stream(self, reply: Reply) -> Iterable[Ask]:
        probe = self.probes.get(reply.ask.probe)
        if probe is None:
            return []
        plan = self._plan(reply.ask.ip)
        further = self._read(probe, reply)
        understood = self.ledger.outcome(probe.name, reply.ask.ip) is Outcome.ANSWERED
        first = plan.heard(reply.ask, understood=understood)
        known = self.notebook.known(reply.ask.ip)
        if known.not_a_camera:
            return []
        session = self._sessions.get(reply.ask.ip)
        if known.complete or (session is not None and session.left <= 1):
            further = [ask for ask in further if ask.step not in LOW_VALUE_STEPS]
        return [*first, *further]

    def _read(self, probe: Probe, reply: Reply) -> list[Ask]:
        asks: list[Ask] = []
        ip = reply.source_ip
        understood = False
        try:
            for result in probe.read(reply):
                if isinstance(result, Ask):
                    asks.append(result)
                else:
                    understood = True
                    self._note(result)
        except MalformedReply as fault:
            self.ledger.record(probe.name, ip, Outcome.MALFORMED, str(fault))
            return asks
        except Exception as fault:  # noqa: BLE001 - our bug must not cost the other devices
            self.ledger.record(probe.name, ip, Outcome.BUG, f"{type(fault).__name__}: {fault}")
            self.warn(f"a bug of camscan in probe {probe.name}: {type(fault).__name__}: {fault}")
            return asks
        if understood:
            self.ledger.record(probe.name, ip, Outcome.ANSWERED)
        return asks

    def _note(self, observation: Observation) -> None:
        if not self.notebook.add(observation):
            return
        self._tell(Heard(observation))
        if (xaddrs := observation.fields.get("onvif.xaddr")) and choice.speaks_onvif(observation):
            self._plan(observation.ip).announced(xaddrs)

    def _pairs(self, stage: int) -> Iterator[tuple[str, int]]:
        for port in choice.sweep_ports(self.request, stage):
            if stage == 1:
                for ip in self.request.scope.addresses(seed=self.request.seed + port):
                    self._advance(swept=1)
                    if self._swept > self.request.resume_after.swept:
                        yield ip, port
            else:
                for ip in self._living():
                    yield ip, port

    def _turn(self, ip: str) -> Turn:
        if not self.gate.permits(ip):
            return Turn.NEVER
        session, pending, held = self._sessions.get(ip), self._pending(ip), 0
        if session is not None:
            if session.left <= 0 or session.remaining_seconds() <= 0 or self.notebook.known(ip).not_a_camera:
                return Turn.NEVER
            if session.left <= pending:
                return Turn.LATER
            held = session.open_now
        return Turn.NOW if pending + held < self.request.manners.device_connections_at_once else Turn.LATER

    def _pending(self, ip: str) -> int:
        return self._sweep.pending(ip) if self._sweep else 0

    def _found_port(self, ip: str, port: int, outcome: Outcome, why: str, sock: Connected | None) -> None:
        self.ledger.record(SWEEP, ip, outcome, why if outcome is not Outcome.REFUSED else "")
        if outcome is Outcome.REFUSED and not why.startswith("unreachable"):
            self._refusals[ip] += 1
        if outcome is not Outcome.ANSWERED:
            return
        self._note(open_port(ip, port, SWEEP))
        plan = self._plan(ip)
        plan.opened(port)
        if sock is not None:
            self._session(ip).adopt(port, sock)
            if not plan.ports[port].to_try:
                self._session(ip).release(port)
        self._begin(ip)

    def _plan(self, ip: str) -> Plan:
        if ip not in self._plans:
            self._plans[ip] = Plan(Target(ip, zone=self.request.site.id))
        return self._plans[ip]

    def _session(self, ip: str) -> Session:
        if ip not in self._sessions:
            self._sessions[ip] = Session(
                ip,
                gate=self.gate,
                pace=self.pace,
                ledger=self.ledger,
                hear=self._heard_stream,
                elsewhere=self._plan(ip).elsewhere,
                port_map=self.request.port_map,
                limit_seconds=self.request.manners.host_timeout_seconds,
                pending=lambda: self._pending(ip),
            )
            if self._sweep is not None:
                self._sweep.hurry(ip)
        return self._sessions[ip]

    def _begin(self, ip: str) -> None:
        if not self.gate.permits(ip):
            return
        if (task := self._surveys.get(ip)) is None or task.done():
            self._surveys[ip] = asyncio.create_task(guarded(self._survey(ip), ip, self.warn))

    async def _survey(self, ip: str) -> None:
        session, plan = self._session(ip), self._plan(ip)
        await asyncio.sleep(0.05)  # answers to one burst of questions come together

        async def talk() -> None:
            while (what := plan.next_talk(self._known(ip), session.left + session.ready)) is not None:
                await session.hold(what)
                plan.ended(what)

        workers = self.request.manners.device_connections_at_once
        await asyncio.gather(*(talk() for _ in range(workers)))
        session.close()
        await self._log_in(ip)
        self._settle(ip)

    def _known(self, ip: str) -> Known:
        device = self.notebook.verdict(ip)
        if device is not None and device.value("manufacturer") == AXIS and "firmware" not in device.claims:
            self._plan(ip).looks_like_axis = True
        return self.notebook.known(ip)

    async def _log_in(self, ip: str) -> None:
        """Once for each device and run, where the operator gave a login for its address."""
        login = login_for(ip, self.request.logins) if self.request.logins else None
        device = self.notebook.verdict(ip)
        if login is None or device is None or ip in self._logged_in or device.kind is Kind.NOT_A_CAMERA:
            return
        target = login_target(ip, login, self.notebook.of(ip), device.kind, self.request.port_map)
        if target is None:
            return
        self._logged_in.add(ip)
        await self.pace.wait(ip)
        try:
            async with self._wsdl:  # parsed once, not by every thread that needs it first
                await asyncio.to_thread(prepare)
            found = await asyncio.to_thread(read_device, target, self.gate)
        except LoginRefused as refusal:
            self.ledger.record(LOGIN, ip, Outcome.REFUSED, f"{ip}: {refusal}")
            self.warn(f"{ip} did not accept the login supplied; it was tried once and is not tried again")
        except OperationalError as fault:
            self.ledger.record(LOGIN, ip, Outcome.TIMED_OUT, str(fault))
        else:
            self.ledger.record(LOGIN, ip, Outcome.ANSWERED)
            for each in found:
                self._note(each)

    def _settle(self, ip: str) -> None:
        self._note_mac(ip, self._neighbours.get(ip))
        device = self.notebook.verdict(ip)
        if device is None or ip in self._settled or device.kind not in CAMERA_KINDS:
            return
        self._settled.add(ip)
        self._tell(DeviceFound(device, self.notebook.of(ip)))

    def _advance(self, *, asked: int = 0, swept: int = 0) -> None:
        self._asked += asked
        self._swept += swept
        done = self._asked + self._swept
        if done % 64 == 0:
            spent = asyncio.get_running_loop().time() - self._started
            left, cursor = spent / done * (self._total - done), Cursor(self._asked, self._swept)
            self._tell(Progress(done, self._total, len(self._settled), left, cursor))

    def _asker(self) -> Datagrams:
        assert self.datagrams is not None, "start() comes first"
        return self.datagrams
