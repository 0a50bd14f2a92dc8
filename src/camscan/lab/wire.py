"""A lossy, slow cable: two TAP interfaces in two network namespaces and a relay of frames between them.

Used where the kernel has no netem. Every frame, ARP included, is lost with the given probability in
each direction and arrives `delay_seconds` (and up to `jitter_seconds`) later. Which frames are lost
follows from the seed and the order in which they come.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time
from dataclasses import asdict, dataclass

_TUNSETIFF = 0x400454CA
_IFF_TAP, _IFF_NO_PI = 0x0002, 0x1000


@dataclass(frozen=True, slots=True)
class Cable:
    """ends: (process id whose network namespace, interface name) twice."""

    ends: tuple[tuple[int, str], tuple[int, str]]
    loss: float = 0.0
    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    seed: int = 0

    def text(self) -> str:
        """One line of JSON, for the relay's standard input."""
        return json.dumps(asdict(self))


@dataclass(slots=True)
class _Counts:
    carried: int = 0
    lost: int = 0


def relay() -> None:
    """Serve until standard input ends: the first line is the cable; the last line out is the counts.

    Runs as a process of its own (`python -m camscan.lab --wire`), as it moves between namespaces.
    """
    order = json.loads(sys.stdin.readline())
    (pid_a, name_a), (pid_b, name_b) = order["ends"]
    taps = (_open_tap(pid_a, name_a), _open_tap(pid_b, name_b))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    counts = _carry(taps, order["loss"], order["delay_seconds"], order["jitter_seconds"], order["seed"])
    sys.stdout.write(json.dumps(asdict(counts)) + "\n")


def _carry(taps: tuple[int, int], loss: float, delay: float, jitter: float, seed: int) -> _Counts:
    draws = random.Random(seed)
    counts = _Counts()
    waiting: list[tuple[float, int, int, bytes]] = []  # due, number, to, frame
    poller = select.poll()
    control = sys.stdin.fileno()
    for each in (*taps, control):
        poller.register(each, select.POLLIN)
    other = {taps[0]: taps[1], taps[1]: taps[0]}
    number = 0
    while True:
        due_in = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 1.0
        # poll() counts whole milliseconds: sleep the part below one, so that 5 ms stay 5 ms.
        events = poller.poll(int(due_in * 1000))
        if not events and waiting and due_in < 0.001:
            time.sleep(due_in)
        for ready, _ in events:
            if ready == control:
                return counts
            for frame in _frames(ready):
                number += 1
                if loss and draws.random() < loss:
                    counts.lost += 1
                    continue
                late = delay + (draws.random() * jitter if jitter else 0.0)
                heapq.heappush(waiting, (time.monotonic() + late, number, other[ready], frame))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, to, frame = heapq.heappop(waiting)
            try:
                os.write(to, frame)
                counts.carried += 1
            except OSError:
                counts.lost += 1  # the interface is down or its queue full: a cable drops, it does not fail


def _frames(tap: int) -> list[bytes]:
    found: list[bytes] = []
    while len(found) < 256:
        try:
            found.append(os.read(tap, 65535))
        except OSError:  # nothing more to read, or the interface is down
            break
    return found


def _open_tap(pid: int, name: str) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    namespace = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    if libc.setns(namespace, 0) != 0:
        raise OSError(ctypes.get_errno(), f"setns to the network namespace of {pid}")
    os.close(namespace)
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI))
    return tap
