"""The CS2 "PPPP" LAN search over UDP 32108 (facts §5.17): the UID of a P2P camera; nothing more is asked."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 32108


@dataclass(frozen=True, slots=True)
class Pppp:
    """The UID's three parts: prefix (vendor's licence), number, check letters."""

    prefix: str
    number: int
    check: str

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 32108."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            if datagram.payload in (b"\xf1\x30\0\0", b"\xf1\x32\0\0"):
                uid = struct.pack(">8sI8s", self.prefix.encode(), self.number, self.check.encode())
                yield Answer(b"\xf1\x41" + struct.pack(">H", len(uid)) + uid)
            else:
                host.log.forbid(host.ip, PORT, f"PPPP {datagram.payload[:4].hex()}")

        host.datagrams(PORT, respond, broadcast=True)
