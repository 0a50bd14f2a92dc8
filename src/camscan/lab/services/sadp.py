"""Hikvision's SADP over UDP 37020 (facts §5.1): answers the two inquiries, to the asker or the group."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

GROUP = "239.255.255.250"
PORT = 37020

_UUID = re.compile(rb"<Uuid>\s*([^<]*?)\s*</Uuid>")
_TYPES = re.compile(rb"<Types>\s*([^<]*?)\s*</Types>")


@dataclass(frozen=True, slots=True)
class Sadp:
    """fields: element → text, in reply order; to_group: older devices answer to the group, not the asker."""

    fields: Mapping[str, str]
    to_group: bool = False

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 37020."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Join the group and answer."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            types = _TYPES.search(datagram.payload)
            if b"<Probe>" not in datagram.payload or not types:
                return
            asked = types.group(1).decode("latin-1")
            if asked not in ("inquiry", "inquiry_v32"):
                host.log.forbid(host.ip, PORT, f"SADP Types {asked}")
                return
            uuid = _UUID.search(datagram.payload)
            reply = self._reply(uuid.group(1).decode("latin-1") if uuid else "", asked)
            yield Answer(reply, to=(GROUP, PORT) if self.to_group else None)

        host.datagrams(PORT, respond, groups=(GROUP,), broadcast=True)

    def _reply(self, uuid: str, types: str) -> bytes:
        elements = "\r\n".join(f"<{name}>{text}</{name}>" for name, text in self.fields.items())
        head = f'<?xml version="1.0" encoding="UTF-8"?>\r\n<ProbeMatch>\r\n<Uuid>{uuid}</Uuid>\r\n'
        return f"{head}<Types>{types}</Types>\r\n{elements}\r\n</ProbeMatch>\r\n".encode()
