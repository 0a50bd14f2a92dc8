from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import hanwha

Load = Callable[[str, str], bytes]
RECORDING = ("hanwha", "samsung_snb-6004p_unknown")


def test_the_search_has_262_bytes_and_one_is_set() -> None:
    assert hanwha.encode_search() == b"\x01" + bytes(261)


def test_an_answer_is_read_whole(vendor_reply: Load) -> None:
    assert hanwha.decode_reply(vendor_reply(*RECORDING)) == hanwha.HanwhaDevice(
        mac="00:09:18:12:34:56",
        addresses=("192.168.1.100",),
        model="SNB-6004P1",
        url="http://192.168.1.100:80/",
    )


def test_the_model_ends_after_ten_characters(vendor_reply: Load) -> None:
    payload = bytearray(vendor_reply(*RECORDING))
    payload[0x6D : 0x6D + 14] = b"SNB-6004PABCDE"
    assert hanwha.decode_reply(bytes(payload)).model == "SNB-6004PA"


def test_an_answer_may_end_before_the_url(vendor_reply: Load) -> None:
    device = hanwha.decode_reply(vendor_reply(*RECORDING)[:0x85])
    assert (device.model, device.url) == ("SNB-6004P1", "")


def test_a_search_is_no_reply() -> None:
    assert not hanwha.is_reply(hanwha.encode_search())
    with pytest.raises(MalformedReply):
        hanwha.decode_reply(hanwha.encode_search())


def test_an_answer_without_mac_is_malformed(vendor_reply: Load) -> None:
    payload = bytearray(vendor_reply(*RECORDING))
    payload[0x13:0x25] = bytes(18)
    with pytest.raises(MalformedReply):
        hanwha.decode_reply(bytes(payload))
