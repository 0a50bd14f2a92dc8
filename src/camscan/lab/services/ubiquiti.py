"""Ubiquiti's discovery over UDP 10001 (facts §5.14), versions 1 and 2, unicast, group and broadcast."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

GROUP = "233.89.188.1"
PORT = 10001


@dataclass(frozen=True, slots=True)
class Ubiquiti:
    """platform: short model ("UVC G3"); adopted False: still at factory defaults."""

    name: str
    model: str
    platform: str
    firmware: str
    mac: str
    adopted: bool = True

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 10001."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Join the group and answer."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            match datagram.payload:
                case b"\x01\0\0\0":
                    yield Answer(self._reply(host.ip, 1, 0))
                case b"\x02\x08\0\0" | b"\x02\x0a\0\0":
                    yield Answer(self._reply(host.ip, 2, 9))
                case other:
                    host.log.forbid(host.ip, PORT, f"Ubiquiti {other[:4].hex()}")

        host.datagrams(PORT, respond, groups=(GROUP,), broadcast=True)

    def _reply(self, ip: str, version: int, command: int) -> bytes:
        mac = bytes.fromhex(self.mac.replace(":", ""))
        items = [
            (0x02, mac + socket.inet_aton(ip)),
            (0x01, mac),
            (0x0A, struct.pack(">I", 86_400)),
            (0x0B, self.name.encode()),
            (0x0C, self.platform.encode()),
            (0x03, self.firmware.encode()),
            (0x14 if version == 1 else 0x15, self.model.encode()),
        ]
        if version == 2:
            items += [(0x17, struct.pack(">I", int(not self.adopted))), (0x12, struct.pack(">I", 7))]
        body = b"".join(struct.pack(">BH", kind, len(value)) + value for kind, value in items)
        return struct.pack(">BBH", version, command, len(body)) + body
