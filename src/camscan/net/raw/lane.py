"""One link of a SYN sweep: its frames, its sending socket and its ring, all for one source address."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from typing import Any

from camscan.errors import OperationalError
from camscan.net.raw.filters import tcp_answers
from camscan.net.raw.frames import syn_rows
from camscan.net.raw.ring import Ring
from camscan.net.raw.routes import Link
from camscan.net.raw.sender import BatchSender
from camscan.net.raw.template import syn_template

_ETH_P_IP = 0x0800


class SourcePort:
    """A TCP port of ours, held so that no connection of this machine uses it while the sweep does.

    The socket never listens: the kernel answers each SYN-ACK with RST, so that no device keeps a half-open
    connection.
    """

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._sock.bind(("0.0.0.0", 0))  # noqa: S104 - never listens
        except OSError:
            self._sock.close()
            raise
        self.number = int(self._sock.getsockname()[1])

    def close(self) -> None:
        """Give the port back."""
        self._sock.close()


class Lane:
    """Sends SYNs and hears answers on one link; raises OperationalError when sockets may not be opened."""

    def __init__(self, link: Link, source_port: int, *, capacity: int, ring_frames: int) -> None:
        self.link = link
        self.capacity = capacity
        self._syns = syn_rows(syn_template(link.mac, link.source_ip, source_port), capacity)
        try:
            self.ring = Ring(link.name, _ETH_P_IP, tcp_answers(source_port), frames=ring_frames)
            self._sender = BatchSender(link.name, self._syns.rows)
        except OSError as fault:
            why = "the right is missing (CAP_NET_RAW)" if fault.errno == errno.EPERM else str(fault)
            raise OperationalError(f"no raw socket on {link.name}: {why}") from fault

    def send(self, keys: Sequence[int] | Any, seqs: Any, macs: Any) -> tuple[int, bool]:
        """One SYN each: (how many left, whether the queue was full). Raises OSError when the link is gone."""
        self._syns.fill(keys, seqs, macs)
        return self._sender.send(len(keys))

    def send_rest(self, count: int, start: int) -> tuple[int, bool]:
        """Rows start…count of the batch filled last, which the kernel's queue had no room for."""
        return self._sender.send(count - start, start)

    def close(self) -> None:
        """Close both sockets."""
        self.ring.close()
        self._sender.close()
