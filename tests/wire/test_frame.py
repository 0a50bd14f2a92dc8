"""Frames of every link type read here, whole, cut at every byte, and as any bytes at all."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.frame import ARP, IPV4, IPV6, LINK_TYPES, SLL, SLL2, UDP, Fragment, decode_frame, with_ports

MAC = bytes.fromhex("4419b6000001")
DATAGRAM = struct.pack(">HHHH", 1900, 5000, 12, 0) + b"body"
FOUR = (
    struct.pack(">BBHHHBBH4s4s", 0x45, 0, 32, 1, 0, 64, 17, 0, bytes((10, 0, 0, 5)), bytes((10, 0, 0, 9)))
    + DATAGRAM
)
SIX = (
    struct.pack(">IHBB", 6 << 28, 20, 0, 64)
    + bytes.fromhex("fe80" + "00" * 13 + "05")
    + bytes.fromhex("ff02" + "00" * 13 + "0c")
    + struct.pack(">BB6x", 17, 0)
    + DATAGRAM
)  # a hop-by-hop header before UDP

LINKS = {
    "ethernet": (1, bytes(6) + MAC + b"\x08\x00" + FOUR + b"\0\0padding"),
    "vlan": (1, bytes(6) + MAC + b"\x81\x00\x00\x0a\x08\x00" + FOUR),
    "two tags": (1, bytes(6) + MAC + b"\x88\xa8\x00\x0a\x81\x00\x00\x0b\x08\x00" + FOUR),
    "priority tag": (1, bytes(6) + MAC + b"\x81\x00\xe0\x00\x08\x00" + FOUR),
    "802.3 with SNAP": (1, bytes(6) + MAC + b"\x00\x28\xaa\xaa\x03\0\0\0\x08\x00" + FOUR),
    "802.1H": (1, bytes(6) + MAC + b"\x00\x28\xaa\xaa\x03\0\0\xf8\x08\x00" + FOUR),
    "tagged 802.3": (1, bytes(6) + MAC + b"\x81\0\0\x07\x00\x28\xaa\xaa\x03\0\0\0\x08\x00" + FOUR),
    "check sequence": (1, bytes(6) + MAC + b"\x08\x00" + FOUR + b"\xde\xad\xbe\xef"),
    "linux cooked, tagged": (SLL, b"\0\0\0\1\0\6" + MAC + b"\0\0\x81\0\0\x07\x08\x00" + FOUR),
    "linux cooked 2, tagged": (
        SLL2,
        b"\x81\x00\0\0\0\0\0\1\0\1\0\6" + MAC + b"\0\0" + b"\0\x07\x08\x00" + FOUR,
    ),
    "linux cooked": (SLL, b"\0\0\0\1\0\6" + MAC + b"\0\0\x08\x00" + FOUR),
    "linux cooked 2": (SLL2, b"\x08\x00\0\0\0\0\0\1\0\1\0\6" + MAC + b"\0\0" + FOUR),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_datagram_is_found_behind_every_link_header(name: str) -> None:
    linktype, raw = LINKS[name]
    packet = decode_frame(raw, linktype)
    assert (IPV4, MAC, "10.0.0.5", "10.0.0.9", UDP, 1900, 5000, b"body") == (
        packet.ethertype,
        packet.mac,
        packet.source,
        packet.target,
        packet.protocol,
        packet.source_port,
        packet.target_port,
        packet.payload,
    )


@pytest.mark.parametrize(
    ("linktype", "before"), [(0, b"\2\0\0\0"), (108, b"\0\0\0\2"), (101, b""), (12, b""), (228, b"")]
)
def test_links_without_hardware_addresses(linktype: int, before: bytes) -> None:
    packet = decode_frame(before + FOUR, linktype)
    assert (b"", "10.0.0.5", b"body") == (packet.mac, packet.source, packet.payload)


def test_ipv6_behind_extension_headers() -> None:
    packet = decode_frame(bytes(6) + MAC + b"\x86\xdd" + SIX)
    assert (IPV6, "fe80::5", "ff02::c", 1900, b"body") == (
        packet.ethertype, packet.source, packet.target, packet.source_port, packet.payload,
    )  # fmt: skip


def test_arp_and_neighbour_discovery_announce_an_address() -> None:
    arp = struct.pack(
        ">HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 2, MAC, bytes((10, 0, 0, 5)), bytes(6), bytes((10, 0, 0, 9))
    )
    packet = decode_frame(bytes(12) + b"\x08\x06" + arp)
    assert (ARP, MAC, "10.0.0.5") == (packet.ethertype, packet.mac, packet.source)
    target = bytes.fromhex("fe80" + "00" * 13 + "07")
    advertisement = b"\x88\0\0\0\0\0\0\0" + target + b"\x02\x01" + MAC
    header = struct.pack(">IHBB", 6 << 28, len(advertisement), 58, 255) + bytes(32)
    packet = decode_frame(bytes(12) + b"\x86\xdd" + header + advertisement)
    assert (ARP, MAC, "fe80::7") == (packet.ethertype, packet.mac, packet.source)


def test_arp_behind_a_snap_header_is_of_ieee_802_hardware() -> None:
    arp = struct.pack(">HHBBH6s4s6s4s", 6, 0x0800, 6, 4, 2, MAC, bytes((10, 0, 0, 5)), bytes(6), bytes(4))
    packet = decode_frame(bytes(12) + b"\0\x24\xaa\xaa\x03\0\0\0\x08\x06" + arp)
    assert (ARP, MAC, "10.0.0.5") == (packet.ethertype, packet.mac, packet.source)


def test_a_length_without_a_snap_header_is_no_packet_that_is_read() -> None:
    packet = decode_frame(bytes(6) + MAC + b"\x00\x26\x42\x42\x03" + FOUR)  # spanning tree and its like
    assert (0x26, 0, "") == (packet.ethertype, packet.protocol, packet.source)


def test_a_jumbo_frame_is_whole() -> None:
    body = struct.pack(">HHHH", 1900, 5000, 8980, 0) + bytes(8972)
    raw = bytes(12) + b"\x08\x00" + FOUR[:2] + struct.pack(">H", 9000) + FOUR[4:20] + body
    assert bytes(8972) == decode_frame(raw).payload


def test_a_fragment_says_which_part_it_is() -> None:
    part = FOUR[:6] + b"\x20\x03" + FOUR[8:]
    packet = decode_frame(bytes(12) + b"\x08\x00" + part)
    assert (Fragment(1, 24, True), 0, DATAGRAM) == (packet.fragment, packet.source_port, packet.payload)
    assert 1900 == with_ports(packet._replace(fragment=None)).source_port


def test_every_cut_is_a_shorter_packet_or_a_malformed_one() -> None:
    for linktype, raw in LINKS.values():
        for length in range(len(raw)):
            try:
                packet = decode_frame(raw[:length], linktype)
            except MalformedReply:
                continue
            assert packet.payload in raw


@given(st.binary(max_size=200), st.sampled_from([*sorted(LINK_TYPES), 105, 999]))
def test_any_bytes_are_a_packet_or_malformed(raw: bytes, linktype: int) -> None:
    try:
        decode_frame(raw, linktype)
    except MalformedReply:
        return
