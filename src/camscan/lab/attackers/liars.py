# ruff: noqa: E501 - one attack reads best on one line
"""Attackers that lie about who and where they are: floods, other people's addresses, pointers elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from camscan.lab.attackers import names, words
from camscan.lab.attackers.datagrams import NUMBER, Impostor, Words
from camscan.lab.attackers.streams import Stream
from camscan.lab.device import Service
from camscan.lab.services.http import Http, page, redirect
from camscan.lab.services.port import OpenPort

SADP_GROUP, DHIP_GROUP, MDNS_GROUP = "239.255.255.250", "239.255.255.251", "224.0.0.251"


@dataclass(frozen=True, slots=True)
class Victims:
    """Whom the attackers point at. honest: true cameras; absent: an address in scope where nobody is;
    excluded: an address with a tripwire; stranger: an address outside the scope; macs, serials: of honest ones."""

    honest: str
    absent: str
    excluded: str
    stranger: str
    macs: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()


def floods(victims: Victims) -> dict[str, Sequence[Service]]:
    """Replies by the thousand from one source, from sources that are not there, and over mDNS, by name."""
    sadp = words.sadp(
        DeviceDescription="FLOOD@number@", DeviceSN="FLOOD-SN-@number@", MAC="02-00-00-00-00-01"
    )
    wsd = words.wsd(
        "urn:uuid:00000000-1111-2222-3333-@number@",
        "onvif://www.onvif.org/name/F@number@",
        "http://0.0.0.0/@number@",
    )
    true_answer = words.sadp(
        DeviceType="IP Camera",
        DeviceDescription="DS-2CD2T47G1-L",
        DeviceSN="DS-2CD2T47G1-L20190522AAWRD2@number@",
        SoftwareVersion="V5.6.5build 200316",
        MAC="68-6d-bc-66-66-66",
    )
    return {
        "ten-thousand-replies": (
            Words(37020, (sadp,), 10_000, SADP_GROUP, 20_000),
            Words(3702, (wsd,), 10_000, SADP_GROUP, 20_000),
        ),
        "spoofed-sources": (Impostor(37020, true_answer, (victims.stranger,), SADP_GROUP),),
        "mdns-flood": (Words(5353, names.flood(5000), 1, MDNS_GROUP, 2000, to_group=True),),
        "mdns-liar": (
            Words(
                5353,
                names.liar((victims.absent, victims.stranger, victims.honest)),
                1,
                MDNS_GROUP,
                200,
                to_group=True,
            ),
        ),
    }


def pointers(victims: Victims) -> dict[str, Sequence[Service]]:
    """Devices that point at a stranger, an excluded host, an honest one and loopback, by name."""
    hosts = (
        victims.stranger,
        victims.excluded,
        victims.honest,
        "127.0.0.1",
        "localhost",
        "[::1]",
        "169.254.169.254",
    )
    ports = zip((80, 8080, 81, 88, 5000, 8899, 2020), hosts, strict=True)
    refresh = "".join(
        f'<meta http-equiv="refresh" content="0; url=http://{host}/evil"><script>location.href="http://{host}/js"</script><frame src="//{host}/f"><link rel="icon" href="http://{host}/favicon.ico">'
        for host in hosts
    )
    xaddrs = " ".join(
        f"http://{host}:{port}/onvif/device_service" for host in hosts for port in (80, 9100, 9101)
    )
    upnp = [
        b"HTTP/1.1 200 OK\r\nLOCATION: http://%s/rootdesc.xml\r\nST: upnp:rootdevice\r\nSERVER: x\r\nUSN: uuid:%d::upnp:rootdevice\r\n\r\n"
        % (place.encode(), number)
        for number, place in enumerate(
            [
                *hosts,
                *(f"{host}:9100" for host in hosts),
                "user:pw@127.0.0.1:80",
                "127.0.0.1:99999",
                "[::ffff:127.0.0.1]",
            ]
        )
    ]
    odd = (
        f"http://{victims.honest}@{victims.stranger}/onvif/device_service",
        f"http://{int.from_bytes(socket.inet_aton(victims.stranger))}/onvif/device_service",
        f"http://0x{socket.inet_aton(victims.stranger).hex()}/onvif/device_service",
        "http://[::ffff:127.0.0.1]/onvif/device_service",
        "http://[fe80::1%25lo]/onvif/device_service",
        "http://localhost:80/onvif/device_service",
        "http://127.1/onvif/device_service",
        f"http://{victims.excluded}:80#@{victims.honest}/onvif/device_service",
        f"http://{victims.excluded}\\@{victims.honest}/onvif/device_service",
        f"HTTP://{victims.stranger}.:80/x",
        f"http:///{victims.stranger}/x",
        f"http://{victims.stranger}:99999999999/x",
        f"http://{victims.stranger}:-1/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1:25/x",
        "//" + victims.stranger,
        "http://",
        "http://[",
        "http://" + "a" * 5000,
    )
    location = (
        b"HTTP/1.1 200 OK\r\nLOCATION: %s\r\nST: upnp:rootdevice\r\nUSN: uuid:odd%d::upnp:rootdevice\r\n\r\n"
    )
    return {
        "odd-pointers": (
            Words(
                3702,
                (
                    words.wsd(
                        "urn:uuid:66666666-0000-0000-0000-000000000002",
                        "onvif://www.onvif.org/type/x",
                        " ".join(odd),
                    ),
                ),
                group=SADP_GROUP,
            ),
            Words(
                1900,
                tuple(location % (text.encode(), number) for number, text in enumerate(odd)),
                group=SADP_GROUP,
            ),
            *(
                Http(port, "R", {}, redirect(text))
                for port, text in zip((80, 8080, 81, 88, 5000, 8899, 2020, 8000, 9000), odd, strict=False)
            ),
        ),
        "redirects": tuple(Http(port, "R", {}, redirect(f"http://{host}/evil")) for port, host in ports),
        "redirect-to-printer": (
            Http(80, "R", {}, redirect(":9100/")),
            Http(8080, "R", {}, redirect("//" + victims.stranger + ":9100/")),
            OpenPort(9100, untouchable=True),
        ),
        "redirect-loop": (Http(80, "R", {}, redirect("/again?" + "x" * 2000)),),
        "meta-refresh": (
            Http(80, "M", {}, page(f"<html><head>{refresh}<title>moved</title></head></html>")),
        ),
        "xaddrs": (
            Words(
                3702,
                (
                    words.wsd(
                        "urn:uuid:66666666-0000-0000-0000-000000000001",
                        "onvif://www.onvif.org/type/video_encoder",
                        xaddrs,
                    ),
                ),
                group=SADP_GROUP,
            ),
            OpenPort(9100, untouchable=True),
            OpenPort(9101, untouchable=True),
        ),
        "upnp-location": (Words(1900, tuple(upnp), group=SADP_GROUP), OpenPort(9100, untouchable=True)),
    }


def claims(victims: Victims) -> dict[str, Sequence[Service]]:
    """Devices that claim the hardware addresses and serials of others, by name."""
    thefts = tuple(
        words.sadp(
            DeviceType="IP Camera", DeviceDescription="STOLEN", DeviceSN=serial, MAC=mac.replace(":", "-")
        )
        for mac, serial in zip(victims.macs, (*victims.serials, *[""] * len(victims.macs)), strict=False)
    )
    makers = (
        "Hikvision",
        "Dahua",
        "Axis",
        "Hanwha",
        "Bosch",
        "Uniview",
        "Reolink",
        "TP-Link",
        "Vivotek",
        "Sony",
        "Panasonic",
        "Canon",
        "Foscam",
        "Ubiquiti",
        "Mobotix",
    )
    scopes = " ".join(
        f"onvif://www.onvif.org/name/{maker} onvif://www.onvif.org/hardware/{maker}-{n}"
        for n, maker in enumerate(makers)
    )
    hundred = tuple(
        words.sadp(
            DeviceType="IP Camera",
            DeviceDescription=f"DS-2CD{n:04d}-I",
            DeviceSN=f"DS-2CD{n:04d}-I20190522AAWRD2{n:07d}",
            SoftwareVersion=f"V5.{n}.5build 200316",
        )
        for n in range(100)
    )
    titles = "".join(f"<title>{maker} Network Camera</title>" for maker in makers)
    return {
        "everybodys-mac": (Words(37020, thefts or (b"",), group=SADP_GROUP),),
        "hundred-things": (
            Words(37020, hundred, group=SADP_GROUP),
            Words(
                3702,
                tuple(
                    words.wsd(f"urn:uuid:66666666-0000-0000-0000-{n:012d}", scopes, "http://0.0.0.0/")
                    for n in range(100)
                ),
                group=SADP_GROUP,
            ),
            Words(37810, (words.dhip(words.DHIP_BODY),), group=DHIP_GROUP),
            Stream(
                (80, 8080),
                words.http(titles.encode(), *(b"Server: " + maker.encode() for maker in makers)),
                rounds=20,
            ),
        ),
        "sadp-numbered": (
            Words(
                37020,
                (words.SADP_HEAD + b"<DeviceDescription>" + NUMBER + b"</DeviceDescription></ProbeMatch>",),
                group=SADP_GROUP,
            ),
        ),
    }
