from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.banner import MAX_BANNER_CHARACTERS, Banner, decode_banner, strip_telnet


@pytest.mark.parametrize(
    ("raw", "port", "field", "text"),
    [
        (
            b"220 AXIS 241Q Video Server 4.47.2 (Dec 11 2008) ready.\r\n",
            21,
            "ftp.banner",
            "220 AXIS 241Q Video Server 4.47.2 (Dec 11 2008) ready.",
        ),
        (b"220-Welcome\r\n220 ready\r\n", 2121, "ftp.banner", "220-Welcome\n220 ready"),
        (b"220 mail ESMTP Postfix\r\n", 25, "tcp.banner", "220 mail ESMTP Postfix"),
        (b"\xff\xfb\x01\xff\xfb\x03\r\n192.0.0.64 login: ", 23, "telnet.banner", "192.0.0.64 login:"),
        (b"\xff\xfd\x18Welcome\r\n\r\n", 9999, "telnet.banner", "Welcome"),
        (b"RT-AC68R login:", 2300, "telnet.banner", "RT-AC68R login:"),
        (b"SSH-2.0-dropbear_2013.62\r\n\0\0\1\x1c\x0a", 22, "tcp.banner", "SSH-2.0-dropbear_2013.62"),
        (b"SIP/2.0 200 OK\r\nUser-Agent: TAU-72 build 2\r\n\r\n", 5060, "sip.user_agent", "TAU-72 build 2"),
        (b"OPTIONS sip:a@b SIP/2.0\r\nServer: x\r\n\r\n", 5060, "sip.user_agent", "x"),
        (b"SIP/2.0 404 Not Found\r\n\r\n", 5060, "tcp.banner", "SIP/2.0 404 Not Found"),
        (b"\x1b[2J\x1b[31mhello\0", 7, "tcp.banner", "[2J[31mhello"),
        (b"caf\xe9", 21, "ftp.banner", "café"),
    ],
)
def test_each_greeting_lands_under_the_field_of_its_kind(
    raw: bytes, port: int, field: str, text: str
) -> None:
    assert Banner(field, text) == decode_banner(raw, port)


@pytest.mark.parametrize(
    "raw", [b"", b"\0\0\0", b"\r\n\r\n", b"\xff\xfb\x01\xff\xfd\x03", b"\xff\xfa" + b"a" * 5000]
)
def test_a_greeting_without_text_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedReply):
        decode_banner(raw, 23)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a\xff\xfb\x01b", b"ab"),
        (b"a\xff\xfa\x18\x01x\xff\xf0b", b"ab"),
        (b"a\xff\xffb", b"a\xffb"),
        (b"a\xff\xf9b", b"ab"),
        (b"a\xff", b"a"),
        (b"a\xff\xfb", b"a"),
        (b"a\xff\xfanever", b"a"),
    ],
)
def test_negotiation_is_taken_out_of_telnet(raw: bytes, expected: bytes) -> None:
    assert expected == strip_telnet(raw)


@given(st.binary(max_size=400), st.sampled_from([0, 21, 22, 23, 5060]))
def test_whatever_is_said_first_is_a_banner_or_malformed(raw: bytes, port: int) -> None:
    try:
        banner = decode_banner(raw, port)
    except MalformedReply:
        return
    assert 0 < len(banner.text) <= MAX_BANNER_CHARACTERS
    assert not any(ord(c) < 32 and c not in "\n\t" for c in banner.text)
