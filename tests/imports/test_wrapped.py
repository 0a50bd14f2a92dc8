"""What a mirror wrapped says the same as the mirrored wire itself, within the same bounds."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path

import pytest

from camscan.imports.fragments import MAX_DATAGRAM, MAX_FRAGMENTS
from camscan.imports.notes import Found, Unplaced
from camscan.imports.traffic import Traffic
from camscan.model.observation import Observation
from camscan.net.capture import read_capture
from camscan.wire.frame import ETHERNET, Frame
from camscan.wire.tunnel import MAX_WRAPPINGS

RECORDED = Path(__file__).parents[1] / "recordings" / "imports" / "announcements.pcap"
FRAMES = [each.raw for each in read_capture(BytesIO(RECORDED.read_bytes()), lambda *_: None)]
NOTIFY = b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nUSN: uuid:1\r\nSERVER: Linux/3.2 UPnP/1.0 cam\r\n\r\n"


def outer(protocol: int, body: bytes, fragment: int = 0, identity: int = 7) -> bytes:
    """The packet between the mirror, 192.0.2.1, and who analyses, 192.0.2.9."""
    addresses = bytes((192, 0, 2, 1, 192, 0, 2, 9))
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), identity, fragment, 64, protocol, 0)
    return bytes(6) + bytes.fromhex("020000000001") + b"\x08\0" + head + addresses + body


def udp(port: int, body: bytes) -> bytes:
    """UDP between two high ports."""
    return struct.pack(">HHHH", 50000, port, 8 + len(body), 0) + body


def notify(source: bytes, fragment: int = 0, part: slice = slice(None)) -> bytes:
    """An SSDP announcement, or a part of it."""
    body = (struct.pack(">HHHH", 1900, 1900, 8 + len(NOTIFY), 0) + NOTIFY)[part]
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, fragment, 64, 17, 0)
    return bytes(12) + b"\x08\0" + head + source + bytes((239, 255, 255, 250)) + body


def vxlan(frame: bytes) -> bytes:
    """Wrapped once more."""
    return outer(17, udp(4789, b"\x08\0\0\0\0\0\x2a\0" + frame))


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "ERSPAN I": lambda frame: outer(47, b"\0\0\x88\xbe" + frame),
    "ERSPAN II": lambda frame: outer(47, b"\x10\0\x88\xbe\0\0\0\1\x10\x07\0\1\0\0\0\0" + frame),
    "ERSPAN III": lambda frame: outer(47, b"\x10\0\x22\xeb\0\0\0\1\x20\x07" + bytes(10) + frame),
    "VXLAN": vxlan,
    "GENEVE": lambda frame: outer(17, udp(6081, b"\0\0\x65\x58\0\0\x2a\0" + frame)),
    "TZSP": lambda frame: outer(17, udp(37008, b"\1\0\0\1\1" + frame)),
    "pseudowire": lambda frame: bytes(12) + b"\x88\x47\0\1\1\x40\0\0\0\0" + frame,
    "two tags": lambda frame: frame[:12] + b"\x88\xa8\0\x05\x81\0\0\x06" + frame[12:],
    "priority tag": lambda frame: frame[:12] + b"\x81\0\xe0\0" + frame[12:],
    "SNAP": lambda frame: frame[:12] + b"\0\x80\xaa\xaa\x03\0\0\0" + frame[12:],
    "check sequence": lambda frame: frame + b"\xde\xad\xbe\xef",
}


def read(frames: Iterable[bytes], traffic: Traffic | None = None, interface: str = "") -> list[Found]:
    """Everything these frames say."""
    heard = traffic or Traffic("a.pcap")
    found = [each for raw in frames for each in heard.read(Frame(raw, ETHERNET, 0.0, interface))]
    return [*found, *heard.finish()]


def said(found: Iterable[Found]) -> list[tuple[object, ...]]:
    """Who said what."""
    return [
        (each.mac if isinstance(each, Unplaced) else each.ip, each.source, repr(sorted(each.fields.items())))
        for each in found
    ]


@pytest.mark.parametrize("name", WRAPPINGS)
def test_wrapped_announcements_say_what_the_bare_ones_say(name: str) -> None:
    expected = said(read(FRAMES))
    assert len(expected) > 10
    assert expected == said(read(map(WRAPPINGS[name], FRAMES)))


@pytest.mark.parametrize("protocol", ["ERSPAN II", "VXLAN"])
@pytest.mark.parametrize("backwards", [False, True])
def test_wrapped_frames_in_fragments_are_joined(protocol: str, backwards: bool) -> None:
    parts = []
    for number, frame in enumerate(FRAMES):
        whole = WRAPPINGS[protocol](frame)[34:]
        ours = [
            outer(47 if protocol == "ERSPAN II" else 17, whole[at : at + 80],
                  (0x2000 if at + 80 < len(whole) else 0) | at // 8, number)
            for at in range(0, len(whole), 80)
        ]  # fmt: skip
        parts += ours[::-1] if backwards else ours
    assert said(read(FRAMES)) == said(read(parts))


def test_fragments_of_the_mirrored_wire_are_joined_too() -> None:
    camera = bytes((10, 0, 0, 5))
    parts = (notify(camera, 0x2000, slice(0, 48)), notify(camera, 6, slice(48, None)))
    assert said(read([notify(camera)])) == said(read(map(vxlan, parts))) != []


def test_the_ends_of_a_tunnel_are_no_devices_but_what_they_say_for_themselves_counts() -> None:
    arp = struct.pack(">HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 2, bytes.fromhex("0200000000aa"),
                      bytes((192, 168, 7, 1)), bytes(6), bytes(4))  # fmt: skip
    (mirror,) = read([bytes(12) + b"\x08\x06" + arp])
    assert isinstance(mirror, Observation)
    assert ("192.168.7.1", ("02:00:00:00:00:aa",)) == (mirror.ip, mirror.fields["mac.observed"])
    (camera,) = read([vxlan(notify(bytes((10, 0, 0, 5))))])
    assert isinstance(camera, Observation)
    assert "10.0.0.5" == camera.ip


def test_wrappings_are_taken_off_to_a_depth_and_no_further() -> None:
    frame = notify(bytes((10, 0, 0, 5)))
    expected = said(read([frame]))
    for _ in range(MAX_WRAPPINGS):
        frame = vxlan(frame)
    assert expected == said(read([frame]))
    traffic = Traffic("a.pcap")
    assert [] == read([vxlan(frame)], traffic)
    assert {f"frames wrapped more than {MAX_WRAPPINGS} times": 1} == dict(traffic.left_out)


@pytest.mark.parametrize(
    "inside", [b"", bytes(13), bytes(12) + b"\x08\0\x45", bytes(12) + b"\x08\0" + bytes(40)]
)
def test_a_broken_frame_inside_costs_that_frame_only_and_is_counted(inside: bytes) -> None:
    traffic = Traffic("a.pcap")
    good = notify(bytes((10, 0, 0, 5)))
    assert said(read([good])) == said(read([vxlan(inside), vxlan(good)], traffic))
    assert 1 == sum(traffic.left_out.values())


def test_public_addresses_inside_are_left_out_unless_permitted_and_counted() -> None:
    frames = [vxlan(notify(bytes((8, 8, 8, 8)))), vxlan(notify(bytes((224, 0, 0, 1))))]
    traffic = Traffic("a.pcap")
    assert [] == read(frames, traffic)
    assert 2 == sum(traffic.left_out.values())
    assert ["8.8.8.8"] == [who for who, *_ in said(read(frames, Traffic("a.pcap", allow_public=True)))]


def test_what_a_tunnel_carried_was_not_heard_on_the_interface_s_own_link() -> None:
    """Its devices would be called misaddressed there, and its link-local addresses be another link's."""
    frame = notify(bytes((10, 0, 0, 5)))
    for wrap, expected in ((lambda raw: raw, "eth9"), (WRAPPINGS["two tags"], "eth9"), (vxlan, "")):
        (seen,) = read([wrap(frame)], interface="eth9")
        assert expected == seen.interface
    waiting = [each for each in read(FRAMES, interface="eth9") if isinstance(each, Unplaced)]
    assert {"eth9"} == {each.at_address("10.0.0.5").interface for each in waiting}


def test_ever_new_mirrors_that_send_only_first_fragments_cost_bounded_memory() -> None:
    traffic = Traffic("a.pcap", streams=False)
    tracemalloc.start()
    try:
        for number in range(4 * MAX_FRAGMENTS):
            body = b"\0\0\x88\xbe" + bytes(1396)
            assert [] == read([outer(47, body, 0x2000, number)], traffic)
        assert 2 * MAX_FRAGMENTS * 1400 > tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert MAX_DATAGRAM > 1400
