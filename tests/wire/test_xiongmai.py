from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import xiongmai

Load = Callable[[str, str], bytes]


def header(message: int, length: int) -> bytes:
    return b"\xff\x01" + bytes(12) + message.to_bytes(2, "little") + length.to_bytes(4, "little")


def test_the_search_is_the_known_twenty_bytes() -> None:
    assert xiongmai.encode_search() == bytes.fromhex("ff00000000000000000000000000fa0500000000")


def test_a_recorded_board_is_read_though_its_json_is_cut(vendor_reply: Load) -> None:
    assert xiongmai.decode_reply(
        vendor_reply("xiongmai", "unlabelled_board_2019-02-28")
    ) == xiongmai.XiongmaiDevice(
        mac="00:12:31:08:bb:97",
        addresses=("192.168.11.109",),
        host_name="LocalHost",
        serial_no="41e6853ada5e9323",
        version="",
        channels="1",
        device_type="1",
        http_port="80",
        tcp_port="34567",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0x6D0BA8C0", "192.168.11.109"),
        ("0x0A01A8C0", "192.168.1.10"),
        ("0x1", "1.0.0.0"),
        ("192.168.1.10", "192.168.1.10"),
        ("0x6D0BA8C0FF", "0x6D0BA8C0FF"),
    ],
)
def test_addresses_are_little_endian_hexadecimal(text: str, expected: str) -> None:
    assert xiongmai.address_text(text) == expected


@pytest.mark.parametrize("length", [0, 10, 4000])
def test_a_wrong_length_is_an_upper_bound_and_no_more(length: int) -> None:
    body = b'{"NetWork.NetCommon":{"SN":"0123456789abcdef","MAC":"00:12:12:aa:bb:cc"}}'
    payload = header(1531, length) + body
    if length < len(body):
        with pytest.raises(MalformedReply):
            xiongmai.decode_reply(payload)
    else:
        assert xiongmai.decode_reply(payload).serial_no == "0123456789abcdef"


@pytest.mark.parametrize("message", [1530, 1532, 1000, 0])
def test_other_messages_are_no_reply(message: int) -> None:
    payload = header(message, 2) + b"{}"
    assert not xiongmai.is_reply(payload)
    with pytest.raises(MalformedReply):
        xiongmai.decode_reply(payload)


@pytest.mark.parametrize(
    "payload",
    [
        header(1531, 0xFFFFFFFF) + b"{}",
        header(1531, 13) + b'{"Ret" : 101}',
        header(1531, 30000) + b'{"a":' * 6000,
    ],
    ids=["4 GiB", "a refusal", "depth bomb"],
)
def test_replies_that_identify_nothing_or_attack_are_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        xiongmai.decode_reply(payload)
