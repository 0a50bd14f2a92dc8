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
from camscan.wire import tunnel
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
    """The pcap filter for what devices say unasked: ARP, SADP frames, neighbour discovery, these UDP ports,
    and the same in what mirrors and tunnels wrap.

    Later fragments carry no ports and pass whole. Mirrored TCP over IPv4 stays in the kernel where its place
    is known (the common headers, no options): it is most of what a mirror carries and is not read here.
    """
    ports = " or ".join(f"port {port}" for port in sorted(set(udp_ports)))
    return (
        f"arp or ether proto 0x8033 or (udp and ({ports})) or (ip proto 17 and ip[6:2] & 0x1fff != 0) "
        "or (icmp6 and (ip6[40] = 135 or ip6[40] = 136)) or ip6 proto 44 or "
    ) + " or ".join(f"({each})" for each in _WRAPPED)


_GRE_FORMS = {0x000088BE: 24, 0x100088BE: 36, 0x100022EB: 40, 0x00006558: 24, 0x20006558: 28}
"""The first four bytes of GRE → where the frame inside begins, from an IPv4 header without options."""


def _tcp(base: str, ethernet: int) -> str:
    """An Ethernet frame at `base[ethernet]` that holds TCP over IPv4."""
    return f"{base}[{ethernet + 12}:2] = 0x0800 and {base}[{ethernet + 23}] = 6"


_GRE_TCP = " or ".join(f"(ip[20:4] = {form:#010x} and {_tcp('ip', at)})" for form, at in _GRE_FORMS.items())
_WRAPPED = (
    *(f"udp dst port {port} and not ({_tcp('udp', 16)})" for port in tunnel.VXLAN_PORTS),
    f"udp dst port {tunnel.GENEVE_PORT} and not (udp[8] = 0 and {_tcp('udp', 16)})",
    f"udp dst port {tunnel.TZSP_PORT} and not (udp[12] = 1 and {_tcp('udp', 13)})",
    f"ip proto {tunnel.GRE} and (ip[6:2] & 0x1fff != 0 or not ({_GRE_TCP}))",
    f"ip proto {tunnel.IPV4_INSIDE} and (ip[6:2] & 0x1fff != 0 or ip[29] != 6)",
    f"ip proto {tunnel.IPV6_INSIDE} or ip proto {tunnel.ETHERIP}",
    f"ip6 proto {tunnel.GRE} or ip6 proto {tunnel.IPV4_INSIDE} or ip6 proto {tunnel.ETHERIP}",
    f"ether proto {tunnel.PPPOE_SESSION:#x} and not (ether[20:2] = 0x0021 and ether[31] = 6)",
    f"ether proto {tunnel.MPLS:#x} and not (ether[16] & 1 = 1 and ether[18] & 0xf0 = 0x40 and ether[27] = 6)",
    # The kernel takes off one VLAN tag before it filters; here is a second.
    f"(ether proto 0x8100 or ether proto 0x88a8) and not ({_tcp('ether', 4)})",
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
