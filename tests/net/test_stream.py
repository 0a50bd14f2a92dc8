"""One connection against servers that behave and servers that do not, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from camscan.model.exchange import Ask, Framing, Outcome, Transport
from camscan.net.stream import Ended, open_stream

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[int]:
    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()

    running = await asyncio.start_server(guarded, "127.0.0.1", 0)
    async with running:
        yield running.sockets[0].getsockname()[1]


def ask(port: int, payload: bytes = b"GET / HTTP/1.1\r\n\r\n", **changes: object) -> Ask:
    return Ask("http", "127.0.0.1", port, Transport.TCP, payload, framing=Framing.HTTP, **changes)  # type: ignore[arg-type]


async def _exchange(serve: Serve, **changes: object) -> tuple[bytes, str]:
    async with server(serve) as port:
        connection = await open_stream(("127.0.0.1", port), tls=False, timeout_seconds=2)
        reply = await connection.exchange(ask(port, **changes))
        connection.close()
        return reply.payload, reply.ended


def test_an_answer_with_a_length_is_complete_without_waiting_for_the_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more that belongs to nobody")
        await asyncio.sleep(30)

    payload, ended = asyncio.run(_exchange(serve))
    assert ("complete", True) == (ended, payload.endswith(b"\r\n\r\nhello"))


def test_several_questions_share_one_connection() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(3):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)

    async def talk() -> list[bytes]:
        async with server(serve) as port:
            connection = await open_stream(("127.0.0.1", port), tls=False, timeout_seconds=2)
            return [(await connection.exchange(ask(port))).payload[-1:] for _ in range(3)]

    assert [b"0", b"1", b"2"] == asyncio.run(talk())


def test_an_endless_body_ends_at_the_limit() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    payload, ended = asyncio.run(_exchange(serve))
    assert len(payload) <= 65536
    assert ended in ("limit", "complete")


def test_a_byte_at_a_time_ends_at_the_deadline() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"H")
            await asyncio.sleep(0.05)

    payload, ended = asyncio.run(_exchange(serve, timeout_seconds=0.5))
    assert ("timeout", True) == (ended, 1 <= len(payload) < 30)


@pytest.mark.parametrize("early", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\npart"])
def test_a_connection_closed_early_keeps_what_came_or_says_so(early: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(early)
        await writer.drain()

    if early:
        assert (early, "closed") == asyncio.run(_exchange(serve))
    else:
        with pytest.raises(Ended) as end:
            asyncio.run(_exchange(serve))
        assert Outcome.SILENT is end.value.outcome


def test_a_refused_port_is_refused_and_not_silent() -> None:
    async def refused() -> None:
        async with server(lambda r, w: asyncio.sleep(0)) as port:
            pass
        await open_stream(("127.0.0.1", port), tls=False, timeout_seconds=2)

    with pytest.raises(Ended) as end:
        asyncio.run(refused())
    assert Outcome.REFUSED is end.value.outcome


def test_a_handshake_that_never_finishes_ends_in_time() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async def shake() -> None:
        async with server(serve) as port:
            await open_stream(("127.0.0.1", port), tls=True, timeout_seconds=0.4)

    with pytest.raises(Ended) as end:
        asyncio.run(shake())
    assert Outcome.TIMED_OUT is end.value.outcome


def test_what_speaks_no_tls_is_malformed_with_a_reason() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 this is FTP\r\n")
        await writer.drain()

    async def shake() -> None:
        async with server(serve) as port:
            await open_stream(("127.0.0.1", port), tls=True, timeout_seconds=2)

    with pytest.raises(Ended) as end:
        asyncio.run(shake())
    assert Outcome.MALFORMED is end.value.outcome
    assert "TLS" in end.value.why


def test_a_banner_is_read_until_silence() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 AXIS P1344 ready\r\n")
        await asyncio.sleep(30)

    async def listen() -> bytes:
        async with server(serve) as port:
            connection = await open_stream(("127.0.0.1", port), tls=False, timeout_seconds=2)
            banner = Ask("banner", "127.0.0.1", port, Transport.TCP, b"", framing=Framing.BANNER)
            return (await connection.exchange(banner)).payload

    assert b"220 AXIS P1344 ready\r\n" == asyncio.run(listen())
