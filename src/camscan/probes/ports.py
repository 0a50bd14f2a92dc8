"""The TCP ports camscan sweeps: why each is there, when it is tried, and which probes may speak on it.

Rules: one list only, docs/ports.md is generated from it; printer ports 9100–9107 are never here, whatever an
operator or a device names; stage 1 ports go to every address, stage 2 ports only to addresses that answered
something; `speaks` is the order in which probes are tried on an open port, and () means that the connection
itself is the fact (a binary protocol that camscan does not speak). Source: facts 6.6, 6.1 and 7.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

PRINTER_PORTS = range(9100, 9108)
"""Raw printing: whatever is sent there comes out on paper."""

_WEB = ("http", "tls")
_ONVIF = ("http", "onvif-device", "tls")  # some serve ONVIF and close on a GET of anything else
_SECURE = ("tls", "http")
_STREAM = ("rtsp",)


@dataclass(frozen=True, slots=True)
class CameraPort:
    """One TCP port. stage: 1 asked of every address, 2 of responders only; speaks: probe names in order."""

    port: int
    reason: str
    stage: int
    speaks: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.port in PRINTER_PORTS:
            raise ValueError(f"port {self.port} prints what it receives and is never touched")


CAMERA_PORTS: tuple[CameraPort, ...] = (
    CameraPort(80, "web page of nearly every camera and recorder", 1, _ONVIF),
    CameraPort(443, "the same over TLS; the certificate often names the maker", 1, _SECURE),
    CameraPort(554, "RTSP, the video stream; the realm often names maker or serial", 1, _STREAM),
    CameraPort(8000, "Hikvision SDK; ONVIF of Reolink and of no-name cameras", 1, ("http", "onvif-device")),
    CameraPort(8080, "second web port; ONVIF of no-name cameras", 1, _ONVIF),
    CameraPort(37777, "Dahua and its relabels: close to unique, connecting is enough", 1, ()),
    CameraPort(34567, "Xiongmai and its relabels: close to unique, connecting is enough", 1, ()),
    CameraPort(8554, "RTSP where 554 needs privileges or is taken", 1, _STREAM),
    CameraPort(8899, "ONVIF of Xiongmai boards", 1, _ONVIF),
    CameraPort(2020, "ONVIF of TP-Link Tapo and VIGI", 1, _ONVIF),
    CameraPort(8443, "second TLS web port", 1, _SECURE),
    CameraPort(81, "web port of cameras behind a recorder or beside another server", 1, _WEB),
    CameraPort(88, "web port of Foscam", 1, _WEB),
    CameraPort(5000, "ONVIF of no-name gSOAP cameras; Dahua", 1, _ONVIF),
    CameraPort(9000, "Reolink; connecting is enough, too many others use it", 1, ()),
    CameraPort(10554, "RTSP of VStarcam and others", 1, _STREAM),
    CameraPort(82, "further web ports behind recorders (Uniview)", 2, _WEB),
    CameraPort(83, "further web ports behind recorders (Uniview)", 2, _WEB),
    CameraPort(322, "RTSP over TLS", 2, ("tls", "rtsp")),
    CameraPort(1756, "Bosch RCP+: connecting is enough", 2, ()),
    CameraPort(1935, "RTMP of Reolink: connecting is enough", 2, ()),
    CameraPort(4520, "Hanwha device port: connecting is enough", 2, ()),
    CameraPort(4550, "GeoVision: connecting is enough", 2, ()),
    CameraPort(5150, "NUUO recorders: connecting is enough", 2, ()),
    CameraPort(5160, "NUUO recorders: connecting is enough", 2, ()),
    CameraPort(5550, "GeoVision: connecting is enough", 2, ()),
    CameraPort(5554, "RTSP on a shifted port", 2, _STREAM),
    CameraPort(6036, "TVT and its relabels: connecting is enough", 2, ()),
    CameraPort(7070, "RTSP on a shifted port; Uniview", 2, _STREAM),
    CameraPort(8091, "Topsee and its relabels", 2, _WEB),
    CameraPort(8200, "Hikvision: connecting is enough", 2, ()),
    CameraPort(8800, "TP-Link Tapo and VIGI: connecting is enough", 2, ()),
    CameraPort(8866, "GeoVision: connecting is enough", 2, ()),
    CameraPort(9008, "TVT: connecting is enough", 2, ()),
    CameraPort(9010, "older Hikvision: connecting is enough", 2, ()),
    CameraPort(9530, "Xiongmai: connecting is enough", 2, ()),
    CameraPort(10000, "GeoVision; other software too", 2, ()),
    CameraPort(32040, "JVC: connecting is enough", 2, ()),
    CameraPort(49152, "UPnP description server of Dahua and others", 2, _WEB),
    CameraPort(65534, "RTSP of older Foscam", 2, _STREAM),
)

_BY_PORT = {each.port: each for each in CAMERA_PORTS}


def camera_port(port: int) -> CameraPort:
    """The table's row; for a port it does not list (an operator's own), a row that tries web, TLS, RTSP.

    Raises ValueError for a printer port.
    """
    return _BY_PORT.get(port) or CameraPort(
        port, "named by the operator or the device", 1, ("http", "tls", "rtsp")
    )


def ports_of_stage(stage: int) -> tuple[int, ...]:
    """Port numbers of one stage, in the order they are swept."""
    return tuple(each.port for each in CAMERA_PORTS if each.stage == stage)


def ports_speaking(probe: str) -> tuple[int, ...]:
    """Port numbers on which this probe may be tried."""
    return tuple(each.port for each in CAMERA_PORTS if probe in each.speaks)


def ports_markdown() -> str:
    """docs/ports.md, whole."""
    lines = [
        "# TCP ports camscan sweeps",
        "",
        "Generated: `python -m camscan.probes.ports > docs/ports.md`. Do not edit; edit `probes/ports.py`.",
        "",
        "Stage 1 ports are tried on every address in scope, stage 2 ports only on addresses that answered",
        "something. *Speaks* is what camscan says on an open port, in the order tried; “connect only” means",
        "that it closes the connection without sending a byte. Raw printer ports"
        f" {PRINTER_PORTS.start}–{PRINTER_PORTS.stop - 1} are never touched.",
        "",
        "| port | stage | speaks | why |",
        "|---:|:---:|---|---|",
    ]
    for each in CAMERA_PORTS:
        speaks = ", ".join(f"`{name}`" for name in each.speaks) or "connect only"
        lines.append(f"| {each.port} | {each.stage} | {speaks} | {each.reason} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(ports_markdown())
