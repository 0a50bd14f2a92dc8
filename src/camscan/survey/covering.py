"""The coverage of a run: counts by outcome, and in words what stayed undone or unheard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camscan.model.exchange import Outcome
from camscan.model.inventory import Coverage
from camscan.net.datagrams import Datagrams
from camscan.net.gate import Gate
from camscan.net.ledger import Ledger
from camscan.survey.admission import Admission


def shortfalls(gate: Gate, datagrams: Datagrams | None, admission: Admission) -> Iterator[str]:
    """One line for each kind of thing that was stopped, dropped or left out."""
    for why, count in gate.refused.items():
        yield f"{count} sends stopped at the gate: {why}"
    for why, count in (datagrams.dropped if datagrams is not None else {}).items():
        yield f"{count} packets not read: {why}"
    if count := len(admission.outside):
        yield f"{count} devices on these links answered from outside the targets; they are not listed"
    if count := len(admission.made_up):
        yield f"{count} more addresses of other networks answered than can be true: somebody makes them up"


def covered(
    ledger: Ledger,
    *,
    targets: int,
    responders: int,
    warnings: Iterable[str],
    interrupted: bool,
    left_out: bool = False,
) -> Coverage:
    """The coverage record; incomplete when it was cut short, anything in scope could not be asked, or what
    was wanted was left out of the scope."""
    rows = ledger.coverage()
    not_run = ledger.unasked or any(row.outcomes.get(Outcome.NOT_RUN) for row in rows)
    return Coverage(
        targets=targets,
        responders=responders,
        probes=rows,
        warnings=tuple(warnings),
        complete=not (interrupted or not_run or left_out),
        interrupted=interrupted,
    )
