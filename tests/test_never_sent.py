"""The law of facts §0.3, held over every byte that every probe can emit: what is not allowed is never sent.

Rules: each UDP port and each way of asking over TCP has one allow-list here; a probe that speaks on a port
without one fails until somebody writes down what it may say. Opening questions, group questions, and the
follow-up questions that recorded and hostile answers provoke are all judged.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Framing, Probe, Reply, Target, Transport
from camscan.probes import load_probes
from camscan.probes.onvif_device import onvif_asks
from camscan.probes.snmp import with_community
from camscan.wire import dns, soap, wsd
from camscan.wire.xml import parse_xml

AT = datetime(2024, 1, 1, tzinfo=UTC)
TARGETS = (Target("192.0.2.77", mac="ac:cc:8e:01:02:03"), Target("fe80::1%eth9"))
COMMUNITY = "operators-own"
RECORDINGS = Path(__file__).parent / "recordings"
HOME = {probe.name: probe for probe in load_probes()} | {"snmp": with_community(COMMUNITY)}

# --- what may be asked over UDP ------------------------------------------------------------------------


def is_probe_of_ws_discovery(payload: bytes) -> bool:
    root = parse_xml(payload)
    body = root.find("Body")
    return (
        wsd.decode(payload).kind is wsd.Kind.PROBE
        and body is not None
        and [child.name for child in body.children] == ["Probe"]
        and {child.name for child in body.children[0].children} <= {"Types"}
        and b"\n" not in payload
    )


def is_sadp_inquiry(payload: bytes) -> bool:
    root = parse_xml(payload)
    asked = root.name, tuple(child.name for child in root.children), root.text_of("Types")
    return asked in {("Probe", ("Uuid", "Types"), kind) for kind in ("inquiry", "inquiry_v32")}


def is_dhip_search(payload: bytes) -> bool:
    request = json.loads(payload[32:])
    size = len(payload) - 32
    return (
        payload[:8] == b"\x20\0\0\0DHIP"
        and size in (int.from_bytes(payload[16:20], "little"), int.from_bytes(payload[24:28], "little"))
        and set(request) == {"method", "params"}
        and request["method"] == "DHDiscover.search"
        and set(request["params"]) <= {"mac", "uni"}
        and request["params"].get("mac", "") == ""
    )


def is_tvt_search(payload: bytes) -> bool:
    command = int.from_bytes(payload[8:12], "little")
    return len(payload) == 140 and payload[:4] == b"MHED" and command == 1 and not any(payload[12:])


def is_foscam_or_vivotek_search(payload: bytes) -> bool:
    foscam = (
        payload[:4] == b"MO_I" and payload[4:6] == b"\0\0" and len(payload) == 27 and not any(payload[6:15])
    )
    return foscam or (len(payload) == 5 and payload[1:] == b"\x4a\x5d\x8f\x1c")


def is_dvrip_search(payload: bytes) -> bool:
    return (
        len(payload) == 32 and payload[:3] == b"\xa3\x01\x00" and payload[4:] == bytes(12) + b"\2" + bytes(15)
    )


def is_panasonic_search(payload: bytes) -> bool:
    return len(payload) == 52 and payload[:6] == b"\0\1\0\0\0\x0d"


def is_tplink_probe(payload: bytes) -> bool:
    filled = payload[:12] + b"\x5a\x6b\x7c\x8d" + payload[16:]
    if (
        payload[:1] != b"\2"
        or payload[2:4] != b"\0\1"
        or zlib.crc32(filled).to_bytes(4, "big") != payload[12:16]
    ):
        return False
    body = payload[16:]
    return not body or (
        set(json.loads(body)) == {"params"} and set(json.loads(body)["params"]) == {"rsa_key"}
    )


def is_topsee_search(payload: bytes) -> bool:
    root = parse_xml(payload)
    header = root.find("MESSAGE_HEADER")
    return (
        root.name == "XML_TOPSEE"
        and header is not None
        and header.attribute("Msg_type") == "SYSTEM_SEARCHIPC_MESSAGE"
        and (header.attribute("Msg_code"), header.attribute("Msg_flag")) == ("1", "0")
    )


def is_ssdp_search(payload: bytes) -> bool:
    lines = payload.decode("ascii").split("\r\n")
    names = {line.partition(":")[0] for line in lines[1:] if line}
    return lines[0] == "M-SEARCH * HTTP/1.1" and names <= {"HOST", "MAN", "MX", "ST"}


def is_dns_query(payload: bytes) -> bool:
    message = dns.decode(payload)
    return not message.is_response and bool(message.questions) and not message.records


def is_snmp_get(payload: bytes) -> bool:
    """A GetRequest with the operator's community; 0xA3 would be a SetRequest."""
    at = payload.find(COMMUNITY.encode())
    return at > 0 and payload[at + len(COMMUNITY)] == 0xA0


