"""Datagrams that the kernel took and did not send: mostly since its table of neighbours was full.

UDP sockets are not told of it (Linux, net/ipv4/udp.c: ENOBUFS is counted, not returned), so the counter of
this network namespace is read before and after. Other programs count there too.
"""

from __future__ import annotations

from pathlib import Path

refused = 0
"""Sends that the kernel refused openly: it counts them too, and they are made again."""

_SNMP = Path("/proc/net/snmp")

REMEDY = (
    "the link has no carrier or takes no packets of this size, or the kernel's table of neighbours was full "
    "(sysctl net.ipv4.neigh.default.gc_thresh3=8192 makes room)"
)


def unsent_datagrams() -> int:
    """The kernel's count so far, without what it refused openly; 0 where it does not say."""
    try:
        return max(0, counted(_SNMP.read_text()) - refused)
    except OSError:
        return 0


def counted(text: str) -> int:
    """Udp SndbufErrors of /proc/net/snmp; 0 where it is missing."""
    rows = [line.split()[1:] for line in text.splitlines() if line.startswith("Udp:")]
    if len(rows) != 2 or len(rows[0]) != len(rows[1]):
        return 0
    count = dict(zip(*rows, strict=True)).get("SndbufErrors", "")
    return int(count) if count.isdigit() else 0
