"""The TCP connect sweep: no privilege needed, paced, and every open connection handed on for use.

Rules: one socket for each pending address and port, all in one event loop with one deadline queue (every
connect has the same timeout, so expiry is in order); the number in flight follows the descriptor limit.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import Enum

from camscan.model.exchange import Outcome
from camscan.net.gate import Gate, OutsideScope
from camscan.net.pace import Pace
from camscan.net.session import PortMap
from camscan.net.stream import destination, outcome_of

RESERVED_DESCRIPTORS = 256
MAX_IN_FLIGHT = 8192

RECENT_SECONDS = 0.3
"""So long a connect to a device that is known to live may become a connection. Then it is given up, so that
it cannot become a third one late, and made once more at the end, when it holds its place for longer."""

SECOND_TRY_SECONDS = 0.6


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

    def __init__(
        self,
        *,
        gate: Gate,
        pace: Pace,
        port_map: PortMap,
        found: Found,
        is_alive: Callable[[str], bool] = lambda _: False,
        is_absent: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """is_alive(ip): does this address belong to a device that has spoken? is_absent(ip): is nobody there,
        so that the kernel has nobody to send a SYN to?"""
        self._gate, self._pace, self._port_map, self._found = gate, pace, port_map, found
        self._is_alive, self._is_absent = is_alive, is_absent
        self._pending: deque[tuple[float, str, int, socket.socket]] = deque()
        self._open: set[socket.socket] = set()
        self._young: deque[tuple[float, str, int, socket.socket]] = deque()
        self._second: deque[tuple[float, str, int, socket.socket]] = deque()
        self._flights: dict[str, dict[socket.socket, tuple[int, float]]] = {}
        self._again: deque[tuple[str, int]] = deque()
        self._tried: set[tuple[str, int]] = set()
        self._limit = in_flight(descriptor_limit())

    async def run(self, pairs: Iterable[tuple[str, int]], turn: Callable[[str], Turn]) -> None:
        """Connect to every pair when its turn comes; returns when all have ended."""
        loop = asyncio.get_running_loop()
        later: deque[tuple[str, int]] = deque()
        for ip, port in pairs:
            await self._take(ip, port, turn, later, loop)
            if later and len(later) % 64 == 0:
                await self._take(*later.popleft(), turn, later, loop)
        while later or self._again or self._open:
            later.extend(self._again)
            self._again.clear()
            for _ in range(len(later)):
                await self._take(*later.popleft(), turn, later, loop)
            await asyncio.sleep(0.02)
            self._expire(loop.time())

    def pending(self, ip: str) -> int:
        """Connects to this address that may still become connections."""
        now = asyncio.get_running_loop().time()
        flights = self._flights.get(ip, {}).values()
        return sum(now - began < RECENT_SECONDS or (ip, port) in self._tried for port, began in flights)

    def hurry(self, ip: str) -> None:
        """This device has just spoken: what it left unanswered for too long is tried again later."""
        now = asyncio.get_running_loop().time()
        for sock, (port, began) in list(self._flights.get(ip, {}).items()):
            if now - began >= RECENT_SECONDS and not self._has_ended(ip, port, sock):
                self._postpone(ip, port, sock)

    async def _take(
        self,
        ip: str,
        port: int,
        turn: Callable[[str], Turn],
        later: deque[tuple[str, int]],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        when = turn(ip)
        if when is Turn.NOW:
            await self._pace.wait(ip)
            while len(self._open) >= self._limit:
                await asyncio.sleep(0.02)
                self._expire(loop.time())
            when = turn(ip)  # the device may have taken up a conversation meanwhile
        if when is Turn.NOW:
            self._start(ip, port, loop)
        elif when is Turn.LATER:
            later.append((ip, port))
        self._expire(loop.time())

    def close(self) -> None:
        """Give up whatever is in flight."""
        loop = asyncio.get_running_loop()
        for sock in self._open:
            loop.remove_writer(sock)
            sock.close()
        for queue in (self._pending, self._young, self._second):
            queue.clear()
        for held in (self._open, self._flights, self._again):
            held.clear()

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
            here = code in (errno.ENETUNREACH, errno.ENETDOWN)  # at once: this machine has no way there
            outcome, why = (Outcome.NOT_RUN, os.strerror(code)) if here else (end.outcome, end.why)
            self._found(ip, port, outcome, why, None)
            return
        self._open.add(sock)
        now = loop.time()
        self._flights.setdefault(ip, {})[sock] = port, now
        if (ip, port) in self._tried:
            self._second.append((now + SECOND_TRY_SECONDS, ip, port, sock))
        else:
            self._young.append((now + RECENT_SECONDS, ip, port, sock))
            self._pending.append((now + self._pace.manners.connect_timeout_seconds, ip, port, sock))
        loop.add_writer(sock, self._settled, ip, port, sock)

    def _settled(self, ip: str, port: int, sock: socket.socket) -> None:
        """The connect ended one way or the other."""
        self._ended(ip, port, sock, sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))

    def _ended(self, ip: str, port: int, sock: socket.socket, code: int) -> None:
        self._land(ip, sock)
        if code:
            sock.close()
            end = outcome_of(OSError(code, errno.errorcode.get(code, "error")))
            self._found(ip, port, end.outcome, end.why, None)
        else:
            self._found(ip, port, Outcome.ANSWERED, "", sock)

    def _land(self, ip: str, sock: socket.socket) -> None:
        """The connect is no longer in flight."""
        asyncio.get_running_loop().remove_writer(sock)
        self._open.discard(sock)
        flights = self._flights.get(ip, {})
        flights.pop(sock, None)
        if not flights:
            self._flights.pop(ip, None)

    def _has_ended(self, ip: str, port: int, sock: socket.socket) -> bool:
        """Did the connect end without our hearing of it yet? A busy machine hears late."""
        if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._ended(ip, port, sock, code)
            return True
        try:
            sock.getpeername()
        except OSError:
            return False
        self._ended(ip, port, sock, 0)
        return True

    def _postpone(self, ip: str, port: int, sock: socket.socket) -> None:
        self._land(ip, sock)
        sock.close()
        self._tried.add((ip, port))
        self._again.append((ip, port))

    def _expire(self, now: float) -> None:
        for _, ip, port, sock in self._due(self._young, now):
            if self._is_alive(ip):
                self._postpone(ip, port, sock)
        for _, ip, port, sock in self._due(self._second, now):
            self._silent(ip, port, sock)
        for _, ip, port, sock in self._due(self._pending, now):
            if not self._is_absent(ip):
                self._pace.charge(ip, 1, now)  # the kernel's retransmission after one second
            self._silent(ip, port, sock)

    def _silent(self, ip: str, port: int, sock: socket.socket) -> None:
        self._land(ip, sock)
        sock.close()
        self._found(ip, port, Outcome.SILENT, "", None)

    def _due(
        self, queue: deque[tuple[float, str, int, socket.socket]], now: float
    ) -> Iterator[tuple[float, str, int, socket.socket]]:
        """Take what is over from the front of a queue; yields what is still in flight."""
        while queue and (queue[0][0] <= now or queue[0][3] not in self._open):
            each = queue.popleft()
            if each[3] in self._open and not self._has_ended(*each[1:]):
                yield each


def in_flight(limit: int) -> int:
    """How many connects may be pending with `limit` descriptors: never none, or the sweep would not end."""
    return max(1, min(MAX_IN_FLIGHT, limit - min(RESERVED_DESCRIPTORS, limit * 3 // 4)))


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
