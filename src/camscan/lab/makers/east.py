# ruff: noqa: E501 - literal words are kept whole
"""Uniview, Tiandy, TVT, Xiongmai, Reolink, TP-Link, VStarcam, Foscam as recorded; Huawei, ZTE, Hytera as constructed.

Sources: facts §1.4, §5.5, §5.6, §5.10, §5.11, §5.15 to §5.17, §6.1; firmware.md §4, §5, §7; corpus.
No network recording of a Huawei, ZTE or Hytera camera is known to the project: theirs are constructed,
ONVIF scopes and device information as such devices plausibly give, with an address of the maker's block.
"""

from __future__ import annotations

from camscan.lab.device import LabDevice, Truth
from camscan.lab.makers.generic import BASE, Parts, assemble, scopes
from camscan.lab.services.certificate import Certificate
from camscan.lab.services.http import Http, challenge, digest, redirect, titled
from camscan.lab.services.onvif import OnvifDevice
from camscan.lab.services.port import OpenPort
from camscan.lab.services.port10000 import Foscam
from camscan.lab.services.pppp import Pppp
from camscan.lab.services.reolink import Reolink
from camscan.lab.services.tplink import TpLink
from camscan.lab.services.tvt import Tvt
from camscan.lab.services.vstarcam import Vstarcam
from camscan.lab.services.xiongmai import Xiongmai
from camscan.model.device import Kind

_LIVE555 = (
    "RTSP/1.0 200 OK\nCSeq: {cseq}\nDate: {date}\nPublic: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE, "
    "GET_PARAMETER, SET_PARAMETER\n\n"
)


def uniview(truth: Truth, *, manufacturer: str = "UNIVIEW", name: str = "") -> LabDevice:
    """Uniview's platform; manufacturer and name are what a relabel changes, serial and version stay."""
    return assemble(
        truth,
        Parts(
            title="",
            pages={
                "/": redirect("/index.htm"),
                "/LAPI/V1.0/System/DeviceBasicInfo": challenge(digest(truth.serial[-12:])),
            },
            rtsp_realm="2810c2cd5a00",
            rtsp_options=(
                "RTSP/1.0 200 OK\nCSeq: {cseq}\nPublic: OPTIONS,DESCRIBE,SETUP,PLAY,PAUSE,TEARDOWN,ANNOUNCE,"
                "SET_PARAMETER,GET_PARAMETER\n\n"
            ),
            scopes=scopes(truth.model, name or truth.model, f"{BASE}/macaddr/{truth.mac.replace(':', '')}"),
            onvif=OnvifDevice(
                manufacturer,
                truth.model,
                truth.firmware,
                truth.serial,
                "A",
                anonymous=frozenset({"GetDeviceInformation", "GetScopes"}),
                channels=max(1, truth.channels),
            ),
        ),
    )


def tiandy(truth: Truth) -> LabDevice:
    """A Tiandy camera: ONVIF only; no proprietary protocol is known (facts §5.19)."""
    return assemble(
        truth,
        Parts(
            title="Tiandy",
            rtsp_realm="Tiandy Rtsp Server",
            scopes=scopes(truth.model, "Tiandy", f"{BASE}/manufacturer/Tiandy"),
            onvif=OnvifDevice(
                "Tiandy",
                truth.model,
                truth.firmware,
                truth.serial,
                anonymous=frozenset({"GetDeviceInformation"}),
            ),
        ),
    )


def tvt(truth: Truth, *, firmware: tuple[int, int, int, int], build: int, kind: int = 2) -> LabDevice:
    """A TVT device: MHED with its planted password area, Cross Web Server."""
    recorder = truth.kind is Kind.RECORDER
    return assemble(
        truth,
        Parts(
            title="DVR Components Download" if recorder else "WEB Client",
            server="Cross Web Server",
            rtsp_realm="RTSP Server",
            scopes=() if recorder else scopes(truth.model, "IPC"),
            onvif=None
            if recorder
            else OnvifDevice(
                "TVT",
                truth.model,
                truth.firmware,
                truth.serial,
                anonymous=frozenset({"GetDeviceInformation"}),
            ),
            extra=(
                Tvt(
                    truth.model,
                    truth.model,
                    truth.mac,
                    firmware,
                    build,
                    int(truth.serial),
                    kind,
                    truth.channels or 1,
                ),
                OpenPort(6036),
            ),
        ),
    )


def xiongmai(truth: Truth, *, hostname: str = "LocalHost", cloud_id: str) -> LabDevice:
    """A board of Xiongmai under no name or anyone's: message 1531, uc-httpd, H264DVR, ONVIF on 8899."""
    onvif = OnvifDevice(
        "H264",
        "XM530_50X50-WG_8M",
        truth.firmware,
        cloud_id,
        "00001",
        anonymous=frozenset({"GetDeviceInformation", "GetScopes"}),
        port=8899,
    )
    return assemble(
        truth,
        Parts(
            title="NETSurveillance WEB",
            server="uc-httpd 1.0.0",
            rtsp_realm="H264DVR 1.0",
            rtsp_server="H264DVR 1.0",
            rtsp_options=(
                "RTSP/1.0 200 OK\nServer: H264DVR 1.0\nCseq: {cseq}\nPublic: OPTIONS, DESCRIBE, SETUP, TEARDOWN, "
                "GET_PARAMETER, SET_PARAMETER, PLAY, PAUSE\n\n"
            ),
            scopes=scopes("00001", "NVT", f"{BASE}/location/country/china"),
            endpoint=f"urn:uuid:00c00f00-0001-0001-8001-{truth.mac.replace(':', '')}",
            onvif=onvif,
            extra=(
                Xiongmai(hostname, cloud_id, truth.claimed_mac or truth.mac, truth.channels or 1),
                OpenPort(34567),
            ),
        ),
    )


