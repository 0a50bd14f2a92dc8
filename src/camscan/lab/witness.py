"""A witness on the wire: counts what the scanner puts on its cable, frame by frame, whoever would answer.

A device can only report what reached its open ports; this sees every packet, to closed ports, absent
hosts and excluded addresses alike, ARP included. Linux only (AF_PACKET), inside a namespace of the lab.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

_ETH_P_ALL = 0x0003
_IPV4, _ARP, _IPV6 = 0x0800, 0x0806, 0x86DD
_TCP, _UDP, _FIN, _SYN, _RST, _ACK = 6, 17, 0x01, 0x02, 0x04, 0x10


@dataclass(slots=True)
class Witness:
    """packets, syns, datagrams: by destination; arp: requests by asked address; busiest_second: most IP
    packets to one address within any one second; per_second: most packets of all kinds likewise;
    ip_per_second: the same without ARP; most_open: TCP connections to one address at a time, from the
    scanner's first acknowledgement to its FIN or RST."""

    packets: Counter[str] = field(default_factory=Counter)
    syns: Counter[str] = field(default_factory=Counter)
    datagrams: Counter[str] = field(default_factory=Counter)
    arp: Counter[str] = field(default_factory=Counter)
    busiest_second: Counter[str] = field(default_factory=Counter)
    per_second: int = 0
    ip_per_second: int = 0
    frames: int = 0
    most_open: Counter[str] = field(default_factory=Counter)
    _open: dict[str, set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))
    _closed: set[tuple[str, int, int]] = field(default_factory=set)
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def saw(self, frame: bytes, at_seconds: float) -> None:
        """Count one Ethernet frame; what is too short for its protocol counts as a frame only."""
        self.frames += 1
        self.per_second = max(self.per_second, self._rate("", at_seconds))
        if len(frame) < 34:
            return
        (kind,) = struct.unpack_from(">H", frame, 12)
        if kind == _ARP and len(frame) >= 42:
            self.arp[socket.inet_ntoa(frame[38:42])] += 1
        elif kind == _IPV4:
            start = 14 + (frame[14] & 0x0F) * 4
            self._packet(socket.inet_ntoa(frame[30:34]), frame[23], frame[start:], at_seconds)
        elif kind == _IPV6 and len(frame) >= 54:
            destination = socket.inet_ntop(socket.AF_INET6, frame[38:54])
            self._packet(destination, frame[20], frame[54:], at_seconds)

    def text(self) -> str:
        """One line of JSON; keys of syns and datagrams are "address port"."""
        names = (
            "packets",
            "syns",
            "datagrams",
            "arp",
            "busiest_second",
            "per_second",
            "ip_per_second",
            "frames",
            "most_open",
        )
        return json.dumps({name: getattr(self, name) for name in names})

    def _packet(self, to: str, protocol: int, segment: bytes, at_seconds: float) -> None:
        self.packets[to] += 1
        self.ip_per_second = max(self.ip_per_second, self._rate("ip", at_seconds))
        self.busiest_second[to] = max(self.busiest_second[to], self._rate(to, at_seconds))
        if protocol == _TCP and len(segment) >= 14 and segment[13] & (_SYN | _ACK) == _SYN:
            self.syns[f"{to} {struct.unpack_from('>H', segment, 2)[0]}"] += 1
        elif protocol == _TCP and len(segment) >= 14:
            self._connection(to, struct.unpack_from(">HH", segment), segment[13])
        elif protocol == _UDP and len(segment) >= 8:
            self.datagrams[f"{to} {struct.unpack_from('>H', segment, 2)[0]}"] += 1

    def _connection(self, to: str, ports: tuple[int, int], flags: int) -> None:
        if flags & (_FIN | _RST):
            self._open[to].discard(ports)
            self._closed.add((to, *ports))
        elif flags & _ACK and (to, *ports) not in self._closed:
            self._open[to].add(ports)
            self.most_open[to] = max(self.most_open[to], len(self._open[to]))

    def _rate(self, to: str, at_seconds: float) -> int:
        times = self._recent[to]
        times.append(at_seconds)
        while at_seconds - times[0] >= 1.0:
            times.popleft()
        return len(times)


def watch() -> None:
    """Serve until standard input ends: the first line is the interface; each later line asks for the counts.

    "NAME out" counts what the machine itself sends there, before a cable loses any of it.

    A process of its own (`python -m camscan.lab --witness`), started inside the namespace.
    """
    interface, _, wanted = sys.stdin.readline().strip().partition(" ")
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    wire.bind((interface, _ETH_P_ALL))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    witness = Witness()
    while True:
        ready, _, _ = select.select([wire, sys.stdin], [], [])
        if wire in ready:
            frame, (_, _, direction, _, _) = wire.recvfrom(65535)
            if (direction == socket.PACKET_OUTGOING) == (wanted == "out"):
                witness.saw(frame, time.monotonic())
        elif not sys.stdin.readline():
            return
        else:
            sys.stdout.write(witness.text() + "\n")
            sys.stdout.flush()
