# ruff: noqa: E501 - captured words are not folded
"""Captured packets are read in any order, cut, hostile and many, and nobody's login is taken over."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.imports import streams
from camscan.imports.notes import Found, Unplaced
from camscan.imports.traffic import Traffic
from camscan.model.observation import Observation
from camscan.wire.frame import ACK, ETHERNET, FIN, SYN, Frame

CAMERA, CLIENT = "10.0.0.5", "10.0.0.9"


def ipv4(source: str, target: str, protocol: int, body: bytes, fragment: int = 0, identity: int = 1) -> bytes:
    """An Ethernet frame with an IPv4 packet."""
    header = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), identity, fragment, 64, protocol, 0,
        bytes(map(int, source.split("."))), bytes(map(int, target.split("."))),
    )  # fmt: skip
    return bytes(6) + bytes.fromhex("4419b6000001") + b"\x08\x00" + header + body


def tcp(
    source: str, port: int, target: str, to: int, sequence: int, payload: bytes = b"", flags: int = ACK
) -> Frame:
    """A TCP segment at one moment."""
    body = struct.pack(">HHIIBBHHH", port, to, sequence % 2**32, 0, 0x50, flags, 1000, 0, 0) + payload
    return Frame(ipv4(source, target, 6, body), ETHERNET, 1_700_000_000.0)


def udp(source: str, port: int, target: str, to: int, payload: bytes) -> bytes:
    """A UDP datagram's IP payload in a frame."""
    return ipv4(source, target, 17, struct.pack(">HHHH", port, to, 8 + len(payload), 0) + payload)


def conversation(
    asked: bytes, answered: bytes, *, port: int = 80, start: int = 2**32 - 30, step: int = 20
) -> list[Frame]:
    """Handshake, question, answer in small segments whose sequence numbers wrap, and the close."""
    frames = [
        tcp(CLIENT, 40000, CAMERA, port, 99, flags=SYN),
        tcp(CAMERA, port, CLIENT, 40000, start - 1, flags=SYN | ACK),
        tcp(CLIENT, 40000, CAMERA, port, 100, asked),
    ]
    for at in range(0, len(answered), step):
        frames.append(tcp(CAMERA, port, CLIENT, 40000, start + at, answered[at : at + step]))
    end = start + len(answered)
    return [
        *frames,
        tcp(CAMERA, port, CLIENT, 40000, end, flags=FIN | ACK),
        tcp(CLIENT, 40000, CAMERA, port, 100 + len(asked), flags=FIN | ACK),
    ]


def read(frames: Iterable[Frame], **options: bool) -> list[Found]:
    """Everything these frames say."""
    traffic = Traffic("a.pcap", **options)
    found = [each for frame in frames for each in traffic.read(frame)]
    return [*found, *traffic.finish()]


def fields_of(found: Iterable[Found], source: str) -> list[dict[str, tuple[str, ...]]]:
    """The fields of one source's observations."""
    return [dict(each.fields) for each in found if isinstance(each, Observation) and each.source == source]


GET = b"GET /index.html HTTP/1.1\r\nHost: 10.0.0.5\r\n\r\n"
PAGE = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Length: 28\r\n\r\n<title>Network Cam</title>\r\n"


def test_a_page_is_read_whatever_the_order_and_repetition_of_its_segments() -> None:
    frames = conversation(GET, PAGE)
    expected = {
        "http.status": ("200",), "http.server": ("App-webs/",), "http.title": ("Network Cam",), "http.path": ("/index.html",),
    }  # fmt: skip
    for seed in range(5):
        middle = frames[3:-2] * 2
        random.Random(seed).shuffle(middle)
        (page,) = fields_of(read([*frames[:3], *middle, *frames[-2:]]), "http")
        assert expected == {name: page.get(name) for name in expected}


def test_an_accepted_connection_is_an_open_port_of_the_side_that_accepted() -> None:
    assert [{"net.open_port": ("80",)}] == fields_of(read(conversation(GET, PAGE)), "traffic")


