"""Classic BPF programs: the kernel hands up only what answers us, cut to what is read.

Source: the Linux kernel's Documentation/networking/filter.rst. Offsets count from the network header, which
is where a SOCK_DGRAM packet socket begins.
"""

from __future__ import annotations

import ctypes
import socket
import struct

_SO_ATTACH_FILTER = 26
SNAP_BYTES = 40
"""An IPv4 header without options and a TCP header without options; an ARP packet needs 28."""

_LD_BYTE, _LD_HALF = 0x30, 0x28
_JEQ, _JSET, _RET = 0x15, 0x45, 0x06
_IPV4_NO_OPTIONS, _TCP = 0x45, 6
_RST, _ACK, _SYN_ACK = 0x04, 0x10, 0x12

Program = list[tuple[int, int, int, int]]


def tcp_answers(port: int) -> Program:
    """Unfragmented TCP to our port that is SYN-ACK or carries RST.

    Segments with IP options are left out: no stack answers an optionless SYN with them.
    """
    return [
        (_LD_BYTE, 0, 0, 0),
        (_JEQ, 0, 11, _IPV4_NO_OPTIONS),
        (_LD_BYTE, 0, 0, 9),
        (_JEQ, 0, 9, _TCP),
        (_LD_HALF, 0, 0, 6),
        (_JSET, 7, 0, 0x3FFF),
        (_LD_HALF, 0, 0, 22),
        (_JEQ, 0, 5, port),
        (_LD_BYTE, 0, 0, 33),
        (_JSET, 2, 0, _RST),
        (0x54, 0, 0, _SYN_ACK),
        (_JEQ, 0, 1, _SYN_ACK),
        (_RET, 0, 0, SNAP_BYTES),
        (_RET, 0, 0, 0),
    ]


def arp_packets() -> Program:
    """ARP for IPv4 over Ethernet, requests as well as replies."""
    return [
        (_LD_HALF, 0, 0, 2),
        (_JEQ, 0, 3, 0x0800),
        (_LD_HALF, 0, 0, 4),
        (_JEQ, 0, 1, 0x0604),
        (_RET, 0, 0, SNAP_BYTES),
        (_RET, 0, 0, 0),
    ]


def echo6_replies() -> Program:
    """ICMPv6 echo replies without extension headers."""
    return [
        (_LD_BYTE, 0, 0, 6),
        (_JEQ, 0, 3, 58),
        (_LD_BYTE, 0, 0, 40),
        (_JEQ, 0, 1, 129),
        (_RET, 0, 0, 48),
        (_RET, 0, 0, 0),
    ]


def attach(sock: socket.socket, program: Program) -> None:
    """Give the socket this filter; raises OSError."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    sock.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(code))
    )
