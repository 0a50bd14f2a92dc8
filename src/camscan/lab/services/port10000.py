"""Two makers on UDP 10000, told apart by magic: Vivotek's "drona" (facts §5.9) and Foscam's MO_I (§5.10)."""

from __future__ import annotations

import itertools
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 10000
_DRONA = bytes.fromhex("4a5d8f1c")


@dataclass(frozen=True, slots=True)
class Vivotek:
    """long_name as in its web pages; short_name is the model."""

    long_name: str
    short_name: str
    mac: str

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 10000."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            if len(datagram.payload) == 5 and datagram.payload[1:] == _DRONA:
                yield Answer(self._reply(host.ip, datagram.payload[:1]))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str, session: bytes) -> bytes:
        mac = bytes.fromhex(self.mac.replace(":", ""))
        return b"".join(
            (
                session + _DRONA,
                _item(0x01, self.long_name.encode()),
                _item(0x02, mac),
                _item(0x03, socket.inet_aton(ip)),
                b"\x04\x01",  # this one type has no length byte
                _item(0x06, struct.pack("<H", 80)),
                _item(0x08, b"en"),
                _item(0x09, self.short_name.encode()),
            )
        )


@dataclass(frozen=True, slots=True)
class Foscam:
    """masked: the body is XORed with the key in the packet. firmware, web: four numbers each."""

    name: str
    mac: str
    firmware: tuple[int, int, int, int]
    web: tuple[int, int, int, int] = (2, 0, 10, 9)
    port: int = 88
    masked: bool = False

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 10000."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast, to port 10000 of the asker."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            if datagram.payload[:4] != b"MO_I":
                return
            (operation,) = struct.unpack_from("<H", datagram.payload, 4)
            if operation > 1:
                host.log.forbid(host.ip, PORT, f"MO_I operation {operation}")
            elif operation == 0:
                yield Answer(self._reply(host.ip), to=(datagram.source[0], PORT))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str) -> bytes:
        gateway = ip.rpartition(".")[0] + ".1"
        body = struct.pack("13s21s", self.mac.replace(":", "").upper().encode(), self.name.encode())
        body += b"".join(socket.inet_aton(each) for each in (ip, "255.255.255.0", gateway, gateway))
        body += struct.pack(">I4B4BH", 1, *self.firmware, *self.web, self.port)
        key = b"_Foscam_"
        if self.masked:
            body = bytes(byte ^ mask for byte, mask in zip(body, itertools.cycle(key), strict=False))
        head = struct.pack("<4sHB8sII", b"MO_I", 1, int(self.masked), key, len(body), len(body))
        return head + body


def _item(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value))) + value
