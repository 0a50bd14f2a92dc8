"""Wrapped frames of every kind, as mirrors send them, whole, cut at every byte, and as any bytes at all."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire import tunnel
from camscan.wire.frame import ARP, UDP, Packet, decode_frame
from camscan.wire.tunnel import unwrap, wraps

MAC = bytes.fromhex("4419b6000001")
CAMERA, MIRROR, ANALYSER = bytes((10, 0, 0, 5)), bytes((192, 0, 2, 1)), bytes((192, 0, 2, 9))


def four(source: bytes, target: bytes, protocol: int, body: bytes) -> bytes:
    """An IPv4 packet."""
    return struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0, source, target
    ) + body  # fmt: skip


def six(protocol: int, body: bytes) -> bytes:
    """An IPv6 packet."""
    return (
        struct.pack(">IHBB", 6 << 28, len(body), protocol, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + body
    )


def datagram(port: int, body: bytes) -> bytes:
    """UDP to this port."""
    return struct.pack(">HHHH", 49152, port, 8 + len(body), 0) + body


INNER_IP = four(CAMERA, bytes((239, 255, 255, 250)), 17, datagram(1900, b"NOTIFY"))
INNER = bytes.fromhex("01005e7ffffa") + MAC + b"\x08\x00" + INNER_IP
INNER_ARP = (
    b"\xff" * 6
    + MAC
    + b"\x08\x06"
    + struct.pack(">HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 2, MAC, CAMERA, bytes(6), CAMERA)
)
IP = (b"", "10.0.0.5", UDP, 1900, b"NOTIFY")
ETHERNET = (MAC, *IP[1:])


def over_gre(head: bytes, inner: bytes) -> bytes:
    """GRE in an IPv4 packet."""
    return four(MIRROR, ANALYSER, 47, head + inner)


def over_udp(port: int, head: bytes, inner: bytes) -> bytes:
    """A tunnel that runs over UDP."""
    return four(MIRROR, ANALYSER, 17, datagram(port, head + inner))


TAGGED = INNER[:12] + b"\x81\x00\x00\x07" + INNER[12:]
ERSPAN_3 = b"\x10\x00\x22\xeb\0\0\0\1" + b"\x20\x07\0\1\0\0\0\0\0\0"
WRAPPED: dict[str, tuple[int, bytes, tuple[object, ...]]] = {
    "ERSPAN I": (0x0800, over_gre(b"\0\0\x88\xbe", INNER), ETHERNET),
    "ERSPAN II": (0x0800, over_gre(b"\x10\0\x88\xbe\0\0\0\1\x10\x07\0\1\0\0\0\0", INNER), ETHERNET),
    "ERSPAN II, tagged": (0x0800, over_gre(b"\x10\0\x88\xbe\0\0\0\1\x10\x07\0\1\0\0\0\0", TAGGED), ETHERNET),
    "ERSPAN III": (0x0800, over_gre(ERSPAN_3 + b"\0\0", INNER), ETHERNET),
    "ERSPAN III, platform": (0x0800, over_gre(ERSPAN_3 + b"\0\1" + bytes(8), INNER), ETHERNET),
    "ERSPAN III, IP": (0x0800, over_gre(ERSPAN_3 + b"\x08\0", INNER_IP), IP),
    "ERSPAN over IPv6": (0x86DD, six(47, b"\0\0\x88\xbe" + INNER), ETHERNET),
    "GRE": (0x0800, over_gre(b"\0\0\x08\0", INNER_IP), IP),
    "GRE, all options": (0x0800, over_gre(b"\xb0\0\x08\0" + bytes(12), INNER_IP), IP),
    "GRE, bridged": (0x0800, over_gre(b"\0\0\x65\x58", INNER), ETHERNET),
    "GRE, key (NVGRE)": (0x0800, over_gre(b"\x20\0\x65\x58\0\0\1\0", INNER), ETHERNET),
    "VXLAN": (0x0800, over_udp(4789, b"\x08\0\0\0\0\0\x2a\0", INNER), ETHERNET),
    "VXLAN over IPv6": (0x86DD, six(17, datagram(4789, b"\x08\0\0\0\0\0\x2a\0" + INNER)), ETHERNET),
    "VXLAN of Linux": (0x0800, over_udp(8472, b"\x08\0\0\0\0\0\x2a\0", INNER), ETHERNET),
    "GENEVE": (0x0800, over_udp(6081, b"\0\0\x65\x58\0\0\x2a\0", INNER), ETHERNET),
    "GENEVE, options": (0x0800, over_udp(6081, b"\2\0\x65\x58\0\0\x2a\0" + bytes(8), INNER), ETHERNET),
    "GENEVE, IP": (0x0800, over_udp(6081, b"\0\0\x08\0\0\0\x2a\0", INNER_IP), IP),
    "TZSP": (0x0800, over_udp(37008, b"\1\0\0\1\1", INNER), ETHERNET),
    "TZSP, tags": (0x0800, over_udp(37008, b"\1\0\0\1\0\x0a\1\xcc\x29\2\0\0\1", INNER), ETHERNET),
    "IP in IP": (0x0800, four(MIRROR, ANALYSER, 4, INNER_IP), IP),
    "IPv4 in IPv6": (0x86DD, six(4, INNER_IP), IP),
    "EtherIP": (0x0800, four(MIRROR, ANALYSER, 97, b"\x30\0" + INNER), ETHERNET),
    "PPPoE": (0x8864, struct.pack(">BBHHH", 0x11, 0, 7, len(INNER_IP) + 2, 0x21) + INNER_IP, IP),
    "MPLS": (0x8847, b"\0\x01\x01\x40" + INNER_IP, IP),
    "MPLS, two labels": (0x8847, b"\0\x01\x00\x40\0\x01\x01\x40" + INNER_IP, IP),
    "MPLS, Ethernet": (0x8847, b"\0\x01\x01\x40" + INNER, ETHERNET),
    "MPLS, control word": (0x8847, b"\0\x01\x01\x40\0\0\0\1" + INNER, ETHERNET),
    "MPLS in GRE": (0x0800, over_gre(b"\0\0\x88\x47", b"\0\x01\x01\x40" + INNER_IP), IP),
}


def outer(name: str) -> tuple[bytes, tuple[object, ...]]:
    """(the frame on the wire, what must be found inside)."""
    ethertype, body, expected = WRAPPED[name]
    return bytes(6) + bytes.fromhex("020000000001") + ethertype.to_bytes(2) + body, expected


def innermost(raw: bytes) -> Packet:
    """Everything unwrapped."""
    packet = decode_frame(raw)
    while (inner := unwrap(packet)) is not None:
        packet = inner.packet
    return packet


@pytest.mark.parametrize("name", WRAPPED)
def test_the_frame_inside_is_found_behind_every_wrapping(name: str) -> None:
    raw, expected = outer(name)
    packet = innermost(raw)
    assert expected == (packet.mac, packet.source, packet.protocol, packet.target_port, packet.payload)


def test_ipv6_in_ipv4() -> None:
    packet = innermost(bytes(12) + b"\x08\0" + four(MIRROR, ANALYSER, 41, six(17, datagram(1900, b"x"))))
    assert ("::1", "::2", 1900, b"x") == (packet.source, packet.target, packet.target_port, packet.payload)


def test_a_mirrored_arp_shows_the_mirrored_hardware_address() -> None:
    packet = innermost(bytes(12) + b"\x08\0" + over_udp(4789, b"\x08\0\0\0\0\0\x2a\0", INNER_ARP))
    assert (ARP, MAC, "10.0.0.5") == (packet.ethertype, packet.mac, packet.source)


@pytest.mark.parametrize("name", WRAPPED)
def test_every_cut_is_a_shorter_packet_or_a_malformed_one(name: str) -> None:
    raw, expected = outer(name)
    for length in range(len(raw)):
        try:
            packet = innermost(raw[:length])
        except MalformedReply:
            continue
        assert packet.payload in raw
    cut = innermost(raw[:-3])  # the mirror's snap length: what is whole stays
    assert (*expected[:-1], b"NOT") == (
        cut.mac, cut.source, cut.protocol, cut.target_port, cut.payload,
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        over_udp(4789, b"\0\0\0\0\0\0\x2a\0", INNER),  # no VXLAN: the flag is missing
        over_udp(6081, b"\0\x80\x65\x58\0\0\x2a\0", INNER),  # a GENEVE message between the ends
        over_udp(6081, b"\x40\0\x65\x58\0\0\x2a\0", INNER),  # another version
        over_udp(37008, b"\1\4\0\1\1", b""),  # a TZSP keep-alive
        four(MIRROR, ANALYSER, 17, datagram(5353, INNER)),  # no tunnel's port
    ],
)
def test_what_is_no_tunnel_wraps_nothing(body: bytes) -> None:
    assert None is unwrap(decode_frame(bytes(12) + b"\x08\0" + body))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (over_gre(b"\0\1\x88\x0b", INNER), "version"),
        (over_gre(b"\x40\0\x08\0", INNER_IP), "version"),
        (over_gre(b"\0\0\xbe\xef", INNER), "kind"),
        (over_gre(b"\x10\0\x88\xbe\0\0\0\1\x20\x07\0\1\0\0\0\0", INNER), "ERSPAN of a version"),
        (over_gre(ERSPAN_3 + b"\x04\0", INNER), "ERSPAN of a kind"),
        (over_udp(6081, b"\0\0\xbe\xef\0\0\x2a\0", INNER), "GENEVE of a kind"),
        (over_udp(37008, b"\1\0\0\x12\1", INNER), "TZSP of a kind"),
        (over_udp(37008, b"\1\0\0\1" + bytes(64), INNER), "without an end"),
        (four(MIRROR, ANALYSER, 97, b"\x20\0" + INNER), "EtherIP"),
    ],
)
def test_a_wrapping_of_a_kind_not_read_is_said(body: bytes, why: str) -> None:
    with pytest.raises(MalformedReply, match=why):
        unwrap(decode_frame(bytes(12) + b"\x08\0" + body))


def test_labels_without_a_bottom_are_malformed() -> None:
    with pytest.raises(MalformedReply, match="labels"):
        unwrap(decode_frame(bytes(12) + b"\x88\x47" + bytes(4) * 40))


@given(
    st.binary(max_size=120),
    st.sampled_from([(17, 4789), (17, 6081), (17, 37008), (4, 0), (41, 0), (47, 0), (97, 0)]),
)
def test_any_bytes_in_a_tunnel_are_a_packet_nothing_or_malformed(data: bytes, kind: tuple[int, int]) -> None:
    packet = Packet(0x0800, MAC, "10.0.0.5", "10.0.0.6", kind[0], 1, kind[1], payload=data)
    assert wraps(packet)
    try:
        unwrap(packet)
    except MalformedReply:
        return


@given(st.binary(max_size=120), st.sampled_from([tunnel.MPLS, tunnel.PPPOE_SESSION]))
def test_any_bytes_on_a_link_are_a_packet_nothing_or_malformed(data: bytes, ethertype: int) -> None:
    try:
        unwrap(Packet(ethertype, MAC, "", "", payload=data))
    except MalformedReply:
        return
