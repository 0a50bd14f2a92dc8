"""The hardware address each frame goes to: the gateway's, or on our own link the target's, found by ARP.

A target on the link that answers no ARP request gets no SYN at all: nobody is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from itertools import chain

from camscan.errors import OperationalError
from camscan.model.exchange import Outcome
from camscan.model.scope import spans_of
from camscan.net.pace import Pace
from camscan.net.places import address_text
from camscan.net.raw.arp import ArpAsker, ArpHeard, ask_link
from camscan.net.raw.batch import BatchGate
from camscan.net.raw.routes import Link, Routes, Way, read_gateway_mac

ARP_RETRIES = 3
GATEWAY_RETRIES = 9
"""Three seconds, as the kernel takes: a router that answers late would cost every network behind it."""
NOBODY = "no answer to ARP"


class Hop(Enum):
    """Why there is no hardware address (yet)."""

    WAIT = "the question is under way"
    NOBODY = "nobody answers"


class Hops:
    """Answers `mac_for` without waiting; asks in the background, each link once."""

    def __init__(
        self, routes: Routes, admission: BatchGate, pace: Pace, *, arp_retries: int = ARP_RETRIES
    ) -> None:
        self.routes = routes
        self._admission, self._pace, self._arp_retries = admission, pace, arp_retries
        self.on_link: dict[int, bytes] = {}
        self.strangers: dict[str, str] = {}
        self._gateways: dict[tuple[str, int], bytes | None] = {}
        self._questions: dict[object, asyncio.Task[None]] = {}
        self.changed: Callable[[int], None] = lambda _: None
        """Called with the address whose hop became known."""

    def mac_for(self, ip: int, way: Way) -> bytes | Hop:
        """Six bytes, or why not."""
        if way.next_hop is None:
            if (mac := self.on_link.get(ip)) is not None:
                return mac
            return self._state(way.link.name, lambda: self._ask_link(way.link.name))
        known = (way.link.name, way.next_hop)
        if (gateway := self._gateways.get(known)) is not None:
            return gateway
        if known not in self._questions and (mac := read_gateway_mac(*known)):
            self._gateways[known] = mac
            return mac
        return self._state(known, lambda: self._ask_gateway(way.link, known[1]))

    @property
    def busy(self) -> bool:
        """Is a question under way?"""
        return any(not task.done() for task in self._questions.values())

    def excuse(self, way: Way) -> tuple[Outcome, str]:
        """How a pair ends whose hop answers nothing."""
        if way.next_hop is None:
            return Outcome.SILENT, NOBODY
        return Outcome.NOT_RUN, f"the gateway {address_text(way.next_hop)} answers no ARP request"

    async def finished(self) -> None:
        """Wait until every question under way has its answer."""
        await asyncio.gather(*self._questions.values(), return_exceptions=True)

    def close(self) -> None:
        """End the questions under way."""
        for task in self._questions.values():
            task.cancel()

    def faults(self) -> list[OperationalError]:
        """What went wrong in the background; the addresses concerned count as silent or not run."""
        return [
            fault
            for task in self._questions.values()
            if task.done()
            and not task.cancelled()
            and isinstance(fault := task.exception(), OperationalError)
        ]

    def _state(self, name: object, start: Callable[[], object]) -> Hop:
        task = self._questions.get(name)
        if task is None:
            task = asyncio.ensure_future(start())  # type: ignore[call-overload]
            self._questions[name] = task
        return Hop.NOBODY if task.done() else Hop.WAIT

    async def _ask_link(self, name: str) -> None:
        result = ArpHeard()
        for link, spans in self._on(name).items():
            await ask_link(
                link,
                chain.from_iterable(range(first, last + 1) for first, last in spans),
                result,
                admission=self._admission,
                pace=self._pace,
                retries=self._arp_retries,
                heard=self._heard,
            )
        self.strangers.update(result.strangers)

    def _on(self, name: str) -> dict[Link, list[tuple[int, int]]]:
        """The ranges of the scope that lie on this interface's own wire, by the address we ask from."""
        found: dict[Link, list[tuple[int, int]]] = {}
        for span in spans_of(self._admission.gate.scope.allowed, 4):
            for first, last, way in self.routes.spans(*span):
                if way is not None and way.next_hop is None and way.link.name == name:
                    found.setdefault(way.link, []).append((first, last))
        return found

    def _heard(self, ip: int, mac: bytes) -> None:
        self.on_link[ip] = mac
        self.changed(ip)

    async def _ask_gateway(self, link: Link, gateway: int) -> None:
        asker = ArpAsker(link, self._pace)
        try:
            await asker.ask([gateway], retries=GATEWAY_RETRIES)
        finally:
            asker.close()
        if gateway in asker.table:
            self._gateways[link.name, gateway] = asker.table[gateway]
            self.changed(gateway)
