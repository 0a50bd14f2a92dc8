"""An open TCP port that says nothing (vendor SDK ports), says a banner first, or must never be touched."""

from __future__ import annotations

from dataclasses import dataclass

from camscan.lab.host import Conversation, Host


@dataclass(frozen=True, slots=True)
class OpenPort:
    """banner: what it says on connect; untouchable: any connection is an incident (printer ports)."""

    port: int
    banner: bytes = b""
    untouchable: bool = False

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """The one TCP port."""
        return (("tcp", self.port),)

    async def open(self, host: Host) -> None:
        """Listen."""
        await host.conversations(self.port, self._converse)

    async def _converse(self, conversation: Conversation) -> None:
        host = conversation.host
        if self.untouchable:
            host.log.forbid(host.ip, self.port, "connection to an untouchable port")
        if self.banner:
            await conversation.write(self.banner)
        await conversation.read_until_blank_line(4096)
