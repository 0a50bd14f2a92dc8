"""`Lab`: a simulated camera network running in the current event loop.

Ports that this machine refuses (below 1024 without the right, or taken) are moved, for every device
alike, and published in `port_map`; with the right to bind them nothing moves.
"""

from __future__ import annotations

import errno
from collections.abc import Collection, Sequence
from types import TracebackType

from camscan.errors import OperationalError
from camscan.lab.device import LabDevice
from camscan.lab.faults import Faults
from camscan.lab.host import Host
from camscan.lab.log import LabLog
from camscan.lab.wiring import Wiring

PortMap = dict[tuple[str, int], int]


class Lab:
    """`async with Lab(devices, faults=Faults(loss=0.02), seed=7) as lab:` runs them all.

    excluded: addresses whose every contact is an incident in `log.excluded_contacts`.
    wiring: loopback unless each device has an interface of its own (`camscan.lab.namespace`).
    Raises OperationalError when an address cannot be bound at all.
    """

    def __init__(
        self,
        devices: Sequence[LabDevice],
        *,
        faults: Faults | None = None,
        seed: int = 0,
        excluded: Collection[str] = (),
        wiring: Wiring | None = None,
    ) -> None:
        self.devices = tuple(devices)
        self.log = LabLog(excluded=frozenset(excluded))
        self.port_map: PortMap = {}
        self._faults = faults or Faults()
        self._seed = seed
        self._wiring = wiring or Wiring()
        self._hosts: list[Host] = []

    @property
    def neighbours(self) -> dict[str, str]:
        """Address → hardware address: what the ARP table of a real network would show."""
        return neighbours(self.devices)

    async def __aenter__(self) -> Lab:
        self.port_map = free_ports(self.devices, self._wiring)
        residents = frozenset(
            {device.ip for device in self.devices} | {device.truth.link_local for device in self.devices}
        )
        try:
            for device in self.devices:
                host = Host(
                    device.truth,
                    log=self.log,
                    faults=self._faults,
                    seed=self._seed,
                    wiring=self._wiring,
                    port_map=self.port_map,
                    residents=residents,
                )
                self._hosts.append(host)
                for service in device.services:
                    await service.open(host)
        except OSError as error:
            await self._stop()
            raise OperationalError(f"lab: {device.ip}: {error.strerror or error}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        for host in self._hosts:
            await host.close()
        self._hosts.clear()


def neighbours(devices: Sequence[LabDevice]) -> dict[str, str]:
    """Address → hardware address of these devices, as an ARP table shows them."""
    return {device.ip: device.truth.mac for device in devices}


def free_ports(devices: Sequence[LabDevice], wiring: Wiring) -> PortMap:
    """The ports that must move, (protocol, true port) → where they went."""
    users: dict[tuple[str, int], list[str]] = {}
    for device in devices:
        for service in device.services:
            for key in service.ports:
                users.setdefault(key, []).append(device.ip)
    moved: PortMap = {}
    for (protocol, port), ips in users.items():
        candidates = (port, *range(10_000 + port, 65_000, 1_000), *range(20_000, 65_000, 997))
        for candidate in candidates:
            taken = candidate in moved.values() or (candidate != port and (protocol, candidate) in users)
            if (
                not taken
                and candidate < 65_536
                and all(_binds(wiring, protocol, ip, candidate) for ip in ips)
            ):
                if candidate != port:
                    moved[protocol, port] = candidate
                break
        else:
            raise OperationalError(f"lab: no free {protocol.upper()} port to stand in for {port} on {ips[0]}")
    return moved


def _binds(wiring: Wiring, protocol: str, ip: str, port: int) -> bool:
    try:
        sock = wiring.stream(ip, port) if protocol == "tcp" else wiring.datagram(ip, port)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise OperationalError(f"lab: {ip} is not an address of this machine; use 127.x.y.z") from error
        return False
    sock.close()
    return True
