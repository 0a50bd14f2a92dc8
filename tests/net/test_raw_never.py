"""What no raw frame is ever sent to, whatever the routing table says."""

from __future__ import annotations

import ipaddress

import pytest

from camscan.net.interfaces import Interface
from camscan.net.raw import routes as table
from camscan.net.raw.routes import Routes, parse_routes

DEFAULT = """Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth9	00000000	0101000A	0003	0	0	0	00000000	0	0	0
eth9	0000000A	00000000	0001	0	0	0	000000FF	0	0	0
"""


@pytest.mark.parametrize(
    "ip", ["127.0.0.1", "127.77.0.10", "127.255.255.254", "0.0.0.1", "224.0.0.251", "255.255.255.255"]
)
def test_a_default_route_leads_no_frame_to_loopback_or_a_group(
    ip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "hardware_address", lambda interface: b"\x02\0\0\0\0\x09")
    made = Routes(parse_routes(DEFAULT), [Interface("eth9", 9, ("10.0.0.200/8",))])
    assert made.way(int(ipaddress.IPv4Address("11.1.1.1"))) is not None
    assert made.way(int(ipaddress.IPv4Address(ip))) is None