def only(*payloads: bytes) -> Callable[[bytes], bool]:
    return lambda payload: payload in payloads


def like(pattern: bytes) -> Callable[[bytes], bool]:
    return lambda payload: re.fullmatch(pattern, payload, re.DOTALL) is not None


MAY_BE_SENT_BY_UDP: dict[int, Callable[[bytes], bool]] = {
    161: is_snmp_get,
    1757: like(rb"\x99\x39\xa4\x27....\xff\x00\x06\xde"),
    1900: is_ssdp_search,
    2000: only(b"\xaa\xaa\0\0"),
    2007: like(rb"NICE..\x01\x08\0\0.{0,4}"),
    2380: only(b"\x02ENQ:allinfo\xff\x03", b"\x02ENQ:network\xff\x03"),
    52380: only(b"\x02ENQ:allinfo\xff\x03", b"\x02ENQ:network\xff\x03"),
    3001: is_topsee_search,
    3600: only(b"DISCOVER\n"),
    3702: is_probe_of_ws_discovery,
    3956: like(rb"\x42\x11\x00\x02\x00\x00.."),
    5050: is_dvrip_search,
    5353: is_dns_query,
    7701: only(b"\1" + bytes(261)),
    8600: only(b"DH\x01\x01"),
    10000: is_foscam_or_vivotek_search,
    10001: only(b"\1\0\0\0", b"\2\x08\0\0", b"\2\x0a\0\0"),
    10670: is_panasonic_search,
    20002: is_tplink_probe,
    20004: is_tplink_probe,
    23456: is_tvt_search,
    32108: only(b"\xf1\x30\0\0", b"\xf1\x32\0\0"),
    34569: only(bytes.fromhex("ff00000000000000000000000000fa0500000000")),
    37020: is_sadp_inquiry,
    37810: is_dhip_search,
}

# --- what may be asked over TCP ------------------------------------------------------------------------

NEVER_REQUESTED = re.compile(
    r"web_?caps|current_config|configurationfile|onvif-http|security/users|/proc/|auth=|get_params\.cgi"
    r"|get_camera_params\.cgi|rom-0|snapshot|reboot|factory|upgrade|\.\./",
    re.IGNORECASE,
)
HEADERS_SENT = {
    "host",
    "user-agent",
    "accept",
    "content-type",
    "content-length",
    "connection",
    "cseq",
    "soapaction",
}
AXIS_REQUEST = {"apiVersion": "1.0", "method": "getAllUnrestrictedProperties"}


def percent_decoded(text: str) -> str:
    for _ in range(3):
        text = re.sub(r"%([0-9A-Fa-f]{2})", lambda found: chr(int(found.group(1), 16)), text)
    return text


def may_be_posted(path: str, body: bytes) -> bool:
    if path == "/axis-cgi/basicdeviceinfo.cgi":
        request = json.loads(body)
        return {name: value for name, value in request.items() if name != "context"} == AXIS_REQUEST
    return body in {soap.encode_body(operation) for operation in soap.Operation}


def may_be_sent_by_tcp(payload: bytes) -> bool:
    """HTTP GET, HEAD and two kinds of POST; RTSP OPTIONS and DESCRIBE; no header that could carry a login."""
    head, _, body = payload.partition(b"\r\n\r\n")
    first, *headers = head.decode("ascii").split("\r\n")
    method, target, version = first.split(" ")
    names = {line.partition(":")[0].lower() for line in headers}
    if not names <= HEADERS_SENT or NEVER_REQUESTED.search(percent_decoded(target)):
        return False
    if version == "RTSP/1.0":
        return method in ("OPTIONS", "DESCRIBE") and not body and "@" not in target
    if version != "HTTP/1.1":
        return False
    return may_be_posted(target, body) if method == "POST" else method in ("GET", "HEAD") and not body


