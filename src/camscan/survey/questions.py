"""The datagrams of a scan: every group question, and every unicast question to every address.

Rules: one message to all addresses, then the next message, so that no address hears two at a time; where ARP
finds nobody on an attached link, nobody is asked; who lives but kept silent is asked once more, a camera not
wholly known twice (two answers in a thousand were lost both times where a cable loses two in a hundred).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

from camscan.model.device import CAMERA_KINDS
from camscan.model.exchange import Outcome, Probe, Target
from camscan.net.datagrams import Datagrams
from camscan.survey import choice
from camscan.survey.course import Course
from camscan.survey.desk import Desk

ABSENT = f"{Outcome.NOT_ASKED}: no hardware address answers there (ARP)"


class Questions:
    """living(): addresses that gave a sign of life otherwise than by an observation."""

    def __init__(
        self, desk: Desk, datagrams: Datagrams, course: Course, living: Callable[[], Iterable[str]]
    ) -> None:
        self._desk, self._datagrams, self._course, self._living = desk, datagrams, course, living

    async def ask_groups(self) -> None:
        """Every multicast and broadcast question, all probes side by side; then listen out the window."""
        request = self._desk.request
        if request.group_questions == "never":
            for probe in self._desk.probes.values():
                if probe.group_asks:
                    self._desk.ledger.reason(probe.name, "not permitted: group questions were switched off")
            return
        wanted = (p for p in self._desk.probes.values() if p.group_asks and p.groups)
        await asyncio.gather(*(self._datagrams.ask_groups(probe) for probe in wanted))
        await asyncio.sleep(request.manners.group_window_seconds if request.links else 0)

    async def ask_each(self) -> None:
        """Every unicast question to every address once, again to those that live but kept silent, and a third
        time to those that are cameras by then and not wholly known."""
        for probe, number in self._messages():
            await self._ask_all(probe, number)
        await self._ask_again(self._is_open_question)
        await self._ask_again(self._is_half_known_camera)

    async def _ask_again(self, worth_it: Callable[[str], bool]) -> None:
        for probe, number in self._messages():
            for ip in self.living():
                if not self._is_settled(probe, ip) and worth_it(ip):
                    await self._ask(probe, ip, number)

    def living(self) -> list[str]:
        """Every address in scope that has given a sign of life, each once."""
        seen = [*self._desk.notebook.addresses(), *self._living(), *self._desk.presence.present()]
        return [ip for ip in dict.fromkeys(seen) if self._desk.gate.permits(ip)]

    def _messages(self) -> Iterator[tuple[Probe, int]]:
        for probe in self._desk.probes.values():
            if choice.is_asked_each(probe):
                for number in range(choice.messages(probe)):
                    yield probe, number

    async def _ask_all(self, probe: Probe, number: int) -> None:
        request = self._desk.request
        for ip in request.scope.walk(seed=request.seed):
            self._course.advance(asked=1)
            if not ip or self._course.asked <= request.resume_after.asked or self._is_settled(probe, ip):
                continue
            if self._desk.presence.absent(ip):
                self._desk.ledger.reason(probe.name, ABSENT)
            else:
                await self._ask(probe, ip, number)

    async def _ask(self, probe: Probe, ip: str, number: int) -> None:
        await self._datagrams.ask(probe, Target(ip, zone=self._desk.request.site.id), number)

    def _is_open_question(self, ip: str) -> bool:
        known = self._desk.notebook.known(ip)
        return not (known.complete or known.not_a_camera)

    def _is_half_known_camera(self, ip: str) -> bool:
        device = self._desk.notebook.verdict(ip)
        return device is not None and device.kind in CAMERA_KINDS and self._is_open_question(ip)

    def _is_settled(self, probe: Probe, ip: str) -> bool:
        return self._desk.ledger.outcome(probe.name, ip) in (Outcome.ANSWERED, Outcome.MALFORMED)
