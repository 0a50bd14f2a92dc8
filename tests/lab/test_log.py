# ruff: noqa: E501 - literal bytes are kept whole
"""The lab notices what a polite scanner never does, and counts the rest."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import time

import pytest

from camscan.errors import OperationalError
from camscan.lab.building import demo_building
from camscan.lab.device import LabDevice, Truth
from camscan.lab.log import LabLog
from camscan.lab.process import LabProcess, child_environment
from camscan.lab.services.sony import Sony
from camscan.lab.services.tripwire import Tripwire
from camscan.model.device import Kind


def small(network: str, *services) -> tuple[LabDevice, ...]:
    truth = Truth(f"{network}.9", "00:01:4a:10:20:09", "", Kind.CAMERA, "Sony", "Sony", "SNC-EB600")
    return (LabDevice(truth, services or (Sony((("MODEL", "SNC-EB600"),)),)),)


def dhip(method: str) -> bytes:
    body = json.dumps({"method": method}).encode()
    return struct.pack("<I4sIIIIII", 32, b"DHIP", 0, 0, len(body), 0, len(body), 0) + body


def request(line: str, *more: str) -> bytes:
    return "\r\n".join((line, "Host: x", "Connection: close", *more, "", "")).encode()


FORBIDDEN = [
    (10, 37020, b"<Probe><Uuid>A</Uuid><Types>reboot</Types></Probe>", "SADP Types reboot"),
    (30, 37810, dhip("DHDiscover.setConfig"), "DHIP DHDiscover.setConfig"),
    (68, 34569, bytes.fromhex("ff00000000000000000000000000fc0500000000"), "XM message 1532"),
    (66, 23456, bytes.fromhex("4d4845440800010003000000").ljust(140, b"\0"), "TVT command 3"),
    (70, 10000, b"MO_I\x02\0\0" + bytes(20), "MO_I operation 2"),
    (69, 8600, b"DH\x01\x02", "VStarcam 44480102"),
    (69, 32108, b"\xf1\x42\0\0", "PPPP f1420000"),
    (58, 10001, b"\x02\x0b\0\0", "Ubiquiti 020b0000"),
    (56, 2380, b"\x02SETMAC:1\xff\x03", "Sony ['SETMAC:1']"),
    (57, 3956, bytes.fromhex("4211008200000007"), "GigE command 0x0082"),
]


@pytest.mark.parametrize(("last", "port", "payload", "what"), FORBIDDEN, ids=[each[3] for each in FORBIDDEN])
def test_a_message_nobody_may_send_is_noticed_and_not_answered(building, last, port, payload, what):
    to = f"{building.network}.{last}"
    assert {} == building.udp(payload, to, port, wait_seconds=0.15)
    assert [to, port, what] in building.lab.log()["forbidden"]


@pytest.mark.parametrize(
    ("last", "port", "payload", "what"),
    [
        (30, 80, request("GET /web_caps/webCapsConfig HTTP/1.1"), "GET /web_caps/webCapsConfig"),
        (10, 80, request("GET /System/configurationFile?auth=x HTTP/1.1"), "GET /System/configurationFile?auth=x"),
        (10, 80, request("PUT /ISAPI/System/deviceInfo HTTP/1.1"), "PUT /ISAPI/System/deviceInfo"),
        (10, 80, request("POST /onvif/device_service HTTP/1.1", "Content-Length: 36") + b"<s:Body><tds:SystemReboot/></s:Body> ", "ONVIF SystemReboot"),
        (50, 80, request("POST /onvif/device_service HTTP/1.1", "Content-Length: 31") + b"<s:Body><tds:GetUsers/></s:Body>", "ONVIF GetUsers"),
    ],
)  # fmt: skip
def test_a_request_nobody_may_send_is_noticed(building, last, port, payload, what):
    building.tcp(last, port, payload)
    assert [f"{building.network}.{last}", port, what] in building.lab.log()["forbidden"]


def test_starting_a_stream_is_noticed(building):
    address = (f"{building.network}.10", building.port("tcp", 554))
    with socket.create_connection(address, timeout=3) as connection:
        connection.sendall(b"SETUP rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        assert connection.recv(100).startswith(b"RTSP/1.0 405")
    assert [address[0], 554, "RTSP SETUP"] in building.lab.log()["forbidden"]


def test_touching_a_printer_s_raw_port_is_noticed(building):
    address = (f"{building.network}.100", building.port("tcp", 9100))
    socket.create_connection(address, timeout=3).close()
    deadline = time.monotonic() + 3
    incident = [address[0], 9100, "connection to an untouchable port"]
    while incident not in building.lab.log()["forbidden"] and time.monotonic() < deadline:
        pass
    assert incident in building.lab.log()["forbidden"]


def test_any_authorization_header_is_counted(building):
    building.tcp(30, 80, request("GET / HTTP/1.1", "Authorization: Basic YWRtaW46YWRtaW4="))
    assert [f"{building.network}.30", 80, "GET /"] in building.lab.log()["authorizations"]
    assert [f"{building.network}.30", 80, "GET /"] in building.lab.log()["rejected_logins"]


def test_connections_datagrams_and_group_copies_are_counted_apart(network, asker):
    with LabProcess(demo_building(network)) as lab:
        asking = asker(network, lab)
        asking.get(10)
        asking.get(10)
        probe = b"<Probe><Uuid>A</Uuid><Types>inquiry</Types></Probe>"
        asking.udp(probe, f"{network}.10", 37020)
        asking.udp(probe, "239.255.255.250", 37020, count=10)
        log = lab.log()
    assert (2, 1) == (log["connections"][f"{network}.10:80"], log["datagrams"][f"{network}.10:37020"])
    # Whoever else multicasts on this machine's loopback is heard as well.
    assert log["group_datagrams"][f"{network}.10:37020"] >= 1
    assert 1 == log["most_open"][f"{network}.10"]
    assert [f"{network}.10", 80, "GET /"] in log["requests"]
    assert [] == log["authorizations"]


def test_every_contact_with_an_excluded_address_is_an_incident(network, asker, tmp_path):
    log_file = tmp_path / "log.json"
    devices = small(network, Tripwire())
    with LabProcess(devices, excluded=[f"{network}.9"], log_file=log_file) as lab:
        asking = asker(network, lab)
        asking.udp(b"x", f"{network}.9", 37810, wait_seconds=0.1)
        socket.create_connection((f"{network}.9", asking.port("tcp", 8554)), timeout=3).close()
    incidents = json.loads(log_file.read_text())["excluded_contacts"]
    assert [[f"{network}.9", 37810, "datagram"], [f"{network}.9", 8554, "TCP connection"]] == incidents


def test_the_busiest_second_is_a_sliding_one():
    log = LabLog()
    for at_seconds in (0.0, 0.9, 1.5, 1.8, 5.0):
        log.received("10.0.0.1", 80, 1, at_seconds, group=False)
    assert 3 == log.most_contacts_per_second("10.0.0.1")


def test_a_taken_port_moves_and_the_map_says_where(network, asker):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((f"{network}.9", 2380))
        with LabProcess(small(network)) as lab:
            assert {("udp", 2380): 12380} == lab.port_map
            answers = asker(network, lab).udp(b"\x02ENQ:allinfo\xff\x03", f"{network}.9", 2380)
            assert {f"{network}.9": b"\x02MODEL:SNC-EB600\xff\x03"} == answers


def test_a_lab_that_cannot_start_says_so_in_one_line():
    with pytest.raises(OperationalError, match=r"lab: 203\.0\.113\.9 is not an address of this machine"):
        LabProcess(small("203.0.113")).__enter__()


def test_the_child_ends_when_its_parent_dies(network):
    script = (
        "import os, sys\nfrom camscan.lab.building import demo_building\n"
        "from camscan.lab.process import LabProcess\n"
        f"lab = LabProcess(demo_building('{network}')).__enter__()\n"
        "print(lab.pid, flush=True)\nos._exit(1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=child_environment(), check=False
    )
    pid = int(done.stdout)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and os.path.exists(f"/proc/{pid}/cmdline"):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            if b"camscan.lab" not in file.read():
                break
    else:
        assert not os.path.exists(f"/proc/{pid}/cmdline")


def test_neighbours_are_the_arp_table_the_loopback_lacks():
    lab = LabProcess(demo_building())
    assert (57, "68:6d:bc:10:20:0a") == (len(lab.neighbours), lab.neighbours["127.77.0.10"])
