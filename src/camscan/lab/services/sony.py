"""Sony's camera discovery on UDP 2380, and 52380 for PTZ (facts §5.13): STX, units ended by FF, ETX."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host


@dataclass(frozen=True, slots=True)
class Sony:
    """units: KEY → value in reply order."""

    units: tuple[tuple[str, str], ...]
    port: int = 2380

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """The one UDP port."""
        return (("udp", self.port),)

    async def open(self, host: Host) -> None:
        """Answer broadcast and unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            payload = datagram.payload
            if payload[:1] != b"\x02" or payload[-1:] != b"\x03":
                return
            asked = [unit.decode("latin-1") for unit in payload[1:-1].split(b"\xff") if unit]
            if any(unit.startswith("SET") for unit in asked):
                host.log.forbid(host.ip, self.port, f"Sony {asked}")
            elif asked in (["ENQ:allinfo"], ["ENQ:network"]):
                units = b"".join(f"{key}:{value}".encode() + b"\xff" for key, value in self.units)
                yield Answer(b"\x02" + units + b"\x03")

        host.datagrams(self.port, respond, broadcast=True)
