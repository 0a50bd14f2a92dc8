# ruff: noqa: E501 - literal replies are kept as recorded
"""Hikvision's platform and everything sold from it: SADP, ONVIF, the web client, RTSP, port 8000.

Sources: facts §5.1 (SADP), §1.2 (newline fault), §1.4 (EPR), §6.1 and §6.2 (RTSP, HTTP, TLS); serial and
version grammar from firmware.md §2. A relabel differs in the fields a relabel really changes: model,
OEMInfo, DetailOEMCode, SpecificDeviceType, scopes; the serial's tail stays the factory's.
"""

from __future__ import annotations

from camscan.lab.device import LabDevice, Service, Truth
from camscan.lab.services.certificate import Certificate
from camscan.lab.services.http import Handler, Http, Page, challenge, digest, page, redirect
from camscan.lab.services.onvif import Login, OnvifDevice
from camscan.lab.services.port import OpenPort
from camscan.lab.services.rtsp import Rtsp
from camscan.lab.services.sadp import Sadp
from camscan.lab.services.ssdp import Ssdp, UpnpDescription
from camscan.lab.services.wsdiscovery import WsDiscovery
from camscan.model.device import Kind

CERTIFICATE = Certificate("CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou,ST=ZheJiang,C=CN")

_OPTIONS = (
    "RTSP/1.0 200 OK\nCSeq: {cseq}\nPublic: OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, "
    "GET_PARAMETER\nDate:  {date}\n\n"
)
_LOGIN_PAGE = (
    '<!doctype html>\n<html>\n<head>\n<title></title>\n<meta http-equiv="X-UA-Compatible" content="IE=Edge" />\n'
    '<link rel="shortcut icon" href="../../favicon.ico" />\n<script src="../script/lib/seajs/config/sea-config.js">'
    "</script>\n</head>\n<body></body>\n</html>\n"
)
_NAMESPACE = "http://www.hikvision.com/ver20/XMLSchema"


def hikvision(
    truth: Truth,
    *,
    build: str,
    oem_info: str = "N/A",
    oem_code: str = "1",
    neutral: bool = False,
    base_model: str = "",
    scope_name: str = "",
    onvif: bool = True,
    sadp_to_group: bool = False,
    web_server: str = "webserver",
    certificate: Certificate | None = CERTIFICATE,
    login: Login | None = None,
    upnp: UpnpDescription | None = None,
    ezviz: bool = False,
    rtsp_code: str = "",
    announced_ip: str = "",
) -> LabDevice:
    """A device of Hikvision's platform. build: "build yymmdd" of its firmware; oem_*: what SADP tells of a
    relabel; base_model: SADP's szBaseDesc; onvif False: as shipped since 5.5. scope_name: ONVIF name scope.
    announced_ip: the address SADP names when it is not the one that answers."""
    recorder = truth.kind is Kind.RECORDER
    rtsp_code = rtsp_code or f"C{truth.serial[-4:]}"
    onvif_device = OnvifDevice(
        manufacturer="HIKVISION" if oem_info == "N/A" else oem_info,
        model=truth.model,
        firmware=f"{truth.firmware} {build}",
        serial=truth.serial,
        hardware_id="88",
        refuses="401",
        realm=f"IP Camera({rtsp_code})",
        login=login,
        soap="env",
        namespaces=("http://www.onvifext.com/onvif/ext/ver10/wsdl",),
        channels=max(1, truth.channels),
    )
    web = _web(truth, onvif_device if onvif else None, rtsp_code)
    services: list[Service] = [
        Http(80, web_server, web),
        Rtsp(_OPTIONS, _describe(rtsp_code)),
        Sadp(
            _sadp_fields(truth, build, oem_info, oem_code, neutral, base_model, ezviz, announced_ip),
            sadp_to_group,
        ),
        OpenPort(8000),
    ]
    if certificate:
        services.append(Http(443, web_server, web, certificate=certificate))
    if onvif:
        node = (truth.claimed_mac or truth.mac).replace(":", "")
        services.append(
            WsDiscovery(
                endpoint=f"urn:uuid:cea94000-fb96-11b3-8260-{node}",
                scopes=_scopes(truth, scope_name or f"HIKVISION%20{truth.model}", recorder=recorder),
                xaddrs=(f"http://{truth.ip}/onvif/device_service",),
                style="env",
                newline_fault=True,
            )
        )
    if upnp:
        services.append(Ssdp(upnp))
    return LabDevice(truth, tuple(services))


