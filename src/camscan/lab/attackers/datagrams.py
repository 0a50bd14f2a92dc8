"""UDP ports that answer anything with anything: floods, lies about lengths, answers from other addresses."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

NUMBER = b"@number@"
"""Replaced by a running number in each copy, so that no two are alike."""


@dataclass(frozen=True, slots=True)
class Words:
    """Each question to `port` is answered with every one of `answers`, `times` times.

    group: a multicast group it also listens on; at_most: answers in all, so that floods end.
    to_group: answer to the group instead of the asker.
    """

    port: int
    answers: tuple[bytes, ...]
    times: int = 1
    group: str = ""
    at_most: int = 40_000
    to_group: bool = False

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """Its UDP port."""
        return (("udp", self.port),)

    async def open(self, host: Host) -> None:
        """Listen and answer."""
        said = 0

        def respond(_datagram: Datagram) -> Iterator[Answer]:
            nonlocal said
            for _ in range(self.times):
                for each in self.answers:
                    if said >= self.at_most:
                        return
                    said += 1
                    to = (self.group, self.port) if self.to_group else None
                    yield Answer(each.replace(NUMBER, b"%d" % said), to=to)

        host.datagrams(self.port, respond, groups=(self.group,) if self.group else ())


@dataclass(frozen=True, slots=True)
class Impostor:
    """Answers a question with packets whose source address is another's.

    sources: the addresses it pretends to be, one answer each. On loopback they are bound, in a namespace
    they are written into raw packets (RFC 791 header, UDP without checksum).
    """

    port: int
    answer: bytes
    sources: tuple[str, ...]
    group: str = ""

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """The UDP port it hears questions on."""
        return (("udp", self.port),)

    async def open(self, host: Host) -> None:
        """Listen, and speak as somebody else."""
        number = 0

        def respond(datagram: Datagram) -> Iterator[Answer]:
            nonlocal number
            for source in self.sources:
                number += 1
                payload = self.answer.replace(NUMBER, b"%d" % number)
                if host.ip in host.wiring.interfaces:
                    _send_raw(host, source, self.port, datagram.source, payload)
                else:
                    _send_bound(source, datagram.source, payload)
            yield from ()

        host.datagrams(self.port, respond, groups=(self.group,) if self.group else ())


def _send_bound(source: str, to: tuple[str, int], payload: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        sock.sendto(payload, to)


def _send_raw(host: Host, source: str, port: int, to: tuple[str, int], payload: bytes) -> None:
    sender, receiver = socket.inet_aton(source), socket.inet_aton(to[0])
    udp = struct.pack(">HHHH", port, to[1], 8 + len(payload), 0) + payload
    head = struct.pack(
        ">BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(udp),
        0,
        0,
        64,
        17,
        0,
        sender,
        receiver,
    )
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, host.wiring.interfaces[host.ip].encode())
        sock.sendto(head + udp, (to[0], 0))
