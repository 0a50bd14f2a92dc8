"""A login against devices that answer without end, drop by drop, in other shapes, or point elsewhere."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import netaddr
import pytest

from camscan.errors import OperationalError
from camscan.model.observation import Observation
from camscan.model.scope import Scope
from camscan.net.gate import Gate
from camscan.net.login_transport import LIMIT_BYTES, Cutoff
from camscan.net.onvif_login import LoginRefused, LoginTarget, read_device

IP, OTHER = "127.178.7.1", "127.178.7.2"
GATE = Gate(Scope.of([netaddr.IPSet([IP, OTHER])], [], text="test"))
ASKS_DIGEST = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n'
MOST_BUFFERED = 16 * 1024 * 1024  # what the kernel takes from a sender whom nobody reads


@dataclass
class Device:
    """Accepts on its own address; `answer` says what to send for each request."""

    answer: Callable[[bytes], Iterator[bytes]]
    ip: str = IP
    asked: list[bytes] = field(default_factory=list)
    sent: int = 0

    def __enter__(self) -> Device:
        self._door = socket.create_server((self.ip, 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller:
            try:
                while request := _request(caller):
                    self.asked.append(request)
                    for piece in self.answer(request):
                        caller.sendall(piece)
                        self.sent += len(piece)
            except OSError:
                return  # the other side has hung up


def _request(caller: socket.socket) -> bytes:
    got = b""
    while True:
        head, _, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if length and len(body) >= int(length[1]):
            return got
        more = caller.recv(65536)
        if not more:
            return b""
        got += more


def soap(inner: str) -> bytes:
    body = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" '
        f'xmlns:trt="http://www.onvif.org/ver10/media/wsdl"><s:Body>{inner}</s:Body></s:Envelope>'
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


INFORMATION = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Maker</tds:Manufacturer><tds:Model>M1</tds:Model>"
    "<tds:FirmwareVersion>1</tds:FirmwareVersion><tds:SerialNumber>S</tds:SerialNumber>"
    "<tds:HardwareId>H</tds:HardwareId></tds:GetDeviceInformationResponse>"
)


def log_in(
    device: Device, *, seconds: float = 30.0, digest: bool = False, recorder: bool = False
) -> tuple[Observation, ...]:
    cutoff = Cutoff()
    alarm = threading.Timer(seconds, cutoff.cut)
    alarm.start()
    try:
        target = LoginTarget(
            IP, device.port, "/onvif/device_service", tls=False, user="u", password="p",
            digest=digest, recorder=recorder,
        )  # fmt: skip
        return read_device(target, GATE, cutoff)
    finally:
        alarm.cancel()
        cutoff.cut()


def values(found: tuple[Observation, ...], name: str) -> list[str]:
    return [text for each in found for text in each.fields.get(name, ())]


def test_a_401_without_end_is_read_no_further_than_any_other_answer() -> None:
    def endless(_: bytes) -> Iterator[bytes]:
        yield ASKS_DIGEST + b"\r\n"
        while True:
            yield b"A" * 65536

    with Device(endless) as device, pytest.raises((LoginRefused, OperationalError)):
        log_in(device, digest=True)
    assert device.sent < 2 * (LIMIT_BYTES + MOST_BUFFERED)


@pytest.mark.parametrize(
    "begun", [b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"HTTP/1.1 200 OK\r\n"]
)
def test_a_device_that_drips_ends_at_the_cutoff(begun: bytes) -> None:
    def drip(_: bytes) -> Iterator[bytes]:
        yield begun
        while True:
            time.sleep(0.05)
            yield b"X: y\r\n"

    with Device(drip) as device:
        began = time.monotonic()
        with pytest.raises(OperationalError, match="time was used up"):
            log_in(device, seconds=0.5)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("xaddr", ["@{other}/x", "http://{other}/onvif/media", "http://[::1", "0/x"])
def test_a_recorder_that_names_another_address_is_asked_at_its_own(xaddr: str) -> None:
    profiles = "".join(
        f'<trt:Profiles token="t{n}"><tt:Name>a|10.0.0.{n}|b</tt:Name></trt:Profiles>' for n in range(3)
    )

    def answer(request: bytes) -> Iterator[bytes]:
        said = {
            b"GetDeviceInformation": INFORMATION,
            b"GetCapabilities": "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>"
            + xaddr.format(other=f"{OTHER}:{other.port}")
            + "</tt:XAddr></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>",
            b"GetProfiles": f"<trt:GetProfilesResponse>{profiles}</trt:GetProfilesResponse>",
        }
        yield soap(next((text for name, text in said.items() if name in request), ""))

    with Device(lambda _: iter([soap("")]), ip=OTHER) as other, Device(answer) as device:
        found = log_in(device, recorder=True)
    assert [] == other.asked
    assert ["1|a/10.0.0.0/b||", "2|a/10.0.0.1/b||", "3|a/10.0.0.2/b||"] == values(found, "recorder.channel")


def test_an_answer_to_another_question_costs_only_itself() -> None:
    with Device(lambda _: iter([soap(INFORMATION)])) as device:
        assert ["M1"] == values(log_in(device, recorder=True), "onvif.device_model")
