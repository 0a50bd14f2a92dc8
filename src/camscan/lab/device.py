"""`LabDevice`: what a simulated device truly is, and which services it runs with which personality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from camscan.model.device import CAMERA_KINDS, Kind

if TYPE_CHECKING:
    from camscan.lab.host import Host


class Service(Protocol):
    """Something a device runs. `ports` lists every (protocol, port) it binds, `open` binds them."""

    @property
    def ports(self) -> Sequence[tuple[str, int]]: ...

    async def open(self, host: Host) -> None: ...


@dataclass(frozen=True, slots=True)
class Truth:
    """The right answer about one device, in the words an inventory uses; "" is not knowable from outside.

    mac is what the wire shows (`neighbours`); claimed_mac what its payloads say, "" when they agree.
    activated False: factory-new, no administrator password. channels: cameras behind a recorder.
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
    claimed_mac: str = ""
    activated: bool = True
    channels: int = 0

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
