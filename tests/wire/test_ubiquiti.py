from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import ubiquiti

Load = Callable[[str, str], bytes]


def test_the_requests_have_four_bytes() -> None:
    assert ubiquiti.encode_request(1) == b"\x01\0\0\0"
    assert ubiquiti.encode_request(2) == b"\x02\x08\0\0"


def test_a_version_1_answer_is_read_whole(vendor_reply: Load) -> None:
    assert ubiquiti.decode_reply(
        vendor_reply("ubiquiti", "ubiquiti_aircam-dome_v5.6.3")
    ) == ubiquiti.UbiquitiDevice(
        macs=("24:a4:3c:01:02:03", "26:a4:3c:01:02:03"),
        addresses=("192.0.2.20", "192.168.1.20"),
        model="airCam Dome",
        platform="airCam",
        firmware="XM.ar7240.v5.6.3.28591.151130",
        host_name="roof",
        default=None,
    )


def test_a_version_2_announcement_is_read_whole(vendor_reply: Load) -> None:
    assert ubiquiti.decode_reply(
        vendor_reply("ubiquiti", "ubiquiti_uvc-g3_4.75.73")
    ) == ubiquiti.UbiquitiDevice(
        macs=("f0:9f:c2:0a:0b:0c",),
        addresses=("192.0.2.21",),
        model="UVC G3",
        platform="",
        firmware="UVC.S2L.v4.75.73.67.000000.0",
        host_name="UVC G3",
        default=True,
    )


@pytest.mark.parametrize("command", [6, 9, 11])
def test_every_known_answer_command_of_version_2_is_read(vendor_reply: Load, command: int) -> None:
    payload = vendor_reply("ubiquiti", "ubiquiti_uvc-g3_4.75.73")
    assert ubiquiti.decode_reply(payload[:1] + bytes((command,)) + payload[2:]).model == "UVC G3"


@pytest.mark.parametrize(("value", "expected"), [(b"\0", False), (b"\1", True), (b"\0\0\0\1", True)])
def test_is_default_is_a_number_of_any_width(value: bytes, expected: bool) -> None:
    records = b"\x15\0\3UVC" + b"\x17" + len(value).to_bytes(2, "big") + value
    device = ubiquiti.decode_reply(b"\x02\x06" + len(records).to_bytes(2, "big") + records)
    assert device.default is expected


@pytest.mark.parametrize(
    "payload", [b"\x01\0\0\0", b"\x02\x08\0\0", b"\x02\x0a\0\0", b"\x03\0\0\4abcd", b"\x02\7\0\1a"]
)
def test_requests_and_other_commands_are_no_reply(payload: bytes) -> None:
    assert not ubiquiti.is_reply(payload)
    with pytest.raises(MalformedReply):
        ubiquiti.decode_reply(payload)


@pytest.mark.parametrize(
    "payload",
    [b"\1\0\0\x20\1\0\6abcdef", b"\1\0\0\4\1\0\6a", b"\1\0\0\3\x0e\0\0"],
    ids=["longer than the packet", "record longer than the payload", "nothing identifies"],
)
def test_broken_lengths_are_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        ubiquiti.decode_reply(payload)
