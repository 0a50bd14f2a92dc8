"""How many packets may leave in one batch under the shared pace, and which addresses may be in it at all."""

from __future__ import annotations

from typing import Any

from camscan.model.scope import spans_of
from camscan.net.gate import PRINTER_PORTS, Gate
from camscan.net.pace import Pace
from camscan.net.places import Places, address_text
from camscan.net.raw.frames import has_numpy


def reserve(pace: Pace, wanted: int, now: float) -> tuple[int, float]:
    """Take up to `wanted` slots of the whole rate: (packets that may go now, seconds to wait after them)."""
    room = pace.room(now, pace.quantum_seconds)
    taken = wanted if room is None else min(wanted, max(1, room))
    return taken, max(0.0, pace.take(taken, now) - pace.interval - now)


class BatchGate:
    """The gate's answer for a whole batch of addresses at once (numpy), and one by one without.

    It reads the same scope, and counts refusals in the same place.
    """

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._allowed = Places(spans_of(gate.scope.allowed, 4))
        self._excluded = Places(spans_of(gate.scope.excluded, 4))

    def one(self, ip: str) -> bool:
        """May one packet that has no port (ARP) go to this address?"""
        if self.gate.permits(ip):
            return True
        self.gate.refused["excluded" if self.gate.scope.excludes(ip) else "outside the scope"] += 1
        return False

    def admitted(self, ips: list[int]) -> list[int]:
        """Those that may be sent to, of many; the others are counted."""
        if len(ips) < 64 or not has_numpy():
            return [ip for ip in ips if self.one(address_text(ip))]
        import numpy as np

        columns = np.array(ips, np.uint32)
        kept: list[int] = columns[self.mask(columns)].tolist()
        return kept

    def verdicts(self, ips: Any) -> Any:
        """For each of these addresses, in the shape they came in: may it be sent to?"""
        return [self.one(address_text(ip)) for ip in ips] if isinstance(ips, list) else self.mask(ips)

    def ports(self, ports: tuple[int, ...]) -> tuple[int, ...]:
        """The ports that may be touched; a printer port is left out and counted."""
        kept = tuple(port for port in ports if port not in PRINTER_PORTS and 0 < port < 65536)
        if len(kept) < len(ports):
            self.gate.refused["printer ports are never touched"] += len(ports) - len(kept)
        return kept

    def mask(self, ips: Any) -> Any:
        """Which of these IPv4 addresses (numpy uint32) may be sent to; the others are counted."""
        import numpy as np

        allowed = self._allowed.hold(ips)
        if self._excluded.count:
            allowed &= ~self._excluded.hold(ips)
        refused = len(ips) - int(np.count_nonzero(allowed))
        if refused:
            self.gate.refused["outside the scope or excluded"] += refused
        return allowed
