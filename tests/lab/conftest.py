"""One demo building in a child process for every test here, on loopback addresses of its own."""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from camscan.lab.building import demo_building
from camscan.lab.process import LabProcess

_NUMBERS = itertools.count()


def own_network() -> str:
    """A /24 of loopback that no other test and no other test process on this machine uses."""
    return f"127.{16 + os.getpid() % 200}.{next(_NUMBERS)}"


@dataclass
class Asker:
    """Raw sockets against a lab whose devices live in `network`; asks from an address outside the lab."""

    network: str
    lab: LabProcess | None = None
    me: str = field(init=False)

    def __post_init__(self) -> None:
        self.me = f"{self.network}.250"

    def port(self, protocol: str, port: int) -> int:
        """Where the lab really serves a port."""
        return self.lab.port_map.get((protocol, port), port) if self.lab else port

    def udp(
        self,
        payload: bytes,
        to: str,
        port: int,
        *,
        reply_port: int = 0,
        join: tuple[str, ...] = (),
        count: int = 1,
        wait_seconds: float = 2.0,
        source_port: int = 0,
    ) -> dict[str, bytes]:
        """Send one datagram; answers of this lab by address, until `count` devices or the wait is over."""
        sending, listening = self._socket(source_port), None
        if reply_port or join:
            listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            for group in join:
                member = socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
                listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            listening.bind((join[0] if join else self.me, reply_port))
        hearing = listening or sending
        sending.sendto(payload, (to, self.port("udp", port)))
        answers: dict[str, bytes] = {}
        deadline = time.monotonic() + wait_seconds
        while len(answers) < count and (left := deadline - time.monotonic()) > 0:
            hearing.settimeout(left)
            try:
                answer, (source, _) = hearing.recvfrom(65535)
            except TimeoutError:
                break
            if source.startswith(self.network + "."):
                answers[source] = answer
        sending.close()
        if listening:
            listening.close()
        return answers

    def tcp(self, last: int, port: int, payload: bytes, *, size: int = 65536) -> bytes:
        """Send over one connection and read until the server closes it."""
        address = (f"{self.network}.{last}", self.port("tcp", port))
        with socket.create_connection(address, timeout=3, source_address=(self.me, 0)) as connection:
            connection.sendall(payload)
            received = b""
            while len(received) < size and (part := connection.recv(65536)):
                received += part
        return received

    def get(self, last: int, path: str = "/", port: int = 80) -> bytes:
        """GET with Connection: close; the whole response."""
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        return self.tcp(last, port, request.encode())

    def _socket(self, source_port: int) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sock.bind((self.me, source_port))
        return sock


@pytest.fixture(scope="package")
def building() -> Iterator[Asker]:
    """The whole demo building, running."""
    network = own_network()
    with LabProcess(demo_building(network)) as lab:
        yield Asker(network, lab)


@pytest.fixture
def network() -> str:
    """Addresses for a lab of the test's own."""
    return own_network()


@pytest.fixture
def asker() -> type[Asker]:
    """Asks a lab of the test's own: asker(network, lab)."""
    return Asker
