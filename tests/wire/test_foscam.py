from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import foscam

Load = Callable[[str, str], bytes]
PLAIN = ("foscam", "foscam_fi8910w_11.37.2.49")
XORED = ("foscam", "foscam_fi8910w_11.37.2.49_xored")


def test_the_request_is_operation_zero_in_27_bytes() -> None:
    expected = b"MO_I" + bytes(11) + b"\x04\0\0\0" + b"\x04\0\0\0" + b"\0\0\0\x01"
    assert len(expected) == 27
    assert foscam.encode_request() == expected


@pytest.mark.parametrize("recording", [PLAIN, XORED], ids=["plain", "xored"])
def test_an_answer_is_read_whole_plain_or_xored(vendor_reply: Load, recording: tuple[str, str]) -> None:
    assert foscam.decode_reply(vendor_reply(*recording)) == foscam.FoscamDevice(
        serial="00626E4F1A2B",
        mac="00:62:6e:4f:1a:2b",
        addresses=("192.168.1.17",),
        name="Nursery",
        firmware="11.37.2.49",
        web_version="2.4.18.13",
        http_port=88,
    )


def test_the_two_recordings_differ_in_their_bytes(vendor_reply: Load) -> None:
    assert vendor_reply(*PLAIN)[23:] != vendor_reply(*XORED)[23:]


@pytest.mark.parametrize("operation", [0, 2, 3, 0x0102])
def test_requests_and_settings_are_no_reply(vendor_reply: Load, operation: int) -> None:
    payload = b"MO_I" + operation.to_bytes(2, "little") + vendor_reply(*PLAIN)[6:]
    assert not foscam.is_reply(payload)
    with pytest.raises(MalformedReply):
        foscam.decode_reply(payload)


def test_a_body_xored_with_another_key_is_malformed(vendor_reply: Load) -> None:
    payload = vendor_reply(*XORED)
    with pytest.raises(MalformedReply):
        foscam.decode_reply(payload[:7] + b"\xaa" * 8 + payload[15:])
