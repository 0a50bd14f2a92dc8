"""Coverage in words: what another program's port cost is said even where everybody was asked."""

from __future__ import annotations

from datetime import UTC, datetime

from camscan.model.exchange import Outcome
from camscan.model.inventory import Coverage, ProbeCoverage, Scan, Site
from camscan.report.coverage_text import coverage_paragraphs, ran_in_part
from camscan.report.language import language
from camscan.report.table import coverage_lines

HALF = ProbeCoverage(
    "sadp", {Outcome.ANSWERED: 2, Outcome.SILENT: 3}, ("not-run: UDP port 37020 in use", "silent: closed")
)
NOT_AT_ALL = ProbeCoverage("tvt", {Outcome.NOT_RUN: 5}, ("not-run: port in use",))


def scan_with(*probes: ProbeCoverage, complete: bool = True) -> Scan:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return Scan("s", Site("HQ"), at, at, "1", "10.0.0.0/29", Coverage(5, 2, probes, (), complete=complete))


def test_a_probe_that_asked_but_could_not_hear_in_every_way_ran_in_part() -> None:
    assert list(ran_in_part(scan_with(HALF, NOT_AT_ALL).coverage)) == [("sadp", "UDP port 37020 in use")]


def test_terminal_and_report_say_so() -> None:
    assert ("  sadp ran only in part: UDP port 37020 in use", "yellow") in coverage_lines(scan_with(HALF))
    assert "sadp ran only in part (UDP port 37020 in use)" in coverage_paragraphs(
        scan_with(HALF), language("en")
    )


def test_a_probe_that_did_not_run_is_told_once() -> None:
    said = "\n".join(coverage_paragraphs(scan_with(NOT_AT_ALL, complete=False), language("en")))

    assert said.count("tvt") == 1
