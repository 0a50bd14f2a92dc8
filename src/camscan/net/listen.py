"""Hearing what devices say unasked: packet sockets that only ever receive.

Rules: nothing is sent, so no group is joined (joining sends IGMP); the interface becomes promiscuous,
which is local to the machine and ends with the socket; the kernel filters before Python sees a packet.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

from camscan.errors import OperationalError, UsageError
from camscan.net.capabilities import can_send_raw
from camscan.net.clock import utc_now
from camscan.net.interfaces import Interface, list_interfaces
from camscan.wire.frame import ETHERNET, RAW, Frame

BATCH = 256
_RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024
_ARPHRD_NONE = 65534  # tunnels: bare IP
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
NO_RIGHT = (
    "listening needs the right to capture packets (CAP_NET_RAW): run as root, or once "
    "`sudo setcap cap_net_raw+ep $(readlink -f $(which python3))`; without it only `camscan scan`, "
    "which asks, finds devices"
)


def capture_filter(udp_ports: Iterable[int]) -> str:
    """The pcap filter for what devices say unasked: ARP, SADP frames, neighbour discovery, these UDP ports.

    Later fragments carry no ports and pass whole.
    """
    ports = " or ".join(f"port {port}" for port in sorted(set(udp_ports)))
    return (
        f"arp or ether proto 0x8033 or (udp and ({ports})) or (ip proto 17 and ip[6:2] & 0x1fff != 0) "
        "or (icmp6 and (ip6[40] = 135 or ip6[40] = 136))"
    )


def link_to_hear(name: str) -> Interface:
    """The interface of that name; a mirror port needs no address. Raises UsageError."""
    known = {link.name: link for link in list_interfaces()}
    if name in known:
        return known[name]
    try:
        return Interface(name, socket.if_nametoindex(name), ())
    except OSError:
        raise UsageError(f"no interface {name!r}; there are: {', '.join(known) or 'none'}") from None


class Listener:
    """One interface, listened to. `with Listener("eth0", filter) as heard: …`; raises OperationalError."""

    def __init__(self, interface: str, filter_text: str) -> None:
        self.interface = interface
        self.warning = ""
        if not can_send_raw():
            raise OperationalError(NO_RIGHT)
        self._socket = self._opened(filter_text)
        self._socket.ins.setblocking(False)
        with contextlib.suppress(OSError):
            self._socket.ins.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        name = self._socket.ins.getsockname()
        self._linktype = RAW if len(name) > 3 and name[3] == _ARPHRD_NONE else ETHERNET

    def _opened(self, filter_text: str) -> Any:
        import scapy.arch  # noqa: F401 - chooses this system's capture sockets
        from scapy.config import conf
        from scapy.error import Scapy_Exception

        try:
            return conf.L2listen(iface=self.interface, filter=filter_text, promisc=True)
        except PermissionError:
            raise OperationalError(NO_RIGHT) from None
        except OSError as fault:
            raise OperationalError(f"cannot listen on {self.interface}: {fault.strerror or fault}") from None
        except Scapy_Exception as fault:
            self.warning = f"{self.interface}: every packet is looked at, the kernel cannot filter ({fault})"
        try:
            return conf.L2listen(iface=self.interface, promisc=True)
        except (OSError, Scapy_Exception) as fault:
            raise OperationalError(f"cannot listen on {self.interface}: {fault}") from None

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """For the event loop."""
        return int(self._socket.ins.fileno())

    def receive(self, hear: Callable[[Frame], None]) -> None:
        """Hand on what has arrived, at most BATCH frames. Raises OSError when the interface goes away."""
        for _ in range(BATCH):
            try:
                _, raw, at = self._socket.recv_raw()
            except BlockingIOError:
                return
            if raw:
                moment = float(at) if at else utc_now().timestamp()
                hear(Frame(bytes(raw), self._linktype, moment, self.interface))

    def lost(self) -> int:
        """Packets the kernel dropped since the last call because they came faster than they were read."""
        try:
            raw = self._socket.ins.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        except (OSError, AttributeError):
            return 0
        return int(struct.unpack("=II", raw)[1])
