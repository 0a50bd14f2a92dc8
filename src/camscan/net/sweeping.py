"""Which sweep a scan gets: raw SYNs where the machine allows it and the way is an Ethernet, else connections.

Both have one shape: `run(pairs, turn)`, `pending(ip)`, `close()`. The raw sweep hands no connected socket to
`found`, so whoever wants to talk to an open port connects to it.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from camscan.net.capabilities import can_send_raw
from camscan.net.connect import ConnectSweep, Found, Turn
from camscan.net.gate import Gate
from camscan.net.pace import Pace
from camscan.net.session import PortMap

if TYPE_CHECKING:
    from camscan.net.raw.syn import SynSweep


class Sweep(Protocol):
    """What a survey needs of a sweep."""

    async def run(self, pairs: Iterable[tuple[str, int]], turn: Callable[[str], Turn]) -> None:
        """Ask every pair when its turn comes."""

    def pending(self, ip: str) -> int:
        """Connections to this address that may still come about."""

    def close(self) -> None:
        """Give up what is in flight."""

    def hurry(self, ip: str) -> None:
        """This device has just spoken: what it left unanswered may be tried again."""

    def faults(self) -> list[str]:
        """What could not be done, for the warnings of the coverage."""


def make_sweep(
    *,
    gate: Gate,
    pace: Pace,
    port_map: PortMap,
    found: Found,
    raw: bool,
    is_alive: Callable[[str], bool],
    is_absent: Callable[[str], bool],
) -> Sweep:
    """The raw sweep when `raw` is wanted, there is the right to it, and some target lies behind an Ethernet.

    A port map means a simulated network on loopback: that is connected to.
    """
    connections = OnlyConnect(
        gate=gate, pace=pace, port_map=port_map, found=found, is_alive=is_alive, is_absent=is_absent
    )
    if raw and not port_map and sys.platform == "linux" and can_send_raw():
        from camscan.net.raw.routes import Routes

        routes = Routes.read()
        if any(
            way is not None
            for span in gate.scope.allowed.iter_ipranges()
            if span.version == 4
            for _, _, way in routes.spans(int(span.first), int(span.last))
        ):
            from camscan.net.raw.syn import SynSweep

            return RawThenConnect(
                SynSweep(gate=gate, pace=pace, found=found, routes=routes),
                connections,
            )
    return connections


class OnlyConnect(ConnectSweep):
    """Connections for every pair."""

    def faults(self) -> list[str]:
        """Nothing goes wrong here that is not the outcome of a pair."""
        return []


class RawThenConnect:
    """SYNs first; then connections to what no frame of ours reaches (IPv6, tunnels, our own addresses)."""

    def __init__(self, raw: SynSweep, connect: ConnectSweep) -> None:
        self._raw, self._connect = raw, connect
        self._packed = array("Q")
        self._others: list[tuple[str, int]] = []

    async def run(self, pairs: Iterable[tuple[str, int]], turn: Callable[[str], Turn]) -> None:
        """Ask every pair when its turn comes; returns when all have ended."""
        self._packed, self._others = array("Q"), []
        await self._raw.run(self._reached(pairs), lambda ip: _for_a_syn(turn(ip)))
        await self._connect.run(self._rest(), turn)

    def pending(self, ip: str) -> int:
        """Connections to this address that may still come about."""
        return self._connect.pending(ip)  # a SYN of ours never becomes a connection

    def hurry(self, ip: str) -> None:
        """Raw SYNs are repeated by their own rule; connects are tried again."""
        self._connect.hurry(ip)

    def close(self) -> None:
        """Give up what is in flight."""
        self._raw.close()
        self._connect.close()

    def faults(self) -> list[str]:
        """What could not be done, for the warnings of the coverage."""
        return self._raw.faults()

    def _reached(self, pairs: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
        for ip, port in pairs:
            if self._raw.reaches(ip):
                yield ip, port
            elif ":" in ip:
                self._others.append((ip, port))
            else:
                self._packed.append(int.from_bytes(bytes(map(int, ip.split("."))), "big") << 16 | port)

    def _rest(self) -> Iterator[tuple[str, int]]:
        for packed in self._packed:
            yield ".".join(map(str, (packed >> 16).to_bytes(4, "big"))), packed & 0xFFFF
        yield from self._others


def _for_a_syn(turn: Turn) -> Turn:
    """A SYN holds no connection of the device, so it need not wait for one to be free."""
    return Turn.NOW if turn is Turn.LATER else turn
