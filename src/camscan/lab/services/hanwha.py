"""Hanwha / Samsung Techwin discovery over UDP 7701 (facts §5.8): 262 bytes back at port 7711."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 7701
REPLY_PORT = 7711


@dataclass(frozen=True, slots=True)
class Hanwha:
    """model goes out cut to ten characters, as on the wire."""

    model: str
    mac: str

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 7701."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            if len(datagram.payload) == 262 and datagram.payload[0] == 1:
                yield Answer(self._reply(host.ip), to=(datagram.source[0], REPLY_PORT))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str) -> bytes:
        reply = bytearray(262)
        reply[0] = 0x0B
        gateway = ip.rpartition(".")[0] + ".1"
        struct.pack_into("18s", reply, 0x13, self.mac.upper().encode())
        for at, text in ((0x25, ip), (0x35, "255.255.255.0"), (0x45, gateway)):
            struct.pack_into("16s", reply, at, text.encode())
        struct.pack_into("10s", reply, 0x6D, self.model.encode())
        struct.pack_into("39s", reply, 0x85, f"http://{ip}:80/".encode())
        return bytes(reply)
