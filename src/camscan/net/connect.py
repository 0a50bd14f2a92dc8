"""The TCP connect sweep: no privilege needed, paced, and every open connection handed on for use.

Rules: one socket for each pending address and port, all in one event loop with one deadline queue (every
connect has the same timeout, so expiry is in order); the number in flight follows the descriptor limit.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import Counter, deque
from collections.abc import Callable, Iterable
from enum import Enum

from camscan.model.exchange import Outcome
from camscan.net.gate import Gate, OutsideScope
from camscan.net.pace import Pace
from camscan.net.session import PortMap
from camscan.net.stream import destination, outcome_of

RESERVED_DESCRIPTORS = 256
MAX_IN_FLIGHT = 8192

RECENT_SECONDS = 0.3
"""An unanswered SYN older than this meets a filter or nobody: it holds no connection of the device."""


class Turn(Enum):
    """May this pair be tried now?"""

    NOW = "now"
    LATER = "later"  # the device has as many connections open as it may have
    NEVER = "never"


Connected = socket.socket
"""A connection that stands, to be adopted by the device's session."""

Found = Callable[[str, int, Outcome, str, Connected | None], None]
"""found(ip, port, outcome, reason, connected socket when ANSWERED)."""


class ConnectSweep:
    """Connects to (ip, port) pairs; each ends in one call of `found`."""

    def __init__(self, *, gate: Gate, pace: Pace, port_map: PortMap, found: Found) -> None:
        self._gate, self._pace, self._port_map, self._found = gate, pace, port_map, found
        self._pending: deque[tuple[float, str, int, socket.socket]] = deque()
        self._open: set[socket.socket] = set()
        self._recent: Counter[str] = Counter()
        self._young: deque[tuple[float, str, socket.socket]] = deque()
        self._limit = min(MAX_IN_FLIGHT, descriptor_limit() - RESERVED_DESCRIPTORS)

    async def run(self, pairs: Iterable[tuple[str, int]], turn: Callable[[str], Turn]) -> None:
        """Connect to every pair when its turn comes; returns when all have ended."""
        loop = asyncio.get_running_loop()
        later: deque[tuple[str, int]] = deque()
        for ip, port in pairs:
            await self._take(ip, port, turn, later, loop)
            if later and len(later) % 64 == 0:
                await self._take(*later.popleft(), turn, later, loop)
        while later:
            for _ in range(len(later)):
                await self._take(*later.popleft(), turn, later, loop)
            await asyncio.sleep(0.02)
            self._expire(loop.time())
        while self._open:
            await asyncio.sleep(0.05)
            self._expire(loop.time())

    def pending(self, ip: str) -> int:
        """Connects to this address that may still become connections."""
        return self._recent[ip]

    async def _take(
        self,
        ip: str,
        port: int,
        turn: Callable[[str], Turn],
        later: deque[tuple[str, int]],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        when = turn(ip)
        if when is Turn.LATER:
            later.append((ip, port))
        if when is not Turn.NOW:
            return
        await self._pace.wait(ip)
        while len(self._open) >= self._limit:
            await asyncio.sleep(0.02)
            self._expire(loop.time())
        self._start(ip, port, loop)
        self._expire(loop.time())

    def close(self) -> None:
        """Give up whatever is in flight."""
        loop = asyncio.get_running_loop()
        for sock in self._open:
            loop.remove_writer(sock)
            sock.close()
        self._open.clear()
        self._pending.clear()

    def _start(self, ip: str, port: int, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._gate.check(ip, port)
        except OutsideScope as outside:
            self._found(ip, port, Outcome.NOT_PERMITTED, str(outside), None)
            return
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as fault:
            self._found(ip, port, Outcome.NOT_RUN, fault.strerror or str(fault), None)
            return
        sock.setblocking(False)
        code = sock.connect_ex(destination((ip, self._port_map.get(("tcp", port), port)), family))
        if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY):
            sock.close()
            end = outcome_of(OSError(code, errno.errorcode.get(code, "error")))
            self._found(ip, port, end.outcome, end.why, None)
            return
        self._open.add(sock)
        self._recent[ip] += 1
        self._young.append((loop.time() + RECENT_SECONDS, ip, sock))
        self._pending.append((loop.time() + self._pace.manners.connect_timeout_seconds, ip, port, sock))
        loop.add_writer(sock, self._settled, ip, port, sock)

    def _settled(self, ip: str, port: int, sock: socket.socket) -> None:
        """The connect ended one way or the other."""
        asyncio.get_running_loop().remove_writer(sock)
        self._open.discard(sock)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            sock.close()
            end = outcome_of(OSError(code, errno.errorcode.get(code, "error")))
            self._found(ip, port, end.outcome, end.why, None)
        else:
            self._found(ip, port, Outcome.ANSWERED, "", sock)

    def _expire(self, now: float) -> None:
        while self._young and (self._young[0][0] <= now or self._young[0][2] not in self._open):
            _, ip, _ = self._young.popleft()
            self._recent[ip] -= 1
            if self._recent[ip] <= 0:
                del self._recent[ip]
        while self._pending and (self._pending[0][0] <= now or self._pending[0][3] not in self._open):
            _at, ip, port, sock = self._pending.popleft()
            if sock in self._open:
                asyncio.get_running_loop().remove_writer(sock)
                self._open.discard(sock)
                sock.close()
                self._found(ip, port, Outcome.SILENT, "", None)


def descriptor_limit() -> int:
    """Raise the soft limit to the hard one and return it; 1024 where the system has no such limit."""
    try:
        import resource
    except ImportError:
        return 1024
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
        except (OSError, ValueError):
            return soft
    return soft
