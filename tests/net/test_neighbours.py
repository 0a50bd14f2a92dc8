"""The kernel's tables as text."""

from __future__ import annotations

from camscan.net.neighbours import parse_ip_neigh, parse_proc_arp


def test_incomplete_entries_of_proc_are_left_out() -> None:
    lines = [
        "192.168.1.64     0x1         0x2         68:6d:bc:10:20:30     *        eth0",
        "192.168.1.65     0x1         0x0         00:00:00:00:00:00     *        eth0",
        "broken line",
    ]
    assert {"192.168.1.64": "68:6d:bc:10:20:30"} == parse_proc_arp(lines)


def test_the_json_of_ip_neigh_keeps_the_zone_of_link_local_addresses() -> None:
    text = (
        '[{"dst":"fe80::6a6d:bcff:fe10:2030","dev":"eth0","lladdr":"68:6d:bc:10:20:30","state":["STALE"]},'
        '{"dst":"10.0.0.9","dev":"eth0","state":["FAILED"]},{"dst":"10.0.0.8","lladdr":"68:6d:bc:10:20:31"}]'
    )
    assert {
        "fe80::6a6d:bcff:fe10:2030%eth0": "68:6d:bc:10:20:30",
        "10.0.0.8": "68:6d:bc:10:20:31",
    } == parse_ip_neigh(text)


def test_no_text_is_no_neighbour() -> None:
    assert (
        {} == parse_ip_neigh("") == parse_ip_neigh("no json") == parse_ip_neigh("{}") == parse_ip_neigh("[1]")
    )
