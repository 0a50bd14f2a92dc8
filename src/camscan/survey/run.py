"""One scan while it runs: group questions, unicast questions, the sweep, and a survey of each responder.

`scan.scan` drives it. Each room has one purpose: `questions`, `port_sweep`, `conversations`, `reading`; what
they share is on the `desk`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from camscan.match.resolve import Identifier
from camscan.model.exchange import Outcome, Probe, Reply
from camscan.model.inventory import Coverage
from camscan.model.observation import Observation
from camscan.net.datagrams import Datagrams
from camscan.net.unsent import REMEDY, unsent_datagrams
from camscan.survey import choice
from camscan.survey.conversations import Conversations
from camscan.survey.course import Course
from camscan.survey.covering import covered, shortfalls
from camscan.survey.desk import Desk
from camscan.survey.link_nodes import LinkNodes
from camscan.survey.port_sweep import PortSweep
from camscan.survey.questions import Questions
from camscan.survey.reading import read
from camscan.survey.request import Event, ScanRequest


class Run:
    """The rooms of one scan; made inside the running event loop."""

    def __init__(
        self, request: ScanRequest, identifier: Identifier, on_event: Callable[[Event], None]
    ) -> None:
        self.request = request
        self.desk = Desk(request, identifier, on_event)
        self.ledger, self.notebook, self.gate = self.desk.ledger, self.desk.notebook, self.desk.gate
        self.probes = self.desk.probes
        total = choice.total_questions(request, self.probes.values())
        self._course = Course(total, asyncio.get_running_loop().time, on_event)
        self._conversations = Conversations(self.desk, self._course)
        self._datagrams = Datagrams(
            gate=self.gate,
            pace=self.desk.pace,
            ledger=self.ledger,
            interfaces=request.links,
            port_map=request.port_map,
            hear=self.heard_datagram,
            warn=self.desk.warn,
        )
        self._sweep = PortSweep(self.desk, self._course, self._conversations, self._living)
        self._questions = Questions(self.desk, self._datagrams, self._course, self._sweep.responders)
        self._unsent_before = unsent_datagrams()
        self._nodes = LinkNodes(self.desk)
        for text in request.left_out:
            self.desk.warn(text)
        self.ask_groups, self.ask_each = self._questions.ask_groups, self._questions.ask_each
        self.ask_nodes, self.sweep = self._nodes.ask, self._sweep.run

    async def first_device(self, within_seconds: float) -> None:
        """Wait until a device has been told of, but no longer; at once when nobody has answered yet."""
        if len(self.notebook):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._conversations.first_told.wait(), within_seconds)

    async def finish(self) -> None:
        """Wait until every device has been surveyed."""
        await self._conversations.finish()
        await self._datagrams.close()
        for ip in list(self.notebook.addresses()):
            self._conversations.settle(ip)

    async def abandon(self) -> None:
        """Stop at once; what was heard stays."""
        await self._conversations.abandon()
        await self._datagrams.close()

    def add(self, observations: Iterable[Observation], probe: str) -> None:
        """Observations of a library (mDNS, logins) or of an earlier part of this run."""
        for each in observations:
            if self.desk.admission.admits(each.ip, each.interface):
                self.desk.note(each)
                self.ledger.record(probe, each.ip, Outcome.ANSWERED)
                self._conversations.begin(each.ip)

    def add_neighbours(self) -> None:
        """Hardware addresses for every address heard from, and the IPv6 neighbours among them."""
        self.desk.add_neighbours()
        self._nodes.note()

    def coverage(self, *, interrupted: bool) -> Coverage:
        """What was asked, reached, refused, not run, and why."""
        for text in shortfalls(self.gate, self._datagrams, self.desk.admission):
            self.desk.warn(text)
        if unsent := max(0, unsent_datagrams() - self._unsent_before):
            self.desk.warn(f"{unsent:,} datagrams did not leave this machine: {REMEDY}")
        return covered(
            self.ledger,
            targets=len(self.request.scope),
            responders=len(self.notebook),
            warnings=self.desk.warnings,
            interrupted=interrupted,
            left_out=bool(self.request.left_out or unsent),
        )

    def heard_datagram(self, probe: Probe, reply: Reply, by_group: bool) -> None:
        """An answer by UDP, to a group question or to one of our own."""
        if not self.desk.admission.admits(reply.source_ip, reply.interface):
            return
        if by_group:
            self.ledger.add_target(reply.source_ip)
        asks = read(self.desk, probe, reply)
        if reply.source_ip in self.notebook:
            self._conversations.begin(reply.source_ip)
            for ask in asks:
                self._conversations.plan(reply.source_ip).elsewhere(ask)

    def _living(self) -> list[str]:
        return self._questions.living()
