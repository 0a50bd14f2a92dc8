from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import pppp

Load = Callable[[str, str], bytes]


def test_there_are_two_searches_and_nothing_else_to_send() -> None:
    assert pppp.encode_searches() == (b"\xf1\x30\0\0", b"\xf1\x32\0\0")


def test_an_answer_is_read_whole(vendor_reply: Load) -> None:
    device = pppp.decode_reply(vendor_reply("pppp", "vstarcam_vstb_unknown"))
    assert device == pppp.PpppDevice("VSTB", 12345, "XYZUV")
    assert device.uid == "VSTB-012345-XYZUV"


@pytest.mark.parametrize("length", [17, 20, 24])
def test_the_check_letters_end_where_the_uid_ends(length: int) -> None:
    uid = (b"ABCD\0\0\0\0" + (1234567).to_bytes(4, "big") + b"QWERT\0\0\0" + bytes(4))[:length]
    assert pppp.decode_reply(b"\xf1\x41" + length.to_bytes(2, "big") + uid).uid == "ABCD-1234567-QWERT"


@pytest.mark.parametrize("code", [0x30, 0x32, 0x40, 0x42, 0xE0])
def test_searches_and_session_messages_are_no_reply(code: int) -> None:
    payload = bytes((0xF1, code, 0, 0))
    assert not pppp.is_reply(payload)
    with pytest.raises(MalformedReply):
        pppp.decode_reply(payload)


@pytest.mark.parametrize(
    "uid",
    [
        b"",
        b"ABCD",
        b"\0" * 20,
        b"AB-D\0\0\0\0\0\0\0\1ABCDE\0\0\0",
        b"ABCD\0\0\0\0\0\0\0\1\xff\xfe\0\0\0\0\0\0",
    ],
    ids=["empty", "cut", "zeros", "punctuation", "binary"],
)
def test_a_uid_that_is_none_is_malformed(uid: bytes) -> None:
    with pytest.raises(MalformedReply):
        pppp.decode_reply(b"\xf1\x41" + len(uid).to_bytes(2, "big") + uid)
