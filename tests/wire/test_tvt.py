from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import tvt

Load = Callable[[str, str], bytes]
OLDER = ("tvt", "tvt_td-2716ts_1.4.10.0")


def patched(payload: bytes, offset: int, value: bytes) -> bytes:
    return payload[:offset] + value + payload[offset + len(value) :]


def test_the_search_has_140_bytes_in_both_versions() -> None:
    assert tvt.encode_search() == bytes.fromhex("4d4845440800010001000000") + bytes(128)
    assert tvt.encode_search(version=0x00010007) == bytes.fromhex("4d4845440700010001000000") + bytes(128)


def test_an_announcement_is_read_whole(vendor_reply: Load) -> None:
    assert tvt.decode_reply(vendor_reply(*OLDER)) == tvt.TvtDevice(
        name="Loading dock",
        mac="00:18:ae:11:22:33",
        addresses=("192.168.0.122",),
        device_class="NVR",
        product="TD-2716TS-CL-16P-A",
        customer="",
        manufacturer="",
        firmware="1.4.10.0",
        build_date="20190312",
        serial="305419896",
        channels="16",
        http_port=80,
        rtsp_port=554,
        sdk_port=6036,
        announces_credentials=True,
    )


def test_the_newer_structure_names_customer_and_manufacturer(vendor_reply: Load) -> None:
    device = tvt.decode_reply(vendor_reply("tvt", "provision-isr_td-9544e3_1.4.10.0"))
    assert (device.product, device.customer, device.manufacturer) == ("TD-9544E3", "Provision-ISR", "TVT")


def test_a_model_is_continued_only_when_its_first_field_is_full(vendor_reply: Load) -> None:
    payload = patched(vendor_reply(*OLDER), 196, b"TD-2716".ljust(16, b"\0"))
    assert tvt.decode_reply(payload).product == "TD-2716"


def test_the_password_area_alone_is_zeroed(vendor_reply: Load) -> None:
    payload = vendor_reply(*OLDER)
    kept = tvt.without_credentials(payload)
    assert kept[84:112] == bytes(28)
    assert (kept[:84], kept[112:]) == (payload[:84], payload[112:])


@pytest.mark.parametrize("length", [85, 100, 111])
def test_a_packet_that_ends_inside_the_password_area_keeps_its_length_and_no_secret(
    vendor_reply: Load, length: int
) -> None:
    kept = tvt.without_credentials(vendor_reply(*OLDER)[:length])
    assert len(kept) == length
    assert not any(kept[84:])


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "DVR"), (1, "DVS"), (2, "IPC"), (3, "NVR"), (4, "decoder"), (9, "9")],
)
def test_device_classes_are_named(vendor_reply: Load, number: int, expected: str) -> None:
    payload = patched(vendor_reply(*OLDER), 64, number.to_bytes(4, "little"))
    assert tvt.decode_reply(payload).device_class == expected


@pytest.mark.parametrize(("number", "expected"), [(20190312, "20190312"), (20191399, ""), (0, ""), (7, "")])
def test_a_build_date_that_is_none_is_left_out(vendor_reply: Load, number: int, expected: str) -> None:
    payload = patched(vendor_reply(*OLDER), 56, number.to_bytes(4, "little"))
    assert tvt.decode_reply(payload).build_date == expected


def test_binary_where_text_should_be_is_left_out(vendor_reply: Load) -> None:
    payload = patched(vendor_reply(*OLDER), 196, b"\x01\x02\x03\x04")
    assert tvt.decode_reply(payload).product == ""


def test_a_packet_may_end_after_the_fixed_part(vendor_reply: Load) -> None:
    device = tvt.decode_reply(vendor_reply(*OLDER)[:84])
    assert (device.mac, device.product, device.serial, device.channels) == ("00:18:ae:11:22:33", "", "", "")


@pytest.mark.parametrize("command", [1, 3, 4, 255])
def test_searches_and_setting_commands_are_no_reply(command: int) -> None:
    payload = tvt.encode_search()[:8] + command.to_bytes(4, "little") + bytes(228)
    assert not tvt.is_reply(payload)
    with pytest.raises(MalformedReply):
        tvt.decode_reply(payload)