def _web(truth: Truth, onvif: OnvifDevice | None, code: str) -> dict[str, Page | Handler]:
    activated = "true" if truth.activated else "false"
    status = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ActivateStatus version="2.0" xmlns="{_NAMESPACE}">\n'
        f"<Activated>{activated}</Activated>\n</ActivateStatus>\n"
    )
    pages: dict[str, Page | Handler] = {
        "/": redirect("/doc/page/login.asp?_1709634030"),
        "/doc/page/login.asp": page(_LOGIN_PAGE),
        "/SDK/activateStatus": Page(status.encode(), 200, (("Content-Type", "application/xml"),)),
        "/SDK/language": Page(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Language version="2.0" xmlns="{_NAMESPACE}">\n'
            "<type>en</type>\n</Language>\n".encode(),
            200,
            (("Content-Type", "application/xml"),),
        ),
        "/ISAPI/System/deviceInfo": challenge(digest(f"IP Camera({code})")),
        "/favicon.ico": Page(b"\0\0\1\0\1\0\x10\x10hik", 200, (("Content-Type", "image/x-icon"),)),
    }
    if onvif:
        pages["/onvif/device_service"] = onvif
        pages["/onvif/Media"] = onvif
    return pages


def _describe(code: str) -> str:
    realm = f"IP Camera({code})"
    return (
        f'RTSP/1.0 401 Unauthorized\nCSeq: {{cseq}}\nWWW-Authenticate: Digest realm="{realm}", '
        'nonce="0191a41d87c28cd52b3e9c8adc99291c", stale="FALSE"\n'
        f'WWW-Authenticate: Basic realm="{realm}"\nDate:  {{date}}\n\n'
    )


def _scopes(truth: Truth, name: str, *, recorder: bool) -> tuple[str, ...]:
    mac = truth.claimed_mac or truth.mac
    base = "onvif://www.onvif.org"
    return (
        f"{base}/type/{'Network_Video_Storage' if recorder else 'video_encoder'}",
        f"{base}/Profile/Streaming",
        f"{base}/Profile/G",
        f"{base}/Profile/T",
        f"{base}/MAC/{mac}",
        f"{base}/hardware/{truth.model}",
        f"{base}/name/{name}",
        f"{base}/location/city/hangzhou",
    )


def _sadp_fields(
    truth: Truth,
    build: str,
    oem_info: str,
    oem_code: str,
    neutral: bool,
    base_model: str,
    ezviz: bool,
    ip: str,
) -> dict[str, str]:
    recorder = truth.kind is Kind.RECORDER
    fields = {
        "DeviceType": truth.model if ezviz else ("65551" if recorder else "155650"),
        "DeviceDescription": truth.model,
        "DeviceSN": truth.serial,
        "CommandPort": "8000",
        "HttpPort": "80",
        "MAC": (truth.claimed_mac or truth.mac).replace(":", "-"),
        "IPv4Address": ip or truth.ip,
        "IPv4SubnetMask": "255.255.255.0",
        "IPv4Gateway": truth.ip.rpartition(".")[0] + ".1",
        "IPv6Address": "::",
        "DHCP": "false",
        "AnalogChannelNum": "0",
        "DigitalChannelNum": str(truth.channels),
        "DiskNumber": "1" if recorder else "0",
        "SoftwareVersion": f"{truth.firmware}{build}",
        "DSPVersion": "V7.3 build 200601",
        "BootTime": "2024-03-01 06:12:44",
        "ResetAbility": "false",
        "Activated": "true" if truth.activated else "false",
        "PasswordResetAbility": "true",
        "OEMInfo": oem_info,
        "OEMCode": "1" if oem_code == "1" else oem_code[0],
        "DetailOEMCode": oem_code,
        "SpecificDeviceType": "Neutral" if neutral else "HIK",
        "SDKOverTLSPort": "8443",
        "Encrypt": "true",
        "SupportSecurityQuestion": "true",
        "HCPlatformEnable": "flase",  # spelt so by real firmware
    }
    if ezviz:
        fields["EZVIZCode"] = "1"
    if base_model:
        fields["szBaseDesc"] = base_model
    return fields
