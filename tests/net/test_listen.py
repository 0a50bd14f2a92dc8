# ruff: noqa: E501 - scripts for the namespace are not folded
"""Listening sends nothing at all and hears what is said; measured from the interface's own counters."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from camscan.errors import OperationalError, UsageError
from camscan.lab.namespace import Namespace, unavailable
from camscan.lab.process import child_environment
from camscan.net import listen
from camscan.net.listen import Listener, capture_filter, link_to_hear

ANNOUNCEMENTS = Path(__file__).parents[1] / "recordings" / "imports" / "announcements.pcap"
REPLAY = textwrap.dedent(
    """
    import socket, sys, time
    from scapy.utils import RawPcapReader
    frames = [raw for raw, _ in RawPcapReader(sys.argv[1])]
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind(("mouth", 0))
    print("ready", flush=True)
    while True:
        for frame in frames:
            sock.send(frame)
        time.sleep(0.2)
    """
)


@pytest.fixture(scope="module")
def link() -> Iterator[Namespace]:
    """A namespace with two ends of one cable: `mouth` speaks, `ear` has no address and no IPv6."""
    why = unavailable()
    if why:
        pytest.skip(why)
    space = Namespace()
    try:
        space.ip(["link add mouth type veth peer name ear"])
        space.sysctl({"ipv6/conf/ear/disable_ipv6": "1", "ipv6/conf/mouth/disable_ipv6": "1"})
        space.ip(["link set mouth up", "link set ear up", "link set lo up"])
        yield space
    finally:
        space.close()


def sent(space: Namespace) -> int:
    """Frames that ever left through `ear`."""
    (found,) = json.loads(space.run("ip", "-s", "-j", "link", "show", "ear"))
    return int(found["stats64"]["tx"]["packets"])


@pytest.mark.netns
def test_listening_sends_not_one_frame_and_names_what_announced_itself(
    link: Namespace, tmp_path: Path
) -> None:
    inventory = tmp_path / "inventory.jsonl"
    before = sent(link)
    speaker = subprocess.Popen(
        [*link.prefix, sys.executable, "-c", REPLAY, str(ANNOUNCEMENTS)],
        stdout=subprocess.PIPE, text=True, env=child_environment(),
    )  # fmt: skip
    try:
        assert speaker.stdout is not None
        assert "ready\n" == speaker.stdout.readline()
        shown = link.run(
            sys.executable, "-m", "camscan", "listen", "-e", "ear", "--for", "2", "-o", str(inventory)
        )
    finally:
        speaker.kill()
        speaker.wait()
    assert before == sent(link)
    lines = [json.loads(line) for line in inventory.read_text("utf-8").splitlines()]
    makers = {
        line["addresses"][0]: line["claims"].get("manufacturer", {}).get("value")
        for line in lines
        if line["type"] == "device"
    }
    assert {
        "10.78.0.10": "Hikvision", "10.78.0.30": "Dahua", "10.78.0.50": "Axis", "10.78.0.51": "Axis",
        "10.78.0.64": "Hikvision", "10.78.0.66": "TVT",
    } == {ip: makers[ip] for ip in makers if ip not in ("10.78.0.58", "10.78.0.70", "10.78.0.105")}  # fmt: skip
    assert "10.78.0.66" in shown
    (coverage,) = [line["coverage"] for line in lines if line["type"] == "coverage"]
    assert "listen" == next(line["method"] for line in lines if line["type"] == "scan")
    assert coverage["complete"]
    assert any("nothing was sent" in warning for warning in coverage["warnings"])
    assert {"arp", "dhcp", "dhip", "sadp", "ssdp", "tvt", "ubiquiti", "ws-discovery"} == {
        row["probe"] for row in coverage["probes"]
    }


@pytest.mark.netns
def test_the_kernel_hands_up_only_what_is_listened_for(link: Namespace) -> None:
    script = textwrap.dedent(
        """
        import select, socket, struct, sys
        from camscan.imports.traffic import announcing_ports
        from camscan.net.listen import Listener, capture_filter
        def udp(port):
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 30, 0, 0, 1, 17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
            return bytes(12) + b"\\x08\\x00" + ip + struct.pack(">HHHH", 9, port, 10, 0) + b"xx"
        mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); mouth.bind(("mouth", 0))
        heard = []
        with Listener("ear", capture_filter(announcing_ports())) as listener:
            for port in (53, 37020, 443, 5353, 9999):
                mouth.send(udp(port))
            while len(heard) < 2 and select.select([listener], [], [], 2)[0]:
                listener.receive(heard.append)
            more = select.select([listener], [], [], 0.1)[0]
            print(sorted(struct.unpack(">H", each.raw[36:38])[0] for each in heard), bool(more), listener.lost())
        """
    )
    assert "[5353, 37020] False 0\n" == link.run(sys.executable, "-c", script)


def test_the_filter_names_every_announcing_port_once() -> None:
    text = capture_filter([5353, 1900, 5353])
    assert 1 == text.count("port 5353")
    assert "ether proto 0x8033" in text
    assert "tcp" not in text


def test_an_interface_that_does_not_exist_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match=r"no interface 'nosuch0'; there are: "):
        link_to_hear("nosuch0")


def test_without_the_right_to_capture_the_cost_and_the_remedy_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listen, "can_send_raw", lambda: False)
    with pytest.raises(OperationalError, match=r"CAP_NET_RAW.*setcap cap_net_raw.*only `camscan scan`"):
        Listener("lo", "arp")
