"""The connect sweep and a device's session on loopback: never more connections at once than allowed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator

import netaddr
import pytest

from camscan.model.exchange import Ask, Framing, Outcome, Transport
from camscan.model.scope import Scope
from camscan.net.connect import RECENT_SECONDS, SECOND_TRY_SECONDS, ConnectSweep, Turn
from camscan.net.gate import Gate
from camscan.net.ledger import Ledger
from camscan.net.pace import Manners, Pace
from camscan.net.session import Session, Talk

IP = "127.80.0.1"
MANNERS = Manners(10_000, 10_000)


@contextlib.contextmanager
def full_listener() -> Iterator[int]:
    """A port whose SYNs are dropped: its backlog is full and nobody accepts."""
    with socket.socket() as server, contextlib.ExitStack() as held:
        server.bind((IP, 0))
        server.listen(0)
        port = server.getsockname()[1]
        for _ in range(2):
            client = held.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex((IP, port))
        yield port


def gate() -> Gate:
    return Gate(Scope.of([netaddr.IPSet([IP])], [], text="test"))


def sweep(found: list[tuple[int, Outcome]], *, alive: bool) -> ConnectSweep:
    def note(ip: str, port: int, outcome: Outcome, why: str, sock: socket.socket | None) -> None:
        found.append((port, outcome))
        if sock is not None:
            sock.close()

    return ConnectSweep(gate=gate(), pace=Pace(MANNERS), port_map={}, found=note, is_alive=lambda ip: alive)


@pytest.mark.parametrize("alive", [True, False])
def test_a_silent_port_ends_silent_whoever_is_there(alive: bool) -> None:
    found: list[tuple[int, Outcome]] = []

    async def go(port: int) -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await sweep(found, alive=alive).run([(IP, port)], lambda ip: Turn.NOW)
        return loop.time() - began

    with full_listener() as port:
        took = asyncio.run(go(port))
    assert [(port, Outcome.SILENT)] == found
    assert took >= (RECENT_SECONDS + SECOND_TRY_SECONDS if alive else MANNERS.connect_timeout_seconds)


def test_a_device_that_speaks_up_loses_its_old_connects_until_later() -> None:
    async def go(port: int) -> tuple[int, int]:
        found: list[tuple[int, Outcome]] = []
        running = sweep(found, alive=False)
        task = asyncio.create_task(running.run([(IP, port)], lambda ip: Turn.NOW))
        while not running.pending(IP):
            await asyncio.sleep(0.01)
        while running.pending(IP):  # it is too old to count, and still on its way
            await asyncio.sleep(0.01)
        running.hurry(IP)
        while not running.pending(IP):
            await asyncio.sleep(0.01)
        again = running.pending(IP)
        await task
        return again, len(found)

    with full_listener() as port:
        assert (1, 1) == asyncio.run(go(port))


def test_a_connection_that_stands_unheard_is_used_not_given_up() -> None:
    """A machine too busy to look for longer than a connect may take still finds what came meanwhile."""

    async def go() -> list[tuple[int, Outcome]]:
        found: list[tuple[int, Outcome]] = []
        with socket.socket() as server:
            server.bind((IP, 0))
            server.listen()
            port = server.getsockname()[1]
            running = sweep(found, alive=True)
            task = asyncio.create_task(running.run([(IP, port)], lambda ip: Turn.NOW))
            while not running.pending(IP):
                await asyncio.sleep(0)
            time.sleep(RECENT_SECONDS + 0.05)  # the machine is busy: nothing is heard
            running.hurry(IP)
            await task
        return found

    assert [Outcome.ANSWERED] == [outcome for _, outcome in asyncio.run(go())]


def session(pending: int, *, limit_seconds: float = 30.0) -> Session:
    return Session(
        IP,
        gate=gate(),
        pace=Pace(MANNERS),
        ledger=Ledger(["x"], [IP]),
        hear=lambda reply: [],
        elsewhere=lambda ask: None,
        port_map={},
        limit_seconds=limit_seconds,
        pending=lambda: pending,
    )


def ask(port: int) -> Ask:
    return Ask("x", IP, port, Transport.TCP, b"", framing=Framing.HANDSHAKE)


async def listener() -> tuple[asyncio.Server, int]:
    """A server that holds every connection until the client ends it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
        writer.close()

    server = await asyncio.start_server(serve, IP, 0)
    return server, server.sockets[0].getsockname()[1]


def test_a_new_conversation_makes_what_the_sweep_left_open_give_way() -> None:
    async def go() -> tuple[bool, int]:
        server, port = await listener()
        other, other_port = await listener()
        one = session(0)
        loop = asyncio.get_running_loop()
        for number in (1, 2):
            sock = socket.socket()
            sock.setblocking(False)
            await loop.sock_connect(sock, (IP, port))
            one.adopt(number, sock)
        answered = await one.hold(Talk(other_port, Transport.TCP, (ask(other_port),)))
        waiting = one.ready
        one.close()
        server.close()
        other.close()
        return answered, waiting

    assert (True, 1) == asyncio.run(go())


def test_a_conversation_that_finds_no_room_ends_with_the_devices_time() -> None:
    async def go() -> bool:
        return await session(2, limit_seconds=0.1).hold(Talk(9, Transport.TCP, (ask(9),)))

    assert not asyncio.run(go())


def test_only_the_time_of_conversations_counts_against_a_device() -> None:
    async def go() -> float:
        server, port = await listener()
        one = session(0, limit_seconds=5.0)
        await one.hold(Talk(port, Transport.TCP, (ask(port),)))
        before = one.remaining_seconds()
        await asyncio.sleep(0.3)
        server.close()
        return before - one.remaining_seconds()

    assert 0.0 == asyncio.run(go())
