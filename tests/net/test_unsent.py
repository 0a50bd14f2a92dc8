"""The kernel's count of datagrams that it did not send."""

from __future__ import annotations

import pytest

from camscan.net.unsent import counted

UDP = "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\nUdp: 9 1 0 70 0 1021\n"


@pytest.mark.parametrize(
    ("text", "count"),
    [(f"Ip: Forwarding\nIp: 1\n{UDP}UdpLite: a\nUdpLite: 1\n", 1021), ("", 0), ("Udp: a b\nUdp: 1\n", 0)],
)
def test_the_count_is_read_or_there_is_none(text: str, count: int) -> None:
    assert count == counted(text)
