"""Faults are repeatable by seed, and each misbehaviour is what its name says."""

from __future__ import annotations

import socket
import time

import pytest

from camscan.lab.building import demo_building
from camscan.lab.device import LabDevice
from camscan.lab.faults import Dice, Faults, Misbehaviour
from camscan.lab.process import LabProcess


def only(network: str, *last: int) -> tuple[LabDevice, ...]:
    wanted = {f"{network}.{each}" for each in last}
    return tuple(device for device in demo_building(network) if device.ip in wanted)


def test_draws_depend_on_seed_address_and_port_alone():
    faults = Faults(loss=0.5)

    def draws(seed: int, port: int) -> list[bool]:
        dice = Dice(faults, seed, "10.0.0.1", port)
        return [dice.lost() for _ in range(64)]

    assert draws(1, 80) == draws(1, 80)
    assert draws(1, 80) != draws(2, 80)
    assert draws(1, 80) != draws(1, 81)


def test_loss_is_about_what_was_asked():
    dice = Dice(Faults(loss=0.02), 0, "10.0.0.1", 80)
    assert 150 < sum(dice.lost() for _ in range(10_000)) < 250


def test_the_same_seed_loses_the_same_datagrams(network):
    def answered() -> set[bytes]:
        with LabProcess(only(network, 10), faults=Faults(loss=0.4), seed=7) as lab:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            for number in range(32):
                probe = b"<Probe><Uuid>%d</Uuid><Types>inquiry</Types></Probe>" % number
                sock.sendto(probe, (f"{network}.10", lab.port_map.get(("udp", 37020), 37020)))
            sock.settimeout(0.5)
            heard = set()
            try:
                while True:
                    heard.add(sock.recv(4096).split(b"Uuid>")[1])
            except TimeoutError:
                sock.close()
                return heard

    first = answered()
    assert first == answered()
    assert 0 < len(first) < 32


def test_answers_come_late_and_twice_when_told_to(network, asker):
    faults = Faults(delay_seconds=0.1, duplicate=1.0)
    with LabProcess(only(network, 56), faults=faults) as lab:
        began = time.monotonic()
        assert asker(network, lab).udp(b"\x02ENQ:allinfo\xff\x03", f"{network}.56", 2380)
        assert time.monotonic() - began >= 0.1
        assert 2 == lab.log()["answers"][f"{network}.56:2380"]


@pytest.fixture
def misbehaving(network, asker):
    kinds = dict(zip((10, 30, 50, 60, 65), Misbehaviour, strict=True))
    faults = Faults(misbehave={f"{network}.{last}": kind for last, kind in kinds.items()})
    with LabProcess(only(network, *kinds), faults=faults) as lab:
        yield asker(network, lab), {kind: last for last, kind in kinds.items()}


def test_misbehaviour(misbehaving):
    asking, where = misbehaving
    with pytest.raises(ConnectionResetError):
        asking.get(where[Misbehaviour.RESET])
    assert not asking.get(where[Misbehaviour.GARBAGE]).startswith(b"HTTP/")
    endless = asking.tcp(where[Misbehaviour.ENDLESS], 80, b"GET / HTTP/1.1\r\n\r\n", size=1 << 20)
    assert len(endless) >= 1 << 20
    for kind, expected in ((Misbehaviour.SILENT, b""), (Misbehaviour.DRIP, b"H")):
        address = (f"{asking.network}.{where[kind]}", asking.port("tcp", 80))
        with socket.create_connection(address, timeout=3) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            connection.settimeout(0.4)
            got = b""
            try:
                while part := connection.recv(100):
                    got += part
            except TimeoutError:
                pass
        assert expected == got
