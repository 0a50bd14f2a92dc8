# ruff: noqa: E501 - literal words are kept whole
"""Axis, Hanwha, Bosch, Vivotek, i-PRO, Sony, FLIR, Ubiquiti, 2N as they speak on the network.

Sources: facts §3.2, §4, §5.7 to §5.14, §5.19, §6.1, §6.2.2, §6.2.4, §6.2.5; firmware.md §6; corpus.
"""

from __future__ import annotations

from camscan.lab.device import LabDevice, Truth
from camscan.lab.makers.generic import BASE, Parts, assemble, scopes
from camscan.lab.services.basicdeviceinfo import PATH, BasicDeviceInfo
from camscan.lab.services.bosch import Bosch
from camscan.lab.services.certificate import Certificate
from camscan.lab.services.gige import Gige
from camscan.lab.services.hanwha import Hanwha
from camscan.lab.services.http import Page, challenge, digest, redirect, titled
from camscan.lab.services.mdns import Announced, Mdns
from camscan.lab.services.onvif import Login, OnvifDevice
from camscan.lab.services.panasonic import Panasonic
from camscan.lab.services.port10000 import Vivotek
from camscan.lab.services.snmp import Snmp
from camscan.lab.services.sony import Sony
from camscan.lab.services.ssdp import Ssdp, UpnpDescription
from camscan.lab.services.ubiquiti import Ubiquiti


def axis(truth: Truth, *, product_type: str, login: Login | None = None, closed: bool = False) -> LabDevice:
    """An Axis product: mDNS, SSDP, basicdeviceinfo, ONVIF, device certificate, SNMP. Its serial is its MAC."""
    mac = truth.serial
    number = truth.model.removeprefix("AXIS ")
    described = UpnpDescription(
        server="Linux/4.19.91-axis8, UPnP/1.0, Portable SDK for UPnP devices/1.14.7",
        udn=f"uuid:Upnp-BasicDevice-1_0-{mac}",
        device_type="urn:schemas-upnp-org:device:Basic:1",
        path="/rootdesc1.xml",
        fields=(
            ("friendlyName", f"AXIS {number} - {mac}"),
            ("manufacturer", "AXIS"),
            ("manufacturerURL", "http://www.axis.com/"),
            ("modelDescription", f"AXIS {number} {product_type}"),
            ("modelName", f"AXIS {number}"),
            ("modelNumber", number),
            ("modelURL", "http://www.axis.com/"),
            ("serialNumber", mac),
            ("presentationURL", f"http://{truth.ip}:80/"),
        ),
    )
    announced = Announced("_axis-video._tcp", f"AXIS {number} - {mac}", 80, (f"macaddress={mac}",))
    snmp = Snmp(
        f" ; AXIS {number}; {product_type}; {truth.firmware}; Mar 05 2024 10:20; 7A2; 1;",
        "1.3.6.1.4.1.368.1.1",
        f"axis-{mac.lower()}",
    )
    return assemble(
        truth,
        Parts(
            title="AXIS",
            server="Apache/2.4.58 (Unix)",
            pages={
                "/": redirect("/camera/index.html", 301),
                "/camera/index.html": titled("AXIS", '<script src="/camera/app.js"></script>'),
                PATH: BasicDeviceInfo(number, product_type, truth.firmware, mac, closed),
                "/axis-cgi/param.cgi": challenge(digest(f"AXIS_{mac}")),
            },
            certificate=Certificate(f"CN=axis-{mac.lower()},O=Axis Communications AB"),
            rtsp_realm=f"AXIS_{mac}",
            rtsp_options=(
                "RTSP/1.0 200 OK\nCSeq: {cseq}\nPublic: OPTIONS, DESCRIBE, ANNOUNCE, GET_PARAMETER, PAUSE, PLAY, "
                "RECORD, SETUP, SET_PARAMETER, TEARDOWN\nServer: GStreamer RTSP server\n\n"
            ),
            scopes=scopes(number, f"AXIS%20{number}", f"{BASE}/location/", f"{BASE}/Profile/G"),
            endpoint=f"urn:uuid:e83a0086-4b1f-4a7d-8c2e-{mac.lower()}",
            onvif=OnvifDevice(
                manufacturer="AXIS",
                model=number,
                firmware=truth.firmware,
                serial=mac,
                hardware_id="7A2",
                login=login,
                namespaces=("http://www.axis.com/vapix/ws/event1",),
            ),
            extra=(Ssdp(described), Mdns(f"axis-{mac.lower()}", (announced,)), snmp),
        ),
    )


def hanwha(truth: Truth, *, onvif: bool = True) -> LabDevice:
    """A Hanwha (Wisenet) camera; the vendor search gives the first ten characters of the model."""
    mac = truth.claimed_mac or truth.mac
    return assemble(
        truth,
        Parts(
            title="WEBVIEWER",
            pages={
                "/": redirect("/wmf/index.html"),
                "/wmf/index.html": titled("WEBVIEWER"),
                "/stw-cgi/system.cgi": challenge(digest(f"iPolis_{mac.upper().replace(':', '-')}")),
            },
            rtsp_realm="iPolis",
            scopes=scopes(truth.model, truth.model, f"{BASE}/manufacturer/Hanwha%20Vision") if onvif else (),
            onvif=OnvifDevice("Hanwha Vision", truth.model, truth.firmware, truth.serial) if onvif else None,
            extra=(Hanwha(truth.model, mac),),
        ),
    )


