"""Exactly one outcome for every (probe, target)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camscan.model.exchange import Outcome
from camscan.net.ledger import Ledger

IPS = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
MIXED = (
    "10.0.0.9",
    "fe80::1",
    "10.0.0.1",
    "192.168.1.64",
    "10.0.0.2",
    "2001:db8::5",
    "0.0.0.0",
    "255.255.255.255",
)


@given(st.lists(st.tuples(st.sampled_from(IPS), st.sampled_from(list(Outcome))), max_size=60))
def test_the_outcomes_of_a_probe_always_add_up_to_its_targets(recorded: list[tuple[str, Outcome]]) -> None:
    ledger = Ledger(["http"], IPS)
    for ip, outcome in recorded:
        ledger.record("http", ip, outcome)
    assert len(IPS) == sum(ledger.coverage()[0].outcomes.values())


def test_an_answer_is_never_overwritten_by_silence() -> None:
    ledger = Ledger(["http"], IPS)
    ledger.record("http", IPS[0], Outcome.ANSWERED)
    ledger.record("http", IPS[0], Outcome.SILENT)
    assert Outcome.ANSWERED is ledger.outcome("http", IPS[0])


def test_what_was_not_run_is_said_once_with_its_reason() -> None:
    ledger = Ledger(["tvt"], IPS)
    ledger.record("tvt", IPS[1], Outcome.ANSWERED)
    ledger.record_all("tvt", Outcome.NOT_RUN, "UDP port 23456 in use")
    ledger.record_all("tvt", Outcome.NOT_RUN, "UDP port 23456 in use")
    row = ledger.coverage()[0]
    assert {Outcome.ANSWERED: 1, Outcome.NOT_RUN: 2} == dict(row.outcomes)
    assert ("not-run: UDP port 23456 in use",) == row.reasons


def test_a_device_that_was_no_target_gets_a_place() -> None:
    ledger = Ledger(["sadp", "http"], IPS)
    ledger.add_target("192.168.1.64")
    ledger.record("sadp", "192.168.1.64", Outcome.ANSWERED)
    assert Outcome.ANSWERED is ledger.outcome("sadp", "192.168.1.64")
    assert Outcome.NOT_ASKED is ledger.outcome("http", "192.168.1.64")


def test_a_group_question_counts_for_the_targets_on_its_link_only() -> None:
    ledger = Ledger(["tvt"], IPS)
    ledger.record_where("tvt", Outcome.SILENT, lambda ip: ip != IPS[2])
    assert {Outcome.SILENT: 2, Outcome.NOT_ASKED: 1} == dict(ledger.coverage()[0].outcomes)


def test_a_question_that_could_not_be_sent_after_others_is_counted() -> None:
    ledger = Ledger(["sadp"], ["10.0.0.1"])
    ledger.record("sadp", "10.0.0.1", Outcome.SILENT)
    assert 0 == ledger.unasked
    ledger.record("sadp", "10.0.0.1", Outcome.NOT_RUN, "Network is unreachable")
    assert 1 == ledger.unasked
    assert Outcome.SILENT is ledger.outcome("sadp", "10.0.0.1")


def test_targets_of_both_versions_far_apart_each_have_their_own_place() -> None:
    ledger = Ledger(["http"], MIXED)
    ledger.add_target("fe80::2")
    ledger.add_target("172.16.0.1")
    ledger.add_target(MIXED[0])
    assert len(MIXED) + 2 == len(ledger)
    for ip in MIXED[::2]:
        ledger.record("http", ip, Outcome.SILENT)
    ledger.record("http", "172.16.0.1", Outcome.REFUSED)
    ledger.record("http", "10.0.0.3", Outcome.ANSWERED)  # nobody's
    known = (*MIXED, "fe80::2", "172.16.0.1")
    silent = [ip for ip in known if ledger.outcome("http", ip) is Outcome.SILENT]
    assert list(MIXED[::2]) == silent
    assert {Outcome.SILENT: 4, Outcome.REFUSED: 1, Outcome.NOT_ASKED: 5} == ledger.coverage()[0].outcomes

    asked: list[str] = []
    ledger.record_where("http", Outcome.TIMED_OUT, lambda ip: asked.append(ip) is not None)
    assert sorted(known) == sorted(asked)
