"""Panasonic / i-PRO discovery over UDP 10670 (facts §5.12): tag records back at port 10669."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 10670
REPLY_PORT = 10669


@dataclass(frozen=True, slots=True)
class Panasonic:
    """name is the camera title an operator typed."""

    name: str
    model: str
    firmware: str
    serial: str
    mac: str

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 10670."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            payload = datagram.payload
            kind, command = struct.unpack_from(">H2xH", payload)
            if kind != 1 or command != 0x000D:
                host.log.forbid(host.ip, PORT, f"Panasonic {payload[:6].hex()}")
                return
            yield Answer(self._reply(host.ip), to=(datagram.source[0], REPLY_PORT))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str) -> bytes:
        gateway = socket.inet_aton(ip.rpartition(".")[0] + ".1")
        records = (
            (0x0020, socket.inet_aton(ip)),
            (0x0021, socket.inet_aton("255.255.255.0")),
            (0x0022, gateway),
            (0x0023, gateway + gateway),
            (0x0025, struct.pack(">H", 80)),
            (0x00A7, self.name.encode()),
            (0x00A8, self.model.encode()),
            (0x00A9, self.firmware.encode()),
            (0x00D1, self.serial.encode()),
        )
        body = b"".join(struct.pack(">HH", tag, len(value)) + value for tag, value in records)
        mac = bytes.fromhex(self.mac.replace(":", ""))
        head = (b"\0\x01" + b"\0\0" + b"\0\x0e" + mac).ljust(0x35, b"\0")
        reply = bytearray(head + body + b"\xff\xff" + b"\0\0")
        struct.pack_into(">H", reply, 2, len(reply) - 10)
        return bytes(reply)
