from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import panasonic

Load = Callable[[str, str], bytes]
RECORDING = ("panasonic", "i-pro_wv-s1131_3.40")
HEAD = b"\0\1\0\0\0\x0e" + bytes.fromhex("4c364e010203") + bytes(0x35 - 12)


def test_the_search_has_52_bytes_with_the_senders_addresses() -> None:
    expected = bytes.fromhex(
        "000100000 00d000000000000".replace(" ", "")
        + "ffffffffffff"
        + "c0000207"
        + "000120111e11231f1e19130000020000000000000000 00000000ffff0000".replace(" ", "")
    )
    assert len(expected) == 52
    assert panasonic.encode_search(ip=bytes((192, 0, 2, 7))) == expected
    assert expected[panasonic.SENDER_IP_AT : panasonic.SENDER_IP_AT + 4] == bytes((192, 0, 2, 7))


def test_an_answer_is_read_whole(vendor_reply: Load) -> None:
    assert panasonic.decode_reply(vendor_reply(*RECORDING)) == panasonic.PanasonicDevice(
        mac="4c:36:4e:01:02:03",
        addresses=("192.168.0.10", "fe80::4e36:4eff:fe01:203"),
        name="Lobby",
        model="WV-S1131",
        firmware="3.40",
        serial="SAA00123",
        http_port=80,
    )


def test_a_japanese_name_is_read() -> None:
    name = "玄関".encode("shift_jis")
    payload = HEAD + struct.pack(">HH", 0xA7, len(name)) + name + b"\xff\xff\0\0"
    assert panasonic.decode_reply(payload).name == "玄関"


def test_an_address_record_of_odd_length_is_left_out() -> None:
    assert panasonic.decode_reply(HEAD + b"\0\x20\0\x03abc" + b"\xff\xff").addresses == ()


@pytest.mark.parametrize(
    "records",
    [b"", b"\0\x20\0\4\xc0", b"\0\x20\0\4" + bytes(4), b"\0\x99\0\0" * 300 + b"\xff\xff"],
    ids=["none", "value cut", "no end", "too many"],
)
def test_an_unfinished_record_list_is_malformed(records: bytes) -> None:
    with pytest.raises(MalformedReply):
        panasonic.decode_reply(HEAD + records)


def test_a_search_is_no_reply() -> None:
    assert not panasonic.is_reply(panasonic.encode_search())
