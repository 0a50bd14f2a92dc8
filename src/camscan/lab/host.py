"""`Host`: one lab device while it runs. It owns the device's sockets, counts every packet, applies faults.

Services talk to a Host only: `datagrams` for UDP with groups and broadcast, `conversations` for TCP.
A UDP answer always leaves from the device's own address and the asked port, as a device's does.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from camscan.lab.device import Truth
from camscan.lab.faults import Dice, Faults, Misbehaviour
from camscan.lab.log import Incident, LabLog
from camscan.lab.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Datagram:
    """A packet that reached a device; group is None when it was sent to the device itself."""

    payload: bytes
    source: tuple[str, int]
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A packet to send; to None means the asker."""

    payload: bytes
    to: tuple[str, int] | None = None
    delay_seconds: float = 0.0


Address = tuple[str, int] | tuple[str, int, int, int]
Responder = Callable[[Datagram], Iterable[Answer]]


class Conversation:
    """One accepted TCP connection: bounded reads, and writes that obey the device's misbehaviour."""

    def __init__(
        self, host: Host, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dice: Dice
    ) -> None:
        self.host = host
        self.port = port
        self._reader = reader
        self._writer = writer
        self._dice = dice

    async def read_until_blank_line(self, limit_bytes: int = 65536) -> bytes:
        """A header block with its blank line; b"" at the end of the connection."""
        block = b""
        while not block.endswith(b"\r\n\r\n") and len(block) < limit_bytes:
            line = await self._reader.readline()
            if not line:
                return b""
            block += line
        self.host.log.bytes_in[self.host.ip] += len(block)
        return block

    async def read_exactly(self, size_bytes: int) -> bytes:
        """A body of known length, at most 1 MiB. Raises IncompleteReadError."""
        body = await self._reader.readexactly(min(size_bytes, 1 << 20))
        self.host.log.bytes_in[self.host.ip] += len(body)
        return body

    async def write(self, payload: bytes) -> None:
        """Send a reply, late and wrong as the faults say."""
        delay_seconds = self._dice.delay_seconds()
        if delay_seconds:
            await asyncio.sleep(delay_seconds)
        match self.host.misbehaviour:
            case None:
                await self._send(payload)
            case Misbehaviour.SILENT:
                await asyncio.sleep(3600)
            case Misbehaviour.DRIP:
                for at in range(len(payload)):
                    await self._send(payload[at : at + 1])
                    await asyncio.sleep(1)
            case Misbehaviour.RESET:
                await self._send(payload[: len(payload) // 2])
                self._reset()
            case Misbehaviour.ENDLESS:
                await self._send(payload)
                while True:
                    await self._send(b"A" * 65536)
            case Misbehaviour.GARBAGE:
                await self._send(self._dice.random.randbytes(512))

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Become a TLS server. Raises OSError (ssl.SSLError is one)."""
        await self._writer.start_tls(context, ssl_handshake_timeout=20)

    def reset(self) -> None:
        """Answer nothing more: RST."""
        self._reset()

    async def _send(self, payload: bytes) -> None:
        self.host.log.bytes_out[self.host.ip] += len(payload)
        self._writer.write(payload)
        await self._writer.drain()

    def _reset(self) -> None:
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._writer.transport.abort()


class Host:
    """Sockets, counters and faults of one running device."""

    def __init__(
        self,
        truth: Truth,
        *,
        log: LabLog,
        faults: Faults,
        seed: int,
        wiring: Wiring,
        port_map: Mapping[tuple[str, int], int],
        residents: frozenset[str],
    ) -> None:
        self.truth = truth
        self.log = log
        self.seed = seed
        self.wiring = wiring
        self._faults = faults
        self._port_map = port_map
        self._residents = residents
        self._servers: list[asyncio.Server] = []
        self._sockets: list[socket.socket] = []
        self._running: set[asyncio.Task[None]] = set()

    @property
    def ip(self) -> str:
        """The device's address."""
        return self.truth.ip

    @property
    def misbehaviour(self) -> Misbehaviour | None:
        """How this device abuses TCP, if it does."""
        return self._faults.misbehave.get(self.ip)

    def dice(self, port: int, heard_on: str = "") -> Dice:
        """The draws of one port of this device; those of its groups are apart, so that a stranger's
        multicast does not change what happens to packets sent to the device itself."""
        return Dice(self._faults, self.seed, f"{self.ip} {heard_on}", port)

    def local_port(self, protocol: str, port: int) -> int:
        """Where a port really is, when the machine did not allow the true one."""
        return self._port_map.get((protocol, port), port)

    async def conversations(
        self, port: int, converse: Callable[[Conversation], Awaitable[None]], *, tls: bool = False
    ) -> None:
        """Accept TCP on `port` and hold each conversation until `converse` returns.

        tls: nothing is read before `Conversation.start_tls`, which a client's first bytes may precede.
        """
        dice = self.dice(port)

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if tls:
                writer.transport.pause_reading()  # type: ignore[attr-defined]
            self.log.connected(self.ip, port, asyncio.get_running_loop().time())
            task: asyncio.Task[None] | None = asyncio.current_task()
            if task is not None:
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            try:
                await asyncio.sleep(dice.accept_delay_seconds())
                await converse(Conversation(self, port, reader, writer, dice))
            except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
                pass  # the other side left, or spoke no protocol: a device shrugs
            except asyncio.CancelledError:
                pass  # the device is switched off; asyncio would print what ends here
            finally:
                self.log.disconnected(self.ip)
                with contextlib.suppress(OSError):
                    writer.close()

        sock = self.wiring.stream(self.ip, self.local_port("tcp", port))
        self._servers.append(await asyncio.start_server(accepted, sock=sock, backlog=64))

    def datagrams(
        self,
        port: int,
        respond: Responder,
        *,
        groups: tuple[str, ...] = (),
        groups6: tuple[str, ...] = (),
        broadcast: bool = False,
    ) -> None:
        """Answer UDP on `port`: the device's own address, multicast groups, broadcast.

        groups6 (link-local IPv6 groups) count only where the device has an interface of its own.
        """
        loop = asyncio.get_running_loop()
        local = self.local_port("udp", port)
        own = self.wiring.datagram(self.ip, local)
        listening: list[tuple[socket.socket, socket.socket, str | None]] = [(own, own, None)]
        listening += [(self.wiring.group(self.ip, group, local), own, group) for group in groups]
        if broadcast:
            listening += [(sock, own, "broadcast") for sock in self.wiring.broadcast(self.ip, local)]
        if groups6 and self.ip in self.wiring.interfaces:
            own6 = self.wiring.datagram6(self.ip, self.truth.link_local, local)
            listening.append((own6, own6, None))
            listening += [(self.wiring.group6(self.ip, group, local), own6, group) for group in groups6]
        for sock, speaking, group in listening:
            self._sockets.append(sock)
            dice = self.dice(port, group or "")
            loop.add_reader(sock, self._readable, sock, speaking, group, port, respond, dice)

    def _readable(
        self,
        sock: socket.socket,
        own: socket.socket,
        group: str | None,
        port: int,
        respond: Responder,
        dice: Dice,
    ) -> None:
        for _ in range(16):  # a burst is read in slices, so that one port cannot starve the rest
            try:
                payload, source = sock.recvfrom(65535)
            except OSError:
                return
            if source[0].partition("%")[0] in self._residents or dice.lost():
                continue
            now = asyncio.get_running_loop().time()
            self.log.received(self.ip, port, len(payload), now, group=group is not None)
            try:
                answers = tuple(respond(Datagram(payload, (source[0], source[1]), group)))
            except (ValueError, IndexError, struct.error) as error:
                self.log.malformed.append(Incident(self.ip, port, f"{error}: {payload[:32].hex()}"))
                continue
            for answer in answers:
                self._say(own, answer, source, port, dice)

    def _say(self, own: socket.socket, answer: Answer, source: Address, port: int, dice: Dice) -> None:
        if dice.lost():
            return
        to = answer.to or source
        delay_seconds = answer.delay_seconds + dice.delay_seconds()
        for _ in range(dice.copies()):
            self.log.answered(self.ip, port, len(answer.payload))
            if delay_seconds:
                asyncio.get_running_loop().call_later(delay_seconds, _send, own, answer.payload, to)
            else:
                _send(own, answer.payload, to)

    async def close(self) -> None:
        """Close every socket; conversations still running are cut."""
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            loop.remove_reader(sock)
            sock.close()
        for server in self._servers:
            server.close()
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._sockets.clear()
        self._servers.clear()


def _send(sock: socket.socket, payload: bytes, to: Address) -> None:
    with contextlib.suppress(OSError):  # the asker is gone, or the buffer is full: the packet is lost
        sock.sendto(payload, to)
