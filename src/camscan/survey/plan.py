"""What to say next to one device: the strongest question first, and none that its answer made needless.

Pure bookkeeping: no socket, no clock. A port speaks what the port table says, in that order; once
something has answered there, the other protocols are not tried. Connections are few, so each must count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from camscan.model.exchange import Ask, Target, Transport
from camscan.net.session import Talk
from camscan.probes import axis_info, onvif_device
from camscan.probes.http import http_asks
from camscan.probes.ports import CAMERA_PORTS
from camscan.probes.rtsp import rtsp_asks
from camscan.probes.tls import tls_asks
from camscan.wire.endpoint import parse_service_address

_SPEAKS = {each.port: each.speaks for each in CAMERA_PORTS}
_RANK = {each.port: rank for rank, each in enumerate(CAMERA_PORTS)}
_UNLISTED = ("http", "tls", "rtsp")
_MAX_EXTRA = 8
LOW_VALUE_STEPS = ("favicon",)
_STILL_TRIED = {"tls": ("http", "onvif-device", "rtsp"), "ssdp": ("http",), "onvif-device": ("http",)}
"""What an answer to a probe leaves worth trying on its port: where HTTP was spoken, the page tells more."""


@dataclass(frozen=True, slots=True)
class Known:
    """What identification says so far: settled as no camera; settled in every column."""

    not_a_camera: bool = False
    complete: bool = False


@dataclass(slots=True)
class _Port:
    to_try: list[str]
    answered: str = ""
    busy: bool = False


@dataclass(slots=True)
class Plan:
    """The questions still open for one device."""

    target: Target
    ports: dict[int, _Port] = field(default_factory=dict)
    extra: list[Ask] = field(default_factory=list)
    extra_known: set[bytes] = field(default_factory=set)
    onvif_places: list[tuple[int, str, bool]] = field(default_factory=list)
    onvif_tried: set[int] = field(default_factory=set)
    onvif_answered: bool = False
    page_seen: bool = False
    axis_asked: bool = False
    looks_like_axis: bool = False

    def opened(self, port: int) -> None:
        """A TCP port accepts."""
        if port not in self.ports:
            self.ports[port] = _Port(list(_SPEAKS.get(port, _UNLISTED)))

    def announced(self, xaddrs: Iterable[str]) -> None:
        """ONVIF service addresses the device gave; only port and path are used, never the host."""
        for url in xaddrs:
            address = parse_service_address(url)
            if address is None:
                continue
            place = (address.port, address.path or "/onvif/device_service", address.tls)
            if place not in self.onvif_places and len(self.onvif_places) < 4:
                self.onvif_places.append(place)

    def elsewhere(self, ask: Ask) -> None:
        """A follow-up to another port of the same device."""
        if ask.transport not in (Transport.TCP, Transport.TLS):
            return  # a datagram's follow-up is an opening question of its probe, never a connection
        mark = f"{ask.transport}:{ask.port}:".encode() + ask.payload
        if ask.ip == self.target.ip and mark not in self.extra_known and len(self.extra_known) < _MAX_EXTRA:
            self.extra_known.add(mark)
            self.extra.append(ask)

    def heard(self, ask: Ask, *, understood: bool) -> list[Ask]:
        """An answer came on ask's connection; the further Asks worth sending on that connection."""
        self.opened(ask.port)
        port = self.ports[ask.port]
        if understood:
            kept = _STILL_TRIED.get(ask.probe, ())
            port.to_try = [each for each in port.to_try if each in kept]
            port.answered = port.answered or ask.probe
        if ask.probe == "onvif-device":
            self.onvif_answered = self.onvif_answered or understood
        if ask.probe == "http" and understood:
            self.page_seen = True
            return self._on_same_connection(ask)
        return []

    def next_talk(self, known: Known, left: int) -> Talk | None:
        """The most telling connection still to be made, or None."""
        if known.not_a_camera or known.complete or left <= 0:
            return None
        if self.onvif_places and not self.onvif_answered:
            number, path, tls = self.onvif_places.pop(0)
            self.onvif_tried.add(number)
            asks = onvif_device.onvif_asks(self.target, number, path, tls)
            return Talk(number, Transport.TLS if tls else Transport.TCP, asks)
        if self.looks_like_axis and not self.axis_asked:
            self.axis_asked = True
            number, tls = next(((p, False) for p in (80, 8080) if p in self.ports), (443, True))
            asks = axis_info.axis_info_asks(self.target, number, tls)
            return Talk(number, Transport.TLS if tls else Transport.TCP, asks)
        if self.extra:
            ask = self.extra.pop(0)
            return Talk(ask.port, ask.transport, (ask,))
        for number in sorted(self.ports, key=lambda port: (_RANK.get(port, 999), port)):
            port = self.ports[number]
            port.to_try = [each for each in port.to_try if not self._is_idle(each, number)]
            if port.to_try and not port.busy:
                port.busy = True
                return self._speak(number, port.to_try.pop(0))
        return None

    def ended(self, talk: Talk) -> None:
        """A Talk is over: its port may be tried in another protocol if nothing answered."""
        if talk.port in self.ports:
            self.ports[talk.port].busy = False

    def _is_idle(self, protocol: str, number: int) -> bool:
        """Would this protocol tell nothing new on this port?"""
        if protocol == "onvif-device":
            return self.onvif_answered or number in self.onvif_tried
        return protocol == "http" and self.page_seen and self.ports[number].answered == "onvif-device"

    def _speak(self, number: int, protocol: str) -> Talk:
        if protocol == "tls":
            asks = tls_asks(self.target, number)
            if number in (322,):
                asks += rtsp_asks(self.target, number, tls=True)
            elif not self.page_seen:
                asks += http_asks(self.target, number, tls=True)
            self.ports[number].to_try = [p for p in self.ports[number].to_try if p == "http"]
            return Talk(number, Transport.TLS, asks)
        if protocol == "rtsp":
            return Talk(number, Transport.TCP, rtsp_asks(self.target, number))
        if protocol == "onvif-device":
            self.onvif_tried.add(number)
            return Talk(number, Transport.TCP, onvif_device.onvif_asks(self.target, number))
        return Talk(number, Transport.TCP, http_asks(self.target, number))

    def _on_same_connection(self, ask: Ask) -> list[Ask]:
        if self.onvif_answered or ask.port in self.onvif_tried or self.onvif_places:
            return []
        self.onvif_tried.add(ask.port)
        tls = ask.transport is Transport.TLS
        return list(onvif_device.onvif_asks(self.target, ask.port, tls=tls))
