# ruff: noqa: E501 - literal replies are kept as recorded
"""Dahua's platform and everything sold from it: DHIP, ONVIF, the web client, RTSP, port 37777.

Sources: facts §5.3 and §5.4 (DHIP, DVRIP), §6.1 (`Login to <serial>`, Rtsp Server/3.0), §4 (UPnP);
versions, customer codes and serial grammar from firmware.md §3.
"""

from __future__ import annotations

from camscan.lab.device import LabDevice, Service, Truth
from camscan.lab.services.certificate import Certificate
from camscan.lab.services.dhip import Dhip
from camscan.lab.services.dvrip import Dvrip
from camscan.lab.services.http import Handler, Http, Page, challenge, digest, titled
from camscan.lab.services.onvif import Login, OnvifDevice
from camscan.lab.services.port import OpenPort
from camscan.lab.services.rtsp import Rtsp
from camscan.lab.services.ssdp import Ssdp, UpnpDescription
from camscan.lab.services.wsdiscovery import WsDiscovery
from camscan.model.device import Kind

_CLASSES = {Kind.CAMERA: "IPC", Kind.RECORDER: "NVR", Kind.INTERCOM: "VTO", Kind.ENCODER: "NVS"}
_OPTIONS = (
    "RTSP/1.0 200 OK\nCSeq: {cseq}\nServer: Rtsp Server/3.0\nPublic: OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, "
    "RECORD, PAUSE, TEARDOWN, SET_PARAMETER, GET_PARAMETER\n\n"
)


def dahua(
    truth: Truth,
    *,
    vendor: str = "General",
    manufacturer: str = "General",
    scope_name: str = "Dahua",
    onvif: bool = True,
    onvif_manufacturer: str = "Dahua",
    old_discovery: bool = False,
    upnp: bool = False,
    login: Login | None = None,
    unicast_only: bool = False,
    sdk_port: int = 37777,
    title: str = "WEB SERVICE",
    hashed_realm: bool = False,
    json_broken: bool = False,
    https: bool = False,
    dhip: bool = True,
) -> LabDevice:
    """A device of Dahua's platform. vendor, manufacturer: DHIP's fields, which carry a relabel's name;
    old_discovery: also answers DVRIP on 5050; json_broken: the recorded unit with a missing quote."""
    realm = "Login to " + ("a" * 8 + truth.serial.encode().hex())[:32] if hashed_realm else ""
    realm = realm or f"Login to {truth.serial}"
    onvif_device = OnvifDevice(
        manufacturer=onvif_manufacturer,
        model=truth.model,
        firmware=f"{truth.firmware}, Build Date 2021-06-30",
        serial=truth.serial,
        hardware_id="1.00",
        refuses="401",
        realm=realm,
        login=login,
        soap="s",
        namespaces=("http://www.onvif.org/ver20/media/wsdl",),
        channels=max(1, truth.channels),
    )
    pages: dict[str, Page | Handler] = {
        "/": titled(title, '<script src="/static/js/lib.js"></script>'),
        "/cgi-bin/magicBox.cgi": challenge(digest(realm)),
        "/favicon.ico": Page(b"\0\0\1\0\1\0\x10\x10dah", 200, (("Content-Type", "image/x-icon"),)),
    }
    if onvif:
        pages["/onvif/device_service"] = pages["/onvif/Media"] = onvif_device
    services: list[Service] = [
        Http(80, "", pages),
        Rtsp(_OPTIONS, _describe(realm)),
        OpenPort(sdk_port),
    ]
    if dhip:
        services.append(_dhip(truth, vendor, manufacturer, sdk_port, unicast_only, json_broken))
    if onvif:
        services.append(_discovery(truth, scope_name))
    if old_discovery:
        services.append(Dvrip(truth.model, truth.serial, truth.claimed_mac or truth.mac))
    if https:
        subject = f"CN={truth.serial},OU=Product,O=Dahua,L=HangZhou,ST=ZheJiang,C=CN"
        services.append(Http(443, "", pages, certificate=Certificate(subject)))
    if upnp:
        services.append(Ssdp(_upnp(truth)))
    return LabDevice(truth, tuple(services))


