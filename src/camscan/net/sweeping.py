"""Which sweep a scan gets: raw SYNs where the machine allows it and the way is an Ethernet, else connections.

Both have one shape (`Sweep`): first every address, then who answered. The raw sweep hands no connected socket
to `found`, so whoever wants to talk to an open port connects to it.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import netaddr

from camscan.errors import ScopeError
from camscan.model.exchange import Outcome
from camscan.model.scope import MAX_ADDRESSES, Scope, spans_of
from camscan.net.capabilities import can_send_raw
from camscan.net.connect import ConnectSweep, Found, Turn
from camscan.net.gate import Gate
from camscan.net.pace import Pace
from camscan.net.session import PortMap

if TYPE_CHECKING:
    from camscan.net.raw.syn import SynSweep

NO_RIGHT = (
    "no right to raw sockets (CAP_NET_RAW): no ARP sweep, no question to IPv6 neighbours, ports were "
    "connected to instead, and hardware addresses beyond the kernel's own table are missing; "
    "`camscan doctor` says how to get it"
)


@dataclass(frozen=True, slots=True)
class Guide:
    """What a sweep asks of the survey around it.

    turn(ip): may it be connected to now? finished(): addresses that nothing more is sent to; alive(ip): has
    it spoken? absent(ip): does ARP find nobody there? begun(n): n further pairs of the walk were drawn.
    """

    turn: Callable[[str], Turn]
    finished: Callable[[], Iterable[str]] = tuple
    alive: Callable[[str], bool] = lambda _: False
    absent: Callable[[str], bool] = lambda _: False
    begun: Callable[[int], None] = lambda _: None


class Sweep(Protocol):
    """What a survey needs of a sweep."""

    async def everyone(self, ports: Sequence[int], *, seed: int, after: int) -> None:
        """Every port of every address in scope; the first `after` steps of the walk are left out."""

    async def responders(self, ports: Sequence[int], living: Callable[[], Iterable[str]]) -> None:
        """Every port of each address that answered the sweep, and of `living()`."""

    def pending(self, ip: str) -> int:
        """Connections to this address that may still come about."""

    def hurry(self, ip: str) -> None:
        """This device has just spoken: what it left unanswered may be tried again."""

    def refusing(self) -> list[str]:
        """Addresses that answered the sweep otherwise than by `found`."""

    def mac(self, ip: str) -> str | None:
        """The hardware address that the sweep heard for this one."""

    def macs(self) -> dict[str, str]:
        """Hardware addresses that the sweep heard."""

    def outcomes(self) -> Iterator[tuple[str, Outcome, str]]:
        """(address, outcome, why) of what was not told by `found`."""

    def faults(self) -> list[str]:
        """What could not be done, for the warnings of the coverage."""

    def close(self) -> None:
        """Give up what is in flight."""


def make_sweep(*, gate: Gate, pace: Pace, port_map: PortMap, found: Found, guide: Guide, raw: bool) -> Sweep:
    """The raw sweep when `raw` is wanted, there is the right to it, and some target lies behind an Ethernet.

    A port map means a simulated network on loopback: that is connected to.
    """
    connections = OnlyConnect(gate, pace, port_map, found, guide)
    wanted = raw and not port_map and sys.platform == "linux"
    if wanted and not can_send_raw():
        connections.lack = NO_RIGHT
    elif wanted:
        from camscan.net.raw.routes import Routes

        routes = Routes.read()
        if any(
            way is not None
            for first, last in spans_of(gate.scope.allowed, 4)
            for _, _, way in routes.spans(first, last)
        ):
            from camscan.net.raw.syn import SynSweep

            def opened(ip: str, port: int) -> None:
                found(ip, port, Outcome.ANSWERED, "", None)

            syn = SynSweep(gate=gate, pace=pace, opened=opened, finished=guide.finished, routes=routes)
            return RawThenConnect(syn, connections, gate.scope, guide)
    return connections


class OnlyConnect:
    """Connections for every pair. lack: what that costs, where a raw sweep was wanted and not possible."""

    lack = ""

    def __init__(self, gate: Gate, pace: Pace, port_map: PortMap, found: Found, guide: Guide) -> None:
        self._gate, self._guide = gate, guide
        self._connect = ConnectSweep(
            gate=gate, pace=pace, port_map=port_map, found=found, is_alive=guide.alive, is_absent=guide.absent
        )
        self.pending, self.hurry, self.close = (
            self._connect.pending,
            self._connect.hurry,
            self._connect.close,
        )

    async def everyone(self, ports: Sequence[int], *, seed: int, after: int) -> None:
        """See `Sweep.everyone`."""

        def pairs() -> Iterator[tuple[str, int]]:
            at = 0
            for port in ports:
                for ip in self._gate.scope.walk(seed + port):
                    at += 1
                    if at > after:
                        self._guide.begun(1)
                        if ip:
                            yield ip, port

        await self._connect.run(pairs(), self._guide.turn)

    async def responders(self, ports: Sequence[int], living: Callable[[], Iterable[str]]) -> None:
        """See `Sweep.responders`."""
        await self._connect.run(((ip, port) for port in ports for ip in living()), self._guide.turn)

    def refusing(self) -> list[str]:
        """Every end is told by `found`."""
        return []

    def mac(self, ip: str) -> str | None:
        """None: the kernel's table has it."""
        del ip
        return None

    def macs(self) -> dict[str, str]:
        """None: the kernel's table has them."""
        return {}

    def outcomes(self) -> Iterator[tuple[str, Outcome, str]]:
        """Every end is told by `found`."""
        return iter(())

    def faults(self) -> list[str]:
        """The missing right, unless only this machine was looked at; all else is the outcome of a pair."""
        loopback = netaddr.IPSet(["127.0.0.0/8", "::1/128"])
        return [self.lack] if self.lack and self._gate.scope.allowed - loopback else []


