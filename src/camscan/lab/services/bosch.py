"""Bosch's RCP+ scan over UDP 1757 (facts §5.7): the request names the reply port; XML or 32 bytes back."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

PORT = 1757
_MAGIC = bytes.fromhex("9939a427")


@dataclass(frozen=True, slots=True)
class Bosch:
    """binary: the short reply with nothing but addresses; else the XML one."""

    friendly_name: str
    serial: str
    mac: str
    device_types: str = "F0009A43"
    binary: bool = False

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 1757."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast at the port the request names."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            payload = datagram.payload
            if len(payload) != 12 or payload[:4] != _MAGIC:
                return
            (port,) = struct.unpack_from(">H", payload, 10)
            reply = self._short(host.ip, payload[4:8]) if self.binary else self._document(host.ip)
            yield Answer(reply, to=(datagram.source[0], port))

        host.datagrams(PORT, respond, broadcast=True)

    def _short(self, ip: str, transaction: bytes) -> bytes:
        mac = bytes.fromhex(self.mac.replace(":", ""))
        gateway = ip.rpartition(".")[0] + ".1"
        addresses = b"".join(socket.inet_aton(each) for each in (ip, "255.255.255.0", gateway))
        return (_MAGIC + transaction + mac + b"\0\0" + addresses).ljust(32, b"\0")

    def _document(self, ip: str) -> bytes:
        gateway = ip.rpartition(".")[0] + ".1"
        elements = {
            "deviceType": "Camera",
            "App": "1",
            "friendlyName": self.friendly_name,
            "unitName": self.friendly_name,
            "deviceGUID": f"3dd05a8b-0000-0000-0000-{self.mac.replace(':', '')}",
            "serialNumber": self.serial,
            "physAddress": self.mac.replace(":", "-"),
            "unitIPAddress": ip,
            "unitSubnetMask": "255.255.255.0",
            "unitGatewayIp": gateway,
            "RCPPort": "1756",
            "HTTPPort": "80",
            "HTTPSPort": "443",
            "dhcp": "0",
            "sessionKey": "0",
            "deviceTypeIDs": self.device_types,
        }
        inner = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items())
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><root xmlns="OEMExt00:device-1-0"><device>{inner}'
            "</device></root>"
        ).encode()
