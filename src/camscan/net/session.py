"""All that one scan does to one device over TCP, within what its manners allow.

A Session counts connections (made, and at once), holds the device's deadline, and refuses to open more.
A Talk is what is said on one connection; further Asks to the same port follow on it while it lives.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from camscan.model.exchange import Ask, Outcome, Reply, Transport
from camscan.net.gate import Gate, OutsideScope
from camscan.net.ledger import Ledger
from camscan.net.pace import Pace
from camscan.net.stream import Connection, Ended, open_stream

_KERNEL_CONNECTION = 2  # the acknowledgement that completes the handshake, and the closing
_KERNEL_TLS = 3  # client hello, key exchange, acknowledgements
_BYTES_ACKNOWLEDGED = 2896  # two full segments: so much the kernel acknowledges with one packet
_ROOM_SECONDS = 0.02

PortMap = Mapping[tuple[str, int], int]
"""("tcp" | "udp", port) → the port really used; empty except for a simulated building."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What to say on one connection to `port`, in order."""

    port: int
    transport: Transport
    asks: tuple[Ask, ...]


class Session:
    """One device.

    hear(reply) returns the further Asks to send; elsewhere(ask) takes a follow-up to another port of it;
    pending() counts connects of the sweep to it that may still become connections. limit_seconds: how long
    conversations with it may last in all; the time in between, when nothing is asked, does not count.
    """

    def __init__(
        self,
        ip: str,
        *,
        gate: Gate,
        pace: Pace,
        ledger: Ledger,
        hear: Callable[[Reply], Iterable[Ask]],
        elsewhere: Callable[[Ask], None],
        port_map: PortMap,
        limit_seconds: float,
        pending: Callable[[], int] = lambda: 0,
    ) -> None:
        self.ip = ip
        self.used = 0
        self._limit_seconds = limit_seconds
        self._spent_seconds = 0.0
        self._talking_since = 0.0
        self._pending = pending
        self._gate, self._pace, self._ledger = gate, pace, ledger
        self._hear, self._elsewhere = hear, elsewhere
        self._port_map = port_map
        self._slots = asyncio.Semaphore(pace.manners.device_connections_at_once)
        self._waiting: dict[int, socket.socket] = {}
        self._held = 0
        self._opened = 0

    @property
    def left(self) -> int:
        """Connections that may still be made."""
        return max(0, self._pace.manners.device_connections - self.used)

    def remaining_seconds(self) -> float:
        """Until this device's time is used up."""
        running = asyncio.get_running_loop().time() - self._talking_since if self._held else 0.0
        return self._limit_seconds - self._spent_seconds - running

    def adopt(self, port: int, sock: socket.socket) -> None:
        """Take over a connection that the sweep made; it counts."""
        self.used += 1
        self._charge(_KERNEL_CONNECTION)
        if port in self._waiting or self.remaining_seconds() <= 0:
            sock.close()
        else:
            self._waiting[port] = sock

    @property
    def open_now(self) -> int:
        """Connections held at this moment, used or waiting to be."""
        return self._held + len(self._waiting)

    @property
    def ready(self) -> int:
        """Connections made by the sweep that nobody used yet."""
        return len(self._waiting)

    def release(self, port: int) -> None:
        """Close a connection of the sweep on which nothing is to be said."""
        sock = self._waiting.pop(port, None)
        if sock is not None:
            sock.close()

    async def hold(self, talk: Talk) -> bool:
        """Hold one Talk; True when at least one answer came. Never raises for what the device does."""
        answered = False
        queue = deque(talk.asks)
        connection: Connection | None = None
        used = retried = False  # of this connection: it gave an answer; of this Ask: it was sent before
        async with self._slots:
            self._begin()
            try:
                while queue:
                    ask = queue.popleft()
                    try:
                        if connection is None or not connection.alive:
                            self._closed(connection)
                            connection = None
                            connection = await self._open(talk)
                            used = False
                        reply = await self._say(connection, ask)
                    except Ended as end:
                        if used and not retried and end.outcome is Outcome.SILENT:
                            # It closes after each answer, and that was not seen before this Ask was sent.
                            self._closed(connection)
                            connection, used, retried = None, False, True
                            queue.appendleft(ask)
                            continue
                        retried = False
                        self._ended(ask, end.outcome, end.why)
                        if connection is None:
                            for unsaid in queue:
                                self._ended(unsaid, end.outcome, end.why)
                            break
                        continue
                    answered = used = True
                    retried = False
                    for further in self._hear(reply):
                        self._queue(queue, further, talk)
            finally:
                self._closed(connection)
                self._end()
        return answered

    def _begin(self) -> None:
        if not self._held:
            self._talking_since = asyncio.get_running_loop().time()
        self._held += 1

    def _end(self) -> None:
        self._held -= 1
        if not self._held:
            self._spent_seconds += asyncio.get_running_loop().time() - self._talking_since

    def _closed(self, connection: Connection | None) -> None:
        if connection is not None:
            connection.close()
            self._opened -= 1

    def close(self) -> None:
        """Close whatever the sweep opened and nobody used."""
        for sock in self._waiting.values():
            sock.close()
        self._waiting.clear()

    def _queue(self, queue: deque[Ask], ask: Ask, talk: Talk) -> None:
        if ask.ip == self.ip and ask.port == talk.port and ask.transport is talk.transport:
            queue.append(ask)
        elif ask.ip == self.ip:
            self._elsewhere(ask)
        else:
            self._ended(ask, Outcome.NOT_PERMITTED, "a follow-up to another device")

    async def _open(self, talk: Talk) -> Connection:
        try:
            self._gate.check(self.ip, talk.port)
        except OutsideScope as outside:
            raise Ended(Outcome.NOT_PERMITTED, str(outside)) from None
        if self.remaining_seconds() <= 0:
            raise Ended(Outcome.TIMED_OUT, "the device's time was used up")
        ready = self._waiting.pop(talk.port, None)
        if ready is None:
            await self._room()
            if not self.left:
                raise Ended(Outcome.NOT_ASKED, f"{self.used} connections made, no more are allowed")
            self.used += 1
        self._opened += 1
        try:
            if ready is None:
                await asyncio.sleep(0)  # the loop, not abort(), closes what was given up a moment ago
                await self._pace.wait(self.ip)
            connection = await self._connect(talk, ready)
        except BaseException:
            self._opened -= 1
            raise
        self._charge(_KERNEL_TLS if talk.transport is Transport.TLS else 0)
        return connection

    async def _connect(self, talk: Talk, ready: socket.socket | None) -> Connection:
        limit, left = self._pace.manners.connect_timeout_seconds, self.remaining_seconds()
        tls = talk.transport is Transport.TLS
        address = (self.ip, self._port_map.get(("tcp", talk.port), talk.port))
        try:
            connection = await open_stream(
                address,
                tls=tls,
                timeout_seconds=min(left, limit * 3 if tls else limit),
                number=self.used,
                connected=ready,
            )
        except Ended as end:
            if end.outcome is Outcome.REFUSED and not tls:
                self.used -= ready is None  # nothing was established; of silence one cannot be sure
            raise
        if ready is None:
            self._charge(_KERNEL_CONNECTION)
        return connection

    async def _room(self) -> None:
        """Wait until one more connection may stand; what the sweep made and nobody uses gives way."""
        at_once = self._pace.manners.device_connections_at_once
        while self._opened + len(self._waiting) + (flying := self._pending()) >= at_once or (
            0 < self.left <= flying
        ):
            if self.remaining_seconds() <= 0:
                raise Ended(Outcome.TIMED_OUT, "the device's time was used up")
            if self._waiting and not self._opened and not flying:
                self.release(next(iter(self._waiting)))
            else:
                await asyncio.sleep(_ROOM_SECONDS)

    async def _say(self, connection: Connection, ask: Ask) -> Reply:
        await self._pace.wait(self.ip)
        left = self.remaining_seconds()
        if left <= 0:
            raise Ended(Outcome.TIMED_OUT, "the device's time was used up")
        if ask.timeout_seconds > left:
            ask = replace(ask, timeout_seconds=left)
        reply = await connection.exchange(ask)
        self._charge(1 + len(reply.payload) // _BYTES_ACKNOWLEDGED)
        return reply

    def _charge(self, packets: int) -> None:
        self._pace.charge(self.ip, packets, asyncio.get_running_loop().time())

    def _ended(self, ask: Ask, outcome: Outcome, why: str) -> None:
        self._ledger.record(ask.probe, self.ip, outcome, why)
