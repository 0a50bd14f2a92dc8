"""A captured frame to the packet inside: Ethernet, VLAN tags, IPv4, IPv6, TCP, UDP, ARP, neighbour discovery.

Rules: whatever arrives becomes a `Packet` or a MalformedReply; a frame that the capture cut short keeps what
is there. Lengths are checked by `struct`, not by Reader, because a capture holds millions of frames and this
is read for every one. What a packet wraps is `tunnel`'s. Sources: IEEE 802.1Q, 802.2, RFC 791, 826, 1042,
8200, 768, 9293, 4861; tcpdump.org link types.
"""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from camscan.errors import MalformedReply
from camscan.model.address import mac_from_bytes
from camscan.wire import sadp_raw

ETHERNET, NULL, LOOP, RAW, SLL, SLL2 = 1, 0, 108, 101, 113, 276
LINK_TYPES = frozenset({ETHERNET, NULL, LOOP, RAW, SLL, SLL2, 12, 14, 228, 229})
"""Link types of captures that can be read (tcpdump.org/linktypes); 12, 14, 228 and 229 are bare IP."""

IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86DD
TCP, UDP, ICMPV6 = 6, 17, 58
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
_IPV4_BYTES = b"\x08\0"
_VLAN_TAGS = frozenset({0x8100, 0x88A8, 0x9100, 0x9200})
_MAX_TAGS = 4
KNOWN_ETHERTYPES = frozenset({IPV4, ARP, IPV6, sadp_raw.ETHERTYPE}) | _VLAN_TAGS
_FIRST_ETHERTYPE = 0x0600  # smaller numbers are lengths of 802.3 frames
_SNAP = (b"\xaa\xaa\x03\0\0\0", b"\xaa\xaa\x03\0\0\xf8")  # RFC 1042, 802.1H
_BARE_IP = frozenset({RAW, 12, 14, 228, 229})
_LOOPBACK_IPV6 = frozenset({10, 24, 28, 30})  # AF_INET6 of Linux, the BSDs and macOS
_SKIPPED_HEADERS = frozenset({0, 43, 60, 135})
_FRAGMENT_HEADER = 44
_MAX_EXTENSIONS = 8
_ARP_HARDWARE = (1, 6)  # Ethernet, and IEEE 802 behind a SNAP header
_NEIGHBOUR_SOLICITATION, _NEIGHBOUR_ADVERTISEMENT = 135, 136

