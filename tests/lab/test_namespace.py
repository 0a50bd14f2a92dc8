"""A fleet in network namespaces: own MACs, a router, real groups, a lossy cable, a witness, no way out."""

from __future__ import annotations

import json
import os
import struct
import sys

import pytest

from camscan.errors import OperationalError
from camscan.lab.device import LabDevice, Truth
from camscan.lab.fleet import fleet, wsd_burst
from camscan.lab.namespace import Fleet, Medium, unavailable
from camscan.lab.services.sadp import Sadp
from camscan.lab.witness import Witness
from camscan.model.device import Kind

pytestmark = pytest.mark.netns
needs_namespaces = pytest.mark.skipif(bool(reason := unavailable()), reason=f"no namespaces here: {reason}")

ASK = """
import json, socket, sys
family, to, port, payload, wait, reply_port = json.loads(sys.argv[1])
sock = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
if reply_port:
    sock.bind(("", reply_port))
    member = socket.inet_aton(to) + socket.inet_aton("0.0.0.0")
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
index = socket.if_nametoindex("lan0")
sock.sendto(payload.encode(), (to, port, 0, index) if family == 6 else (to, port))
sock.settimeout(wait)
heard = []
try:
    while True:
        heard.append(sock.recvfrom(9000)[1][0].partition("%")[0])
except TimeoutError:
    print(json.dumps(heard))
"""
TOUCH = """
import socket, sys, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for ip in sys.argv[1:]:
    sock.sendto(b"", (ip, 9))
    time.sleep(0.02)
"""
ROUND_TRIPS = """
import json, socket, sys, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(0.1)
times = []
for number in range(60):
    began = time.monotonic()
    sock.sendto(b"<Probe><Uuid>%d</Uuid><Types>inquiry</Types></Probe>" % number, (sys.argv[1], 37020))
    try:
        while b"<Uuid>%d<" % number not in sock.recv(9000):
            pass
        times.append(time.monotonic() - began)
    except TimeoutError:
        pass
print(json.dumps(times))
"""
PROBE = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><w:MessageID>uuid:9</w:MessageID>'
    "</e:Header><e:Body><d:Probe/></e:Body></e:Envelope>"
)
INQUIRY = "<Probe><Uuid>A</Uuid><Types>inquiry</Types></Probe>"


def ask(
    fleet: Fleet, to: str, port: int, payload: str, *, family: int = 4, wait: float = 0.6, reply_port: int = 0
) -> list[str]:
    order = json.dumps([family, to, port, payload, wait, reply_port])
    heard: list[str] = json.loads(fleet.run(sys.executable, "-c", ASK, order))
    return heard


@pytest.fixture(scope="module")
def two_subnets():
    devices = (*fleet(40, ("10.77.1", "10.77.2")), stray())
    excluded = [devices[5].ip]
    with Fleet(devices, witness=True, excluded=excluded) as running:
        yield running


def stray() -> LabDevice:
    truth = Truth(
        "192.168.1.64", "68:6d:bc:00:ff:01", "", Kind.CAMERA, "Hikvision", "Hikvision", "DS-2CD2T47G1-L"
    )
    return LabDevice(truth, (Sadp({"DeviceDescription": truth.model}, to_group=True),))


@needs_namespaces
def test_a_group_reaches_one_subnet_and_unicast_crosses_the_router(two_subnets):
    heard = ask(two_subnets, "239.255.255.250", 37020, INQUIRY)
    near = {
        device.ip
        for device in two_subnets.devices
        if device.ip.startswith("10.77.1.") and any(isinstance(service, Sadp) for service in device.services)
    }
    assert near == set(heard)
    beyond = [device for device in two_subnets.devices if device.ip.startswith("10.77.2.")]
    far = next(d.ip for d in beyond if any(isinstance(service, Sadp) for service in d.services))
    assert [far] == ask(two_subnets, far, 37020, INQUIRY, wait=0.3)


@needs_namespaces
def test_a_device_of_another_subnet_is_heard_on_the_group_only(two_subnets):
    heard = ask(two_subnets, "239.255.255.250", 37020, INQUIRY, reply_port=37020)
    assert "192.168.1.64" in heard


@needs_namespaces
@pytest.mark.parametrize("to", ["255.255.255.255", "10.77.1.255"])
def test_broadcasts_reach_every_device_of_the_subnet(two_subnets, to):
    assert len(ask(two_subnets, to, 37020, INQUIRY)) == len(
        ask(two_subnets, "239.255.255.250", 37020, INQUIRY)
    )


