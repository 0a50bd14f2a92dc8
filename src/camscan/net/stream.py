"""One TCP or TLS connection to one device: send an Ask, collect bytes until the answer is complete.

Rules: every wait has a deadline; never more than `limit_bytes` are kept; reading stops once an answer is
complete, so an endless sender fills the kernel's window and nothing else; OS errors are mapped here once.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl

from camscan.model.exchange import Ask, Framing, Outcome, Reply
from camscan.net.clock import utc_now
from camscan.net.tls import inspection_context
from camscan.wire import http, rtsp

BANNER_SILENCE_SECONDS = 0.4
_RECHECK_SECONDS = 0.02
_CHECK_ALWAYS_BYTES = 4096


class Ended(Exception):
    """A connection that gave no reply: the outcome it becomes and why."""

    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.why = why


class Connection(asyncio.Protocol):
    """Opened with `open_stream`; `exchange` may be called again while `alive`."""

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self.alive = False
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._closed = ""
        self._ask: Ask | None = None
        self._done: asyncio.Future[str] | None = None
        self._checked = 0
        self._recheck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the connection stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.alive = True
        transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        self._buffer += data
        if self._ask is None:
            if len(self._buffer) > 65536:
                self.close()
            return
        grown = len(self._buffer) - self._checked
        if len(self._buffer) < _CHECK_ALWAYS_BYTES or grown >= len(self._buffer) >> 3:
            self._check()
        elif self._recheck is None:
            self._recheck = asyncio.get_running_loop().call_later(_RECHECK_SECONDS, self._check)

    def eof_received(self) -> bool:
        """asyncio: the peer will send no more."""
        self._finish("closed")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        self.alive = False
        self._closed = str(exc) if exc else "closed"
        self._finish("closed")

    async def exchange(self, ask: Ask) -> Reply:
        """Send one Ask and return its Reply; raises Ended when no byte came back."""
        if not self.alive or self._transport is None:
            raise Ended(Outcome.SILENT, "the device had closed the connection")
        if ask.framing is Framing.HANDSHAKE:
            return self._reply(ask, b"", "complete")
        self._ask = ask
        self._checked = 0
        self._done = asyncio.get_running_loop().create_future()
        if ask.payload:
            self._buffer.clear()
            self._transport.write(ask.payload)
        self._transport.resume_reading()
        self._check()
        try:
            ended = await self._wait(ask)
        finally:
            self._ask = None
            self._stop_recheck()
            if self.alive:
                self._transport.pause_reading()
        size = self._message_end(ask)
        payload = bytes(self._buffer[: min(size or len(self._buffer), ask.limit_bytes)])
        del self._buffer[: len(payload)]
        if ended != "complete":
            self.close()
        if not payload:
            why = "no answer in time" if ended == "timeout" else f"closed without an answer ({self._closed})"
            raise Ended(Outcome.TIMED_OUT if ended == "timeout" else Outcome.SILENT, why)
        return self._reply(ask, payload, ended)

    def close(self) -> None:
        """Close at once; unsent bytes are dropped."""
        self.alive = False
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self, ask: Ask) -> str:
        assert self._done is not None
        try:
            if ask.framing is Framing.BANNER:
                return await self._wait_for_silence(ask.timeout_seconds)
            return await asyncio.wait_for(asyncio.shield(self._done), ask.timeout_seconds)
        except TimeoutError:
            return "timeout"

    async def _wait_for_silence(self, seconds: float) -> str:
        assert self._done is not None
        loop = asyncio.get_running_loop()
        end, seen = loop.time() + seconds, -1
        while loop.time() < end:
            if self._done.done():
                return self._done.result()
            if seen == len(self._buffer) > 0:
                return "complete"
            seen = len(self._buffer)
            await asyncio.sleep(BANNER_SILENCE_SECONDS)
        return "timeout"

    def _check(self) -> None:
        self._stop_recheck()
        ask = self._ask
        if ask is None or not self._buffer:
            return
        self._checked = len(self._buffer)
        if self._message_end(ask) is not None:
            self._finish("complete")
        elif len(self._buffer) >= ask.limit_bytes:
            self._finish("limit")

    def _message_end(self, ask: Ask) -> int | None:
        if ask.framing is Framing.HTTP:
            return http.message_end(bytes(self._buffer))
        if ask.framing is Framing.RTSP:
            return rtsp.message_end(bytes(self._buffer))
        return None

    def _stop_recheck(self) -> None:
        if self._recheck is not None:
            self._recheck.cancel()
            self._recheck = None

    def _finish(self, how: str) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(how)

    def _reply(self, ask: Ask, payload: bytes, ended: str) -> Reply:
        certificate, version = None, ""
        if self._transport is not None:
            tls = self._transport.get_extra_info("ssl_object")
            if tls is not None:
                certificate, version = tls.getpeercert(binary_form=True), tls.version() or ""
        return Reply(
            ask,
            ask.ip,
            ask.port,
            payload,
            utc_now(),
            ended=ended,
            certificate=certificate,
            tls_version=version,
            connection=self.number,
        )


async def open_stream(
    address: tuple[str, int],
    *,
    tls: bool,
    timeout_seconds: float,
    number: int = 0,
    connected: socket.socket | None = None,
) -> Connection:
    """Connect (or take over `connected`), with TLS when asked; raises Ended with the outcome it means."""
    loop = asyncio.get_running_loop()
    sock = connected
    try:
        async with asyncio.timeout(timeout_seconds):
            if sock is None:
                sock = await _connect(address)
            context = inspection_context() if tls else None
            _, connection = await loop.create_connection(
                lambda: Connection(number), sock=sock, ssl=context, server_hostname="" if tls else None
            )
            return connection
    except TimeoutError:
        _close(sock)
        raise Ended(
            Outcome.TIMED_OUT if connected or tls else Outcome.SILENT, "no connection in time"
        ) from None
    except ConnectionRefusedError:
        _close(sock)
        raise Ended(Outcome.REFUSED, "connection refused") from None
    except ssl.SSLError as fault:
        _close(sock)
        raise Ended(Outcome.MALFORMED, f"no TLS: {fault.reason or fault}") from None
    except OSError as fault:
        _close(sock)
        raise outcome_of(fault) from None
    except asyncio.CancelledError:
        _close(sock)
        raise


def outcome_of(fault: OSError) -> Ended:
    """Which outcome an operating system error means; local shortages are ours, not the device's."""
    if fault.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN):
        return Ended(Outcome.REFUSED, f"unreachable: {fault.strerror}")
    if fault.errno in (
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.EADDRNOTAVAIL,
        errno.EPERM,
        errno.EACCES,
    ):
        return Ended(Outcome.NOT_RUN, f"{fault.strerror}")
    if fault.errno == errno.ECONNREFUSED:
        return Ended(Outcome.REFUSED, "connection refused")
    return Ended(Outcome.SILENT, f"connection lost: {fault.strerror or fault}")


async def _connect(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, destination(address, family))
    except BaseException:
        sock.close()
        raise
    return sock


def destination(address: tuple[str, int], family: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """The sockaddr for an address, with the zone of a link-local IPv6 address as its scope id."""
    ip, port = address
    if family != socket.AF_INET6:
        return ip, port
    bare, _, zone = ip.partition("%")
    if not zone:
        return bare, port, 0, 0
    return bare, port, 0, int(zone) if zone.isdigit() else socket.if_nametoindex(zone)


def _close(sock: socket.socket | None) -> None:
    if sock is not None:
        sock.close()