_SHORT = struct.Struct(">H")
_IPV4_HEADER = struct.Struct(">BxHHHxBxx4s4s")
_IPV6_HEADER = struct.Struct(">IHBx16s16s")
_TCP_HEADER = struct.Struct(">HHIIBB")
_UDP_HEADER = struct.Struct(">HHH")
_ARP_BODY = struct.Struct(">HHBBH6s4s6s4s")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as captured. linktype: tcpdump.org number; at: seconds since 1970, UTC."""

    raw: bytes
    linktype: int
    at: float
    interface: str = ""


class Fragment(NamedTuple):
    """Which part of a datagram this is: identity, offset in bytes, whether more follow."""

    identity: int
    offset: int
    more: bool


class Packet(NamedTuple):
    """What one frame carried.

    ethertype: of the innermost tag, 0 when unknown; source, target: IP text, "" without IP (for ARP and
    neighbour discovery the address that is announced); mac: six bytes, the sender's (for those two the
    announced one); protocol: IP protocol number; payload: behind the last header read.
    """

    ethertype: int
    mac: bytes
    source: str
    target: str
    protocol: int = 0
    source_port: int = 0
    target_port: int = 0
    flags: int = 0
    sequence: int = 0
    payload: bytes = b""
    fragment: Fragment | None = None


def link_type_of(field: int) -> int:
    """The link type in a pcap header; the upper bits tell of check sequences (draft-ietf-opsawg-pcap)."""
    return field & 0xFFFF


def decode_frame(raw: bytes, linktype: int = ETHERNET) -> Packet:
    """The packet in one frame. Raises MalformedReply for what is cut within a header or of no known kind."""
    try:
        if linktype == ETHERNET and raw[12:14] == _IPV4_BYTES:
            return _ipv4(raw, 14, raw[6:12])
        ethertype, mac, at = _link(raw, linktype)
        return decode_network(ethertype, raw, at, mac)
    except (struct.error, IndexError) as fault:
        raise MalformedReply(f"frame of {len(raw)} bytes cut within a header") from fault


def decode_network(ethertype: int, raw: bytes, at: int, mac: bytes) -> Packet:
    """The packet that begins at `at`, of this type. Raises struct.error or IndexError where it is cut, and
    MalformedReply."""
    if ethertype == IPV4:
        return _ipv4(raw, at, mac)
    if ethertype == IPV6:
        return _ipv6(raw, at, mac)
    if ethertype == ARP:
        return _arp(raw, at, mac)
    return Packet(ethertype, mac, "", "", payload=raw[at:])


def mac_text(raw: bytes) -> str | None:
    """Canonical MAC of six captured bytes; None when they name no device."""
    return mac_from_bytes(raw)


def _link(raw: bytes, linktype: int) -> tuple[int, bytes, int]:
    """(ethertype, sender's MAC, where the payload begins)."""
    if linktype == ETHERNET:
        ethertype, at = _behind_tags(raw, _SHORT.unpack_from(raw, 12)[0], 14)
        return ethertype, raw[6:12], at
    if linktype in _BARE_IP:
        return (IPV6 if raw[0] >> 4 == 6 else IPV4), b"", 0
    if linktype == SLL:
        length, ethertype = struct.unpack_from(">4xH8xH", raw)
        ethertype, at = _behind_tags(raw, ethertype, 16)
        return ethertype, raw[6:12] if length == 6 else b"", at
    if linktype == SLL2:
        ethertype, length = struct.unpack_from(">H9xB", raw)
        ethertype, at = _behind_tags(raw, ethertype, 20)
        return ethertype, raw[12:18] if length == 6 else b"", at
    if linktype in (NULL, LOOP):
        little, big = struct.unpack_from("<I", raw)[0], struct.unpack_from(">I", raw)[0]
        return (IPV6 if min(little, big) in _LOOPBACK_IPV6 else IPV4), b"", 4
    raise MalformedReply(f"link type {linktype} is not read")


def _behind_tags(raw: bytes, ethertype: int, at: int) -> tuple[int, int]:
    """(type, where its payload begins) behind VLAN tags and, in an 802.3 frame, the SNAP header."""
    for _ in range(_MAX_TAGS):
        if ethertype not in _VLAN_TAGS:
            break
        ethertype, at = _SHORT.unpack_from(raw, at + 2)[0], at + 4
    if ethertype < _FIRST_ETHERTYPE and raw[at : at + 6] in _SNAP:
        ethertype, at = _SHORT.unpack_from(raw, at + 6)[0], at + 8
    return ethertype, at


def _ipv4(raw: bytes, at: int, mac: bytes) -> Packet:
    first, length, identity, fragment, protocol, source, target = _IPV4_HEADER.unpack_from(raw, at)
    header = (first & 0x0F) * 4
    if first >> 4 != 4 or header < 20:
        raise MalformedReply("no IPv4 header where one was announced")
    # Length 0: the network card was to split the packet (segmentation offload).
    end = at + length if length >= header else len(raw)
    part = None
    if fragment & 0x3FFF:
        part = Fragment(identity, (fragment & 0x1FFF) * 8, bool(fragment & 0x2000))
    return _transport(
        IPV4, mac, address_text(source), address_text(target), protocol, raw[at + header : end], part
    )


def _ipv6(raw: bytes, at: int, mac: bytes) -> Packet:
    first, length, protocol, source, target = _IPV6_HEADER.unpack_from(raw, at)
    if first >> 28 != 6:
        raise MalformedReply("no IPv6 header where one was announced")
    at += 40
    end = at + length if length else len(raw)
    part = None
    for _ in range(_MAX_EXTENSIONS):
        if protocol in _SKIPPED_HEADERS:
            protocol, at = raw[at], at + 8 * (raw[at + 1] + 1)
        elif protocol == _FRAGMENT_HEADER:
            protocol, word, identity = struct.unpack_from(">BxHI", raw, at)
            part, at = Fragment(identity, word & 0xFFF8, bool(word & 1)), at + 8
        else:
            break
    return _transport(IPV6, mac, address_text(source), address_text(target), protocol, raw[at:end], part)


def with_ports(packet: Packet) -> Packet:
    """A datagram joined from fragments, its TCP or UDP header read. Raises MalformedReply when cut short."""
    try:
        return _transport(
            packet.ethertype, packet.mac, packet.source, packet.target, packet.protocol, packet.payload, None
        )
    except (struct.error, IndexError) as fault:
        raise MalformedReply("packet cut within its TCP or UDP header") from fault


def _transport(
    ethertype: int, mac: bytes, source: str, target: str, protocol: int, body: bytes, part: Fragment | None
) -> Packet:
    if part is not None and (part.offset or part.more):
        return Packet(ethertype, mac, source, target, protocol, payload=body, fragment=part)
    if protocol == TCP:
        from_port, to_port, sequence, _, offset, flags = _TCP_HEADER.unpack_from(body)
        payload = body[max(20, (offset >> 4) * 4) :]
        return Packet(ethertype, mac, source, target, TCP, from_port, to_port, flags, sequence, payload)
    if protocol == UDP:
        from_port, to_port, length = _UDP_HEADER.unpack_from(body)
        payload = body[8 : length if length >= 8 else len(body)]
        return Packet(ethertype, mac, source, target, UDP, from_port, to_port, payload=payload)
    packet = Packet(ethertype, mac, source, target, protocol, payload=body)
    if protocol == ICMPV6 and body[0] in (_NEIGHBOUR_SOLICITATION, _NEIGHBOUR_ADVERTISEMENT):
        return _neighbour(packet, body)
    return packet


def _neighbour(packet: Packet, body: bytes) -> Packet:
    """Neighbour discovery as an announcement: whose address, which MAC (RFC 4861, 4.3 and 4.4)."""
    wanted = 1 if body[0] == _NEIGHBOUR_SOLICITATION else 2
    source = packet.source if wanted == 1 else address_text(body[8:24])
    at = 24
    while at + 8 <= len(body) and body[at + 1]:
        if body[at] == wanted:
            return packet._replace(ethertype=ARP, mac=body[at + 2 : at + 8], source=source)
        at += 8 * body[at + 1]
    return packet


def _arp(raw: bytes, at: int, mac: bytes) -> Packet:
    hardware, protocol, hardware_size, size, _, sender, source, _, target = _ARP_BODY.unpack_from(raw, at)
    if hardware not in _ARP_HARDWARE or (protocol, hardware_size, size) != (IPV4, 6, 4):
        return Packet(0, mac, "", "")
    return Packet(ARP, sender, address_text(source), address_text(target))


@lru_cache(maxsize=65536)
def address_text(raw: bytes) -> str:
    """Canonical text of 4 or 16 bytes. Raises MalformedReply for another length."""
    if len(raw) == 4:
        return f"{raw[0]}.{raw[1]}.{raw[2]}.{raw[3]}"
    if len(raw) == 16:
        return str(ipaddress.IPv6Address(raw))
    raise MalformedReply(f"an address of {len(raw)} bytes")
