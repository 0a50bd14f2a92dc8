"""A tarpit of all 65,535 TCP ports: `python -m camscan.lab.attackers.tarpit INTERFACE MAC IP…`.

No kernel owns its addresses: it answers ARP for them itself, accepts every connection to any port with a
window of five bytes, acknowledges what it is told, says nothing and never closes (as LaBrea does). Runs in a
namespace until its standard input ends; prints `ready` first.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
from collections.abc import Collection

_ETH_P_ALL = 3
_ARP, _IP, _TCP = b"\x08\x06", b"\x08\x00", 6
_SYN, _RST, _ACK, _FIN = 2, 4, 16, 1
_WINDOW_BYTES = 5


def answer_to(frame: bytes, mac: bytes, addresses: Collection[bytes]) -> bytes | None:
    """The frame that a tarpit with these addresses (4 bytes each) sends back, None for none."""
    if frame[12:14] == _ARP and len(frame) >= 42 and frame[20:22] == b"\0\1" and frame[38:42] in addresses:
        asker = frame[22:32]
        return asker[:6] + mac + _ARP + frame[14:20] + b"\0\2" + mac + frame[38:42] + asker
    if frame[12:14] != _IP or len(frame) < 54 or frame[23] != _TCP or frame[30:34] not in addresses:
        return None
    at = 14 + (frame[14] & 15) * 4
    tcp = frame[at : at + 20]
    if len(tcp) < 20:
        return None
    source, target, sequence, acknowledged, offset, flags = struct.unpack(">HHIIBB", tcp[:14])
    length = int.from_bytes(frame[16:18]) - (at - 14) - (offset >> 4) * 4
    if flags & _RST or (not flags & (_SYN | _FIN) and length <= 0):
        return None
    back = _SYN | _ACK if flags & _SYN else _ACK
    heard = sequence + max(length, 0) + bool(flags & _SYN) + bool(flags & _FIN)
    own = 0x7A7A7A7A if flags & _SYN else acknowledged
    segment = struct.pack(
        ">HHIIBBHHH", target, source, own, heard & 0xFFFFFFFF, 5 << 4, back, _WINDOW_BYTES, 0, 0
    )
    here, there = frame[30:34], frame[26:30]
    pseudo = here + there + struct.pack(">BBH", 0, _TCP, len(segment))
    segment = segment[:16] + _checksum(pseudo + segment) + segment[18:]
    head = struct.pack(">BBHHHBBH", 0x45, 0, 40, 0, 0x4000, 64, _TCP, 0) + here + there
    head = head[:10] + _checksum(head) + head[12:]
    return frame[6:12] + mac + _IP + head + segment


def _checksum(data: bytes) -> bytes:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", ~total & 0xFFFF)


def main(interface: str, mac_text: str, *ips: str) -> int:
    """Answer until standard input ends; 0."""
    mac = bytes.fromhex(mac_text.replace(":", ""))
    addresses = frozenset(socket.inet_aton(ip) for ip in ips)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL)) as link:
        link.bind((interface, 0))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            readable, _, _ = select.select([link, sys.stdin], [], [])
            if sys.stdin in readable and not os.read(sys.stdin.fileno(), 64):
                return 0
            if link in readable:
                frame, about = link.recvfrom(65535)
                if about[2] != socket.PACKET_OUTGOING and (answer := answer_to(frame, mac, addresses)):
                    link.send(answer)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
