"""What to do after reading a report: which devices to look at, what was not reached, what hides behind what.

Rules: a step names things (addresses, segments), never blames; the words of each kind are in `wording`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from camscan.model.device import Kind
from camscan.model.exchange import Outcome
from camscan.model.finding import Verdict
from camscan.report.rows import Entry
from camscan.report.summary import Summary, exploited


class StepKind(StrEnum):
    """Closed list of next steps, the most useful first."""

    EXPLOITED = "exploited"  # firmware that an advisory on CISA's list names
    CHECK_FIRMWARE = "check-firmware"  # such an advisory may apply, the version does not decide it
    CREDENTIALS = "credentials"  # says a login in clear, streams without one, or has no password yet
    UNREACHED = "unreached"  # segments and probes that could not be asked
    LOOK_AT = "look-at"  # maker unknown: somebody has to walk there
    CHECK_MAKER = "check-maker"  # a policy hangs on a maker that is not sure enough
    RECORDERS = "recorders"  # cameras behind a recorder that the network does not show
    CONFLICTS = "conflicts"  # two things share one identity
    EMPTY_SITES = "empty-sites"  # sites in the register where nothing was found


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; details name what it concerns, in the device's own words (not neutralised)."""

    kind: StepKind
    count: int
    details: tuple[str, ...]


_OPEN_FLAGS = frozenset({"announces-credentials", "stream-without-login", "not-activated"})
_CONFLICT_FLAGS = frozenset({"identity-conflict", "misaddressed", "address-mismatch"})


def next_steps(summary: Summary) -> list[Step]:
    """The steps that this inventory calls for, in order of use; empty when there is none."""
    concerned: dict[StepKind, list[str]] = {kind: [] for kind in StepKind}
    for entry in summary.entries:
        for kind, calls_for in _CALLS_FOR.items():
            if calls_for(entry):
                concerned[kind].append(place_of(entry))
    apart = {StepKind.UNREACHED: _unreached(summary), StepKind.EMPTY_SITES: _empty_sites(summary)}
    steps = [apart[kind] if kind in apart else _step(kind, concerned[kind]) for kind in StepKind]
    return [step for step in steps if step is not None]


def place_of(entry: Entry) -> str:
    """`10.0.3.17 (Court 3)`"""
    site = entry.site.name or entry.site.id
    return f"{entry.device.ip} ({site})" if site else entry.device.ip


def _step(kind: StepKind, places: Sequence[str]) -> Step | None:
    return Step(kind, len(places), tuple(places)) if places else None


def _unsure(entry: Entry) -> bool:
    return bool(entry.device.value("manufacturer")) and any(
        finding.action == "check-maker" and finding.verdict is Verdict.TO_BE_CHECKED
        for finding in entry.findings
    )


def _perhaps_exploited(entry: Entry) -> bool:
    return any(finding.known_exploited for finding in entry.findings)


def _hides_cameras(entry: Entry) -> bool:
    return "hidden-cameras" in entry.device.flags or entry.device.value("kind") == Kind.RECORDER


_CALLS_FOR: Mapping[StepKind, Callable[[Entry], bool]] = {
    StepKind.EXPLOITED: exploited,
    StepKind.CHECK_FIRMWARE: lambda e: not exploited(e) and _perhaps_exploited(e),
    StepKind.CREDENTIALS: lambda e: not _OPEN_FLAGS.isdisjoint(e.device.flags),
    StepKind.LOOK_AT: lambda e: not e.device.value("manufacturer"),
    StepKind.CHECK_MAKER: _unsure,
    StepKind.RECORDERS: _hides_cameras,
    StepKind.CONFLICTS: lambda e: not _CONFLICT_FLAGS.isdisjoint(e.device.flags),
}


def _unreached(summary: Summary) -> Step | None:
    said: list[str] = []
    for scan in summary.scans:
        if scan.coverage.complete:
            continue
        said.extend(scan.coverage.warnings)
        for probe in scan.coverage.probes:
            if probe.outcomes.get(Outcome.NOT_RUN):
                said.extend(f"{probe.probe}: {reason}" for reason in probe.reasons)
        if not scan.coverage.warnings and not scan.coverage.probes:
            said.append(scan.scope_text)
    details = tuple(dict.fromkeys(said))
    return Step(StepKind.UNREACHED, len(details), details) if details else None


def _empty_sites(summary: Summary) -> Step | None:
    empty = summary.known_sites - len(summary.sites)
    return Step(StepKind.EMPTY_SITES, empty, ()) if empty > 0 and len(summary.sites) > 0 else None