def _describe(realm: str) -> str:
    return (
        f'RTSP/1.0 401 Unauthorized\nCSeq: {{cseq}}\nWWW-Authenticate: Digest realm="{realm}", '
        'nonce="8b1f6f2a0d4c4b4f9d2f7c3b9a1e5d60"\n\n'
    )


def _discovery(truth: Truth, scope_name: str) -> WsDiscovery:
    base = "onvif://www.onvif.org"
    mac = (truth.claimed_mac or truth.mac).replace(":", "")
    return WsDiscovery(
        endpoint=f"uuid:503b687a-1e5d-4c0b-9f{mac[:2]}-{mac}",
        scopes=(
            f"{base}/location/country/china",
            f"{base}/name/{scope_name}",
            f"{base}/hardware/{truth.model}",
            f"{base}/Profile/Streaming",
            f"{base}/type/Network_Video_Transmitter",
            f"{base}/extension/unique_identifier/1",
            f"{base}/Profile/G",
        ),
        xaddrs=(f"http://{truth.ip}/onvif/device_service",),
        prefix_on_types=True,
    )


def _dhip(
    truth: Truth, vendor: str, manufacturer: str, sdk_port: int, unicast_only: bool, json_broken: bool
) -> Dhip:
    mac = truth.claimed_mac or truth.mac
    info: dict[str, object] = {
        "AlarmInputChannels": 0,
        "AlarmOutputChannels": 0,
        "DeviceClass": _CLASSES[truth.kind],
        "DeviceType": truth.model,
        "Find": "BC",
        "HttpPort": 80,
        "IPv4Address": {
            "DefaultGateway": truth.ip.rpartition(".")[0] + ".1",
            "DhcpEnable": False,
            "IPAddress": truth.ip,
            "SubnetMask": "255.255.255.0",
        },
        "Init": 2198 if truth.activated else 2197,
        "MachineGroup": "",
        "MachineName": truth.hostname or truth.serial,
        "Manufacturer": manufacturer,
        "Port": sdk_port,
        "RemoteVideoInputChannels": truth.channels,
        "SerialNo": truth.serial,
        "UnLoginFuncMask": 1,
        "Vendor": vendor,
        "Version": truth.firmware,
        "VideoInputChannels": 0 if truth.kind is Kind.RECORDER else 1,
        "VideoOutputChannels": 0,
    }
    text = ""
    if json_broken:  # the recorded unit forgets a quote after Version
        text = (
            f'{{"mac":"{mac}","method":"client.notifyDevInfo","params":{{"deviceInfo":{{"DeviceClass":"'
            f'{info["DeviceClass"]}","DeviceType":"{truth.model}","HttpPort":80,"Port":{sdk_port},"SerialNo":"'
            f'{truth.serial}","Manufacturer":"{manufacturer}","Vendor":"{vendor}","Version":"{truth.firmware},'
            '"VideoInputChannels":1}}}'
        )
    return Dhip(mac, info, text, unicast_only)


def _upnp(truth: Truth) -> UpnpDescription:
    serial = truth.serial
    return UpnpDescription(
        server="Linux/3.8.8, UPnP/1.0, ZheJiang Dahua Technology CO.,LTD. Upnp SDK",
        udn=f"uuid:www.dahuatech.com.device_3_0-{serial}",
        device_type=f"urn:schemas-upnp-org:device:3.0-{serial}",
        port=49152,
        path="/upnp_device_desc.xml",
        fields=(
            ("friendlyName", truth.hostname or serial),
            ("manufacturer", "General"),
            ("modelName", truth.model),
            ("serialNumber", serial),
        ),
        extra_headers=(("X-User-Agent", "redsonic"),),
    )
