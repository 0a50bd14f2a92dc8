"""A device that ends the connection after each answer, without saying that it will, loses no question."""

from __future__ import annotations

import asyncio
import contextlib

import netaddr

from camscan.model.exchange import Ask, Framing, Reply, Transport
from camscan.model.scope import Scope
from camscan.net.gate import Gate
from camscan.net.ledger import Ledger
from camscan.net.pace import Manners, Pace
from camscan.net.session import Session, Talk

IP = "127.80.0.2"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def closing_server(answers: int) -> tuple[asyncio.Server, list[str]]:
    """Answers one request a connection and closes; after `answers` answers it closes at once."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            asked.append(request.split()[1].decode())
            if len(asked) <= answers:
                writer.write(ANSWER)
                await writer.drain()
                await reader.read(1)  # the next request arrives before the end is seen
        writer.close()

    return await asyncio.start_server(serve, IP, 0), asked


def ask(port: int, path: str) -> Ask:
    request = f"GET {path} HTTP/1.1\r\nHost: {IP}\r\n\r\n".encode()
    return Ask("x", IP, port, Transport.TCP, request, Framing.HTTP, step=path)


def hold(answers: int, paths: list[str]) -> tuple[list[str], list[str], int]:
    heard: list[str] = []

    def hear(reply: Reply) -> list[Ask]:
        heard.append(reply.ask.step)
        return []

    async def go() -> tuple[list[str], int]:
        server, asked = await closing_server(answers)
        port = server.sockets[0].getsockname()[1]
        one = Session(
            IP,
            gate=Gate(Scope.of([netaddr.IPSet([IP])])),
            pace=Pace(Manners(10_000, 10_000)),
            ledger=Ledger(["x"], [IP]),
            hear=hear,
            elsewhere=lambda _: None,
            port_map={},
            limit_seconds=20.0,
            pending=lambda: 0,
        )
        await one.hold(Talk(port, Transport.TCP, tuple(ask(port, path) for path in paths)))
        server.close()
        return asked, one.used

    asked, used = asyncio.run(go())
    return heard, asked, used


def test_each_question_is_asked_again_on_a_new_connection() -> None:
    heard, asked, used = hold(9, ["/a", "/b", "/c"])

    assert heard == ["/a", "/b", "/c"]
    assert asked == ["/a", "/b", "/c"]
    assert used == 3


def test_a_question_that_is_closed_on_twice_is_left() -> None:
    heard, asked, used = hold(1, ["/a", "/b"])

    assert (heard, asked, used) == (["/a"], ["/a", "/b"], 2)


def test_the_connections_stay_within_what_a_device_is_granted() -> None:
    heard, _, used = hold(99, [f"/{n}" for n in range(12)])

    assert (len(heard), used) == (6, 6)
