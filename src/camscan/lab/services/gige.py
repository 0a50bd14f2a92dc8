"""GigE Vision discovery over UDP 3956 (facts §5.19): FLIR and machine-vision cameras, 256-byte ack."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 3956


@dataclass(frozen=True, slots=True)
class Gige:
    """The text registers of the bootstrap block."""

    manufacturer: str
    model: str
    version: str
    serial: str
    mac: str
    info: str = ""
    user_name: str = ""

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 3956."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            key, _flag, command, _length, request = struct.unpack_from(">BBHHH", datagram.payload)
            if key != 0x42:
                return
            if command != 2:
                host.log.forbid(host.ip, PORT, f"GigE command {command:#06x}")
                return
            yield Answer(self._reply(host.ip, request))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str, request: int) -> bytes:
        reply = bytearray(256)
        struct.pack_into(">HHHH", reply, 0, 0, 3, 248, request)
        struct.pack_into(">HH", reply, 8, 1, 2)
        reply[0x12:0x18] = bytes.fromhex(self.mac.replace(":", ""))
        gateway = ip.rpartition(".")[0] + ".1"
        for at, address in ((0x2C, ip), (0x3C, "255.255.255.0"), (0x4C, gateway)):
            reply[at : at + 4] = socket.inet_aton(address)
        texts = [(0x50, 32, self.manufacturer), (0x70, 32, self.model), (0x90, 32, self.version)]
        texts += [(0xB0, 48, self.info), (0xE0, 16, self.serial), (0xF0, 16, self.user_name)]
        for at, size, text in texts:
            struct.pack_into(f"{size}s", reply, at, text.encode())
        return bytes(reply)
