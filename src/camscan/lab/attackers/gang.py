# ruff: noqa: E501 - one attack reads best on one line
"""All attackers, each on an address of its own; `truth.hostname` says which attack it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from camscan.lab.attackers import liars, names, oddities, words
from camscan.lab.attackers.datagrams import Words
from camscan.lab.attackers.liars import DHIP_GROUP, MDNS_GROUP, SADP_GROUP, Victims
from camscan.lab.attackers.streams import Ending, Stream
from camscan.lab.device import LabDevice, Service, Truth
from camscan.lab.services.port import OpenPort
from camscan.lab.services.ssdp import Ssdp, UpnpDescription
from camscan.model.device import Kind

CHUNK = b"A" * 65536
SWEPT = (80, 443, 554, 8000, 8080, 37777, 34567, 8554, 8899, 2020, 8443, 81, 88, 5000, 9000, 10554)
MANY = (
    *SWEPT,
    82,
    83,
    322,
    1756,
    1935,
    4520,
    4550,
    5150,
    5160,
    5550,
    5554,
    6036,
    7070,
    8091,
    8200,
    8800,
    8866,
    9008,
    9010,
    9530,
    32040,
    49152,
    65534,
    *range(20000, 20200),
)
"""A tarpit on loopback cannot take every port of 65k; it takes each one a scan may try, and more."""


def attackers(network: str, victims: Victims, first: int = 100) -> tuple[LabDevice, ...]:
    """Every attacker, at addresses of this /24 from `first` upwards."""
    found = []
    for number, (name, services) in enumerate(_attacks(victims).items()):
        ip = f"{network}.{first + number}"
        truth = Truth(ip, f"02:66:66:00:00:{number:02x}", name, Kind.UNKNOWN, "", "", "")
        found.append(LabDevice(truth, tuple(services)))
    return tuple(found)


def _attacks(victims: Victims) -> Mapping[str, Sequence[Service]]:
    return {
        **_bombs(),
        **_streams(),
        **_lengths(),
        **_texts(),
        **oddities.oddities(),
        **liars.floods(victims),
        **liars.pointers(victims),
        **liars.claims(victims),
    }


def _bombs() -> dict[str, Sequence[Service]]:
    upnp = b"HTTP/1.1 200 OK\r\nLOCATION: http://%s:49152/rootdesc.xml\r\nST: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\n\r\n"
    return {
        "xml-bomb": (
            Words(37020, (words.LAUGHS, words.FILE_ENTITY), group=SADP_GROUP),
            Words(3702, (words.LAUGHS, words.FILE_ENTITY), group=SADP_GROUP),
            Words(1900, (upnp % b"0.0.0.0",), group=SADP_GROUP),
            Stream((80, 8899, 2020, 49152), words.soap(words.LAUGHS), rounds=20),
        ),
        "external-entity": (Stream((80, 8080), words.soap(words.FILE_ENTITY), rounds=20),),
        "deep-xml": (
            Words(37020, (words.DEEP_XML[:60_000],)),
            Stream((80, 8899), words.soap(words.DEEP_XML), rounds=20),
        ),
        "deep-json": (
            Words(
                37810, (words.dhip(words.DEEP_JSON[:60_000]), words.dhip(words.DEEP_LIST)), group=DHIP_GROUP
            ),
            Stream((80, 8000), words.http(words.DEEP_JSON, b"Content-Type: application/json"), rounds=20),
        ),
        "gzip-bomb": (
            Stream((80,), words.gzip_bomb(20), rounds=5),
            Stream((8080,), words.deflate_bomb(20), rounds=5),
        ),
        "regex-bait": tuple(
            Stream((port,), bait, rounds=10)
            for port, bait in zip((80, 8080, 8899, 2020, 81, 88), words.REGEX_BAIT, strict=True)
        ),
    }


def _streams() -> dict[str, Sequence[Service]]:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    rtsp = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 104857600\r\n\r\n"
    return {
        "100-mb-body": (
            Stream((80, 8080), head + b"Content-Length: 104857600\r\n\r\n", CHUNK, 1600),
            Stream((554,), rtsp, CHUNK, 1600),
        ),
        "endless-body": (
            Stream((80,), head + b"\r\n", CHUNK, -1),
            Stream((8080, 443), chunked, b"10000\r\n" + CHUNK + b"\r\n", -1),
            Stream((554,), rtsp, CHUNK, -1),
        ),
        "endless-chunk-size": (
            Stream((80, 8080), chunked, b"0" * 65536, -1),
            Stream((8899,), chunked + b"ffffffffffffffffffff\r\n", CHUNK, -1),
        ),
        "endless-headers": (
            Stream((80, 8080), head, b"X-Header-Of-No-End: " + b"h" * 200 + b"\r\n", -1),
            Stream((554,), b"RTSP/1.0 200 OK\r\n" + b"P" * 100, CHUNK, -1),
        ),
        "endless-interim": (Stream((80, 8080), b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500, -1),),
        "endless-before-asked": (Stream((80, 443, 554, 37777, 8000), b"", CHUNK, -1, asked=False),),
        "one-byte-a-second": (Stream((80, 443, 554, 8000, 8080), head + b"\r\n" + CHUNK, pause_seconds=1.0),),
        "tarpit": (Stream(MANY, b"", b"\0", -1, pause_seconds=1.0, asked=False),),
        "silent-everywhere": (Stream(SWEPT, ending=Ending.HANG),),
        "reset-mid-reply": (
            Stream(
                (80, 554, 8000, 8080), head + b"Content-Length: 5000\r\n\r\n<title>IP Ca", ending=Ending.RESET
            ),
        ),
        "reset-at-once": (Stream(SWEPT, asked=False, ending=Ending.RESET),),
        "tls-never-finishes": (
            Stream(
                (443,),
                b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + b"\0" * 200,
                asked=False,
                ending=Ending.HANG,
            ),
            Stream((8443,), b"\x16\x03\x03\xff\xff", CHUNK, -1, asked=False),
            Stream((322,), b"\x15\x03\x01\x00\x02\x02\x28" * 9000, asked=False, ending=Ending.RESET),
        ),
        "absurd-certificate": (Stream((443, 8443), words.page("Absurd"), absurd_tls=True, rounds=5),),
    }


def _lengths() -> dict[str, Sequence[Service]]:
    body = words.DHIP_BODY
    lies = tuple(
        words.dhip(body, a, b)
        for a, b in ((0xFFFFFFFF, 0xFFFFFFFF), (len(body) * 2, len(body)), (0, 0), (1, 2), (0x80000000, 1))
    )
    mhed = b"MHED\x08\x00\x01\x00\x02\x00\x00\x00"
    return {
        "wrong-lengths": (
            Words(37810, (*lies, b"\x20\0\0\0DHIP", b"\x20\0\0\0DHIP" + b"\xff" * 24), group=DHIP_GROUP),
            Words(23456, (mhed, mhed + b"\xff" * 20, mhed + b"\0" * 60_000), group="234.55.55.55"),
            Words(
                37020,
                (words.sadp(DeviceDescription="X")[:-30], words.SADP_HEAD, b"<ProbeMatch>", b"\0" * 1400),
                group=SADP_GROUP,
            ),
            Words(
                5050,
                (b"\xa3\x01\0\0" + b"\xff" * 28, b"\xa3\x01\0\0\xff\xff\xff\x7f" + b"\0" * 24 + b"A" * 9),
            ),
            Words(
                10001,
                (b"\x01\0\xff\xff\x02\xff\xff", b"\x02\x09\x00\x03\x0b\xff\xff", b"\x01\0\0\x00"),
                group="233.89.188.1",
            ),
            Words(3956, (b"\0\0\0\x03\xff\xff\0\1" + b"\xff" * 20, b"\0\0\0\x03\0\xf8\0\1")),
            Words(2380, (b"\x02" + b"MODEL:" * 900, b"\x02\xff\xff\x03")),
            Words(34569, (b"\xff\x01\0\0" + b"\xff" * 16, b"\xff\x01" + b"\0" * 14 + b"\xff\xff\xff\x7f{")),
            Words(20002, (b"\x02\0\0\1\xff\xff" + b"\xff" * 10 + b"{",)),
            Words(161, (b"\x30\x84\xff\xff\xff\xff", b"\x30\x82\xff\xff\x02\x01\x01")),
            Words(5353, (*names.LOOPS,), group=MDNS_GROUP),
        ),
    }


def _texts() -> dict[str, Sequence[Service]]:
    bad, safe = words.EVERY_INJECTION, words.XML_SAFE_INJECTION
    sadp = dict.fromkeys(words.SADP_TEXTS, safe)
    description = UpnpDescription(
        "Injected/1.0", "uuid:6d4ff0ce-6b11-11e8-0000-0000000000aa", "urn:schemas-upnp-org:device:Basic:1",
        tuple((name, safe) for name in ("friendlyName", "manufacturer", "modelName", "modelDescription", "modelNumber", "serialNumber")),
    )  # fmt: skip
    latin = bad.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
    answer = words.page(
        bad, b"Server: " + latin, b'WWW-Authenticate: Digest realm="' + latin.replace(b'"', b"") + b'"'
    )
    rtsp = (
        b"RTSP/1.0 401 No\r\nCSeq: 1\r\nServer: "
        + latin
        + b'\r\nWWW-Authenticate: Basic realm="'
        + latin.replace(b'"', b"")
        + b'"\r\n\r\n'
    )
    return {
        "injection": (
            Words(37020, (words.sadp(**sadp),), group=SADP_GROUP),
            Words(
                3702,
                (
                    words.wsd(
                        "urn:uuid:" + safe,
                        "onvif://www.onvif.org/name/"
                        + safe.replace(" ", "%20")
                        + " onvif://www.onvif.org/hardware/"
                        + safe.replace(" ", "%20"),
                        "http://1.2.3.4/onvif/device_service",
                    ),
                ),
                group=SADP_GROUP,
            ),
            Ssdp(description),
            Stream((80, 8080), answer, rounds=20),
            Stream((554, 8554), rtsp, rounds=3),
        ),
        "bad-text": (
            Words(
                37020,
                (
                    words.SADP_HEAD
                    + b"<DeviceDescription>\xff\xfe\0\xed\xa0\x80</DeviceDescription></ProbeMatch>",
                ),
                group=SADP_GROUP,
            ),
            Words(
                37810,
                (
                    words.dhip(
                        b'{"params":{"deviceInfo":{"DeviceType":"\\ud800\\u0000\xff\xfe","SerialNo":"\x00"}}}'
                    ),
                ),
                group=DHIP_GROUP,
            ),
            Stream((80, 8080, 554), words.BAD_TEXT, rounds=20),
            OpenPort(21, b"220 \xff\xfe\x00\x1b[2J ftp\r\n" * 3000),
        ),
    }
