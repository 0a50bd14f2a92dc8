"""Routes are read as the kernel prints them, and the most specific wins."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.net.interfaces import Interface
from camscan.net.raw import routes as module
from camscan.net.raw.routes import Link, Routes, Way, parse_routes

pytestmark = pytest.mark.skipif(module.sys.byteorder == "big", reason="recorded on a little-endian machine")

TABLE = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth9\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth9\t0000000A\t00000000\t0001\t0\t0\t100\t0000FFFF\t0\t0\t0
eth8\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth8\t0002A8C0\tFE01A8C0\t0003\t0\t0\t20\t00FFFFFF\t0\t0\t0
eth9\t0002A8C0\t0200000A\t0003\t0\t0\t10\t00FFFFFF\t0\t0\t0
tun0\t000010AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
*\t000014AC\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0
"""
MACS = {"eth8": b"\x02\0\0\0\0\x08", "eth9": b"\x02\0\0\0\0\x09", "tun0": None}
INTERFACES = (
    Interface("eth9", 9, ("10.0.0.7/16", "10.9.0.7/16")),
    Interface("eth8", 8, ("192.168.1.5/24",)),
    Interface("tun0", 7, ("172.16.0.1/16",)),
)


def number(ip: str) -> int:
    return int(ipaddress.IPv4Address(ip))


@pytest.fixture
def routes(monkeypatch: pytest.MonkeyPatch) -> Routes:
    monkeypatch.setattr(module, "hardware_address", MACS.__getitem__)
    return Routes(parse_routes(TABLE), INTERFACES)


@pytest.mark.parametrize(
    ("ip", "interface", "source", "hop"),
    [
        ("10.0.3.4", "eth9", "10.0.0.7", None),
        ("192.168.1.77", "eth8", "192.168.1.5", None),
        ("192.168.2.77", "eth9", "10.0.0.7", "10.0.0.2"),  # the cheaper of two routes
        ("100.64.0.1", "eth9", "10.0.0.7", "10.0.0.1"),
    ],
)
def test_the_way_to_an_address(routes: Routes, ip: str, interface: str, source: str, hop: str | None) -> None:
    expected = Way(Link(interface, MACS[interface] or b"", source), number(hop) if hop else None)
    assert expected == routes.way(number(ip))


@pytest.mark.parametrize("ip", ["10.0.0.7", "192.168.1.5", "172.16.9.9"])
def test_our_own_addresses_and_tunnels_have_no_way_for_frames(routes: Routes, ip: str) -> None:
    assert routes.way(number(ip)) is None


def test_spans_cover_a_range_without_gap_and_agree_with_single_answers(routes: Routes) -> None:
    first, last = number("192.168.0.250"), number("192.168.3.10")
    pieces = list(routes.spans(first, last))
    assert first == pieces[0][0]
    assert last == pieces[-1][1]
    assert [low for low, _, _ in pieces[1:]] == [high + 1 for _, high, _ in pieces[:-1]]
    for low, high, way in pieces:
        assert {way} == {routes.way(low), routes.way(high)}


def test_without_a_table_nothing_is_reached() -> None:
    assert Routes((), ()).way(number("10.0.0.1")) is None


@given(st.text(max_size=200))
def test_a_table_that_cannot_be_read_yields_routes_or_nothing(text: str) -> None:
    for route in parse_routes("head\n" + text):
        assert 0 <= route.first <= route.last < 1 << 32
