"""DHCP packets whole, cut and hostile: who the client is and which address is settled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.dhcp_options import client_fields, decode

MAC = bytes.fromhex("accc8e102033")


def packet(
    kind: int, *, operation: int = 1, client: bytes = bytes(4), yours: bytes = bytes(4), options: bytes = b""
) -> bytes:
    """A packet as RFC 2131 lays it out."""
    head = bytes((operation, 1, 6, 0)) + bytes(8) + client + yours + bytes(8) + MAC + bytes(10)
    return head.ljust(236, b"\0") + b"\x63\x82\x53\x63\x35\x01" + bytes((kind,)) + options + b"\xff"


ASKED = b"\x32\x04\x0a\x00\x00\x05"
WHOLE = packet(3, options=ASKED + b"\x3c\x04AXIS\x0c\x03cam\x37\x03\x01\x03\x06")


def test_what_the_client_calls_itself() -> None:
    assert {
        "dhcp.vendor_class": "AXIS",
        "dhcp.hostname": "cam",
        "dhcp.param_list": "1,3,6",
        "mac.claimed": "ac:cc:8e:10:20:33",
    } == client_fields(WHOLE)


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (packet(1, options=ASKED), ""),  # DISCOVER: a wish
        (packet(3, options=ASKED), "10.0.0.5"),
        (packet(3, client=bytes((10, 0, 0, 6))), "10.0.0.6"),
        (packet(2, operation=2, yours=bytes((10, 0, 0, 7))), ""),  # OFFER: not yet taken
        (packet(5, operation=2, yours=bytes((10, 0, 0, 7))), "10.0.0.7"),
        (packet(8, client=bytes((10, 0, 0, 8))), "10.0.0.8"),
    ],
    ids=["discover", "request", "renewal", "offer", "ack", "inform"],
)
def test_only_a_settled_address_is_one(raw: bytes, address: str) -> None:
    assert address == decode(raw).address


def test_a_packet_cut_anywhere_says_less_or_is_malformed() -> None:
    whole = decode(WHOLE)
    for length in range(len(WHOLE)):
        try:
            part = decode(WHOLE[:length])
        except MalformedReply:
            continue
        assert part.vendor_class in ("", whole.vendor_class)


@given(st.binary(max_size=400), st.binary(max_size=80))
def test_any_bytes_are_a_packet_or_malformed(junk: bytes, options: bytes) -> None:
    for raw in (junk, packet(3, options=options), WHOLE + junk):
        try:
            decode(raw)
        except MalformedReply:
            continue