# --- everything the probes can say ---------------------------------------------------------------------


def opening(probe: Probe) -> Iterator[tuple[int, Ask]]:
    """(port, Ask) of unicast and group questions; a group question goes to every group's port."""
    for target in TARGETS:
        yield from ((ask.port, ask) for ask in (probe.asks(target) if probe.asks else ()))
    for ask in probe.group_asks() if probe.group_asks else ():
        ports = {group.port for group in probe.groups} | ({ask.port} if ask.port else set())
        yield from ((port, ask) for port in ports)


def recorded_payloads() -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for path in sorted(RECORDINGS.glob("*/*/*.json")):
        record = json.loads(path.read_text("utf-8"))
        if "payload_text" in record:
            found.setdefault(path.parts[-3], []).append(record["payload_text"].encode())
        elif "payload_base64" in record:
            found.setdefault(path.parts[-3], []).append(base64.b64decode(record["payload_base64"]))
    return found


RECORDED = recorded_payloads()
PLACES = (
    "/",
    "/login.asp",
    "/System/configurationFile?auth=YWRtaW46MTEK",
    "/%53ystem/configurationFile",
    "/a/../onvif-http/snapshot?auth=YWRtaW46MTEK",
    "/get_params.cgi",
    "/reboot.cgi",
    "http://admin:admin@192.0.2.77/",
    "rtsp://admin:admin@192.0.2.77/",
)


def provoking() -> Iterator[bytes]:
    """Answers that invite further requests, some to places that are not to be asked."""
    yield b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'
    yield b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="x", nonce="y"\r\n\r\n'
    yield b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n"
    fault = b"<Envelope><Body><Fault><faultstring>no</faultstring></Fault></Body></Envelope>"
    yield b"HTTP/1.1 500 Error\r\nContent-Length: %d\r\n\r\n" % len(fault) + fault
    for place in PLACES:
        refresh = f'<meta http-equiv="refresh" content="0;url={place}">'
        page = f'<html><link rel="icon" href="{place}">{refresh}</html>'
        yield f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
        yield f"RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: {place}\r\n\r\n".encode()
        yield f"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Length: {len(page)}\r\n\r\n{page}".encode()
        location = place if "://" in place else f"http://192.0.2.77{place}"
        yield f"NOTIFY * HTTP/1.1\r\nNT: a\r\nUSN: uuid:b\r\nLOCATION: {location}\r\n\r\n".encode()


def follow_ups(probe: Probe, asked: Ask, depth: int = 3) -> Iterator[Ask]:
    if depth == 0:
        return
    for payload in (*RECORDED.get(probe.name, ()), *provoking()):
        reply = Reply(replace(asked, ip="192.0.2.77"), "192.0.2.77", asked.port or 80, payload, AT)
        try:
            further = [each for each in probe.read(reply) if isinstance(each, Ask)]
        except MalformedReply:
            continue
        yield from further
        for ask in {(each.step, each.transport, each.payload): each for each in further}.values():
            if payload.startswith((b"HTTP/1.1 302", b"HTTP/1.1 500", b"RTSP")):
                yield from follow_ups(probe, ask, depth - 1)


def all_asks(probe: Probe) -> list[tuple[int, Ask]]:
    asks = list(opening(probe))
    if probe.name == "onvif-device":
        asks += [(443, ask) for ask in onvif_asks(TARGETS[0], 443, "/onvif/services", True)]
    seen = {(ask.step, ask.transport): ask for _, ask in asks}
    asks += [(further.port, further) for ask in seen.values() for further in follow_ups(probe, ask)]
    return asks


