"""A receive ring shared with the kernel (PACKET_RX_RING, version 2): packets without a system call each.

Rules: packets are cut to the filter's length; a full ring loses packets, and says how many. What arrives is
hostile: every offset read lies inside its own 128-byte frame.
Source: the Linux kernel's Documentation/networking/packet_mmap.rst and <linux/if_packet.h>.
"""

from __future__ import annotations

import mmap
import select
import socket
import struct
from typing import Any

from camscan.net.raw.filters import SNAP_BYTES, Program, attach

SOL_PACKET = 263
_PACKET_RX_RING, _PACKET_STATISTICS, _PACKET_VERSION = 5, 6, 10
_TPACKET_V2 = 1
_FRAME = 128
_BLOCK = 1 << 17
_NETWORK = 80
"""Where the network header begins in a SOCK_DGRAM ring: TPACKET_ALIGN(tpacket2_hdr + sockaddr_ll) + 16."""
_LINK_ADDRESS = 32 + 12
_USER = 1
_KERNEL_FRAME = struct.Struct("=I")

Answer = tuple[int, int, int, bool]
"""(address, port, acknowledgement, SYN-ACK rather than RST)."""


class Ring:
    """Received packets of one interface and one Ethernet protocol, filtered."""

    def __init__(self, interface: str, protocol: int, program: Program, *, frames: int = 1 << 13) -> None:
        self._count = frames
        self._at = 0
        self.lost = 0
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, 0)
        try:
            attach(self.sock, program)
            self.sock.setsockopt(SOL_PACKET, _PACKET_VERSION, _TPACKET_V2)
            blocks = frames * _FRAME // _BLOCK
            self.sock.setsockopt(
                SOL_PACKET, _PACKET_RX_RING, struct.pack("@IIII", _BLOCK, blocks, _FRAME, frames)
            )
            self._memory = mmap.mmap(self.sock.fileno(), frames * _FRAME)
            self.sock.bind((interface, protocol))
        except OSError:
            self.sock.close()
            raise
        self._poll = select.poll()
        self._poll.register(self.sock.fileno(), select.POLLIN)
        self._table: Any = None

    def fileno(self) -> int:
        """For an event loop: readable when a packet waits."""
        return self.sock.fileno()

    def wait(self, seconds: float) -> bool:
        """Sleep until a packet waits or the time is over."""
        return bool(self._poll.poll(max(0, int(seconds * 1000))))

    def take(self, limit: int = 4096) -> list[bytes]:
        """The packets that wait, from the network header on; at most `limit`."""
        return [packet for packet, _ in self.take_from(limit)]

    def take_from(self, limit: int = 4096) -> list[tuple[bytes, bytes]]:
        """As `take`, each with the hardware address it came from."""
        found: list[tuple[bytes, bytes]] = []
        memory = self._memory
        while len(found) < limit:
            base = self._at * _FRAME
            if not memory[base] & _USER:
                break
            length = min(_KERNEL_FRAME.unpack_from(memory, base + 8)[0], _FRAME - _NETWORK)
            start = base + _NETWORK
            sender = bytes(memory[base + _LINK_ADDRESS : base + _LINK_ADDRESS + 6])
            found.append((bytes(memory[start : start + length]), sender))
            _KERNEL_FRAME.pack_into(memory, base, 0)
            self._at = (self._at + 1) % self._count
        return found

    def answers(self, limit: int = 4096) -> list[Answer]:
        """TCP answers that wait, one by one."""
        found: list[Answer] = []
        for packet in self.take(limit):
            if len(packet) >= SNAP_BYTES:
                (ip,) = struct.unpack_from(">I", packet, 12)
                (port,) = struct.unpack_from(">H", packet, 20)
                (ack,) = struct.unpack_from(">I", packet, 28)
                found.append((ip, port, ack, not packet[33] & 4))
        return found

    def answers_in_bulk(self) -> tuple[Any, Any, Any] | None:
        """TCP answers that wait as numpy columns: (keys, acknowledgements, is SYN-ACK); None if none does."""
        import numpy as np

        if self._table is None:
            self._table = np.frombuffer(self._memory, np.uint32).reshape(self._count, _FRAME // 4)
        rows = self._table[self._at : self._at + 4096]
        waiting = rows[:, 0] & np.uint32(_USER)
        count = len(waiting) if waiting.all() else int(np.argmin(waiting))
        if not count:
            return None
        self._poll.poll(0)  # a system call orders the status words before the packets on every processor
        rows = rows[:count]
        ips = rows[:, (_NETWORK + 12) // 4].byteswap().astype(np.uint64)
        ports = rows[:, (_NETWORK + 20) // 4].byteswap().astype(np.uint64) >> np.uint64(16)
        acks = rows[:, (_NETWORK + 28) // 4].byteswap()
        flags = rows[:, (_NETWORK + 32) // 4].byteswap() >> np.uint32(16)
        whole = rows[:, 2] >= SNAP_BYTES
        syn_ack = (flags & np.uint32(4)) == 0
        keys = ips << np.uint64(16) | ports
        if not whole.all():
            keys, acks, syn_ack = keys[whole], acks[whole], syn_ack[whole]
        rows[:, 0] = 0
        self._at = (self._at + count) % self._count
        return keys, acks, syn_ack

    def dropped(self) -> int:
        """Packets the full ring lost since the last question; `lost` holds the sum."""
        _received, drops = struct.unpack("@II", self.sock.getsockopt(SOL_PACKET, _PACKET_STATISTICS, 8))
        self.lost += int(drops)
        return int(drops)

    def close(self) -> None:
        """Close the socket and give the ring back."""
        self._table = None
        self.sock.close()
        self._memory.close()
