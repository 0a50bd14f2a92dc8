from __future__ import annotations

import struct

import pytest

from camscan.errors import MalformedReply
from camscan.wire import sadp_raw

MAC = bytes.fromhex("4419b6001122")


def frame(extension: bytes = b"", operation: int = 4) -> bytes:
    """An inquiry reply by the offsets of facts §5.2, with a right checksum."""
    head = (
        bytes((0x21, 1, 1, 38))
        + struct.pack(">I", 7)
        + bytes((6, 4, operation, 0))
        + b"\0\0"
        + MAC
        + bytes((192, 168, 1, 64))
        + b"\xff" * 6
        + b"\xff" * 4
        + bytes(4)
    )
    data = (
        b"DS-2CD2132-I20140101CCWR451234567".ljust(48, b"\0")
        + struct.pack(">IIII", 30, 8000, 1, 2)
        + b"V5.2.5build 141201".ljust(48, b"\0")
        + b"V5.0 build 141201".ljust(48, b"\0")
        + b"2014-12-24 08:00:00".ljust(48, b"\0")
        + extension
    )
    whole = head + data
    padded = whole + b"\0" * (len(whole) % 2)
    total = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return whole[:12] + struct.pack(">H", 0xFFFF - total) + whole[14:]


def test_the_inquiry_is_operation_three_to_everyone_with_a_right_checksum() -> None:
    inquiry = sadp_raw.encode_inquiry(MAC, bytes((192, 168, 1, 2)), 7)
    assert inquiry[:12] == bytes.fromhex("210101260000000706040300")
    assert inquiry[14:] == MAC + bytes((192, 168, 1, 2)) + b"\xff" * 10 + bytes(4)
    assert sadp_raw.internet_checksum(inquiry) == 0
    assert not sadp_raw.is_reply(inquiry)


def test_the_checksum_is_that_of_rfc_1071() -> None:
    assert sadp_raw.internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2
    assert sadp_raw.internet_checksum(b"\x01") == 0xFEFF


def test_a_reply_is_read_whole() -> None:
    assert sadp_raw.decode_reply(frame()) == sadp_raw.SadpFrame(
        mac="44:19:b6:00:11:22",
        addresses=("192.168.1.64",),
        serial="DS-2CD2132-I20140101CCWR451234567",
        device_type=30,
        port=8000,
        encoders=1,
        disks=2,
        software_version="V5.2.5build 141201",
        dsp_version="V5.0 build 141201",
        boot_time="2014-12-24 08:00:00",
        checksum_ok=True,
    )


def test_the_extension_adds_the_ipv6_address() -> None:
    extension = bytes((192, 168, 1, 1)) + bytes.fromhex("fe800000000000004619b6fffe001122") + bytes(16)
    assert sadp_raw.decode_reply(frame(extension)).addresses == ("192.168.1.64", "fe80::4619:b6ff:fe00:1122")


def test_a_wrong_checksum_is_told_and_not_refused() -> None:
    assert not sadp_raw.decode_reply(frame()[:-1] + b"x").checksum_ok


@pytest.mark.parametrize("operation", [1, 2, 3, 5, 6, 7, 0x0A, 0x0B])
def test_every_other_operation_is_no_reply(operation: int) -> None:
    assert not sadp_raw.is_reply(frame(operation=operation))
    with pytest.raises(MalformedReply):
        sadp_raw.decode_reply(frame(operation=operation))


def test_a_reply_cut_anywhere_before_its_last_field_is_malformed() -> None:
    whole = frame()
    for length in range(len(whole)):
        with pytest.raises(MalformedReply):
            sadp_raw.decode_reply(whole[:length])
