"""A packet socket that sends many rows in one system call (sendmmsg, or one by one where it is missing).

Rules: never blocks; a full queue is told to the caller, who slows down; CAP_NET_RAW is enough.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket

from camscan.net.raw.frames import ROW_BYTES, Rows

SEND_BUFFER_BYTES = 4 * 1024 * 1024
_FULL = (errno.ENOBUFS, errno.EAGAIN, errno.ENOMEM)


class _Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class _Header(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("pieces", ctypes.c_void_p),
        ("piece_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class _Message(ctypes.Structure):
    _fields_ = [("header", _Header), ("sent", ctypes.c_uint)]


class BatchSender:
    """Sends the first `count` rows out of one interface."""

    def __init__(self, interface: str, rows: Rows) -> None:
        self._rows = rows
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            self.sock.bind((interface, 0))
        except OSError:
            self.sock.close()
            raise
        self._pieces = (_Piece * rows.capacity)()
        self._messages = (_Message * rows.capacity)()
        first, pieces = rows.address(), ctypes.addressof(self._pieces)
        for number in range(rows.capacity):
            self._pieces[number].base = first + number * ROW_BYTES
            self._pieces[number].length = rows.length
            self._messages[number].header.pieces = pieces + number * ctypes.sizeof(_Piece)
            self._messages[number].header.piece_count = 1
        self._system = ctypes.CDLL(None, use_errno=True)
        self._batched = hasattr(self._system, "sendmmsg")

    def send(self, count: int, start: int = 0) -> tuple[int, bool]:
        """Send rows start…start+count: (how many the kernel took, whether its queue was full).

        Raises OSError for what waiting does not cure (interface gone, right lost).
        """
        done = 0
        while done < count:
            taken, fault = self._some(start + done, count - done)
            done += max(0, taken)
            if taken > 0:
                continue
            if fault in _FULL:
                return done, True
            if fault != errno.EINTR:
                raise OSError(fault, os.strerror(fault))
        return done, False

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()

    def _some(self, start: int, count: int) -> tuple[int, int]:
        if self._batched:
            at = ctypes.addressof(self._messages) + start * ctypes.sizeof(_Message)
            taken = self._system.sendmmsg(self.sock.fileno(), ctypes.c_void_p(at), count, 0)
            return taken, ctypes.get_errno() if taken <= 0 else 0
        try:
            self.sock.send(self._rows.frame(start))
        except OSError as fault:
            return -1, fault.errno or errno.EIO
        return 1, 0
