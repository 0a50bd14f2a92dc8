"""The ARP sweep and the IPv6 question to all nodes, against a peer in another namespace."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("raw_scenario", Path(__file__).with_name("raw_scenario.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
run_scenario = _module.run_scenario

pytestmark = pytest.mark.netns


def mac(ip: str) -> str:
    """What the peer answers for a device: 02:01 and the address."""
    return "02:01:" + bytes(map(int, ip.split("."))).hex(":")


def test_what_answers_is_found_and_what_nobody_asked_for_is_kept_apart() -> None:
    present = [f"10.50.{n}.{n + 2}" for n in range(8)]
    report = run_scenario(
        sweep="arp",
        on_link=True,
        targets=["10.50.0.0/21"],
        present=present,
        strangers=["192.168.1.64", "169.254.3.4"],
    )
    assert {ip: mac(ip) for ip in present} == report["found"]
    assert {ip: mac(ip) for ip in ("192.168.1.64", "169.254.3.4")} == report["strangers"]


def test_the_silent_are_asked_again_and_nobody_else() -> None:
    report = run_scenario(
        sweep="arp", on_link=True, targets=["10.50.0.2-10.50.0.5"], present=["10.50.0.2", "10.50.0.3"]
    )
    assert {"10.50.0.2": 1, "10.50.0.3": 1, "10.50.0.4": 3, "10.50.0.5": 3} == report["peer"]["frames"]


def test_excluded_addresses_and_those_outside_the_scope_are_not_asked_for() -> None:
    report = run_scenario(
        sweep="arp",
        on_link=True,
        targets=["10.50.0.0/28"],
        excluded=["10.50.0.8-10.50.0.15"],
        present=["10.50.0.3", "10.50.0.9", "10.50.1.1"],
        also_asked=["10.50.0.9", "10.50.1.1"],
    )
    assert ["10.50.0.3"] == list(report["found"])
    assert {f"10.50.0.{n}" for n in range(2, 8)} == set(report["peer"]["frames"])
    assert {"excluded": 1, "outside the scope": 1} == report["refused_at_gate"]


def test_loss_is_repaired_by_asking_again() -> None:
    present = [f"10.50.0.{n}" for n in range(2, 102)]
    report = run_scenario(sweep="arp", on_link=True, targets=["10.50.0.0/24"], present=present, loss=0.02)
    assert sorted(present) == sorted(report["found"])


def test_the_rate_holds_for_arp_too() -> None:
    report = run_scenario(sweep="arp", on_link=True, targets=["10.50.0.0/24"], present=[], rate=1000)
    assert 253 * 3 == report["sent"]
    assert report["seconds"] >= 253 * 3 / 1100


def test_all_ipv6_nodes_of_the_link_answer_one_question() -> None:
    report = run_scenario(sweep="nodes", on_link=True, targets=["10.50.0.0/28"])
    assert {"fe80::2%va": "02:00:00:00:be:ef"} == report["found"]


def test_no_group_question_leaves_where_an_excluded_address_hears_it() -> None:
    report = run_scenario(sweep="nodes", on_link=True, targets=["10.50.0.0/28"], excluded=["10.50.9.9"])
    assert {} == report["found"]
    assert "excluded address" in report["refusal"]
