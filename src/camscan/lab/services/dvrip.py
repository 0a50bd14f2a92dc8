"""Dahua's first discovery over UDP 5050 (facts §5.4): answers go to port 5050 of the asker."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 5050


@dataclass(frozen=True, slots=True)
class Dvrip:
    """model: the type text; serial and name go out as text lines at the end."""

    model: str
    serial: str
    mac: str
    name: str = ""

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 5050."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            payload = datagram.payload
            if len(payload) == 32 and payload[:3] == b"\xa3\x01\x00":
                yield Answer(self._reply(host.ip), to=(datagram.source[0], PORT))
            elif payload[:1] != b"\xb3":
                host.log.forbid(host.ip, PORT, f"DVRIP {payload[:4].hex()}")

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str) -> bytes:
        second = self.mac.encode() + (self.name or self.model)[:32].encode()
        third = (
            f"Name:{self.name or self.model}\r\nDevice:{self.model}\r\nSerialNo:{self.serial}\r\n".encode()
        )
        gateway = ip.rpartition(".")[0] + ".1"
        network = b"".join(socket.inet_aton(each) for each in (ip, "255.255.255.0", gateway, "8.8.8.8"))
        head = struct.pack(
            "<BBBBI8xIH10x", 0xB3, 0, len(second), 0, 0x58, 2, len(third)
        )  # 0x02 section 2, 0x04 section 1, 0x10 version, 0x14 section 3
        first = b"2.608.00" + self.model.encode()[:16].ljust(16, b"\0") + network
        first = first.ljust(0x5E - 0x20, b"\0") + struct.pack("<HHH", 80, 443, 37777)
        return head + first.ljust(0x58, b"\0") + second + third
