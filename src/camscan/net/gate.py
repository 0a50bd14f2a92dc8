"""The choke point: no packet leaves without passing here, in any phase.

Every socket of this room asks `Gate.check` just before it sends or connects: sweeps, probes,
redirects, description URLs, XAddrs and logins alike. Group questions ask `group_refusal`.
"""

from __future__ import annotations

import ipaddress
from collections import Counter

from camscan.model.scope import Scope
from camscan.net.interfaces import Interface

PRINTER_PORTS = frozenset(range(9100, 9108))
"""JetDirect ports print whatever arrives; they are never touched."""


class OutsideScope(Exception):
    """An address or port that may not be spoken to; becomes `Outcome.NOT_PERMITTED`."""


class Gate:
    """Decides about each send. refused counts what was stopped, by reason, for the coverage."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.refused: Counter[str] = Counter()
        self._permitted: set[str] = set()

    def permits(self, ip: str) -> bool:
        """The scope's answer, remembered for the addresses asked most."""
        if ip in self._permitted:
            return True
        if not self.scope.permits(ip):
            return False
        if len(self._permitted) < 1 << 13:
            self._permitted.add(ip)
        return True

    def check(self, ip: str, port: int) -> None:
        """Raise OutsideScope unless one packet may go to (ip, port)."""
        if port in PRINTER_PORTS:
            self._refuse("printer ports are never touched")
        if not 0 < port < 65536:
            self._refuse("no such port")
        if not self.permits(ip):
            self._refuse("excluded" if self.scope.excludes(ip) else "outside the scope")

    def group_refusal(self, interface: Interface) -> str:
        """Why no multicast or broadcast may go out on this link, or "" when it may.

        A group question reaches every device on the link. It is asked only where the scope reaches
        into the link, and never where an excluded address lies on it.
        """
        networks = [str(ipaddress.ip_interface(n).network) for n in interface.networks]
        if not any(self.scope.overlaps(network) for network in networks):
            return f"no target is on the link of {interface.name}"
        for network in networks:
            if self.scope.excludes_any_of(network):
                return (
                    f"an excluded address lies on {network} ({interface.name}), a group question reaches it"
                )
        return ""

    def _refuse(self, why: str) -> None:
        self.refused[why] += 1
        raise OutsideScope(why)
