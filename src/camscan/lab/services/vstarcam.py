"""VStarcam / Eye4 discovery over UDP 8600 (facts §5.11): it announces user and password in clear.

The lab plants `PLANTED_USER` and `PLANTED_SECRET` where real units put the administrator's login.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host
from camscan.lab.services.secrets import PLANTED_SECRET, PLANTED_USER

PORT = 8600


@dataclass(frozen=True, slots=True)
class Vstarcam:
    """uid: the P2P id ("VSTB-123456-ABCDE")."""

    uid: str
    name: str
    mac: str
    firmware: str
    http_port: int = 81

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 8600."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            if datagram.payload[:2] != b"DH":
                return
            if datagram.payload != b"DH\x01\x01":
                host.log.forbid(host.ip, PORT, f"VStarcam {datagram.payload[:4].hex()}")
                return
            yield Answer(self._reply(host.ip))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str) -> bytes:
        reply = bytearray(0x190)
        reply[:4] = b"DH\x01\x08"
        gateway = ip.rpartition(".")[0] + ".1"
        for index, text in enumerate((ip, "255.255.255.0", gateway, gateway, "8.8.8.8")):
            struct.pack_into("16s", reply, 4 + 16 * index, text.encode())
        reply[0x54:0x5A] = bytes.fromhex(self.mac.replace(":", ""))
        struct.pack_into("<H", reply, 0x5A, self.http_port)
        struct.pack_into("32s", reply, 0x5C, self.uid.encode())
        struct.pack_into("32s", reply, 0x7C, self.name.encode())
        struct.pack_into("16s", reply, 0xCC, self.firmware.encode())
        struct.pack_into("16s", reply, 0xDC, b"10.2.1.8")
        struct.pack_into("32s", reply, 0xEC, PLANTED_USER.encode())
        struct.pack_into("32s", reply, 0x10C, PLANTED_SECRET.encode())
        return bytes(reply)
