"""Listening where a switch or hypervisor sends its mirror: the inside is heard, its TCP stays outside."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from camscan.lab.namespace import Namespace, unavailable
from camscan.lab.process import child_environment

ANNOUNCEMENTS = Path(__file__).parents[1] / "recordings" / "imports" / "announcements.pcap"
WRAPPING = textwrap.dedent(
    """
    import socket, struct
    from scapy.utils import RawPcapReader
    def outer(protocol, body, fragment=0, identity=0):
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), identity, fragment, 64, protocol, 0)
        return bytes(6) + b"\\x02\\0\\0\\0\\0\\1\\x08\\0" + head + bytes([192, 0, 2, 1, 192, 0, 2, 9]) + body
    def udp(port, body):
        return outer(17, struct.pack(">HHHH", 50000, port, 8 + len(body), 0) + body)
    WAYS = {
        "direct": lambda frame: frame,
        "erspan-1": lambda frame: outer(47, b"\\0\\0\\x88\\xbe" + frame),
        "erspan-2": lambda frame: outer(
            47, b"\\x10\\0\\x88\\xbe\\0\\0\\0\\1\\x10\\7\\0\\1\\0\\0\\0\\0" + frame),
        "erspan-3": lambda frame: outer(47, b"\\x10\\0\\x22\\xeb\\0\\0\\0\\1\\x20\\7" + bytes(10) + frame),
        "gre": lambda frame: outer(47, b"\\0\\0\\x65\\x58" + frame),
        "vxlan": lambda frame: udp(4789, b"\\x08\\0\\0\\0\\0\\0\\x2a\\0" + frame),
        "geneve": lambda frame: udp(6081, b"\\0\\0\\x65\\x58\\0\\0\\x2a\\0" + frame),
        "tzsp": lambda frame: udp(37008, b"\\1\\0\\0\\1\\1" + frame),
        "ipip": lambda frame: outer(4, frame[14:]),
        "mpls": lambda frame: bytes(12) + b"\\x88\\x47\\0\\1\\1\\x40" + frame[14:],
        "pppoe": lambda frame: bytes(12) + b"\\x88\\x64\\x11\\0\\0\\1\\0\\0\\0\\x21" + frame[14:],
        "qinq": lambda frame: frame[:12] + b"\\x88\\xa8\\0\\5\\x81\\0\\0\\6" + frame[12:],
    }
    mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    mouth.bind(("mouth", 0))
    """
)
REPLAY = WRAPPING + textwrap.dedent(
    """
    import sys, time
    frames = [WAYS[sys.argv[2]](raw) for raw, _ in RawPcapReader(sys.argv[1])]
    print("ready", flush=True)
    while True:
        for frame in frames:
            mouth.send(frame)
        time.sleep(0.2)
    """
)
SIEVE = WRAPPING + textwrap.dedent(
    """
    import select, sys
    from camscan.imports.traffic import announcing_ports
    from camscan.net.listen import Listener, capture_filter
    def inner(protocol, mark):
        body = struct.pack(">HHHH", 5353, 5353, 40, 0) + bytes(31) + mark
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0)
        return bytes(12) + b"\\x08\\0" + head + bytes([10, 0, 0, 5, 10, 0, 0, 9]) + body
    heard = set()
    with Listener("ear", capture_filter(announcing_ports())) as listener:
        for number, wrap in enumerate(WAYS.values()):
            mouth.send(wrap(inner(6, bytes([100 + number]))))
            mouth.send(wrap(inner(17, bytes([number]))))
        while len(heard) < len(WAYS) and select.select([listener], [], [], 2)[0]:
            listener.receive(lambda frame: heard.add(frame.raw[-1]))
        print(sorted(heard) == list(range(len(WAYS))), bool(select.select([listener], [], [], 0.1)[0]))
    """
)


@pytest.fixture(scope="module")
def link() -> Iterator[Namespace]:
    """`mouth` is the mirror's end of a cable, `ear` ours, with an address on a network of its own."""
    why = unavailable()
    if why:
        pytest.skip(why)
    space = Namespace()
    try:
        space.ip(["link add mouth type veth peer name ear"])
        space.sysctl({"ipv6/conf/ear/disable_ipv6": "1", "ipv6/conf/mouth/disable_ipv6": "1"})
        space.ip(["addr add 10.99.0.2/24 dev ear", "link set mouth up", "link set ear up", "link set lo up"])
        yield space
    finally:
        space.close()


def heard(link: Namespace, way: str, inventory: Path) -> list[dict[str, Any]]:
    """The devices that a run hears of the recorded announcements, mirrored this way."""
    speaker = subprocess.Popen(
        [*link.prefix, sys.executable, "-c", REPLAY, str(ANNOUNCEMENTS), way],
        stdout=subprocess.PIPE, text=True, env=child_environment(),
    )  # fmt: skip
    try:
        assert speaker.stdout is not None
        assert "ready\n" == speaker.stdout.readline()
        link.run(sys.executable, "-m", "camscan", "listen", "-e", "ear", "--for", "2", "-o", str(inventory))
    finally:
        speaker.kill()
        speaker.wait()
    lines = [json.loads(line) for line in inventory.read_text("utf-8").splitlines()]
    return [line for line in lines if line["type"] == "device"]


@pytest.mark.netns
def test_a_mirror_is_heard_as_the_wire_it_mirrors(link: Namespace, tmp_path: Path) -> None:
    direct = heard(link, "direct", tmp_path / "direct.jsonl")
    mirrored = heard(link, "erspan-2", tmp_path / "mirrored.jsonl")

    def shown(devices: list[dict[str, Any]]) -> dict[str, object]:
        return {
            each["addresses"][0]: {name: claim["value"] for name, claim in each["claims"].items()}
            for each in devices
        }

    assert len(direct) > 6
    assert shown(direct) == shown(mirrored)
    assert {True} == {"misaddressed" in each["flags"] for each in direct if ":" not in each["addresses"][0]}
    assert {False} == {"misaddressed" in each["flags"] for each in mirrored}


@pytest.mark.netns
def test_of_a_mirror_the_kernel_hands_up_everything_but_tcp(link: Namespace) -> None:
    assert "True False\n" == link.run(sys.executable, "-c", SIEVE)
