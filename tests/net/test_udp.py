"""A full send buffer is waited for, not taken for a network that is gone."""

from __future__ import annotations

import asyncio
import socket

import pytest

from camscan.net import udp
from camscan.net.udp import UdpSocket


@pytest.fixture
def speaker() -> UdpSocket:
    return UdpSocket(socket.AF_INET, ("127.0.0.1", 0))


def test_a_full_buffer_is_tried_again(speaker: UdpSocket, monkeypatch: pytest.MonkeyPatch) -> None:
    full = iter([True, True, False])
    sent: list[bytes] = []

    def send(payload: bytes, ip: str, port: int) -> None:
        if next(full):
            raise BlockingIOError
        sent.append(payload)

    monkeypatch.setattr(udp, "FULL_SECONDS", 0.0)
    monkeypatch.setattr(UdpSocket, "send", lambda _self, *words: send(*words))
    asyncio.run(speaker.send_when_free(b"x", "127.0.0.1", 9))
    assert [b"x"] == sent
    speaker.close()


def test_a_buffer_that_stays_full_is_a_fault(speaker: UdpSocket, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(_self: UdpSocket, _payload: bytes, _ip: str, _port: int) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(udp, "FULL_SECONDS", 0.0)
    monkeypatch.setattr(UdpSocket, "send", send)
    with pytest.raises(OSError, match="temporarily"):
        asyncio.run(speaker.send_when_free(b"x", "127.0.0.1", 9))
    speaker.close()