@pytest.mark.parametrize("name", sorted(HOME))
def test_a_probe_sends_only_what_is_allowed(name: str) -> None:
    for port, ask in all_asks(HOME[name]):
        if ask.framing is Framing.HANDSHAKE or (ask.framing is Framing.BANNER and not ask.payload):
            continue
        if ask.transport in (Transport.TCP, Transport.TLS):
            assert may_be_sent_by_tcp(ask.payload), (name, port, ask.payload)
        else:
            assert port in MAY_BE_SENT_BY_UDP, f"{name}: nobody wrote down what may be sent to UDP {port}"
            assert MAY_BE_SENT_BY_UDP[port](ask.payload), (name, port, ask.payload)


@pytest.mark.parametrize("name", sorted(HOME))
def test_a_follow_up_goes_to_the_device_that_was_asked_and_no_printer_port(name: str) -> None:
    probe = HOME[name]
    asked = list({(ask.step, ask.transport): ask for _, ask in opening(probe)}.values())
    for ask in (further for each in asked for further in follow_ups(probe, each)):
        assert (ask.ip, name) == ("192.0.2.77", ask.probe)
        assert 0 < ask.port < 65536
        assert not 9100 <= ask.port <= 9107


def test_follow_ups_are_really_provoked() -> None:
    provoked = {
        name for name, probe in HOME.items() for _, ask in opening(probe) if any(follow_ups(probe, ask))
    }
    assert {"http", "onvif-device", "ssdp", "rtsp"} & set(HOME) <= provoked


SADP = "<Probe><Uuid>X</Uuid><Types>{}</Types></Probe>"
FORBIDDEN_DATAGRAMS = [
    *(
        (37020, SADP.format(kind).encode())
        for kind in ("update", "activate", "reboot", "restore", "getcode", "lamp")
    ),
    (37020, b"<Probe><Uuid>X</Uuid><Types>inquiry</Types><PWErase>true</PWErase></Probe>"),
    (34569, bytes.fromhex("ff00000000000000000000000000fc0500000000")),  # 1532: set network
    (23456, b"MHED\x08\0\1\0\3\0\0\0" + bytes(128)),
    (10000, b"MO_I\2\0" + bytes(21)),
    (8600, b"DH\x01\x02"),
    (32108, b"\xf1\x41\0\0"),
    (2380, b"\x02SETMAC:00-00-00-00-00-00\xff\x03"),
    (161, b"\x30\x1b\x02\x01\x01\x04\x0d" + COMMUNITY.encode() + b"\xa3\x00"),
    (161, b"\x30\x13\x02\x01\x01\x04\x06public\xa0\x00"),
    (3702, b"<Envelope><Body><Resolve/></Body></Envelope>"),
]


@pytest.mark.parametrize(("port", "payload"), FORBIDDEN_DATAGRAMS)
def test_the_table_refuses_what_changes_a_device(port: int, payload: bytes) -> None:
    assert not MAY_BE_SENT_BY_UDP[port](payload)


def test_the_table_refuses_other_dhip_methods() -> None:
    (ask,) = [
        ask
        for port, ask in opening(HOME["dhip"])
        if ask.transport is Transport.UDP and ask.ip == "192.0.2.77"
    ]
    assert is_dhip_search(ask.payload)
    for method in ("DHDiscover.setConfig", "PasswdFind.getDesc", "DevInit.access"):
        body = json.dumps({"method": method, "params": {"mac": "", "uni": 1}}).encode()
        size = len(body).to_bytes(4, "little")
        assert not is_dhip_search(ask.payload[:16] + size + bytes(4) + size + bytes(4) + body)


@pytest.mark.parametrize(
    "request_text",
    [
        "PUT / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nCookie: a=b\r\n\r\n",
        "GET /System/configurationFile?auth=YWRtaW46MTEK HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /%53ecurity/users?%61uth=YWRtaW46MTEK HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /onvif/device_service HTTP/1.1\r\nHost: h\r\n\r\n<SystemReboot/>",
        "POST /anything HTTP/1.1\r\nHost: h\r\n\r\na=b",
        "SETUP rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        "PLAY rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        "DESCRIBE rtsp://admin:admin@h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    ],
)
def test_the_table_refuses_changing_and_leaking_requests(request_text: str) -> None:
    assert not may_be_sent_by_tcp(request_text.encode())