def reolink(truth: Truth, *, uid: str, hardware: str) -> LabDevice:
    """A Reolink camera: ONVIF on 8000 (Hikvision's SDK port), Baichuan on 9000, realm "BC Streaming Media"."""
    return assemble(
        truth,
        Parts(
            rtsp_realm="BC Streaming Media",
            rtsp_options=_LIVE555,
            scopes=scopes(truth.model.replace(" ", "%20"), "IPC-BO", f"{BASE}/location/country/china"),
            endpoint=f"urn:uuid:2419d68a-2dd2-21b2-a205-{truth.mac.replace(':', '')}",
            onvif=OnvifDevice(
                "Reolink",
                truth.model,
                truth.firmware,
                truth.serial,
                hardware,
                anonymous=frozenset({"GetDeviceInformation"}),
                port=8000,
            ),
            pages={},
            http_port=8000,
            title="",
            extra=(Reolink(truth.model, uid, truth.mac), OpenPort(9000)),
        ),
    )


def tplink(truth: Truth, *, series: str, hardware: str = "1.0") -> LabDevice:
    """A Tapo or VIGI camera: UDP 20002, ONVIF on 2020, a fault to the untyped probe."""
    mac = truth.mac.upper().replace(":", "-")
    result: dict[str, object] = {
        "device_id": "0" * 32,
        "owner": "",
        "device_type": "SMART.IPCAMERA",
        "device_model": truth.model,
        "mac": mac,
        "hw_ver": hardware,
        "firmware_version": truth.firmware,
        "factory_default": False,
        "is_support_iot_cloud": True,
        "mgt_encrypt_schm": {"is_support_https": True},
    }
    quoted = truth.model.replace(" ", "%20")
    name = f"IPC({series}-{quoted})" if series == "VIGI" else f"TP-IPC%20{quoted}"
    return assemble(
        truth,
        Parts(
            rtsp_realm="TP-Link IP-Camera",
            rtsp_options=_LIVE555,
            scopes=scopes(quoted, name, f"{BASE}/Profile/S"),
            endpoint=f"uuid:3fa1fe68-b915-4053-a3e1-{truth.mac.replace(':', '')}",
            untyped_fault=True,
            http_port=2020,
            onvif=OnvifDevice("TP-Link", truth.model, truth.firmware, truth.serial, hardware, port=2020),
            extra=(
                TpLink(result),
                OpenPort(8800),
                Http(443, "", {"/": titled("")}, certificate=Certificate("CN=TPRI-DEVICE,O=TPRI,C=CN")),
            ),
        ),
    )


def vstarcam(truth: Truth, *, prefix: str, number: int, check: str) -> LabDevice:
    """A VStarcam that tells everyone its administrator's password (planted), and its P2P id."""
    uid = f"{prefix}-{number:06d}-{check}"
    return LabDevice(
        truth,
        (
            Vstarcam(uid, "IPCAM", truth.mac, truth.firmware),
            Pppp(prefix, number, check),
            Http(81, "", {"/": titled("")}),
        ),
    )


def foscam(truth: Truth, *, firmware: tuple[int, int, int, int], masked: bool = False) -> LabDevice:
    """A Foscam: MO_I on UDP 10000, plain or masked with the key in the packet; web on 88."""
    return LabDevice(
        truth,
        (
            Foscam(truth.hostname or "Foscam", truth.mac, firmware, masked=masked),
            Http(88, "lighttpd/1.4.31", {"/": titled("IPCam Client")}),
        ),
    )


def constructed(truth: Truth, *, manufacturer: str, name: str, title: str, realm: str = "") -> LabDevice:
    """Huawei, ZTE, Hytera: no recording exists; ONVIF as the standard asks for, and a titled page."""
    quoted = truth.model.replace(" ", "%20")
    return assemble(
        truth,
        Parts(
            title=title,
            rtsp_realm=realm or "IP Camera",
            scopes=scopes(quoted, name, f"{BASE}/manufacturer/{manufacturer.replace(' ', '%20')}"),
            onvif=OnvifDevice(
                manufacturer,
                truth.model,
                truth.firmware,
                truth.serial,
                anonymous=frozenset({"GetDeviceInformation"}),
            ),
        ),
    )


def nameless(truth: Truth) -> LabDevice:
    """Speaks RTSP as cameras do and says nothing of who made it: camera-like, never guessed."""
    return assemble(
        truth,
        Parts(
            rtsp_realm="LIVE555 Streaming Media",
            rtsp_options=_LIVE555,
            rtsp_port=8554,
        ),
    )
