"""The UDP side of a scan on loopback: a link that fails is named once."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace

import netaddr
import pytest

from camscan.model.scope import Scope
from camscan.net.datagrams import Datagrams
from camscan.net.gate import Gate
from camscan.net.interfaces import Interface, list_interfaces
from camscan.net.ledger import Ledger
from camscan.net.pace import Manners, Pace
from camscan.net.udp import UdpSocket
from camscan.probes.sadp import PROBE

IP = "127.81.0.1"


class Bench:
    """Datagrams with everything they need; must be made inside a running loop."""

    def __init__(self, *interfaces: Interface) -> None:
        self.warnings: list[str] = []
        self.ledger = Ledger([PROBE.name], [IP])
        self.datagrams = Datagrams(
            gate=Gate(Scope.of([netaddr.IPSet([IP])], [], text="test")),
            pace=Pace(Manners(10_000, 10_000)),
            ledger=self.ledger,
            interfaces=interfaces,
            port_map={("udp-reply", PROBE.reply_port or 0): 0},
            hear=lambda probe, reply, by_group: None,
            warn=self.warnings.append,
        )


def test_a_link_that_cannot_carry_group_questions_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def send_group(self: UdpSocket, payload: bytes, group: str, port: int, interface: Interface) -> None:
        raise OSError(errno.ENETDOWN, "Network is down")

    async def go() -> list[str]:
        loopback = next(each for each in list_interfaces() if each.loopback)
        bench = Bench(replace(loopback, name="lan1"))
        await bench.datagrams.ask_groups(PROBE)
        await bench.datagrams.close()
        return bench.warnings

    monkeypatch.setattr(UdpSocket, "send_group", send_group)
    (warning,) = asyncio.run(go())
    assert "lan1" in warning
    assert "Network is down" in warning
