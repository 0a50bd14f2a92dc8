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
    pairs = Counter((ip, port) for ip, port, _, _ in report["ends"])
    assert {} == {pair: count for pair, count in pairs.items() if count != 1}
    return {(ip, port): outcome for ip, port, outcome, _ in report["ends"]}


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
        then_ports=[554],
        open=[["10.60.0.2", 80], ["10.60.0.5", 80], ["10.60.0.2", 9100]],
        refusing=HOSTS,
        also_asked=["10.60.0.5", "10.61.0.1"],
    )
    calls = sorted(call[:3] for call in report["calls"])
    stopped = [["10.60.0.5", 554, "not-permitted"], ["10.61.0.1", 554, "not-permitted"]]
    assert [["10.60.0.2", 80, "answered"], *stopped] == calls
    assert 2 == report["refused_at_gate"]["printer ports are never touched"]
    asked = {ip: n for ip, n in report["peer"]["frames"].items() if not ip.startswith("10.99.")}
    assert {f"10.60.0.{n}": 2 for n in (1, 2, 3, *range(8, 15))} == asked


def test_a_sweep_of_printer_ports_alone_asks_nobody() -> None:
    report = run_scenario(sweep="syn", targets=["10.60.0.0/28"], ports=[9100], refusing=HOSTS)
    assert {("not-permitted", "printer ports are never touched")} == {
        tuple(t) for t in report["told"].values()
    }
    assert [] == [ip for ip in report["peer"]["frames"] if not ip.startswith("10.99.")]


def test_an_excluded_address_on_the_link_is_not_asked_for_by_arp_either() -> None:
    report = run_scenario(
        sweep="syn",
        on_link=True,
        targets=["10.50.0.2-10.50.0.9"],
        excluded=["10.50.0.4"],
        ports=[80],
        present=["10.50.0.4", "10.50.0.5"],
        open=[["10.50.0.4", 80], ["10.50.0.5", 80]],
        then_ports=[554],
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
    assert 62 * 16 <= len(times)
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


@pytest.mark.parametrize("without_numpy", [False, True])
def test_with_five_in_a_hundred_lost_each_way_every_open_port_is_found(without_numpy: bool) -> None:
    hosts = [f"10.60.0.{n}" for n in range(1, 127)]
    opened = [[ip, port] for ip in hosts[::2] for port in PORTS[:2]]
    report = run_scenario(
        sweep="syn",
        targets=["10.60.0.0/25"],
        ports=PORTS,
        open=opened,
        refusing=hosts,
        loss=0.05,
        without_numpy=without_numpy,
    )
    found = [[ip, port] for (ip, port), outcome in outcomes(report).items() if outcome == "answered"]
    assert sorted(opened) == sorted(found)
    assert sorted(opened) == sorted([ip, port] for ip, port, _, _ in report["calls"])


@pytest.mark.parametrize("without_numpy", [False, True])
def test_a_spoofed_syn_ack_counts_for_nothing(without_numpy: bool) -> None:
    report = run_scenario(
        sweep="syn",
        targets=["10.60.0.0/28"],
        ports=[80, 554],
        open=[["10.60.0.3", 80]],
        forge=True,
        without_numpy=without_numpy,
    )
    assert report["spoofed"] >= 27
    assert expected(HOSTS[:14], [80, 554], [["10.60.0.3", 80]], []) == outcomes(report)
    assert [["10.60.0.3", 80, "answered", ""]] == report["calls"]


def test_every_pair_of_a_scope_in_pieces_is_counted() -> None:
    report = run_scenario(
        sweep="syn",
        targets=["10.60.0.0/26", "10.60.9.0/30", "10.62.0.7"],
        excluded=["10.60.0.9"],
        ports=[*PORTS, 9100],
        open=[["10.60.0.9", 80], ["10.60.0.62", 554], ["10.62.0.7", 37777], ["10.60.9.2", 8000]],
        refusing=["10.60.0.5", "10.62.0.7"],
    )
    ends = Counter(outcomes(report).values())
    opened = [["10.60.0.62", 554], ["10.60.9.2", 8000], ["10.62.0.7", 37777]]
    assert opened == sorted([ip, port] for ip, port, _, _ in report["calls"])
    assert {"answered": 3, "refused": 4 + 3, "silent": 64 * 4 - 10} == ends  # 61 + 2 + 1 addresses
    assert "10.60.0.9" not in report["peer"]["frames"]


@pytest.mark.parametrize("without_numpy", [False, True])
def test_a_higher_rate_over_a_larger_range_holds_too(without_numpy: bool) -> None:
    hosts = [f"10.60.{a}.{b}" for a in range(4) for b in range(256)]
    report = run_scenario(
        sweep="syn",
        targets=["10.60.0.0/22"],
        ports=[80, 554, 8000, 8080],
        refusing=hosts,
        rate=5000,
        without_numpy=without_numpy,
    )
    times = report["peer"]["times"]
    assert 1022 * 4 <= len(times)  # a peer that answers late on a busy machine is asked again
    assert (len(times) - 1) / (times[-1] - times[0]) <= 5500


@pytest.mark.parametrize("on_link", [False, True])
@pytest.mark.parametrize("without_numpy", [False, True])
def test_no_device_is_asked_faster_than_its_own_rate(on_link: bool, without_numpy: bool) -> None:
    hosts = [f"10.50.0.{n}" for n in range(2, 14)]
    report = run_scenario(
        sweep="syn",
        on_link=on_link,
        targets=["10.50.0.2-10.50.0.13"],
        ports=list(range(8000, 8012)),
        then_ports=list(range(9200, 9212)),
        open=[[ip, 9205] for ip in hosts],
        present=hosts,
        refusing=hosts,
        device_rate=40,
        without_numpy=without_numpy,
    )
    for ip in hosts:
        times = [at for at, to in zip(report["peer"]["times"], report["peer"]["to"], strict=True) if to == ip]
        assert 24 <= len(times)
        assert times[-1] - times[0] >= 23 / 40 * 0.95
        for start in times:
            assert sum(start <= at < start + 0.5 for at in times) <= 21
    assert sorted((ip, 9205) for ip in hosts) == sorted((ip, port) for ip, port, _, _ in report["calls"])


def test_a_resumed_sweep_leaves_out_what_was_drawn_and_only_that() -> None:
    scenario = {"sweep": "syn", "targets": ["10.60.0.0/26"], "ports": [80, 554], "refusing": []}
    whole, rest = run_scenario(**scenario), run_scenario(**scenario, after=80)
    assert 2 * 62 == whole["begun"]
    assert 2 * 62 - 80 == rest["begun"]
    again = run_scenario(**scenario, after=80, excluded=["10.60.0.0/27"])
    assert 2 * 62 - 80 == again["begun"]  # exclusions applied afresh move no place
    asked = {(ip, port) for (ip, port), _ in outcomes(rest).items() if rest["peer"]["frames"].get(ip)}
    assert {ip for ip, _ in asked if ip not in again["peer"]["frames"]} <= {f"10.60.0.{n}" for n in range(32)}


def test_what_is_known_whole_is_sent_nothing_more() -> None:
    report = run_scenario(
        sweep="syn",
        targets=["10.60.0.0/28"],
        ports=[80],
        then_ports=[554, 8000],
        refusing=["10.60.0.3", "10.60.0.4"],
        finished=["10.60.0.4"],
    )
    assert 3 == report["peer"]["frames"]["10.60.0.3"]
    assert "10.60.0.4" not in report["peer"]["frames"]
