"""What has been heard so far, by address, and what identification makes of it.

Observations per address are capped; a device that talks without end fills its page and no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from camscan.match.resolve import Identifier
from camscan.model.device import Device, Evidence, Kind
from camscan.model.observation import Observation, observe
from camscan.net.clock import utc_now
from camscan.survey.plan import Known

MAX_OBSERVATIONS = 200
_COLUMNS = ("brand", "manufacturer", "model", "firmware", "serial")


class Notebook:
    """Observations by address, each kept once."""

    def __init__(self, identifier: Identifier, site: str = "") -> None:
        self._identifier = identifier
        self._site = site
        self._by_ip: dict[str, list[Observation]] = defaultdict(list)
        self._seen: dict[str, set[tuple[str, str, int | None]]] = defaultdict(set)
        self._evidence: dict[str, list[tuple[str, Evidence]]] | None = defaultdict(list)
        self._verdicts: dict[str, tuple[int, Device]] = {}

    def __contains__(self, ip: str) -> bool:
        return ip in self._by_ip

    def __len__(self) -> int:
        return len(self._by_ip)

    def add(self, observation: Observation) -> bool:
        """Keep an observation; False when it was known already or the page is full."""
        mark = (observation.source, str(sorted(observation.fields.items())), observation.port)
        marks = self._seen[observation.ip]
        if not observation.fields or mark in marks or len(marks) >= MAX_OBSERVATIONS:
            return False
        marks.add(mark)
        self._by_ip[observation.ip].append(observation)
        if self._evidence is not None:
            self._evidence[observation.ip].extend(self._identifier.evidence_of(observation))
        return True

    def of(self, ip: str) -> tuple[Observation, ...]:
        """Everything heard from one address."""
        return tuple(self._by_ip.get(ip, ()))

    def observed_macs(self, ip: str) -> frozenset[str]:
        """The hardware addresses that the wire showed for one address."""
        return frozenset(
            mac for each in self._by_ip.get(ip, ()) for mac in each.fields.get("mac.observed", ())
        )

    def all(self) -> tuple[Observation, ...]:
        """Everything heard, address by address."""
        return tuple(o for found in self._by_ip.values() for o in found)

    def verdict(self, ip: str) -> Device | None:
        """What this address alone shows, computed anew only when something was added."""
        found = self._by_ip.get(ip)
        if not found:
            return None
        known = self._verdicts.get(ip)
        if known is None or known[0] != len(found):
            known = (len(found), self._verdict(ip))
            self._verdicts[ip] = known
        return known[1]

    def _verdict(self, ip: str) -> Device:
        evidence = None if self._evidence is None else self._evidence[ip]
        return self._identifier.resolve(self._by_ip[ip], site=self._site, evidence=evidence)

    def known(self, ip: str) -> Known:
        """Is this address settled?"""
        device = self.verdict(ip)
        if device is None:
            return Known()
        kind = device.claims.get("kind")
        sure = all(name in device.claims and device.claims[name].confidence >= 0.9 for name in _COLUMNS)
        return Known(
            not_a_camera=kind is not None and kind.value == Kind.NOT_A_CAMERA and kind.confidence >= 0.9,
            complete=sure and kind is not None and kind.confidence >= 0.9,
        )

    def devices(self) -> tuple[Device, ...]:
        """Every device, addresses joined; what was concluded of single addresses is let go for that."""
        self._evidence = None
        self._verdicts.clear()
        return self._identifier.identify(self.all(), site=self._site)

    def addresses(self) -> Iterable[str]:
        """Every address that something was heard from."""
        return self._by_ip.keys()


def open_port(ip: str, port: int, source: str) -> Observation:
    """What a connect that succeeded says: this TCP port is open."""
    return observe(
        ip, source, {"net.open_port": str(port)}, at=utc_now(), payload=f"open {port}".encode(), port=port
    )
