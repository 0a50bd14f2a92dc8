from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.reader import Reader, decode_text

SAMPLE = bytes(range(1, 17))


def test_numbers_are_read_in_both_byte_orders() -> None:
    reader = Reader(bytes.fromhex("01 0203 0203 01020304 01020304 0000000000000001 0100000000000000"))
    assert 1 == reader.u8()
    assert 0x0302 == reader.u16le()
    assert 0x0203 == reader.u16be()
    assert 0x04030201 == reader.u32le()
    assert 0x01020304 == reader.u32be()
    assert 1 == reader.u64be()
    assert 1 == reader.u64le()
    assert 0 == reader.remaining


def test_addresses_are_canonical_text() -> None:
    reader = Reader(
        bytes([192, 168, 1, 64]) + bytes([64, 1, 168, 192]) + bytes(15) + b"\1" + b"\xac\xcc\x8e\0\0\1"
    )
    assert "192.168.1.64" == reader.ipv4()
    assert "192.168.1.64" == reader.ipv4le()
    assert "::1" == reader.ipv6()
    assert "ac:cc:8e:00:00:01" == reader.mac()


def test_a_mac_that_names_no_device_is_none() -> None:
    assert [None, None, None] == [Reader(raw).mac() for raw in (bytes(6), b"\xff" * 6, b"\1" + bytes(5))]


@pytest.mark.parametrize(
    "read",
    [
        lambda r: r.u8(),
        lambda r: r.u16le(),
        lambda r: r.u32be(),
        lambda r: r.u64le(),
        lambda r: r.take(1),
        lambda r: r.text(1),
        lambda r: r.text_until(),
        lambda r: r.ipv4(),
        lambda r: r.ipv6(),
        lambda r: r.mac(),
        lambda r: r.sub(1),
        lambda r: r.skip(1),
        lambda r: r.expect(b"x"),
        lambda r: r.take(-1),
        lambda r: r.seek(2),
        lambda r: r.seek(-1),
    ],
)
def test_nothing_is_read_past_the_end(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MalformedReply, match="offset 0 of 0 bytes"):
        read(Reader(b""))


def test_the_message_names_what_was_cut_short_and_where() -> None:
    reader = Reader(SAMPLE)
    reader.skip(14)
    with pytest.raises(MalformedReply, match="serial number: 4 bytes wanted, 2 left at offset 14 of 16"):
        reader.u32le("serial number")


def test_a_failed_read_consumes_nothing() -> None:
    reader = Reader(SAMPLE)
    with pytest.raises(MalformedReply):
        reader.take(17)
    assert SAMPLE == reader.rest()


def test_a_packet_over_the_limit_is_malformed() -> None:
    with pytest.raises(MalformedReply, match="65537 bytes"):
        Reader(bytes(65537))


def test_a_text_field_ends_at_its_first_nul() -> None:
    reader = Reader(b"cam\0garbage!rest")
    assert "cam" == reader.text(12)
    assert b"rest" == reader.rest()


def test_text_falls_back_through_the_encodings() -> None:
    assert "é" == Reader("é".encode()).text(2)
    assert "é" == Reader(b"\xe9").text(1)
    assert "中" == Reader("中".encode("gb2312")).text(2, ("ascii", "gb2312"))
    assert "Ö" == decode_text(b"\xd6", ("no-such-encoding",))


def test_text_until_consumes_its_end() -> None:
    reader = Reader(b"one\r\ntwo")
    assert "one" == reader.text_until(b"\r\n")
    assert b"two" == reader.rest()


def test_a_sub_reader_cannot_leave_its_block() -> None:
    reader = Reader(SAMPLE)
    block = reader.sub(4)
    with pytest.raises(MalformedReply):
        block.take(5)
    assert 4 == reader.position


@given(st.binary(max_size=64), st.lists(st.tuples(st.integers(0, 9), st.integers(-8, 80)), max_size=12))
def test_any_sequence_of_reads_gives_bytes_or_malformed_reply(
    data: bytes, steps: list[tuple[int, int]]
) -> None:
    reader = Reader(data)
    reads: tuple[Callable[[int], object], ...] = (
        lambda _: reader.u8(),
        lambda _: reader.u16le(),
        lambda _: reader.u32be(),
        lambda count: reader.take(count),
        lambda count: reader.text(count),
        lambda _: reader.text_until(),
        lambda _: reader.ipv4(),
        lambda _: reader.mac(),
        lambda count: reader.seek(count),
        lambda count: reader.sub(count).rest(),
    )
    for which, count in steps:
        with contextlib.suppress(MalformedReply):
            reads[which](count)
        assert 0 <= reader.position <= len(data)
        assert reader.remaining == len(data) - reader.position