def test_a_gap_ends_what_is_known_and_nothing_is_guessed_across_it() -> None:
    frames = conversation(GET, PAGE)
    del frames[6]  # the fourth piece of the answer
    (page,) = fields_of(read(frames), "http")
    assert "http.title" not in page
    assert ("200",) == page["http.status"]


@pytest.mark.parametrize(
    "login",
    [b"Authorization: Basic YWRtaW46c2VjcmV0\r\n", b"Cookie: session=secret\r\n"],
    ids=["basic", "cookie"],
)
def test_what_came_behind_somebodys_login_keeps_its_headers_only(login: bytes) -> None:
    asked = GET[:-2] + login + b"\r\n"
    found = read(conversation(asked, PAGE))
    (page,) = fields_of(found, "http")
    assert ("App-webs/",) == page["http.server"]
    assert not {"http.body", "http.title"} & set(page)
    assert "secret" not in repr(found)
    assert "YWRtaW46" not in repr(found)


def test_a_login_in_the_address_is_a_login_and_is_not_kept() -> None:
    asked = b"GET /snap.cgi?user=admin&pwd=hunter2 HTTP/1.1\r\nHost: x\r\n\r\n"
    found = read(conversation(asked, PAGE))
    assert "hunter2" not in repr(found)
    assert "http.body" not in fields_of(found, "http")[0]


DESCRIBED = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 25\r\n\r\nv=0\r\ns=Media Presentation\r\n"


@pytest.mark.parametrize(("login", "expected"), [(b"", ("true",)), (b"Authorization: Digest x\r\n", None)])
def test_only_a_description_given_without_login_is_an_open_stream(
    login: bytes, expected: tuple[str, ...] | None
) -> None:
    asked = b"DESCRIBE rtsp://10.0.0.5/ RTSP/1.0\r\nCSeq: 2\r\n" + login + b"\r\n"
    (stream,) = fields_of(read(conversation(asked, DESCRIBED, port=554)), "rtsp")
    assert expected == stream.get("rtsp.open")


def test_a_stream_whose_question_was_not_captured_is_not_called_open() -> None:
    frames = [each for each in conversation(b"x", DESCRIBED, port=554) if each.raw[33] == 9]
    assert [] == [fields for fields in fields_of(read(frames), "rtsp") if "rtsp.open" in fields]


def test_public_addresses_are_left_out_unless_permitted_and_counted() -> None:
    frames = [
        tcp("8.8.8.8", 80, CLIENT, 40000, 1, PAGE),
        Frame(udp("8.8.4.4", 1900, CLIENT, 5000, b"HTTP/1.1 200 OK\r\nST: x\r\nUSN: uuid:1\r\n\r\n"), 1, 0.0),
    ]
    traffic = Traffic("a.pcap")
    assert [] == [each for frame in frames for each in traffic.read(frame)] + list(traffic.finish())
    assert 2 == sum(traffic.left_out.values())
    assert {"8.8.8.8", "8.8.4.4"} == {
        each.ip for each in read(frames, allow_public=True) if isinstance(each, Observation)
    }


def test_a_datagram_in_fragments_is_read_whole() -> None:
    payload = (
        b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nUSN: uuid:1\r\nSERVER: Linux/3.2 UPnP/1.0 cam\r\n\r\n"
    )
    body = udp(CAMERA, 1900, "239.255.255.250", 1900, payload)[34:]
    first = ipv4(CAMERA, "239.255.255.250", 17, body[:48], fragment=0x2000)
    last = ipv4(CAMERA, "239.255.255.250", 17, body[48:], fragment=6)
    for order in ((first, last), (last, first)):
        (told,) = fields_of(read(Frame(raw, ETHERNET, 0.0) for raw in order), "ssdp")
        assert ("Linux/3.2 UPnP/1.0 cam",) == told["ssdp.server"]


