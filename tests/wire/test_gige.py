from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import gige

Load = Callable[[str, str], bytes]
RECORDING = ("gige-vision", "flir_ax5_1.2.3")


def test_the_command_is_discovery_and_nothing_else() -> None:
    assert gige.encode_discovery(0x6373) == bytes.fromhex("4211000200006373")
    assert not gige.is_reply(gige.encode_discovery(1))


def test_an_acknowledge_is_read_whole(vendor_reply: Load) -> None:
    assert gige.decode_reply(vendor_reply(*RECORDING)) == gige.GigeDevice(
        mac="00:11:1c:01:02:03",
        addresses=("169.254.3.7",),
        manufacturer="FLIR Systems AB",
        model="FLIR Ax5",
        version="1.2.3",
        information="thermal",
        serial="62500123",
        user_name="oven 3",
    )


def test_an_acknowledge_shorter_than_256_bytes_is_malformed(vendor_reply: Load) -> None:
    with pytest.raises(MalformedReply):
        gige.decode_reply(vendor_reply(*RECORDING)[:255])


@pytest.mark.parametrize("head", [b"\x80\x03\0\x03", b"\0\0\0\x81", b"\0\0\0\x02"])
def test_errors_and_other_acknowledges_are_no_reply(vendor_reply: Load, head: bytes) -> None:
    payload = head + vendor_reply(*RECORDING)[4:]
    assert not gige.is_reply(payload)
    with pytest.raises(MalformedReply):
        gige.decode_reply(payload)


def test_an_acknowledge_that_identifies_nothing_is_malformed() -> None:
    with pytest.raises(MalformedReply):
        gige.decode_reply(b"\0\0\0\x03" + bytes(252))
