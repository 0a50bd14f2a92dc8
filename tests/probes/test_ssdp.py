from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.model.exchange import Ask, Framing, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.ssdp import PROBE, asks, group_asks, read

AT = datetime(2024, 1, 1, tzinfo=UTC)


def heard(location: str, source_ip: str = "192.168.1.20") -> list[Observation | Ask]:
    payload = (
        f"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:x\r\nLOCATION: {location}\r\n\r\n".encode()
    )
    return list(
        read(Reply(Ask(PROBE.name, source_ip, 1900, Transport.UDP, b""), source_ip, 1900, payload, AT))
    )


def test_a_description_on_the_sender_is_asked_for() -> None:
    observation, ask = heard("http://192.168.1.20:49152/upnp_device_desc.xml")
    assert isinstance(observation, Observation)
    assert isinstance(ask, Ask)
    assert ("192.168.1.20", 49152, Transport.TCP, Framing.HTTP, "description") == (
        ask.ip,
        ask.port,
        ask.transport,
        ask.framing,
        ask.step,
    )
    assert ask.payload.startswith(b"GET /upnp_device_desc.xml HTTP/1.1\r\nHost: 192.168.1.20:49152\r\n")


@pytest.mark.parametrize(
    "location",
    [
        "http://192.168.1.21/d.xml",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/d.xml",
        "http://192.168.1.20@10.0.0.1/d.xml",
        "http://192.168.1.20.evil.example/d.xml",
        "http://192.168.1.20:9100/d.xml",
        "http://192.168.1.20/System/configurationFile?auth=YWRtaW46MTEK",
        "http://192.168.1.20/%53ystem/configurationFile",
        "http://192.168.1.20/reboot.cgi",
        "file:///etc/passwd",
        "ftp://192.168.1.20/d.xml",
        "/d.xml",
        "http://192.168.1.20:99999/",
        "http://[::1",
        "",
    ],
)
def test_no_other_place_is_asked(location: str) -> None:
    assert [True] == [isinstance(each, Observation) for each in heard(location)]


def test_an_ipv6_sender_is_asked_in_brackets() -> None:
    ask = heard("http://[fe80::1]:80/d.xml", "fe80::1%eth9")[1]
    assert isinstance(ask, Ask)
    assert ("fe80::1%eth9", True) == (ask.ip, b"Host: [fe80::1]\r\n" in ask.payload)


def test_odd_characters_of_a_location_are_encoded() -> None:
    ask = heard("http://192.168.1.20/dé sc\x01.xml")[1]
    assert isinstance(ask, Ask)
    assert b"GET /d%C3%A9%20sc.xml HTTP/1.1\r\n" in ask.payload


def test_other_clients_searches_are_not_devices() -> None:
    payload = next(iter(asks(Target("192.0.2.1")))).payload
    assert [] == list(
        read(Reply(Ask(PROBE.name, "192.0.2.1", 1900, Transport.UDP, b""), "192.0.2.1", 1900, payload, AT))
    )


def test_unicast_asks_once_and_groups_twice() -> None:
    assert [1, 2] == [len(list(asks(Target("192.0.2.1")))), len(list(group_asks()))]


def test_a_description_that_is_not_there_states_nothing() -> None:
    asked = heard("http://192.168.1.20/d.xml")[1]
    assert isinstance(asked, Ask)
    assert [] == list(
        read(Reply(asked, asked.ip, 80, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", AT))
    )
