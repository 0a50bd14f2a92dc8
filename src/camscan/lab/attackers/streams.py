"""TCP ports that abuse the reader: any bytes, any number of times, as slowly, and any way of ending."""

from __future__ import annotations

import asyncio
import functools
import ssl
from dataclasses import dataclass
from enum import StrEnum

from camscan.lab.attackers.certificates import absurd_context
from camscan.lab.host import Conversation, Host

_REQUEST_SECONDS = 2.0


class Ending(StrEnum):
    """What follows the last byte."""

    CLOSE = "close"
    RESET = "reset"  # RST
    HANG = "hang"  # the connection stays open and silent


@dataclass(frozen=True, slots=True)
class Stream:
    """Every conversation on these ports gets `first`, then `again` as often as `times` (-1: without end).

    pause_seconds: between two bytes of `first` and between two repeats; asked: wait for a request before
    speaking; absurd_tls: complete a TLS handshake with an absurd certificate (for certificate_names hosts)
    first; rounds: how many
    requests of one connection are answered so.
    """

    tcp: tuple[int, ...]
    first: bytes = b""
    again: bytes = b""
    times: int = 0
    pause_seconds: float = 0.0
    asked: bool = True
    ending: Ending = Ending.CLOSE
    absurd_tls: bool = False
    certificate_names: int = 400
    rounds: int = 1

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """Its TCP ports."""
        return tuple(("tcp", port) for port in self.tcp)

    async def open(self, host: Host) -> None:
        """Listen on all of them."""
        for port in self.tcp:
            await host.conversations(port, self._converse, tls=self.absurd_tls)

    async def _converse(self, conversation: Conversation) -> None:
        if self.absurd_tls:
            await conversation.start_tls(_context(self.certificate_names))
        for _ in range(self.rounds):
            if self.asked:
                await _request(conversation)
            await self._speak(conversation)
        if self.ending is Ending.RESET:
            conversation.reset()
        elif self.ending is Ending.HANG:
            await asyncio.sleep(3600)

    async def _speak(self, conversation: Conversation) -> None:
        if self.pause_seconds:
            for at in range(len(self.first)):
                await conversation.write(self.first[at : at + 1])
                await asyncio.sleep(self.pause_seconds)
        elif self.first:
            await conversation.write(self.first)
        sent = 0
        while sent != self.times:
            await conversation.write(self.again)
            await asyncio.sleep(self.pause_seconds)
            sent += 1


async def _request(conversation: Conversation) -> None:
    """Whatever comes first, up to a blank line or a short silence: attackers do not insist on a protocol."""
    try:
        async with asyncio.timeout(_REQUEST_SECONDS):
            await conversation.read_until_blank_line()
    except TimeoutError:
        return


@functools.cache
def _context(names: int) -> ssl.SSLContext:
    return absurd_context(names)
