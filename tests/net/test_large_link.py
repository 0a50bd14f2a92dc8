"""A link with more hosts than the kernel's table of neighbours holds (1,024): a /21, every address taken."""

from __future__ import annotations

import ipaddress

from camscan.net.presence import MAX_ADDRESSES

from .raw_scenario import run_scenario

NETWORK = ipaddress.ip_network("10.50.0.0/21")
PEER = "fe80::2%va"  # answers the question to all IPv6 nodes
MOST_BYTES = 150_000_000


def test_a_scan_of_two_thousand_hosts_on_one_link_keeps_every_hardware_address() -> None:
    hosts = [str(ip) for ip in NETWORK.hosts()][1:]
    open_ones = hosts[::50]
    report = run_scenario(
        sweep="scan", on_link=True, prefix=NETWORK.prefixlen, by_kernel=True, targets=[str(NETWORK)],
        present=hosts, open=[[ip, 554] for ip in open_ones], refusing=hosts[1::2],
    )  # fmt: skip
    assert len(hosts) > 1024 > MAX_ADDRESSES
    assert "" == report["stderr"]
    beside = {PEER: ["02:00:00:00:be:ef"]}
    assert {ip: [mac_of(ip)] for ip in open_ones} | beside == report["macs"]
    assert report["max_rss_bytes"] < MOST_BYTES
    # Datagrams go by the kernel, whose table holds 1,024 unless somebody raised that: what is lost is said.
    if {len(hosts)} != set(report["peer"]["datagrams"].values()):
        (warning,) = report["warnings"]
        assert "the kernel's table of neighbours was full" in warning
        assert not report["complete"]
    assert set(hosts) <= set(report["peer"]["frames"])


def mac_of(ip: str) -> str:
    return "02:01:" + bytes(map(int, ip.split("."))).hex(":")
