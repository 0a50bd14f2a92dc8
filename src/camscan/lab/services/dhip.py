"""Dahua's DHIP discovery over UDP 37810 (facts §5.3): a 32-byte header and JSON, unicast and group."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

GROUP = "239.255.255.251"
PORT = 37810


@dataclass(frozen=True, slots=True)
class Dhip:
    """info: the deviceInfo object; text replaces the JSON when a unit's JSON is broken.
    unicast_only: some thermal firmware ignores the group."""

    mac: str
    info: Mapping[str, object]
    text: str = ""
    unicast_only: bool = False
    padding: bytes = b"\n\0"

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 37810."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Join the group unless told not to, and answer."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            payload = datagram.payload
            if len(payload) < 33 or payload[:8] != b"\x20\0\0\0DHIP":
                return  # bare JSON without the header gets no answer
            (length,) = struct.unpack_from("<I", payload, 16)
            try:
                method = json.loads(payload[32 : 32 + length].rstrip(b"\0\n")).get("method")
            except (ValueError, AttributeError):
                return
            if method != "DHDiscover.search":
                host.log.forbid(host.ip, PORT, f"DHIP {method}")
                return
            yield Answer(self._reply())

        groups = () if self.unicast_only else (GROUP,)
        host.datagrams(PORT, respond, groups=groups, broadcast=not self.unicast_only)

    def _reply(self) -> bytes:
        document = {
            "mac": self.mac,
            "method": "client.notifyDevInfo",
            "params": {"deviceInfo": dict(self.info)},
        }
        body = (self.text or json.dumps(document, separators=(",", ":"))).encode() + self.padding
        header = struct.pack("<I4sIIIIII", 32, b"DHIP", 0, 0, len(body), 0, len(body), 0)
        return header + body