class RawThenConnect:
    """SYNs first; then connections to what no frame of ours reaches (IPv6, tunnels, our own addresses)."""

    def __init__(self, raw: SynSweep, connect: OnlyConnect, scope: Scope, guide: Guide) -> None:
        self._raw, self._connect, self._scope, self._guide = raw, connect, scope, guide
        self.hurry, self.pending = connect.hurry, connect.pending  # a SYN of ours never becomes a connection
        self.refusing, self.mac, self.macs = raw.refusing, raw.mac, raw.macs
        self.outcomes, self.faults = raw.outcomes, raw.faults

    async def everyone(self, ports: Sequence[int], *, seed: int, after: int) -> None:
        """See `Sweep.everyone`. What is connected to is few, and is asked anew when a scan is resumed."""
        await self._raw.everyone(ports, seed=seed, after=after, begun=self._guide.begun)
        left = self._raw.left_out()
        if six := [ip for first, last in self._scope.walked(6) for ip in _six(first, last)]:
            self._guide.begun(len(six) * len(ports))
        left += filter(self._scope.permits, six)
        await self._connect.responders(ports, lambda: left)

    async def responders(self, ports: Sequence[int], living: Callable[[], Iterable[str]]) -> None:
        """See `Sweep.responders`."""
        await self._raw.responders(ports, living)
        await self._connect.responders(ports, lambda: [ip for ip in living() if self._is_left(ip)])

    def close(self) -> None:
        """Give up what is in flight."""
        self._raw.close()
        self._connect.close()

    def _is_left(self, ip: str) -> bool:
        return not self._raw.reaches(ip)


def _six(first: int, last: int) -> Iterator[str]:
    if last - first >= MAX_ADDRESSES:
        raise ScopeError("IPv6 networks are found, never swept: name single addresses")
    return (str(ipaddress.IPv6Address(number)) for number in range(first, last + 1))
