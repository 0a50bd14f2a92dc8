"""Xiongmai's discovery over UDP 34569 (facts §5.5): message 1531 with JSON, to port 34569 of the asker."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from camscan.lab.host import Answer, Datagram, Host

PORT = 34569


@dataclass(frozen=True, slots=True)
class Xiongmai:
    """cloud_id: the 16 hex digits of SN; extra: further NetCommon members."""

    hostname: str
    cloud_id: str
    mac: str
    channels: int = 1
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 34569."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            magic, message = struct.unpack_from("<B", datagram.payload)[0], 0
            (message,) = struct.unpack_from("<H", datagram.payload, 14)
            if magic != 0xFF or message == 1531:
                return
            if message != 1530:
                host.log.forbid(host.ip, PORT, f"XM message {message}")
                return
            yield Answer(self._reply(host.ip), to=(datagram.source[0], PORT))

        host.datagrams(PORT, respond, broadcast=True)

    def _reply(self, ip: str) -> bytes:
        common = {
            "BuildDate": "2022-05-10 15:42:37",
            "ChannelNum": self.channels,
            "DeviceType": 1,
            "GateWay": _hex_address(ip.rpartition(".")[0] + ".1"),
            "HostIP": _hex_address(ip),
            "HostName": self.hostname,
            "HttpPort": 80,
            "MAC": self.mac,
            "MaxBps": 0,
            "MonMode": "TCP",
            "NetConnectState": 0,
            "OtherFunction": "D=2022-05-10 17:30:58 V=92a9902100ec7c4",
            "SN": self.cloud_id,
            "SSLPort": 8443,
            "Submask": "0x00FFFFFF",
            "TCPMaxConn": 10,
            "TCPPort": 34567,
            "TransferPlan": "Quality",
            "UDPPort": 34568,
            "UseHSDownLoad": False,
            **self.extra,
        }
        document = {"NetWork.NetCommon": common, "Ret": 100, "SessionID": "0x00000000"}
        body = json.dumps(document).encode() + b"\n\0"
        return struct.pack("<BBHIIHHI", 0xFF, 1, 0, 0, 0, 0, 1531, len(body)) + body


def _hex_address(ip: str) -> str:
    return f"0x{int.from_bytes(socket.inet_aton(ip), 'little'):08X}"
