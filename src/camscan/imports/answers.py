"""A recorded answer, whatever recorded it, to the observations a live probe would have made of it.

Rules: the probes' own reading code reads; which of them is decided by the words themselves; what came behind
a login (somebody else's session) keeps its headers only, and never counts as readable without one; an answer
that cannot be read is nothing, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Reply, Transport
from camscan.model.observation import Observation, observe
from camscan.probes import axis_info, banner, onvif_device, rtsp, ssdp, tls
from camscan.probes import http as http_probe
from camscan.probes.datagram import observation
from camscan.probes.http_paths import is_allowed, shown
from camscan.wire.favicon import is_image
from camscan.wire.http import HttpResponse, decode_response
from camscan.wire.rtsp import decode_answer
from camscan.wire.tls_records import ServerHandshake

OPEN_PORT_SOURCE = "traffic"
_BEHIND_LOGIN = frozenset({"http.body", "http.script", "http.title", "http.generator", "http.cookie"})
_UPNP = re.compile(rb"urn:schemas-upnp-org:device-1-0")
_PATH = re.compile(r"[!-~]{1,2048}")
_BODY_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer was heard, when, and in which file ("" while listening)."""

    ip: str
    port: int
    at: datetime
    provenance: str = ""
    interface: str = ""
    tls: bool = False

    def reply(
        self, probe: str, payload: bytes, step: str = "", path: str = "/", ended: str = "closed"
    ) -> Reply:
        """The reply a probe would have got here."""
        line = f"GET {path if _PATH.fullmatch(path) else '/'} HTTP/1.1\r\n\r\n".encode("ascii")
        transport = Transport.TLS if self.tls else Transport.TCP
        ask = Ask(probe, self.ip, self.port, transport, line, step=step)
        return Reply(ask, self.ip, self.port, payload, self.at, self.interface, ended)

    def stamped(self, results: Iterable[Observation | Ask]) -> Iterator[Observation]:
        """The observations among what a probe reads, with their provenance; it reads until it cannot."""
        try:
            for each in results:
                if isinstance(each, Observation) and each.fields:
                    yield replace(each, provenance=self.provenance)
        except MalformedReply:
            return


def accepts(place: Place) -> Observation:
    """A connection shows that its port is open."""
    return observe(
        place.ip,
        OPEN_PORT_SOURCE,
        {"net.open_port": str(place.port)},
        at=place.at,
        payload=f"open {place.port}".encode(),
        port=place.port,
        interface=place.interface,
        provenance=place.provenance,
    )


def http_answer(
    place: Place, payload: bytes, *, path: str = "/", with_login: bool = False, ended: str = "closed"
) -> Iterator[Observation]:
    """What one HTTP answer says; ONVIF, UPnP and Axis answers are recognised by their content."""
    try:
        response = decode_response(payload)
    except MalformedReply:
        return
    if response.version.startswith("RTSP"):
        yield from place.stamped(http_probe.read(place.reply(http_probe.NAME, payload)))
        return
    hidden = with_login or not is_allowed(path)
    probe, step = _reader_of(response, path)
    if hidden and probe != onvif_device.NAME:
        probe, step = http_probe.NAME, "root"
    reply = place.reply(probe, payload, step, shown(path), ended)
    reader = {
        onvif_device.NAME: onvif_device.read,
        ssdp.NAME: ssdp.read,
        axis_info.NAME: axis_info.read,
        http_probe.NAME: http_probe.read,
    }[probe]
    for each in place.stamped(reader(reply)):
        yield _without_body(each) if hidden else each


def _reader_of(response: HttpResponse, path: str) -> tuple[str, str]:
    """(probe, step) whose reading code fits this answer."""
    start = response.body[:_BODY_LOOKED_AT]
    if b"onvif.org" in start and b"Envelope" in start:
        return onvif_device.NAME, ""
    if response.status == 401 and "/onvif/" in path.lower():
        return onvif_device.NAME, ""
    if _UPNP.search(start):
        return ssdp.NAME, ssdp.DESCRIPTION
    if path.startswith(axis_info.PATH):
        return axis_info.NAME, ""
    if path.startswith(http_probe.HIKVISION_STATUS):
        return http_probe.NAME, "hikvision-status"
    if path.startswith(http_probe.TWON_INFO) and b"swVersion" in response.body:
        return http_probe.NAME, "2n-info"
    return http_probe.NAME, "favicon" if is_image(response.body) else "root"


def _without_body(seen: Observation) -> Observation:
    kept = {name: values for name, values in seen.fields.items() if name not in _BEHIND_LOGIN}
    return replace(seen, fields=kept)


def rtsp_answer(
    place: Place, payload: bytes, *, method: str = "OPTIONS", with_login: bool = False
) -> Iterator[Observation]:
    """What one RTSP answer says; a description given without login counts as an open stream."""
    try:
        answer = decode_answer(payload)
    except MalformedReply:
        return
    describes = method == "DESCRIBE" and not with_login
    fields = rtsp.answer_fields(answer, describes)
    reply = place.reply(rtsp.NAME, payload)
    yield from place.stamped([observation(reply, rtsp.NAME, fields)])


def greeting(place: Place, payload: bytes) -> Iterator[Observation]:
    """What a server said first."""
    return place.stamped(banner.read(place.reply(banner.NAME, payload)))


def handshake(place: Place, seen: ServerHandshake) -> Iterator[Observation]:
    """A TLS handshake: its version and, where it was readable, the certificate."""
    reply = replace(place.reply(tls.NAME, b""), certificate=seen.certificate, tls_version=seen.version)
    return place.stamped(tls.read(reply))


def any_answer(place: Place, payload: bytes, *, first_words: bool = False) -> Iterator[Observation]:
    """Bytes that a server sent, its protocol told by themselves; first_words: it spoke unasked."""
    start = payload.lstrip()[:8]
    if start.startswith(b"RTSP/"):
        return rtsp_answer(place, payload)
    if start.startswith((b"HTTP/", b"ICY ")):
        return http_answer(place, payload)
    return greeting(place, payload) if first_words else iter(())
