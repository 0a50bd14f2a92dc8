# ruff: noqa: E501 - literal words are kept whole
"""What stands in a building beside cameras and must never be called one: printers, NAS, phones, routers, PCs.

Words from the corpus' negatives. A printer's raw port counts every connection as an incident.
"""

from __future__ import annotations

from camscan.lab.device import LabDevice, Service, Truth
from camscan.lab.services.certificate import Certificate
from camscan.lab.services.http import Http, Page, challenge, page, redirect, titled
from camscan.lab.services.mdns import Announced, Mdns
from camscan.lab.services.port import OpenPort
from camscan.lab.services.rtsp import Rtsp
from camscan.lab.services.snmp import Snmp
from camscan.lab.services.ssdp import Ssdp, UpnpDescription
from camscan.lab.services.wsdiscovery import WsDiscovery
from camscan.model.device import Kind

RAW_PRINTING = tuple(range(9100, 9108))


def bystander(ip: str, mac: str, hostname: str, *services: Service, model: str = "") -> LabDevice:
    """Any device that is not a camera."""
    truth = Truth(ip, mac, hostname, Kind.NOT_A_CAMERA, "", "", model)
    return LabDevice(truth, services)


def printer(ip: str, mac: str, hostname: str) -> LabDevice:
    """A Brother office printer: WSD printer types, IPP over mDNS, SNMP, raw ports nobody may touch."""
    return bystander(
        ip,
        mac,
        hostname,
        Http(80, "debut/1.30", {"/": titled("Brother MFC-L5900DW series")}),
        *(OpenPort(port, untouchable=True) for port in RAW_PRINTING[:2]),
        OpenPort(515),
        Mdns(
            hostname,
            (Announced("_ipp._tcp", "Brother MFC-L5900DW series", 631, ("ty=Brother MFC-L5900DW",)),),
        ),
        Snmp("Brother NC-8900w, Firmware Ver.1.15 ,MID 84E-F06,FID 2", "1.3.6.1.4.1.2435.2.3.9.1", hostname),
        WsDiscovery(
            endpoint="urn:uuid:e3248000-80ce-11db-8000-" + mac.replace(":", ""),
            scopes=(),
            xaddrs=(f"http://{ip}:80/WebServices/Device",),
            types="wsdp:Device wprt:PrintDeviceType",
            style="env",
        ),
        model="MFC-L5900DW",
    )


def router(ip: str, mac: str, hostname: str) -> LabDevice:
    """A home router: an internet gateway over SSDP, a login realm, telnet."""
    described = UpnpDescription(
        server="POSIX UPnP/1.0 UPnP Stack/1.11.0.0",
        udn=f"uuid:upnp-InternetGatewayDevice-1_0-{mac.replace(':', '')}",
        device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:1",
        port=1980,
        path="/InternetGatewayDevice.xml",
        fields=(("friendlyName", "Wireless Router"), ("manufacturer", "ZTE"), ("modelName", "ZXHN H108L")),
    )
    return bystander(
        ip,
        mac,
        hostname,
        Http(80, "Mini web server 1.0 ZTE corp 2005.", {"/": challenge('Basic realm="ZXHN H108L"')}),
        Ssdp(described),
        OpenPort(23, b"\xff\xfb\x01\xff\xfb\x03\r\nLogin: "),
        OpenPort(53),
        model="ZXHN H108L",
    )


def nas(ip: str, mac: str, hostname: str) -> LabDevice:
    """A Synology NAS, which also names a product "Surveillance Station": not a camera."""
    title = f"{hostname}&nbsp;-&nbsp;Synology&nbsp;DiskStation"
    described = UpnpDescription(
        server="Synology/DSM/192.168.1.5",
        udn=f"uuid:73796E6F-6473-6D00-0000-{mac.replace(':', '')}",
        device_type="urn:schemas-upnp-org:device:Basic:1",
        port=5010,
        path="/ssdp/desc-DSM-eth0.xml",
        fields=(
            ("friendlyName", f"{hostname} (DS218)"),
            ("manufacturer", "Synology"),
            ("modelName", "DS218"),
            ("serialNumber", mac.replace(":", "")),
        ),
    )
    return bystander(
        ip,
        mac,
        hostname,
        Http(80, "nginx", {"/": redirect(f"http://{ip}:5000/")}),
        Http(5000, "nginx", {"/": titled(title)}),
        Http(
            5001,
            "nginx",
            {"/": titled(title)},
            certificate=Certificate("CN=synology,O=Synology Inc.,L=Taipel,C=TW"),
        ),
        Ssdp(described),
        OpenPort(22, b"SSH-2.0-OpenSSH_8.2\r\n"),
        WsDiscovery(
            endpoint="urn:uuid:98a0ce1c-7a3e-5f5b-a6f4-" + mac.replace(":", ""),
            scopes=(),
            xaddrs=(),
            types="wsdp:Device pub:Computer",
            style="env",
            any_type=True,
        ),
        model="DS218",
    )


