"""A camera put together from the parts most makers share: web page, ONVIF, WS-Discovery, RTSP, TLS."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from camscan.lab.device import LabDevice, Service, Truth
from camscan.lab.services.certificate import Certificate
from camscan.lab.services.http import Handler, Http, Page, titled
from camscan.lab.services.onvif import OnvifDevice
from camscan.lab.services.rtsp import Rtsp
from camscan.lab.services.wsdiscovery import WsDiscovery

_NAMESPACE = uuid.UUID("7c1a5f00-3b9e-4d51-9a70-000000000000")
BASE = "onvif://www.onvif.org"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a camera has; an empty part is absent.

    title, server, pages: its web server; rtsp_realm: the Digest realm of DESCRIBE; rtsp_options: the whole
    OPTIONS reply; scopes: of its WS-Discovery match, in order; onvif: its device service.
    """

    title: str = ""
    server: str = ""
    pages: Mapping[str, Page | Handler] = field(default_factory=dict)
    http_port: int = 80
    certificate: Certificate | None = None
    rtsp_realm: str = ""
    rtsp_options: str = (
        "RTSP/1.0 200 OK\nCSeq: {cseq}\nPublic: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, GET_PARAMETER\n\n"
    )
    rtsp_server: str = ""
    rtsp_port: int = 554
    rtsp_body: str = ""
    scopes: tuple[str, ...] = ()
    endpoint: str = ""
    onvif: OnvifDevice | None = None
    onvif_path: str = "/onvif/device_service"
    style: str = "gsoap"
    prefix_on_types: bool = False
    untyped_fault: bool = False
    types: str = "dn:NetworkVideoTransmitter tds:Device"
    extra: tuple[Service, ...] = ()


def assemble(truth: Truth, parts: Parts) -> LabDevice:
    """The device made of these parts."""
    pages: dict[str, Page | Handler] = {"/": titled(parts.title), **parts.pages}
    services: list[Service] = []
    if parts.onvif and parts.onvif.port == parts.http_port:
        pages[parts.onvif_path] = pages["/onvif/Media"] = parts.onvif
    elif parts.onvif:
        services.append(Http(parts.onvif.port, parts.server, {parts.onvif_path: parts.onvif}))
    if parts.title or parts.pages or parts.onvif:
        services.append(Http(parts.http_port, parts.server, pages))
    if parts.certificate:
        services.append(Http(443, parts.server, pages, certificate=parts.certificate))
    if parts.rtsp_realm or parts.rtsp_body:
        services.append(Rtsp(parts.rtsp_options, _describe(parts), port=parts.rtsp_port))
    if parts.scopes:
        services.append(_discovery(truth, parts))
    return LabDevice(truth, (*services, *parts.extra))


def _describe(parts: Parts) -> str:
    server = f"Server: {parts.rtsp_server}\n" if parts.rtsp_server else ""
    if parts.rtsp_body:
        return f"RTSP/1.0 200 OK\nCSeq: {{cseq}}\n{server}\n\n{parts.rtsp_body}"
    challenge = f'Digest realm="{parts.rtsp_realm}", nonce="ba2bbd4e602a4cd5e08acc0896d1234e"'
    return f"RTSP/1.0 401 Unauthorized\nCSeq: {{cseq}}\n{server}WWW-Authenticate: {challenge}\n\n"


def _discovery(truth: Truth, parts: Parts) -> WsDiscovery:
    port = parts.onvif.port if parts.onvif else parts.http_port
    where = truth.ip if port == 80 else f"{truth.ip}:{port}"
    return WsDiscovery(
        endpoint=parts.endpoint or f"urn:uuid:{uuid.uuid5(_NAMESPACE, truth.mac)}",
        scopes=parts.scopes,
        xaddrs=(f"http://{where}{parts.onvif_path}",),
        types=parts.types,
        style=parts.style,
        prefix_on_types=parts.prefix_on_types,
        untyped_fault=parts.untyped_fault,
    )


def scopes(model: str, name: str, *more: str) -> tuple[str, ...]:
    """The usual scopes: type, profiles, hardware, name, and whatever a maker adds."""
    return (
        f"{BASE}/type/video_encoder",
        f"{BASE}/Profile/Streaming",
        f"{BASE}/Profile/T",
        f"{BASE}/hardware/{model}",
        f"{BASE}/name/{name}",
        *more,
    )
