"""Reolink's LAN search over UDP 2000 (facts §5.15): 388 bytes back at port 3000 of the asker."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 2000
REPLY_PORT = 3000


@dataclass(frozen=True, slots=True)
class Reolink:
    """uid: 16 upper-case letters and digits."""

    name: str
    uid: str
    mac: str

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 2000."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            if datagram.payload == b"\xaa\xaa\0\0":
                yield Answer(self._reply(host.ip), to=(datagram.source[0], REPLY_PORT))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str) -> bytes:
        reply = bytearray(388)
        reply[:4] = b"\xaa\xaa\0\0"
        struct.pack_into("<II", reply, 0x30, 1, 1)
        struct.pack_into("12s", reply, 0x50, self.mac.replace(":", "").upper().encode())
        reply[0x64:0x66] = b"\x28\x23"
        struct.pack_into("16s", reply, 0x70, ip.encode())
        struct.pack_into("32s", reply, 0x84, self.name.encode())
        struct.pack_into("18s", reply, 0xA4, self.mac.upper().encode())
        struct.pack_into("16s", reply, 0xC4, self.uid.encode())
        return bytes(reply)
