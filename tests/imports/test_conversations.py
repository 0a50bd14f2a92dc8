"""Connections as captures really hold them: begun before, mirrored twice, with gaps, from one side only."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import pytest

from camscan.imports.notes import Found
from camscan.imports.traffic import Traffic
from camscan.model.observation import Observation
from camscan.wire.frame import ACK, ETHERNET, FIN, SYN, Frame

CAMERA, CLIENT = "10.0.0.5", "10.0.0.9"


def segment(*, server: bool, at: int, payload: bytes = b"", flags: int = ACK, port: int = 80) -> Frame:
    """A segment of the camera (server) or of the client, at this place of its stream."""
    ends = ((CAMERA, port), (CLIENT, 40000))
    (source, from_port), (target, to_port) = ends if server else ends[::-1]
    body = struct.pack(">HHIIBBHHH", from_port, to_port, at, 0, 0x50, flags, 1000, 0, 0) + payload
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, 64, 6, 0,
        bytes(map(int, source.split("."))), bytes(map(int, target.split("."))),
    )  # fmt: skip
    return Frame(bytes(12) + b"\x08\0" + head + body, ETHERNET, 1_700_000_000.0)


def talk(
    *turns: tuple[str, bytes], port: int = 80, handshake: bool = True, close: bool = True
) -> list[Frame]:
    """A connection of these turns, ("client" or "camera", bytes)."""
    places = {"client": 100, "camera": 500}
    frames = []
    if handshake:
        frames.append(segment(server=False, at=99, flags=SYN, port=port))
        frames.append(segment(server=True, at=499, flags=SYN | ACK, port=port))
    for who, payload in turns:
        frames.append(segment(server=who == "camera", at=places[who], payload=payload, port=port))
        places[who] += len(payload)
    if close:
        for who, at in places.items():
            frames.append(segment(server=who == "camera", at=at, flags=FIN | ACK, port=port))
    return frames


def read(frames: Iterable[Frame]) -> list[Found]:
    """Everything these frames say."""
    traffic = Traffic("a.pcap")
    found = [each for frame in frames for each in traffic.read(frame)]
    return [*found, *traffic.finish()]


def told(found: Iterable[Found], source: str, field: str) -> list[str | None]:
    """A field of each observation of one source, in order."""
    return [
        each.first(field) for each in found if isinstance(each, Observation) and each.source == source
    ]  # fmt: skip


def get(path: str, headers: str = "") -> tuple[str, bytes]:
    """A client's turn."""
    return "client", f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()


def page(title: str, server: str = "App-webs/") -> tuple[str, bytes]:
    """A camera's turn."""
    body = f"<title>{title}</title>"
    return (
        "camera",
        f"HTTP/1.1 200 OK\r\nServer: {server}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode(),
    )


def test_several_answers_of_one_connection_belong_to_their_questions() -> None:
    found = read(talk(get("/a"), page("A"), get("/b"), page("B"), get("/c", "Cookie: s=1\r\n"), page("C")))
    assert ["/a", "/b", "/c"] == told(found, "http", "http.path")
    assert ["A", "B", None] == told(found, "http", "http.title")


def test_an_answer_to_a_question_from_before_the_capture_is_not_given_the_next_question() -> None:
    """The page behind a login was taken for the answer to the harmless request after it, and kept."""
    frames = talk(page("Private"), get("/style"), page("Style"), handshake=False)
    found = read(frames)
    assert [None, "/style"] == told(found, "http", "http.path")
    assert [None, "Style"] == told(found, "http", "http.title")
    assert "Private" not in repr(found)


def test_a_capture_begun_within_an_answer_reads_on_from_the_next_message() -> None:
    """The whole connection was forgotten at the bytes that it begins with."""
    middle = ("camera", b"\xff\xd8rest of a picture" * 20)
    found = read(talk(middle, get("/"), page("Login"), handshake=False))
    assert ["Login"] == told(found, "http", "http.title")
    assert ["80"] == told(found, "traffic", "net.open_port")


