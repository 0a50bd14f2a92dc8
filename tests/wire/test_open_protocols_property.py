"""The decoder property: whatever arrives, a message or MalformedReply, never another error, and soon."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire import dns, snmp, soap, ssdp, upnp, wsd

RECORDINGS = Path(__file__).parents[1] / "recordings"


def body_of(payload: bytes) -> bytes:
    return payload.partition(b"\r\n\r\n")[2]


def recorded(probe: str, wanted: str = "") -> list[bytes]:
    found = []
    for path in sorted((RECORDINGS / probe).glob("*/*.json")):
        record = json.loads(path.read_text("utf-8"))
        if record["step"] == wanted or not wanted:
            text = record.get("payload_text")
            found.append(text.encode() if text is not None else b64decode(record["payload_base64"]))
    assert found
    return found


DECODERS: dict[str, tuple[Callable[[bytes], object], list[bytes]]] = {
    "wsd": (wsd.decode, recorded("ws-discovery")),
    "soap": (soap.decode, [body_of(each) for each in recorded("onvif-device")]),
    "ssdp": (
        ssdp.decode,
        [each for each in recorded("ssdp") if not each.startswith(b"HTTP/1.1 200 OK\r\nContent-T")],
    ),
    "upnp": (upnp.decode_description, [body_of(each) for each in recorded("ssdp", "description")]),
    "dns": (dns.decode, recorded("mdns")),
    "snmp": (snmp.decode, recorded("snmp")),
}
ANY_DECODER = st.sampled_from(sorted(DECODERS))


def answers(name: str, payload: bytes) -> bool:
    try:
        DECODERS[name][0](payload)
    except MalformedReply:
        return False
    return True


@pytest.mark.parametrize("name", DECODERS)
def test_every_recording_is_understood(name: str) -> None:
    assert all(answers(name, payload) for payload in DECODERS[name][1])


@pytest.mark.parametrize("name", DECODERS)
def test_every_truncation_of_a_recording_is_a_message_or_malformed(name: str) -> None:
    shortest = min(DECODERS[name][1], key=len)
    results = [answers(name, shortest[:size]) for size in range(len(shortest) + 1)]
    assert (False, True) == (results[0], results[-1])


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize(
    "junk", [b"\0" * 64, b"junk", b"\xff" * 16, b"<"], ids=["NULs", "text", "ones", "markup"]
)
def test_trailing_junk_does_not_cost_the_message(name: str, junk: bytes) -> None:
    decode, payloads = DECODERS[name]
    for payload in payloads:
        assert type(decode(payload)) is type(decode(payload + junk))


@given(ANY_DECODER, st.binary(max_size=600))
def test_any_bytes_are_a_message_or_malformed(name: str, payload: bytes) -> None:
    answers(name, payload)


@settings(max_examples=300)
@given(ANY_DECODER, st.data())
def test_a_damaged_recording_is_a_message_or_malformed(name: str, data: st.DataObject) -> None:
    payload = bytearray(data.draw(st.sampled_from(DECODERS[name][1])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(payload) - 1))
        size = data.draw(st.integers(0, 8))
        payload[at : at + size] = data.draw(st.binary(max_size=8))
        if not payload:
            break
    answers(name, bytes(payload))


def dns_message(body: bytes, answers_count: int, questions: int = 0) -> bytes:
    return b"\0\0\x84\0" + questions.to_bytes(2, "big") + answers_count.to_bytes(2, "big") + bytes(4) + body


PTR = b"\0\x0c\0\x01\0\0\0\x78"
CHAIN = b"".join((0xC000 | max(12, at - 2)).to_bytes(2, "big") for at in range(12, 16000, 2))

HOSTILE: dict[str, tuple[str, bytes]] = {
    "a pointer to itself": ("dns", dns_message(b"\xc0\x0c" + PTR + b"\0\0", 1)),
    "two pointers at each other": ("dns", dns_message(b"\xc0\x0e\xc0\x0c" + PTR + b"\0\0", 1)),
    "a pointer forwards": ("dns", dns_message(b"\xc0\xff" + PTR + b"\0\0" + bytes(300), 1)),
    "a pointer outside the packet": ("dns", dns_message(b"\xff\xff" + PTR + b"\0\0", 1)),
    "eight thousand chained pointers": ("dns", dns_message(CHAIN, 1, 1)),
    "65,535 records announced": ("dns", dns_message(b"", 65535)),
    "65,535 questions announced": ("dns", dns_message(b"", 0, 65535)),
    "a record longer than the packet": ("dns", dns_message(b"\0" + PTR + b"\xff\xff\0", 1)),
    "a name of endless labels": ("dns", dns_message(b"\1a" * 2000, 1)),
    "reserved label bits": ("dns", dns_message(b"\x80a" + PTR + b"\0\0", 1)),
    "an SNMP length of four gigabytes": ("snmp", b"\x30\x84\xff\xff\xff\xff\x02\x01\x01"),
    "an SNMP length of 127 bytes of length": ("snmp", b"\x30\xff" + b"\xff" * 127),
    "an indefinite SNMP length": ("snmp", b"\x30\x80\x02\x01\x01\0\0"),
    "SNMP sequences nested a thousand deep": ("snmp", b"\x30\x82\x10\x00" * 1000),
    "an SNMP object identifier without end": (
        "snmp",
        snmp.encode_response("c", 1, [("1.3.6", snmp.Tag.OID, b"\xff" * 4000)]),
    ),
    "twelve thousand SNMP bindings": (
        "snmp",
        snmp.encode_response("c", 1, [("1.3.6", snmp.Tag.NULL, b"")] * 6000),
    ),
    "an SNMP integer of 200 bytes": ("snmp", b"\x30\x81\xca\x02\x81\xc8" + b"\x7f" * 200),
    "64 KiB of < as WS-Discovery": ("wsd", b"<" * 65536),
    "an oversized WS-Discovery packet": ("wsd", b"<a>" + b"onvif://x/name/y " * 4000),
    "an XML bomb as WS-Discovery": ("wsd", b'<!DOCTYPE a [<!ENTITY b "onvif://x/name/y">]><a>&b;</a>'),
    "an XML bomb as SOAP": ("soap", b'<!DOCTYPE a [<!ENTITY b "b">]><Envelope><Body>&b;</Body></Envelope>'),
    "an XML bomb as UPnP": ("upnp", b'<!DOCTYPE a [<!ENTITY b "b">]><root><device>&b;</device></root>'),
    "SOAP nested 10,000 deep": ("soap", b"<Envelope><Body>" + b"<a>" * 10000),
    "UPnP nested 10,000 deep": ("upnp", b"<root>" + b"<device>" * 8000),
    "64 KiB of < as UPnP": ("upnp", b"<" * 65536),
    "an SSDP header line of 64 KiB": ("ssdp", b"NOTIFY * HTTP/1.1\r\n" + b"A" * 65000),
    "an SSDP packet of blank lines": ("ssdp", b"\r\n" * 30000),
    "SSDP with thirty thousand headers": ("ssdp", b"HTTP/1.1 200 OK\r\n" + b"A\n" * 30000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_within_milliseconds(name: str) -> None:
    decoder, payload = HOSTILE[name]
    began = time.process_time()
    assert not answers(decoder, payload)
    assert time.process_time() - began < 0.25


def test_text_that_repeats_what_is_looked_for_is_read_within_milliseconds() -> None:
    began = time.process_time()
    wsd.decode(b"<Envelope " + b"onvif://www.onvif.org/name/a http://a/onvif uuid:" * 1200)
    soap.without_security(b"<Security>" * 6000)
    ssdp.usn_mac("uuid:" * 1600)
    assert time.process_time() - began < 0.3
