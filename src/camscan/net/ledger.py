"""Exactly one outcome for every (probe, target), in one byte each.

A later outcome replaces an earlier one only when it says more: an answer beats a refusal, a refusal
beats silence, anything beats "not asked".
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain

from camscan.model.exchange import Outcome
from camscan.model.inventory import ProbeCoverage
from camscan.net.places import Places, address_text, number_of

_RANK = (
    Outcome.NOT_ASKED,
    Outcome.NOT_RUN,
    Outcome.NOT_PERMITTED,
    Outcome.SILENT,
    Outcome.REFUSED,
    Outcome.TIMED_OUT,
    Outcome.MALFORMED,
    Outcome.BUG,
    Outcome.ANSWERED,
)
_CODE = {outcome: code for code, outcome in enumerate(_RANK)}


class Ledger:
    """The coverage of one run while it grows. Memory: one byte per probe and target.

    IPv4 targets are placed by arithmetic; only further addresses are held one by one.
    """

    def __init__(self, probes: Iterable[str], addresses: Iterable[str]) -> None:
        numbers, further = array("I"), []
        for ip in addresses:
            if ":" in ip:
                further.append(ip)
            else:
                numbers.append(number_of(ip))
        self._places = Places.of_each(numbers)
        self._further = {ip: self._places.count + number for number, ip in enumerate(further)}
        self._rows = {probe: bytearray(len(self)) for probe in probes}
        self._reasons: dict[str, dict[str, None]] = {}
        self.unasked = 0
        """Questions that this machine could not send though it had sent others: the network went away."""

    def __len__(self) -> int:
        return self._places.count + len(self._further)

    def _place(self, ip: str) -> int | None:
        place = self._places.named(ip)
        return place if place >= 0 else self._further.get(ip)

    def add_target(self, ip: str) -> None:
        """A device that answered without being a listed target (a neighbour, a misaddressed one)."""
        if self._place(ip) is None:
            self._further[ip] = len(self)
            for row in self._rows.values():
                row.append(0)

    def record(self, probe: str, ip: str, outcome: Outcome, reason: str = "") -> None:
        """Note how (probe, ip) ended, keeping the outcome that says most."""
        at = self._place(ip)
        row = self._rows.get(probe)
        if at is None or row is None:
            return
        if reason:
            self.reason(probe, f"{outcome}: {reason}")
        if outcome is Outcome.NOT_RUN and row[at] > _CODE[outcome]:
            self.unasked += 1
        row[at] = max(row[at], _CODE[outcome])

    def record_all(self, probe: str, outcome: Outcome, reason: str = "") -> None:
        """The same outcome for every target that has none yet."""
        row = self._rows.get(probe)
        if row is None:
            return
        if reason:
            self.reason(probe, f"{outcome}: {reason}")
        code = _CODE[outcome]
        for at, old in enumerate(row):
            if old < code and old == 0:
                row[at] = code

    def record_where(self, probe: str, outcome: Outcome, holds: Callable[[str], bool]) -> None:
        """The same outcome for every target for which `holds`, unless it has one that says more."""
        row = self._rows.get(probe)
        if row is None:
            return
        code = _CODE[outcome]
        names = (address_text(self._places.address(at)) for at in range(self._places.count))
        for at, ip in enumerate(chain(names, self._further)):
            if row[at] < code and holds(ip):
                row[at] = code

    def reason(self, probe: str, text: str) -> None:
        """A reason in words, kept once, at most 20 for each probe."""
        reasons = self._reasons.setdefault(probe, {})
        if len(reasons) < 20:
            reasons[text] = None

    def outcome(self, probe: str, ip: str) -> Outcome:
        """How (probe, ip) ended so far."""
        place = self._place(ip)
        return Outcome.NOT_ASKED if place is None else _RANK[self._rows[probe][place]]

    def coverage(self) -> tuple[ProbeCoverage, ...]:
        """One line per probe; the counts of each add up to the number of targets."""
        return tuple(
            ProbeCoverage(
                probe,
                {_RANK[code]: count for code, count in sorted(Counter(row).items(), reverse=True)},
                tuple(self._reasons.get(probe, ())),
            )
            for probe, row in self._rows.items()
        )
