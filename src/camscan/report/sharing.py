"""One object for each distinct text, instant and number that a file being read repeats.

Rules: 100,000 devices repeat a few thousand texts millions of times, and kept apart they would take more
memory than all the rest; nobody else holds the frozen objects yet, so their members may still be put in
place. Only equal values are exchanged, never a meaning. Every line runs once per piece of evidence.
"""

from __future__ import annotations

from operator import attrgetter
from sys import intern
from typing import Any

from camscan.model.device import Claim, Device, Evidence, MacAddress
from camscan.model.finding import Finding

MAX_REMEMBERED = 200_000
"""Hostile files may repeat nothing; beyond so many values the memory starts anew."""

_PARTS = attrgetter("rule", "field", "value", "source", "port", "digest", "at", "family", "weight", "says")
"""In the order of Evidence's members."""

_RARE = attrgetter("site", "open_ports", "discovered_by", "status")
_VERDICT = attrgetter("regime", "reference", "source", "action", "confidence", "effective")


def _put(kind: type, name: str) -> Any:
    return getattr(kind, name).__set__


_PUT_VALUE, _PUT_CONFIDENCE = _put(Claim, "value"), _put(Claim, "confidence")
_PUT_EVIDENCE, _PUT_AGAINST = _put(Claim, "evidence"), _put(Claim, "against")
_PUT_SITE, _PUT_PORTS = _put(Device, "site"), _put(Device, "open_ports")
_PUT_BY, _PUT_STATUS = _put(Device, "discovered_by"), _put(Device, "status")
_PUT_FIRST, _PUT_LAST = _put(Device, "first_seen"), _put(Device, "last_seen")
_PUT_HEARD = _put(MacAddress, "source")
_PUT_DEVICE, _PUT_BASIS = _put(Finding, "device_id"), _put(Finding, "basis")
_PUT_VERDICT = tuple(
    _put(Finding, name) for name in ("regime", "reference", "source", "action", "confidence", "effective")
)


class Sharing:
    """Remembers what was read so far; one per file."""

    def __init__(self) -> None:
        self._seen: dict[Any, Any] = {}
        self._at: object = None
        self._first: object = None
        self._last: object = None
        self._digest = ""
        self._finding = ("", "")  # device and basis of the finding before

    def device(self, device: Device) -> None:
        """The device's repeated members become the ones seen before, those of its evidence too."""
        seen = self._seen
        if len(seen) > MAX_REMEMBERED:
            seen.clear()
        rare = _RARE(device)
        site, ports, by, status = seen.setdefault(rare, rare)
        _PUT_SITE(device, site)
        _PUT_PORTS(device, ports)
        _PUT_BY(device, by)
        _PUT_STATUS(device, status)
        if device.first_seen == self._first:
            _PUT_FIRST(device, self._first)
        else:
            self._first = device.first_seen
        if device.last_seen == self._last:
            _PUT_LAST(device, self._last)
        else:
            self._last = device.last_seen
        for mac in device.macs:
            _PUT_HEARD(mac, intern(mac.source))
        for claim in device.claims.values():
            said = intern(claim.value)
            _PUT_VALUE(claim, said)
            _PUT_CONFIDENCE(claim, seen.setdefault(claim.confidence, claim.confidence))
            if claim.evidence:
                _PUT_EVIDENCE(claim, self._evidence(claim.evidence, said))
            if claim.against:
                _PUT_AGAINST(claim, self._evidence(claim.against, said))

    def finding(self, finding: Finding) -> None:
        """As for a device; the findings of one device follow each other."""
        verdict = _VERDICT(finding)
        for put, value in zip(_PUT_VERDICT, self._seen.setdefault(verdict, verdict), strict=True):
            put(finding, value)
        device_id, basis = self._finding
        if finding.device_id == device_id:
            _PUT_DEVICE(finding, device_id)
            if finding.basis == basis:
                _PUT_BASIS(finding, basis)
        self._finding = (finding.device_id, finding.basis)

    def _evidence(self, heard: tuple[Evidence, ...], said: str) -> tuple[Evidence, ...]:
        """The same evidence made anew, which costs half of putting ten members one by one."""
        made = []
        for each in heard:
            rule, field, value, source, port, digest, at, family, weight, says = _PARTS(each)
            where = (rule, field, source, port, family, weight)
            known = self._seen.get(where)
            if known is None:
                known = self._seen[where] = tuple(
                    intern(part) if isinstance(part, str) else part for part in where
                )
            rule, field, source, port, family, weight = known
            if digest == self._digest:
                digest = self._digest
            else:
                self._digest = digest
            if at == self._at:
                at = self._at
            else:
                self._at = at
            value = said if value == said else intern(value)
            says = said if says == said else intern(says)
            made.append(Evidence(rule, field, value, source, port, digest, at, family, weight, says))
        return tuple(made)