def bosch(truth: Truth, *, device_types: str = "F0009A43") -> LabDevice:
    """A Bosch camera: RCP+ scan, ONVIF, and the factory certificate that carries its MAC in the issuer."""
    mac = (truth.claimed_mac or truth.mac).replace(":", "-")
    issuer = f"SERIALNUMBER={truth.serial},CN={mac},OU=ST-VS,O=Bosch Sicherheitssysteme GmbH"
    subject = "CN=local.myboschcam.net,O=Bosch Sicherheitssysteme GmbH,L=Grasbrunn,ST=Bayern,C=DE"
    quoted = truth.model.replace(" ", "%20")
    return assemble(
        truth,
        Parts(
            title=truth.model,
            server="VCS-VideoJet-Webserver",
            certificate=Certificate(subject, issuer),
            rtsp_realm="please log in with a valid username",
            scopes=scopes(quoted, "Bosch", f"{BASE}/type/Network_Video_Transmitter"),
            onvif=OnvifDevice("Bosch", truth.model, truth.firmware, truth.serial, device_types),
            extra=(Bosch(truth.model, truth.serial, truth.claimed_mac or truth.mac, device_types),),
        ),
    )


def vivotek(truth: Truth) -> LabDevice:
    """A Vivotek camera: "drona" search, its web server, ONVIF with firmware "<model>-VVTK-<version>"."""
    return assemble(
        truth,
        Parts(
            title="Network Camera",
            server="Vivotek Network Camera",
            pages={"/": challenge('Digest realm="streaming_server", nonce="5a1d"')},
            rtsp_realm="streaming_server",
            scopes=scopes(truth.model, truth.model),
            onvif=OnvifDevice("VIVOTEK", truth.model, truth.firmware, truth.serial),
            extra=(
                Vivotek(f"VIVOTEK {truth.model}", truth.model, truth.mac),
                Snmp("Mega-Pixel Network Camera", "1.3.6.1.4.1.23465"),
            ),
        ),
    )


def ipro(truth: Truth) -> LabDevice:
    """An i-PRO camera, still answering Panasonic's setup protocol."""
    return assemble(
        truth,
        Parts(
            title=f"{truth.model} Network Camera",
            pages={"/admin/index.html": challenge(digest("Panasonic network device"))},
            rtsp_realm="Panasonic network device",
            scopes=scopes(truth.model, "i-PRO"),
            onvif=OnvifDevice("i-PRO", truth.model, truth.firmware, truth.serial),
            extra=(Panasonic("Entrance", truth.model, truth.firmware, truth.serial, truth.mac),),
        ),
    )


def sony(truth: Truth) -> LabDevice:
    """A Sony network camera: ENQ:allinfo on UDP 2380, NetEVI web server."""
    units = (
        ("MAC", truth.mac.replace(":", "-")),
        ("INFO", "allinfo"),
        ("MODEL", truth.model),
        ("SERIAL", truth.serial),
        ("SOFTVERSION", truth.firmware),
        ("IPADR", truth.ip),
        ("MASK", "255.255.255.0"),
        ("WEBPORT", "80"),
    )
    return assemble(
        truth,
        Parts(
            title="Sony Network Camera",
            server="NetEVI/3.10",
            pages={"/": challenge(f'Basic realm="Sony Network Camera ({truth.model})"')},
            extra=(Sony(units),),
        ),
    )


def flir(truth: Truth) -> LabDevice:
    """A FLIR machine-vision camera: nothing but GigE Vision."""
    extra = Gige("FLIR Systems", truth.model, truth.firmware, truth.serial, truth.mac, "FLIR AX5")
    return LabDevice(truth, (extra,))


def ubiquiti(truth: Truth, *, platform: str, firmware: str) -> LabDevice:
    """A UniFi Protect camera not yet adopted; truth.firmware is the plain version within `firmware`."""
    return assemble(
        truth,
        Parts(
            title="UniFi Video",
            certificate=Certificate("CN=camera.ubnt.dev,OU=devint,O=Ubiquiti Networks Inc.,L=Taipei,C=TW"),
            extra=(Ubiquiti(truth.model, truth.model, platform, firmware, truth.mac, adopted=False),),
        ),
    )


def intercom_2n(truth: Truth) -> LabDevice:
    """A 2N door intercom: the documented anonymous /api/system/info, certificate OU."""
    info = (
        f'{{"success":true,"result":{{"devType":"IP_VERSO","variant":"2N IP Verso","serialNumber":"{truth.serial}",'
        f'"macAddr":"{truth.mac.upper().replace(":", "-")}","hwVersion":"570v1","swVersion":"{truth.firmware}",'
        f'"buildType":"release","deviceName":"{truth.hostname or "Door"}"}}}}'
    )
    subject = f"CN={truth.mac.replace(':', '')},OU=2N IP Intercoms,O=2N Telekomunikace a.s.,L=Prague,ST=Czech Republic,C=CZ"
    return assemble(
        truth,
        Parts(
            title="2N IP Verso",
            server="HIP2.41.0.54.4",
            pages={"/api/system/info": Page(info.encode(), 200, (("Content-Type", "application/json"),))},
            certificate=Certificate(subject),
            rtsp_realm="HIP",
            rtsp_server="HIP",
            scopes=scopes("2N%20IP%20Verso", "2N%20IP%20Verso"),
            onvif=OnvifDevice("2N TELEKOMUNIKACE a.s.", truth.model, truth.firmware, truth.serial),
        ),
    )