def test_what_clients_ask_is_no_device() -> None:
    search = b'M-SEARCH * HTTP/1.1\r\nMAN: "ssdp:discover"\r\nST: ssdp:all\r\n\r\n'
    assert [] == read([Frame(udp(CLIENT, 5000, "239.255.255.250", 1900, search), ETHERNET, 0.0)])


def test_the_same_words_of_the_same_device_come_once() -> None:
    payload = b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nUSN: uuid:1\r\n\r\n"
    frame = Frame(udp(CAMERA, 1900, "239.255.255.250", 1900, payload), ETHERNET, 0.0)
    assert 1 == len(read([frame] * 5))


def test_a_dhcp_request_waits_for_its_address_with_what_the_client_calls_itself() -> None:
    options = b"\x35\x01\x03\x32\x04\x0a\x00\x00\x05\x3c\x04AXIS\xff"
    packet = (
        bytes((1, 1, 6, 0))
        + bytes(24)
        + bytes.fromhex("accc8e102033")
        + bytes(202)
        + b"\x63\x82\x53\x63"
        + options
    )
    found = read([Frame(udp("0.0.0.0", 68, "255.255.255.255", 67, packet), ETHERNET, 0.0)])
    placed, waiting = found
    assert isinstance(placed, Observation)
    assert isinstance(waiting, Unplaced)
    assert ("10.0.0.5", {"mac.claimed": ("ac:cc:8e:10:20:33",)}) == (placed.ip, dict(placed.fields))
    assert ("ac:cc:8e:10:20:33", "10.0.0.5", "AXIS") == (
        waiting.mac,
        waiting.claimed_ip,
        waiting.fields["dhcp.vendor_class"],
    )


def test_memory_is_bounded_by_the_budget_however_many_connections_are_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "BUFFER_BUDGET", 200_000)
    monkeypatch.setattr(streams, "MAX_CONNECTIONS", 50)
    traffic = Traffic("a.pcap")
    start = b"HTTP/1.1 200 OK\r\nServer: cam\r\n\r\n" + bytes(1400)
    for number in range(120):
        for part in range(3):
            frame = tcp(
                f"10.1.{number // 250}.{number % 250 + 1}", 80, CLIENT, 40000, 1 + part * len(start), start
            )
            list(traffic.read(frame))
            assert traffic._streams is not None
            assert traffic._streams._size <= 200_000
            assert len(traffic._streams._open) <= 50
    list(traffic.finish())
    assert 0 == traffic._streams._size
    assert traffic.cut_connections >= 60


def test_a_connection_in_an_unknown_protocol_is_forgotten_at_its_first_bytes() -> None:
    traffic = Traffic("a.pcap")
    for part in range(100):
        list(traffic.read(tcp(CAMERA, 37777, CLIENT, 40000, part * 1000, bytes(1000))))
    assert traffic._streams is not None
    assert 0 == traffic._streams._size


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.binary(max_size=120), st.sampled_from([0, 1, 101, 108, 113, 276, 105])), max_size=6)
)
def test_any_frames_are_read_or_left_out(frames: list[tuple[bytes, int]]) -> None:
    read(Frame(raw, linktype, 1e18) for raw, linktype in frames)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([67, 1900, 3702, 5353, 37020, 37810, 23456, 10000, 10001, 5060, 161, 3000, 34569, 8600]),
    st.binary(max_size=300),
)
def test_any_datagram_on_any_known_port_is_read_or_counted(port: int, payload: bytes) -> None:
    read([Frame(udp(CAMERA, port, CLIENT, 68 if port == 67 else port, payload), ETHERNET, 0.0)])


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([b"HTTP/1.1 ", b"RTSP/1.0 ", b"\x16\x03\x03", b""]),
    st.binary(max_size=400),
    st.binary(max_size=200),
)
def test_any_stream_is_read_or_forgotten(start: bytes, answer: bytes, asked: bytes) -> None:
    read(conversation(b"GET / HTTP/1.1\r\n" + asked, start + answer, step=97))