def phone(ip: str, mac: str, hostname: str) -> LabDevice:
    """An IP desk phone."""
    return bystander(
        ip,
        mac,
        hostname,
        Http(80, "", {"/": challenge('Digest realm="SIP-T46S", nonce="71b5"')}),
        OpenPort(5060),
        model="SIP-T46S",
    )


def huawei_switch(ip: str, mac: str, hostname: str) -> LabDevice:
    """A Huawei access switch: a named manufacturer of cameras, and still not a camera."""
    return bystander(
        ip,
        mac,
        hostname,
        Snmp(
            "Huawei YunShan OS\nVersion 1.22.0.1 (S5700 V600R022C01SPC500) \r\nHUAWEI CloudEngine S5735-L-V2 \r\n",
            "1.3.6.1.4.1.2011.2.23.1097",
            hostname,
        ),
        OpenPort(22, b"SSH-2.0-HUAWEI-1.5\r\n"),
        OpenPort(
            23, b"\r\nWarning: Telnet is not a secure protocol.\r\n\r\nLogin authentication\r\n\r\nUsername:"
        ),
        model="S5735-L-V2",
    )


def windows(ip: str, mac: str, hostname: str) -> LabDevice:
    """A Windows PC answering WS-Discovery as pub:Computer."""
    return bystander(
        ip,
        mac,
        hostname,
        WsDiscovery(
            endpoint="urn:uuid:4d1f2a9e-1111-4c1c-9c5e-" + mac.replace(":", ""),
            scopes=(),
            xaddrs=(f"http://{ip}:5357/4d1f2a9e-1111-4c1c-9c5e-{mac.replace(':', '')}/",),
            types="wsdp:Device pub:Computer",
            style="env",
        ),
        Http(5357, "Microsoft-HTTPAPI/2.0", {}, missing=page("<h2>Service Unavailable</h2>", 503)),
        OpenPort(445),
        OpenPort(3389),
    )


def media_server(ip: str, mac: str, hostname: str) -> LabDevice:
    """A DLNA media server that also speaks RTSP (AirTunes): streams, but no camera."""
    described = UpnpDescription(
        server="Debian/12 DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0",
        udn=f"uuid:4d696e69-444c-164e-9d41-{mac.replace(':', '')}",
        device_type="urn:schemas-upnp-org:device:MediaServer:1",
        port=8200,
        path="/rootDesc.xml",
        fields=(
            ("friendlyName", f"{hostname}: minidlna"),
            ("manufacturer", "Justin Maggard"),
            ("modelName", "Windows Media Connect compatible (MiniDLNA)"),
        ),
    )
    airtunes = "RTSP/1.0 200 OK\nCSeq: {cseq}\nServer: AirTunes/220.68\nPublic: ANNOUNCE, SETUP, RECORD, PAUSE, FLUSH, TEARDOWN, OPTIONS\n\n"
    refused = "RTSP/1.0 405 Method Not Allowed\nCSeq: {cseq}\nServer: AirTunes/220.68\n\n"
    return bystander(
        ip,
        mac,
        hostname,
        Ssdp(described),
        Rtsp(airtunes, refused, port=7000),
        Mdns(
            hostname,
            (
                Announced(
                    "_raop._tcp", f"{mac.replace(':', '').upper()}@{hostname}", 7000, ("am=AppleTV3,2",)
                ),
            ),
        ),
    )


def home_hub(ip: str, mac: str, hostname: str) -> LabDevice:
    """A Philips Hue bridge: HomeKit category 2 (bridge), SSDP, a JSON error at its root."""
    unauthorized = b'[{"error":{"type":1,"address":"/","description":"unauthorized user"}}]'
    described = UpnpDescription(
        server="Hue/1.0 UPnP/1.0 IpBridge/1.48.0",
        udn=f"uuid:2f402f80-da50-11e1-9b23-{mac.replace(':', '')}",
        device_type="urn:schemas-upnp-org:device:Basic:1",
        port=80,
        path="/description.xml",
        fields=(
            ("friendlyName", f"Philips hue ({ip})"),
            ("manufacturer", "Royal Philips Electronics"),
            ("modelName", "Philips hue bridge 2015"),
            ("modelNumber", "BSB002"),
            ("serialNumber", mac.replace(":", "")),
        ),
    )
    json_page = Page(unauthorized, 200, (("Content-Type", "application/json"),))
    document = Page(described.document(), 200, (("Content-Type", "text/xml"),))
    return bystander(
        ip,
        mac,
        hostname,
        Http(
            80,
            "nginx",
            {"/": titled("hue personal wireless lighting"), "/api": json_page, "/description.xml": document},
        ),
        Ssdp(described, own_server=False),
        Mdns(
            hostname, (Announced("_hap._tcp", "Philips hue - 2476FF", 8080, ("md=BSB002", "ci=2", "sf=0")),)
        ),
    )
