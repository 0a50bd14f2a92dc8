"""Open on many ports, silent on all: a device whose only task is to notice that somebody touched it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Conversation, Datagram, Host

# fmt: off
_TCP = (
    21, 22, 23, 80, 81, 88, 443, 554, 2020, 5000, 7070, 8000, 8080, 8443, 8554, 8899, 9000, 9100, 34567,
    37777,
)
_UDP = (
    161, 1757, 1900, 2000, 2380, 3702, 3956, 5050, 5353, 7701, 8600, 10000, 10001, 10670, 20002, 23456, 32108,
    34569, 37020, 37810, 52380,
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Tripwire:
    """The ports it listens on. Put its address in `Lab(excluded=…)` and read `log.excluded_contacts`."""

    tcp: tuple[int, ...] = _TCP
    udp: tuple[int, ...] = _UDP

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """Every port of both kinds."""
        return (*(("tcp", port) for port in self.tcp), *(("udp", port) for port in self.udp))

    async def open(self, host: Host) -> None:
        """Listen everywhere."""
        for port in self.tcp:
            await host.conversations(port, _hear)
        for port in self.udp:
            host.datagrams(port, _ignore)


async def _hear(conversation: Conversation) -> None:
    await conversation.read_until_blank_line(4096)


def _ignore(_datagram: Datagram) -> Iterator[Answer]:
    return iter(())
