"""The SYN sweep against a peer in another namespace that answers by rule and counts every frame."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("raw_scenario", Path(__file__).with_name("raw_scenario.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
run_scenario = _module.run_scenario

pytestmark = pytest.mark.netns

PORTS = [80, 554, 8000, 37777]
HOSTS = [f"10.60.0.{n}" for n in range(1, 31)]
OPEN = [[ip, port] for ip in HOSTS[:10] for port in (80, 554)]


def outcomes(report: dict) -> dict[tuple[str, int], str]:
    """Pair → outcome; a pair told twice fails the test."""
    pairs = Counter((ip, port) for ip, port, _, _ in report["calls"])
    assert {} == {pair: count for pair, count in pairs.items() if count != 1}
    return {(ip, port): outcome for ip, port, outcome, _ in report["calls"]}


def expected(hosts: list[str], ports: list[int], opened: list, refusing: list[str]) -> dict:
    return {
        (ip, port): "answered" if [ip, port] in opened else "refused" if ip in refusing else "silent"
        for ip in hosts
        for port in ports
    }


@pytest.mark.parametrize("without_numpy", [False, True])
def test_every_pair_behind_a_router_ends_once_and_rightly(without_numpy: bool) -> None:
    report = run_scenario(
        sweep="syn",
        targets=["10.60.0.0/27"],
        ports=PORTS,
        open=OPEN,
        refusing=HOSTS[:20],
        without_numpy=without_numpy,
    )
    assert "RawThenConnect" == report["kind"]
    assert expected(HOSTS, PORTS, OPEN, HOSTS[:20]) == outcomes(report)


def test_on_our_own_link_only_what_answers_arp_gets_a_syn() -> None:
    hosts = [f"10.50.0.{n}" for n in range(2, 31)]
    opened = [["10.50.0.5", 80], ["10.50.0.6", 8000]]
    report = run_scenario(
        sweep="syn",
        on_link=True,
        targets=["10.50.0.2-10.50.0.30"],
        ports=PORTS,
        open=opened,
        refusing=["10.50.0.5"],
        present=["10.50.0.5", "10.50.0.6"],
    )
    assert expected(hosts, PORTS, opened, ["10.50.0.5"]) == outcomes(report)
    assert 4 + 1 + 3 * 4 == report["sent"]  # one each that is answered, four each that a live host drops


def test_our_own_address_is_connected_to_because_no_frame_of_ours_reaches_it() -> None:
    report = run_scenario(
        sweep="syn", on_link=True, targets=["10.50.0.1-10.50.0.2"], ports=[80], present=["10.50.0.2"]
    )
    assert "RawThenConnect" == report["kind"]
    assert {("10.50.0.1", 80): "refused", ("10.50.0.2", 80): "silent"} == outcomes(report)


def test_where_no_target_lies_behind_an_ethernet_the_sweep_is_one_of_connections() -> None:
    report = run_scenario(sweep="syn", on_link=True, targets=["10.50.0.1"], ports=[80])
    assert "OnlyConnect" == report["kind"]
    assert {("10.50.0.1", 80): "refused"} == outcomes(report)


def test_an_excluded_address_gets_not_one_frame_and_no_printer_port_is_touched() -> None:
    report = run_scenario(
        sweep="syn",
        targets=["10.60.0.0/28"],
        excluded=["10.60.0.4-10.60.0.7"],
        ports=[80, 9100, 9107],
        open=[["10.60.0.2", 80], ["10.60.0.5", 80], ["10.60.0.2", 9100]],
        refusing=HOSTS,
        also_asked=["10.60.0.5", "10.61.0.1"],
    )
    ended = {(ip, port, outcome) for ip, port, outcome, _ in report["calls"]}
    assert ("10.60.0.5", 80, "not-permitted") in ended
    assert ("10.61.0.1", 80, "not-permitted") in ended
    assert ("10.60.0.2", 9100, "not-permitted") in ended
    assert ("10.60.0.2", 80, "answered") in ended
    asked = set(report["peer"]["frames"]) - {"10.99.0.2", "10.99.0.1"}
    assert {f"10.60.0.{n}" for n in (1, 2, 3, *range(8, 15))} == asked
    assert {1} == {report["peer"]["frames"][ip] for ip in asked}


def test_an_excluded_address_on_the_link_is_not_asked_for_by_arp_either() -> None:
    report = run_scenario(
        sweep="syn",
        on_link=True,
        targets=["10.50.0.2-10.50.0.9"],
        excluded=["10.50.0.4"],
        ports=[80],
        present=["10.50.0.4", "10.50.0.5"],
        open=[["10.50.0.4", 80], ["10.50.0.5", 80]],
        also_asked=["10.50.0.4"],
    )
    assert "10.50.0.4" not in report["peer"]["frames"]
    assert "answered" == outcomes(report)["10.50.0.5", 80]


def test_the_rate_holds() -> None:
    hosts = [f"10.60.0.{n}" for n in range(1, 63)]
    report = run_scenario(
        sweep="syn", targets=["10.60.0.0/26"], ports=list(range(8000, 8016)), refusing=hosts, rate=1000
    )
    times = report["peer"]["times"]
    assert 62 * 16 == len(times)
    achieved = (len(times) - 1) / (times[-1] - times[0])
    assert achieved <= 1100
    assert achieved >= 500  # a busy test machine may wake us late; nothing else may slow a sweep without loss


def test_one_device_is_not_asked_faster_than_its_own_rate() -> None:
    report = run_scenario(
        sweep="syn",
        targets=["10.60.0.1"],
        ports=list(range(8000, 8024)),
        refusing=["10.60.0.1"],
        device_rate=40,
    )
    times = report["peer"]["times"]
    assert 24 == len(times)
    assert times[-1] - times[0] >= 23 / 40 * 0.9


@pytest.mark.parametrize("sweep", ["syn", "bulk"])
def test_with_five_in_a_hundred_lost_each_way_every_open_port_is_found(sweep: str) -> None:
    hosts = [f"10.60.0.{n}" for n in range(1, 127)]
    opened = [[ip, port] for ip in hosts[::2] for port in PORTS[:2]]
    report = run_scenario(
        sweep=sweep, targets=["10.60.0.0/25"], ports=PORTS, open=opened, refusing=hosts, loss=0.05
    )
    if sweep == "syn":
        found = [[ip, port] for (ip, port), outcome in outcomes(report).items() if outcome == "answered"]
    else:
        found = report["open"]
    assert sorted(opened) == sorted(found)


@pytest.mark.parametrize("sweep", ["syn", "bulk"])
def test_a_spoofed_syn_ack_counts_for_nothing(sweep: str) -> None:
    report = run_scenario(
        sweep=sweep, targets=["10.60.0.0/28"], ports=[80, 554], open=[["10.60.0.3", 80]], forge=True
    )
    assert report["spoofed"] >= 27
    if sweep == "syn":
        assert expected(HOSTS[:14], [80, 554], [["10.60.0.3", 80]], []) == outcomes(report)
    else:
        assert [["10.60.0.3", 80]] == report["open"] == report["opened"]
        assert 27 == report["silent"]


def test_the_bulk_sweep_counts_every_pair_of_a_scope_in_pieces() -> None:
    report = run_scenario(
        sweep="bulk",
        targets=["10.60.0.0/26", "10.60.9.0/30", "10.62.0.7"],
        excluded=["10.60.0.9"],
        ports=[*PORTS, 9100],
        open=[["10.60.0.9", 80], ["10.60.0.62", 554], ["10.62.0.7", 37777], ["10.60.9.2", 8000]],
        refusing=["10.60.0.5", "10.62.0.7"],
    )
    assert [["10.60.0.62", 554], ["10.60.9.2", 8000], ["10.62.0.7", 37777]] == report["open"]
    assert 4 + 3 == report["refused"]
    assert 64 * 4 - 10 == report["silent"]  # 61 + 2 + 1 addresses
    assert "10.60.0.9" not in report["peer"]["frames"]


def test_the_bulk_sweep_obeys_a_rate() -> None:
    hosts = [f"10.60.{a}.{b}" for a in range(4) for b in range(256)]
    report = run_scenario(
        sweep="bulk", targets=["10.60.0.0/22"], ports=[80, 554, 8000, 8080], refusing=hosts, rate=5000
    )
    times = report["peer"]["times"]
    assert 1022 * 4 == len(times)
    assert (len(times) - 1) / (times[-1] - times[0]) <= 5500
