"""What mirrors and tunnels wrap, taken out: GRE, ERSPAN, VXLAN, GENEVE, TZSP, IP in IP, PPPoE, MPLS.

Rules: one wrapping at a time; whatever arrives becomes the `Packet` inside, None (it wraps nothing) or a
MalformedReply; a packet cut by the mirror keeps what is there. Sources: RFC 2784, 2890, 7637, 3378 (GRE,
NVGRE, EtherIP), draft-foschiano-erspan, RFC 7348, 8926, 2003, 4213, 2516, 3032, 4385; MikroTik's TZSP.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from camscan.errors import MalformedReply
from camscan.wire.frame import (
    ETHERNET,
    IPV4,
    IPV6,
    KNOWN_ETHERTYPES,
    UDP,
    Packet,
    decode_frame,
    decode_network,
)

MAX_WRAPPINGS = 4
VXLAN_PORTS, GENEVE_PORT, TZSP_PORT = (4789, 8472), 6081, 37008
"""UDP ports; 8472 is what Linux used for VXLAN before one was assigned."""
IPV4_INSIDE, IPV6_INSIDE, GRE, ETHERIP = 4, 41, 47, 97
MPLS, MPLS_MULTICAST, PPPOE_SESSION = 0x8847, 0x8848, 0x8864

_BRIDGED, _ERSPAN_2, _ERSPAN_3 = 0x6558, 0x88BE, 0x22EB
_GRE_CHECKSUM, _GRE_ROUTING, _GRE_KEY, _GRE_SEQUENCE, _GRE_VERSION = 0x8000, 0x4000, 0x2000, 0x1000, 0x0007
_ERSPAN_FRAMES, _ERSPAN_IP = 0, 2
_TZSP_PADDING, _TZSP_END, _TZSP_ETHERNET = 0, 1, 1
_PPP = {0x0021: IPV4, 0x0057: IPV6}
_MAX_LABELS = 16
_MAX_TAGS = 64
_NO_MAC = b""


class Inner(NamedTuple):
    """What was wrapped. carried: by IP, so that it may come from a link far from the one it arrived on."""

    packet: Packet
    carried: bool


def unwrap(packet: Packet) -> Inner | None:
    """The packet one wrapping further in; None when nothing is wrapped here.

    packet: no fragment. Raises MalformedReply for a wrapping that is cut, broken or of a kind not read.
    """
    opener = _opener(packet)
    if opener is None:
        return None
    try:
        inside = opener(packet.payload)
    except (struct.error, IndexError) as fault:
        raise MalformedReply("tunnelled frame cut within the tunnel's header") from fault
    return None if inside is None else Inner(inside, packet.protocol != 0)


def wraps(packet: Packet) -> bool:
    """Might `unwrap` find something in it?"""
    return _opener(packet) is not None


def _opener(packet: Packet) -> _Opener | None:
    if packet.protocol == UDP:
        return _BY_PORT.get(packet.target_port)
    if packet.protocol:
        return _BY_PROTOCOL.get(packet.protocol)
    return _BY_ETHERTYPE.get(packet.ethertype)


def _gre(data: bytes) -> Packet:
    flags, kind = struct.unpack_from(">HH", data)
    if flags & (_GRE_ROUTING | _GRE_VERSION):
        raise MalformedReply("GRE of a version that is not read")
    at = 4 + 4 * sum(bool(flags & each) for each in (_GRE_CHECKSUM, _GRE_KEY, _GRE_SEQUENCE))
    if kind == _ERSPAN_2:
        # Type I has neither a sequence number nor a header of its own.
        return _bridged(data, at + _erspan_header(data, at, 1, 8) if flags & _GRE_SEQUENCE else at)
    if kind == _ERSPAN_3:
        return _erspan_3(data, at)
    if kind == _BRIDGED:
        return _bridged(data, at)
    if kind in (IPV4, IPV6, MPLS, MPLS_MULTICAST):
        return decode_network(kind, data, at, _NO_MAC)
    raise MalformedReply("GRE of a kind that is not read")


def _erspan_header(data: bytes, at: int, version: int, size: int) -> int:
    if data[at] >> 4 != version:
        raise MalformedReply("ERSPAN of a version that is not read")
    return size


def _erspan_3(data: bytes, at: int) -> Packet:
    size = _erspan_header(data, at, 2, 12)
    word = struct.unpack_from(">H", data, at + 10)[0]
    kind = word >> 10 & 0x1F
    at += size + (8 if word & 1 else 0)
    if kind == _ERSPAN_IP:
        return _internet(data, at)
    if kind != _ERSPAN_FRAMES:
        raise MalformedReply("ERSPAN of a kind that is not read")
    return _bridged(data, at)


def _vxlan(data: bytes) -> Packet | None:
    # The flag says that a network identifier is there; without it nothing else is said of the packet.
    return _bridged(data, 8) if len(data) >= 8 and data[0] & 0x08 else None


def _geneve(data: bytes) -> Packet | None:
    if (
        len(data) < 8 or data[0] >> 6 or data[1] & 0x80
    ):  # another version; a message between the tunnel's ends
        return None
    at, kind = 8 + 4 * (data[0] & 0x3F), struct.unpack_from(">H", data, 2)[0]
    if kind == _BRIDGED:
        return _bridged(data, at)
    if kind in (IPV4, IPV6):
        return decode_network(kind, data, at, _NO_MAC)
    raise MalformedReply("GENEVE of a kind that is not read")


def _tzsp(data: bytes) -> Packet | None:
    if len(data) < 5 or data[0] != 1 or data[1] > 1:  # keep-alives and the like carry nothing
        return None
    if struct.unpack_from(">H", data, 2)[0] != _TZSP_ETHERNET:
        raise MalformedReply("TZSP of a kind that is not read")
    at = 4
    for _ in range(_MAX_TAGS):
        tag = data[at]
        if tag == _TZSP_END:
            return _bridged(data, at + 1)
        at += 1 if tag == _TZSP_PADDING else 2 + data[at + 1]
    raise MalformedReply("TZSP without an end of its tags")


def _pppoe(data: bytes) -> Packet | None:
    version, code, _, length, protocol = struct.unpack_from(">BBHHH", data)
    if version != 0x11 or code or protocol not in _PPP:
        return None  # the talk between the ends, or of no kind that is read
    return decode_network(_PPP[protocol], data[: 6 + length], 8, _NO_MAC)


def _mpls(data: bytes) -> Packet:
    for at in range(0, 4 * _MAX_LABELS, 4):
        if data[at + 2] & 1:
            return _behind_labels(data, at + 4)
    raise MalformedReply("MPLS with too many labels")


def _behind_labels(data: bytes, at: int) -> Packet:
    """Labels do not say what they carry: IP by its version, else Ethernet with or without a control word."""
    for start in (at, at + 4):
        ethernet = len(data) >= start + 14 and data[start + 12 : start + 14] in _ETHERTYPE_BYTES
        if ethernet and (start == at or not data[at] >> 4):
            return _bridged(data, start)
    return _internet(data, at)


def _etherip(data: bytes) -> Packet:
    if data[0] >> 4 != 3:
        raise MalformedReply("EtherIP of a version that is not read")
    return _bridged(data, 2)


def _internet(data: bytes, at: int = 0) -> Packet:
    return decode_network(IPV6 if data[at] >> 4 == 6 else IPV4, data, at, _NO_MAC)


def _bridged(data: bytes, at: int) -> Packet:
    return decode_frame(data[at:], ETHERNET)


_Opener = Callable[[bytes], Packet | None]
_ETHERTYPE_BYTES = frozenset(each.to_bytes(2) for each in KNOWN_ETHERTYPES)
_BY_PORT: dict[int, _Opener] = {**dict.fromkeys(VXLAN_PORTS, _vxlan), GENEVE_PORT: _geneve, TZSP_PORT: _tzsp}
_BY_PROTOCOL: dict[int, _Opener] = {
    GRE: _gre,
    IPV4_INSIDE: _internet,
    IPV6_INSIDE: _internet,
    ETHERIP: _etherip,
}
_BY_ETHERTYPE: dict[int, _Opener] = {MPLS: _mpls, MPLS_MULTICAST: _mpls, PPPOE_SESSION: _pppoe}
