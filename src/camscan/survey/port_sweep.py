"""The TCP sweep of a scan: the strongest ports of every address, the rest of every address that answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from camscan.model.exchange import Outcome
from camscan.net.connect import Connected
from camscan.net.sweeping import Guide, Sweep, make_sweep
from camscan.survey import choice
from camscan.survey.conversations import Conversations
from camscan.survey.course import Course
from camscan.survey.desk import SWEEP, Desk


class PortSweep:
    """living(): every address that gave a sign of life, for the second stage."""

    def __init__(
        self,
        desk: Desk,
        course: Course,
        conversations: Conversations,
        living: Callable[[], Iterable[str]],
    ) -> None:
        self._desk, self._course, self._conversations, self._living = desk, course, conversations, living
        self._refusals: Counter[str] = Counter()
        self._sweep: Sweep | None = None

    def responders(self) -> list[str]:
        """Addresses that answered the sweep, if only with a refusal."""
        return [*self._refusals, *(self._sweep.refusing() if self._sweep else ())]

    async def run(self) -> None:
        """Both stages; what came of them is recorded, also when they are cut short."""
        request = self._desk.request
        if request.probes and SWEEP not in request.probes:
            return
        guide = Guide(
            turn=self._conversations.turn,
            finished=self._conversations.over,
            alive=self._conversations.knows,
            absent=self._desk.presence.absent,
            begun=lambda count: self._course.advance(swept=count),
        )
        sweep = self._sweep = make_sweep(
            gate=self._desk.gate,
            pace=self._desk.pace,
            port_map=request.port_map,
            found=self._found,
            guide=guide,
            raw=request.raw,
        )
        self._conversations.pending, self._conversations.hurry = sweep.pending, sweep.hurry
        self._desk.heard_mac = sweep.mac
        after = self._course.swept = request.resume_after.swept
        try:
            first, second = (choice.sweep_ports(request, stage) for stage in (1, 2))
            await sweep.everyone(first, seed=request.seed, after=after)
            await sweep.responders(second, self._living)
        finally:
            self._conclude(sweep)

    def _conclude(self, sweep: Sweep) -> None:
        for ip, outcome, why in sweep.outcomes():
            self._desk.ledger.record(SWEEP, ip, outcome, why)
        self._refusals.update(sweep.refusing())
        for ip, mac in sweep.macs().items():
            self._desk.neighbours.setdefault(ip, mac)
        self._sweep = None
        sweep.close()
        for fault in sweep.faults():
            self._desk.warn(fault)

    def _found(self, ip: str, port: int, outcome: Outcome, why: str, sock: Connected | None) -> None:
        self._desk.ledger.record(SWEEP, ip, outcome, why if outcome is not Outcome.REFUSED else "")
        if outcome is Outcome.REFUSED and not why.startswith("unreachable"):
            self._refusals[ip] += 1
        if outcome is Outcome.ANSWERED:
            self._conversations.opened(ip, port, sock)
