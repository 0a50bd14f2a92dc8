"""TP-Link's discovery over UDP 20002 (facts §5.16): Tapo, VIGI and newer Kasa; header, CRC and JSON."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 20002
_SEED = bytes.fromhex("5a6b7c8d")


@dataclass(frozen=True, slots=True)
class TpLink:
    """result: the JSON `result` object without the address, which is added."""

    result: Mapping[str, object]

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 20002."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast when the checksum holds."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            payload = datagram.payload
            (checksum,) = struct.unpack_from(">I", payload, 12)
            if payload[0] == 2 and checksum == zlib.crc32(payload[:12] + _SEED + payload[16:]):
                yield Answer(self._reply(host.ip))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str) -> bytes:
        body = json.dumps({"error_code": 0, "result": {**self.result, "ip": ip}}).encode()
        head = struct.pack(">BBHHBBI", 2, 0, 2, len(body), 0x11, 0, 0)
        return head + struct.pack(">I", zlib.crc32(head + _SEED + body)) + body
