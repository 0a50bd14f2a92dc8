# ruff: noqa: E501 - one frame reads best on one line
"""Writes announcements.pcap: what devices say unasked, as frames; payloads from the recordings beside this folder.

Run here: `python make_announcements.py`. The ones without a recording (WS-Discovery Hello, DHCP, ARP, EtherType
0x8033) are built from the RFC or facts section named at each.
"""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.utils import wrpcap

RECORDINGS = Path(__file__).parent.parent


def payload(path: str) -> bytes:
    record = json.loads((RECORDINGS / path).read_text("utf-8"))
    if "payload_text" in record:
        return str(record["payload_text"]).encode("ascii")
    return base64.b64decode(record["payload_base64"])


def datagram(mac: str, ip: str, group: str, port: int, data: bytes, source_port: int = 0) -> Ether:
    to = "01:00:5e:" + ":".join(
        f"{int(n) & (0x7F if i == 0 else 0xFF):02x}" for i, n in enumerate(group.split(".")[1:])
    )
    to = "ff:ff:ff:ff:ff:ff" if group == "255.255.255.255" else to
    udp = UDP(sport=source_port or port, dport=port)
    return Ether(src=mac, dst=to) / IP(src=ip, dst=group, ttl=1) / udp / data


HELLO = b"""<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<SOAP-ENV:Header><wsa:MessageID>uuid:1419d68a-1dd2-11b2-a105-b8a44f102032</wsa:MessageID>
<wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>
<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello</wsa:Action>
<d:AppSequence InstanceId="1" MessageNumber="1"/></SOAP-ENV:Header>
<SOAP-ENV:Body><d:Hello><wsa:EndpointReference>
<wsa:Address>urn:uuid:e83a0086-4b1f-4a7d-8c2e-b8a44f102032</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/AXIS%20P3245-LVE
 onvif://www.onvif.org/hardware/P3245-LVE</d:Scopes>
<d:XAddrs>http://10.78.0.50/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>
</d:Hello></SOAP-ENV:Body></SOAP-ENV:Envelope>"""


def sadp_frame(mac: str, ip: str) -> bytes:
    """Inquiry reply on raw Ethernet, facts §5.2."""
    hardware, address = bytes.fromhex(mac.replace(":", "")), bytes(map(int, ip.split(".")))
    head = bytes((0x21, 1, 1, 38)) + struct.pack(">I", 7) + bytes((6, 4, 4, 0)) + b"\0\0" + hardware + address
    head += b"\xff" * 10 + bytes(4)
    data = b"DS-2CD2132-I20140101CCWR451234567".ljust(48, b"\0") + struct.pack(">IIII", 30, 8000, 1, 2)
    data += b"V5.2.5build 141201".ljust(48, b"\0") + b"V5.0 build 141201".ljust(48, b"\0")
    return head + data + b"2014-12-24 08:00:00".ljust(48, b"\0")


def dhcp_request(mac: str, ip: str, vendor_class: bytes, host: bytes) -> Ether:
    """RFC 2131 REQUEST; option 60 as facts §6.4 quotes it."""
    options = [
        ("message-type", "request"), ("requested_addr", ip), ("hostname", host), ("vendor_class_id", vendor_class),
        ("param_req_list", [1, 3, 6, 12, 15, 28, 42]), "end",
    ]  # fmt: skip
    hardware = bytes.fromhex(mac.replace(":", ""))
    udp = UDP(sport=68, dport=67)
    ip_header = IP(src="0.0.0.0", dst="255.255.255.255")
    return (
        Ether(src=mac, dst="ff:ff:ff:ff:ff:ff")
        / ip_header
        / udp
        / BOOTP(chaddr=hardware, xid=1)
        / DHCP(options=options)
    )


def arp(mac: str, ip: str) -> Ether:
    return Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc=mac, psrc=ip, pdst=ip)


FRAMES = [
    datagram(
        "68:6d:bc:10:20:0a",
        "10.78.0.10",
        "239.255.255.250",
        37020,
        payload("sadp/hikvision_ds-2cd2t47g1-l_v5.6.5/reply.json"),
    ),
    datagram(
        "38:c4:e8:03:b3:e2",
        "10.78.0.30",
        "239.255.255.251",
        37810,
        payload("dhip/general_ipc_2.800.106f004.0.r/reply.json"),
    ),
    datagram("b8:a4:4f:10:20:32", "10.78.0.50", "239.255.255.250", 3702, HELLO),
    datagram(
        "c8:d3:a3:00:00:58",
        "10.78.0.58",
        "239.255.255.250",
        1900,
        payload("ssdp/dlink_dcs-930l/notify.json"),
        32768,
    ),
    datagram(
        "18:ae:11:22:33:94",
        "10.78.0.66",
        "234.55.55.56",
        23456,
        payload("tvt/tvt_td-2704ts_1.4.10.0/reply.json"),
    ),
    datagram(
        "06:24:a4:3c:01:02",
        "10.78.0.70",
        "255.255.255.255",
        10001,
        payload("ubiquiti/ubiquiti_aircam-dome_v5.6.3/reply.json"),
    ),
    arp("44:19:b6:00:11:22", "10.78.0.64"),
    Ether(src="44:19:b6:00:11:22", dst="ff:ff:ff:ff:ff:ff", type=0x8033)
    / sadp_frame("44:19:b6:00:11:22", "192.0.0.64"),
    dhcp_request(
        "ac:cc:8e:10:20:33", "10.78.0.51", b"AXIS,Network Video Encoder,M7011,5.90.1", b"axis-accc8e102033"
    ),
    arp("00:15:5d:10:20:69", "10.78.0.105"),
]

if __name__ == "__main__":
    for number, frame in enumerate(FRAMES):
        frame.time = 1_700_000_000 + number / 10
    wrpcap(str(Path(__file__).parent / "announcements.pcap"), FRAMES)