def test_reading_goes_on_behind_a_gap_where_a_message_begins() -> None:
    big = ("camera", b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + bytes(1000))
    frames = talk(get("/snap"), big, *[("camera", bytes(1000))] * 69, get("/"), page("Login"))
    del frames[10]
    found = read(frames)
    assert "Login" in told(found, "http", "http.title")


def test_a_connection_is_read_on_a_few_times_only() -> None:
    """Downloads without end on one connection do not cost without end."""
    junk = ("camera", b"\xff\xd8" + bytes(30))
    turns = [turn for number in range(12) for turn in (junk, get(f"/{number}"), page(f"T{number}"), junk)]
    found = read(talk(*turns, handshake=False, close=False))
    assert 0 < len(told(found, "http", "http.title")) < 12


@pytest.mark.parametrize("twice", [1, 2, 3])
def test_every_frame_mirrored_more_than_once_says_the_same(twice: int) -> None:
    """A FIN that came twice was taken for both sides' and cut the answer off."""
    frames = talk(get("/"), close=False)
    frames.append(segment(server=False, at=100 + len(get("/")[1]), flags=FIN | ACK))  # half closed, and waits
    answer = page("Login")[1]
    frames.append(segment(server=True, at=500, payload=answer))
    frames.append(segment(server=True, at=500 + len(answer), flags=FIN | ACK))
    found = read(frame for frame in frames for _ in range(twice))
    assert (["Login"], ["/"]) == (told(found, "http", "http.title"), told(found, "http", "http.path"))


def test_the_first_segment_may_come_late() -> None:
    """The client's beginning was forgotten with the answer to it, so its segments were not put in order."""
    question = get("/index.html")[1]
    frames = talk(("client", question[:9]), ("client", question[9:]), page("Login"))
    frames[2], frames[3] = frames[3], frames[2]
    assert ["/index.html"] == told(read(frames), "http", "http.path")


def test_only_the_answers_were_captured() -> None:
    frames = [each for each in talk(get("/"), page("Login")) if each.raw[29] == 5]
    found = read(frames)
    assert ["App-webs/"] == told(found, "http", "http.server")
    assert [None] == told(found, "http", "http.path")
    assert ["80"] == told(found, "traffic", "net.open_port")


@pytest.mark.parametrize("handshake", [True, False])
@pytest.mark.parametrize(
    "question", [get("/")[1], b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", b"\x16\x03\x01\0\x05\1\0\0\1\0"]
)
def test_only_the_questions_were_captured_and_show_an_open_port(question: bytes, handshake: bool) -> None:
    turns = talk(("client", question), port=8554, handshake=handshake)
    found = read(each for each in turns if each.raw[29] == 9)
    assert [("10.0.0.5", ("8554",))] == [
        (each.ip, each.fields["net.open_port"]) for each in found if isinstance(each, Observation)
    ]


def test_a_connection_that_was_refused_is_no_open_port() -> None:
    frames = [segment(server=False, at=99, flags=SYN), segment(server=True, at=0, flags=ACK | 4)]
    assert [] == read(frames)


def test_half_a_header_line_is_no_value() -> None:
    """The mirror's snap length cut `App-webs/` short, and half of it was the server's name."""
    cut = page("Login")[1][:29]
    frames = talk(get("/"), ("camera", cut), close=False)
    assert (["200"], [None]) == (
        told(read(frames), "http", "http.status"), told(read(frames), "http", "http.server"),
    )  # fmt: skip
    closed = read(talk(get("/"), ("camera", cut)))
    assert ["App-"] == told(closed, "http", "http.server")


@pytest.mark.parametrize("port", [80, 10554, 61234])
def test_rtsp_and_http_are_known_by_their_words_on_any_port(port: int) -> None:
    options = ("client", b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    answer = ("camera", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n")
    assert ["OPTIONS, DESCRIBE"] == told(read(talk(options, answer, port=port)), "rtsp", "rtsp.public")
    assert ["App-webs/"] == told(read(talk(get("/"), page("x"), port=port)), "http", "http.server")
