"""Attackers of the second round: absurd forms of JSON, XML, SNMP, mDNS, TLS, HTTP and RTSP; absurd names."""

from __future__ import annotations

from collections.abc import Sequence

from camscan.lab.attackers import names, words
from camscan.lab.attackers.datagrams import Words
from camscan.lab.attackers.liars import DHIP_GROUP, MDNS_GROUP, SADP_GROUP
from camscan.lab.attackers.streams import Ending, Stream
from camscan.lab.device import Service

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def oddities() -> dict[str, Sequence[Service]]:
    """By name."""
    return {**_forms(), **_channels(), **_names()}


def _forms() -> dict[str, Sequence[Service]]:
    json = words.ODD_JSON
    return {
        "gzip-in-chunks": (Stream((80, 8080), words.gzip_in_chunks(), rounds=5),),
        "odd-json": (
            Words(37810, tuple(map(words.dhip, json)), group=DHIP_GROUP),
            *(
                Stream((port,), words.http(text, b"Content-Type: application/json"), rounds=10)
                for port, text in zip((80, 8080, 8000, 81, 88), json, strict=False)
            ),
        ),
        "namespaces": (
            Words(3702, (words.NAMESPACES[:60_000],), group=SADP_GROUP),
            Words(37020, (words.NAMESPACES[:60_000],), group=SADP_GROUP),
            Stream((80, 8899, 2020), words.soap(words.NAMESPACES), rounds=20),
        ),
        "snmp-lies": (Words(161, words.SNMP_LIES),),
        "mdns-crowd": (Words(5353, (names.crowd(),), 20, MDNS_GROUP, 400, to_group=True),),
    }


def _channels() -> dict[str, Sequence[Service]]:
    rtsp = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n"
    return {
        "folded-headers": (
            Stream((80,), words.FOLDED, rounds=5),
            Stream((8080,), _HEAD + b"Server: x\r\n", b" folded without end\r\n" * 100, -1),
            Stream((8000,), _HEAD + b"Server: x\r\n" * 9000 + b"\r\n", rounds=5),
        ),
        "interleaved": (
            Stream((554,), b"", words.INTERLEAVED, -1),
            Stream((8554,), rtsp + b"\r\n", words.INTERLEAVED, -1),
            Stream((10554,), b"$\0\0\0" * 5000, ending=Ending.HANG),
        ),
        "empty-tls-records": (
            Stream((443,), b"", b"\x16\x03\x03\x00\x00" * 1000, -1, asked=False),
            Stream((8443,), b"", b"\x15\x03\x03\x00\x02\x01\x00" * 1000, -1, asked=False),
            Stream((322,), b"", b"\x17\x03\x03\x00\x00" * 1000, -1, asked=False),
        ),
        "huge-certificate": (
            Stream((443,), words.page("Many"), absurd_tls=True, certificate_names=3000, rounds=5),
            Stream((8443,), words.page("More"), absurd_tls=True, certificate_names=40_000, rounds=5),
        ),
    }


def _names() -> dict[str, Sequence[Service]]:
    starts = dict(zip(words.SADP_TEXTS, words.STARTS, strict=False))
    more = dict(zip(words.SADP_TEXTS, reversed(words.STARTS), strict=False))
    strange = (words.ZALGO, words.HIDDEN, words.OSC.replace("\x1b", "").replace("\x07", ""), words.LONG)
    texts = tuple(
        words.sadp(**{**dict.fromkeys(words.SADP_TEXTS, text), "DeviceSN": f"{number}{text}"})
        for number, text in enumerate(strange)
    )
    scopes = " ".join(
        f"onvif://www.onvif.org/{kind}/{text}"
        for kind, text in zip(("name", "hardware", "location", "type"), strange, strict=True)
    )
    return {
        "formula-names": (Words(37020, (words.sadp(**starts), words.sadp(**more)), group=SADP_GROUP),),
        "strange-names": (
            Words(37020, texts, group=SADP_GROUP),
            Words(3702, (words.wsd("urn:uuid:7", scopes, "http://0.0.0.0/"),), group=SADP_GROUP),
            Stream(
                (80, 8080),
                words.page(
                    words.OSC + words.ZALGO + words.HIDDEN + words.LONG, b"Server: " + words.OSC.encode()
                ),
                rounds=20,
            ),
            Stream(
                (554,),
                b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: "
                + (words.STARTS[2] + words.OSC).encode()
                + b"\r\n\r\n",
                rounds=3,
            ),
        ),
    }
