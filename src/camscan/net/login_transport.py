"""What the messages of one login travel on: requests and zeep, to one address, bounded in bytes and time.

Rules: every message goes to the device's own address and port and passes the gate; no proxy, no netrc, no
redirect, no document fetched; of every answer, a 401 that requests answers by itself included, LIMIT_BYTES
are read and no more; `Cutoff.cut` ends every connection at once, whoever waits on it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from camscan.errors import OperationalError
from camscan.net.gate import Gate, OutsideScope

LIMIT_BYTES = 256 * 1024


class Cutoff:
    """The connections of one login, which end together. A timeout of requests is one of each read only: who
    sends a byte a second would never meet it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self.over = False

    def hold(self, sock: socket.socket) -> None:
        """One more connection; ends at once when the time is over already."""
        # A second descriptor of the same connection: the first belongs to whoever reads it, in its thread.
        with self._lock:
            self._held.append(socket.fromfd(sock.fileno(), sock.family, sock.type))
            if self.over:
                self._end()

    def cut(self) -> None:
        """End what is held and what will be."""
        with self._lock:
            self.over = True
            self._end()

    def _end(self) -> None:
        while self._held:
            sock = self._held.pop()
            with contextlib.suppress(OSError):  # ended by itself before
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


def transport(url: str, gate: Gate, port: int, cutoff: Cutoff, auth: Any, timeout_seconds: float) -> Any:
    """A zeep transport to the host and port of `url`. port: what the gate judges (the port that a simulated
    building moved elsewhere is asked for by its true number)."""
    import requests
    from zeep.transports import Transport

    own = _place(url)

    class ToOneDevice(Transport):
        """Every message passes the gate; nothing is followed."""

        def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> requests.Response:
            """Send one message. Raises OutsideScope for any address but the device's."""
            if _place(address) != own:
                raise OutsideScope("a login is for the device's own address alone")
            gate.check(own[1], port)
            return self.session.post(
                address,
                data=message,
                headers=headers,
                timeout=timeout_seconds,
                allow_redirects=False,
                stream=True,
            )

        def load(self, url: str) -> bytes:
            """Refuse: raises OperationalError for every document a device points to."""
            raise OperationalError(f"a device pointed to a document at {url[:200]}; nothing is fetched")

    session = requests.Session()
    session.trust_env = False
    session.verify = False  # cameras sign their own certificates; nothing but a digest is sent
    session.auth = auth
    adapter = _adapter(cutoff)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    make: Any = ToOneDevice
    return make(session=session, timeout=timeout_seconds, operation_timeout=timeout_seconds)


def _place(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").strip("[]"), parts.port
    except ValueError:
        raise OutsideScope("an address that is none") from None


def _adapter(cutoff: Cutoff) -> Any:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Plain(HTTPConnection):
        def connect(self) -> None:
            """As ever; the cutoff ends what now stands."""
            super().connect()
            cutoff.hold(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            """As ever; the cutoff ends what now stands."""
            super().connect()
            cutoff.hold(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    class Bounded(HTTPAdapter):
        def init_poolmanager(self, *sizes: Any, **options: Any) -> None:
            """As ever, with connections that the cutoff ends."""
            super().init_poolmanager(*sizes, **options)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

        def send(self, *request: Any, **options: Any) -> requests.Response:
            """As ever, but the body is read here, before anybody can read it without end."""
            response = super().send(*request, **options)
            body = response.raw.read(LIMIT_BYTES, decode_content=True)
            response.close()
            response._content = body  # how requests itself keeps what was read
            return response

    return Bounded()
