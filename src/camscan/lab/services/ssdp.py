# ruff: noqa: E501 - literal replies are kept as recorded
"""An SSDP responder on UDP 1900 with its device description over HTTP (facts §4).

Answers M-SEARCH for ssdp:all, upnp:rootdevice, its own UDN and device type, to the asker, as recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from camscan.lab.host import Answer, Datagram, Host
from camscan.lab.services.http import Http, Page

GROUP = "239.255.255.250"
GROUP6 = "ff02::c"
PORT = 1900


@dataclass(frozen=True, slots=True)
class UpnpDescription:
    """server: SERVER header; fields: elements of the <device> in order; extra_headers: of the reply.
    location: replaces the true LOCATION (a hostile or misconfigured device)."""

    server: str
    udn: str
    device_type: str
    fields: tuple[tuple[str, str], ...] = ()
    port: int = 49152
    path: str = "/rootdesc.xml"
    extra_headers: tuple[tuple[str, str], ...] = ()
    location: str = ""
    extra_services: tuple[str, ...] = field(default=())

    def document(self) -> bytes:
        """The device description document."""
        elements = "".join(f"    <{name}>{text}</{name}>\n" for name, text in self.fields)
        services = "".join(
            f"      <service><serviceType>{each}</serviceType></service>\n" for each in self.extra_services
        )
        return (
            '<?xml version="1.0"?>\n<root xmlns="urn:schemas-upnp-org:device-1-0">\n  <specVersion><major>1</major>'
            f"<minor>0</minor></specVersion>\n  <device>\n    <deviceType>{self.device_type}</deviceType>\n{elements}"
            f"    <UDN>{self.udn}</UDN>\n    <serviceList>\n{services}    </serviceList>\n  </device>\n</root>\n"
        ).encode()


@dataclass(frozen=True, slots=True)
class Ssdp:
    """own_server: serve the description here; False when the device's Http already has that port."""

    description: UpnpDescription
    own_server: bool = True

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 1900, and the description's TCP port when served here."""
        own = (("tcp", self.description.port),) if self.own_server else ()
        return (("udp", PORT), *own)

    async def open(self, host: Host) -> None:
        """Join the group, answer, serve the description."""
        described = self.description

        def respond(datagram: Datagram) -> Iterator[Answer]:
            lines = datagram.payload.decode("latin-1").split("\r\n")
            if not lines[0].startswith("M-SEARCH * HTTP/1.1"):
                return
            pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
            headers = {name.strip().upper(): value.strip() for name, value in pairs}
            if headers.get("MAN") != '"ssdp:discover"':
                return
            asked = headers.get("ST", "")
            for target in self._targets(asked):
                yield Answer(self._reply(host, target))

        host.datagrams(PORT, respond, groups=(GROUP,), groups6=(GROUP6,), broadcast=True)
        if self.own_server:
            body = Page(described.document(), 200, (("Content-Type", "text/xml"),))
            await Http(described.port, described.server, {described.path: body}).open(host)

    def _targets(self, asked: str) -> tuple[str, ...]:
        mine = ("upnp:rootdevice", self.description.udn, self.description.device_type)
        if asked == "ssdp:all":
            return mine
        return (asked,) if asked in mine else ()

    def _reply(self, host: Host, target: str) -> bytes:
        described = self.description
        location = described.location or f"http://{host.ip}:{described.port}{described.path}"
        usn = described.udn if target == described.udn else f"{described.udn}::{target}"
        lines = [
            "HTTP/1.1 200 OK",
            "CACHE-CONTROL: max-age=1800",
            "DATE: Tue, 05 Mar 2024 10:20:30 GMT",
            "EXT:",
            f"LOCATION: {location}",
            *(f"{name}: {value}" for name, value in described.extra_headers),
            f"SERVER: {described.server}",
            f"ST: {target}",
            f"USN: {usn}",
            "",
            "",
        ]
        return "\r\n".join(lines).encode("latin-1")