@needs_namespaces
def test_link_local_ipv6_groups_are_answered_from_the_eui64_address(two_subnets):
    heard = ask(two_subnets, "ff02::c", 3702, PROBE, family=6)
    expected = {device.truth.link_local for device in two_subnets.devices if device.ip.startswith("10.77.1.")}
    assert len(heard) > 10
    assert set(heard) <= expected


@needs_namespaces
def test_arp_shows_every_device_s_own_mac(two_subnets):
    near = [device for device in two_subnets.devices if device.ip.startswith("10.77.1.")]
    two_subnets.run(sys.executable, "-c", TOUCH, *(device.ip for device in near))
    table = two_subnets.run("ip", "neigh").splitlines()
    seen = {
        line.split()[0]: line.split()[4] for line in table if line.startswith("10.77.1.") and "lladdr" in line
    }
    assert {device.ip: device.truth.mac for device in near} == {
        ip: mac for ip, mac in seen.items() if ip != "10.77.1.1"
    }


@needs_namespaces
def test_there_is_no_way_out(two_subnets):
    reach = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
    with pytest.raises(OperationalError, match="unreachable"):
        two_subnets.run(sys.executable, "-c", reach)
    assert "eth0" not in two_subnets.router.run("ip", "-brief", "link")


@needs_namespaces
def test_the_witness_sees_packets_to_closed_ports_and_absent_hosts(two_subnets):
    before = two_subnets.witnessed()
    connect = "import socket; s = socket.socket(); s.settimeout(0.3); s.connect_ex(('10.77.1.5', 4444))"
    two_subnets.run(sys.executable, "-c", connect)
    two_subnets.run(sys.executable, "-c", TOUCH, "10.77.1.249")
    after = two_subnets.witnessed()
    assert 1 == after["syns"]["10.77.1.5 4444"] - before["syns"].get("10.77.1.5 4444", 0)
    assert after["arp"]["10.77.1.249"] > before["arp"].get("10.77.1.249", 0)


@needs_namespaces
def test_five_hundred_clones_answer_one_burst():
    burst = wsd_burst(500, first="10.88.1.1", clones=True)
    with Fleet(burst, networks=("10.88.0",), prefix=16) as running:
        # The first burst lets every device learn the scanner's MAC; what is measured is the second.
        ask(running, "239.255.255.250", 3702, PROBE, wait=0.6)
        heard = ask(running, "239.255.255.250", 3702, PROBE, wait=0.8)
    assert {device.ip for device in burst} == set(heard)


@needs_namespaces
@pytest.mark.skipif(not os.path.exists("/dev/net/tun"), reason="no /dev/net/tun here")
def test_the_cable_loses_and_delays():
    devices = fleet(4, ("10.77.1",))
    with Fleet(
        devices, networks=("10.77.1",), medium=Medium(loss=0.2, delay_seconds=0.02), seed=3
    ) as running:
        times = json.loads(running.run(sys.executable, "-c", ROUND_TRIPS, devices[0].ip))
    assert 20 < len(times) < 55  # 0.8² of 60 is 38
    assert min(times) >= 0.04
    assert sorted(times)[len(times) // 2] < 0.06
    assert running.cable_counts["lost"] > 0


def frame(to: str, protocol: int, segment: bytes) -> bytes:
    header = bytearray(20)
    header[0], header[9] = 0x45, protocol
    header[16:20] = bytes(int(part) for part in to.split("."))
    return bytes(12) + b"\x08\x00" + bytes(header) + segment


def test_the_witness_counts_by_destination_and_second():
    witness = Witness()
    syn = struct.pack(">HHIIBBHHH", 1, 554, 0, 0, 0x50, 0x02, 0, 0, 0)
    for at_seconds in (0.0, 0.5, 1.2):
        witness.saw(frame("10.0.0.7", 6, syn), at_seconds)
    witness.saw(frame("10.0.0.7", 17, struct.pack(">HHHH", 1, 3702, 8, 0)), 9.0)
    witness.saw(b"short", 9.0)
    assert (3, 1, 4, 5) == (
        witness.syns["10.0.0.7 554"], witness.datagrams["10.0.0.7 3702"],
        witness.packets["10.0.0.7"], witness.frames,
    )  # fmt: skip
    assert (2, 2) == (witness.busiest_second["10.0.0.7"], witness.per_second)
