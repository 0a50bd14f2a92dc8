"""TVT's "MHED" discovery over UDP 23456 (facts §5.6): asked on one group, answered to another.

The recorded reply carries a password area in clear; the lab plants `PLANTED_SECRET` there.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host
from camscan.lab.services.secrets import PLANTED_SECRET

ASKED = "234.55.55.55"
ANSWERED = "234.55.55.56"
PORT = 23456


@dataclass(frozen=True, slots=True)
class Tvt:
    """kind: 0 DVR, 1 DVS, 2 IPC, 3 NVR, 4 decoder; firmware as four numbers; build: YYYYMMDD."""

    name: str
    model: str
    mac: str
    firmware: tuple[int, int, int, int]
    build: int
    serial: int
    kind: int = 2
    channels: int = 1

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 23456."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Join the asking group and answer to the other."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            magic, _version, command = struct.unpack_from("<4sII", datagram.payload)
            if magic != b"MHED":
                return
            if command > 1:
                host.log.forbid(host.ip, PORT, f"TVT command {command}")
            elif len(datagram.payload) == 140:
                yield Answer(self._reply(host.ip), to=(ANSWERED, PORT))

        host.datagrams(PORT, respond, groups=(ASKED,))

    def _reply(self, ip: str) -> bytes:
        reply = bytearray(240)
        struct.pack_into("<4sII", reply, 0, b"MHED", 0x00010008, 2)
        struct.pack_into("20s", reply, 12, self.name.encode())
        reply[32:38] = bytes.fromhex(self.mac.replace(":", ""))
        struct.pack_into("<H", reply, 38, 6036)
        gateway = ip.rpartition(".")[0] + ".1"
        for at, address in ((40, ip), (44, "255.255.255.0"), (48, gateway), (112, gateway)):
            reply[at : at + 4] = socket.inet_aton(address)
        packed = int.from_bytes(bytes(self.firmware), "big")
        struct.pack_into("<IIHH", reply, 52, packed, self.build, 80, 554)
        struct.pack_into("<IIIII", reply, 64, self.kind, 0x1B, 0x26, 1, 0x10)
        struct.pack_into("28s", reply, 84, PLANTED_SECRET.encode())
        struct.pack_into("<I", reply, 120, self.serial)
        struct.pack_into("16s", reply, 196, self.model.encode())
        struct.pack_into("<I", reply, 228, self.channels)
        return bytes(reply)
