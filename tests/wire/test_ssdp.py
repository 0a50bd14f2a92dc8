from __future__ import annotations

import pytest

from camscan.errors import MalformedReply
from camscan.wire import ssdp


def test_a_multicast_search_has_quotes_and_a_wait() -> None:
    expected = [
        "M-SEARCH * HTTP/1.1",
        "HOST: 239.255.255.250:1900",
        'MAN: "ssdp:discover"',
        "MX: 2",
        "ST: ssdp:all",
        "",
        "",
    ]
    assert expected == ssdp.encode_search("ssdp:all", "239.255.255.250:1900", 2).decode().split("\r\n")


def test_a_unicast_search_has_no_wait() -> None:
    assert b"MX" not in ssdp.encode_search("upnp:rootdevice", "192.168.1.64:1900", None)


@pytest.mark.parametrize(("target", "wait"), [("a\r\nb", 1), ("", 1), ("ssdp:all", 0), ("ssdp:all", 6)])
def test_a_search_outside_the_protocol_is_our_mistake(target: str, wait: int) -> None:
    with pytest.raises(ValueError):
        ssdp.encode_search(target, "h", wait)


def test_a_notify_is_read_with_lf_line_ends_and_odd_case() -> None:
    message = ssdp.decode(
        b"notify * HTTP/1.1\nnt:upnp:rootdevice\nNts: ssdp:byebye\nusn: uuid:x\nlocation:http://h/d.xml\n\n"
    )
    assert (ssdp.Kind.NOTIFY, "upnp:rootdevice", "ssdp:byebye", "uuid:x", "http://h/d.xml") == (
        message.kind,
        message.target,
        message.event,
        message.usn,
        message.location,
    )


def test_our_own_search_is_told_from_an_answer() -> None:
    assert ssdp.Kind.SEARCH is ssdp.decode(ssdp.encode_search("ssdp:all", "h", 1)).kind


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"GET / HTTP/1.1\r\nST: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"NOTIFY * HTTP/1.1\r\nHOST: h\r\n\r\n",
    ],
)
def test_what_says_nothing_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        ssdp.decode(payload)


@pytest.mark.parametrize(
    ("usn", "mac"),
    [
        ("uuid:Upnp-BasicDevice-1_0-ACCC8E270AD8::upnp:rootdevice", "ac:cc:8e:27:0a:d8"),
        ("uuid:upnp-BasicDevice-1_0-74DA38807A08", "74:da:38:80:7a:08"),
        ("uuid:ae67e622-7a66-465e-bab0-b0c5541c7185", None),
        ("uuid:www.dahuatech.com.device_3_0-1L047ACPAW00037", None),
        ("", None),
    ],
)
def test_a_usn_that_ends_in_a_mac_states_it(usn: str, mac: str | None) -> None:
    assert mac == ssdp.usn_mac(usn)
