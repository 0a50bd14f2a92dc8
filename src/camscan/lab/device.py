"""`LabDevice`: what a simulated device truly is, and which services it runs with which personality."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from camscan.model.device import CAMERA_KINDS, Kind

if TYPE_CHECKING:
    from camscan.lab.host import Host


class Service(Protocol):
    """Something a device runs. `ports` lists every (protocol, port) it binds, `open` binds them."""

    @property
    def ports(self) -> Sequence[tuple[str, int]]:
        """Every (protocol, port) that it binds."""

    async def open(self, host: Host) -> None:
        """Bind them at this host and begin to answer."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The right answer about one device, in the words an inventory uses; "" means that there is none.

    firmware is the version as the device writes it, firmware_date its build date (ISO), "" without one.
    hidden: fields that only a login reveals (`seen` gives "" for them). mac is what the wire shows
    (`neighbours`), claimed_mac what payloads say, "" when they agree. activated False: factory-new, no
    administrator password. channels: cameras behind a recorder.
    """

    ip: str
    mac: str
    hostname: str
    kind: Kind
    brand: str
    manufacturer: str
    model: str
    firmware: str = ""
    serial: str = ""
    firmware_date: str = ""
    hidden: frozenset[str] = frozenset()
    claimed_mac: str = ""
    activated: bool = True
    channels: int = 0

    def seen(self, name: str) -> str:
        """A text field as far as it can be known without a login."""
        return "" if name in self.hidden else str(getattr(self, name))

    @property
    def link_local(self) -> str:
        """The IPv6 address its interface makes of its MAC (EUI-64, RFC 4291 appendix A)."""
        raw = bytes.fromhex(self.mac.replace(":", ""))
        packed = b"\xfe\x80" + bytes(6) + bytes([raw[0] ^ 0x02]) + raw[1:3] + b"\xff\xfe" + raw[3:]
        return str(ipaddress.IPv6Address(packed))

    @property
    def is_camera(self) -> bool:
        """True when an inventory of cameras must list it."""
        return self.kind in CAMERA_KINDS


@dataclass(frozen=True, slots=True)
class LabDevice:
    """A device of the lab: its truth and its services, all on `truth.ip`."""

    truth: Truth
    services: tuple[Service, ...]

    @property
    def ip(self) -> str:
        """The address every service of it binds."""
        return self.truth.ip
