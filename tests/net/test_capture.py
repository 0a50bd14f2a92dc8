"""Capture files as the tools write them, and as they may be written: clocks, sections, snap lengths, FCS."""

from __future__ import annotations

import io
import struct

import pytest

from camscan.net.capture import read_capture
from camscan.wire.frame import ETHERNET, RAW, SLL, Frame

PACKET = b"0123456789abcdef"


def section(order: str = "<") -> bytes:
    """A section header block."""
    return struct.pack(f"{order}IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)


def interface(linktype: int, options: bytes = b"", snap: int = 0, order: str = "<") -> bytes:
    """An interface description block."""
    size = 20 + len(options)
    return struct.pack(f"{order}IIHHI", 1, size, linktype, 0, snap) + options + struct.pack(f"{order}I", size)


def packet(number: int, ticks: int, data: bytes = PACKET, order: str = "<") -> bytes:
    """An enhanced packet block."""
    size, padding = 32 + len(data) + -len(data) % 4, bytes(-len(data) % 4)
    head = struct.pack(
        f"{order}IIIIIII", 6, size, number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data)
    )
    return head + data + padding + struct.pack(f"{order}I", size)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    """One option of a block."""
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def read(data: bytes) -> list[Frame]:
    """The frames of a file that must be read without a fault."""
    faults: list[str] = []
    found = list(read_capture(io.BytesIO(data), lambda where, why: faults.append(f"{where}: {why}")))
    assert [] == faults
    return found


@pytest.mark.parametrize(("magic", "unit"), [(0xA1B2C3D4, 1e-6), (0xA1B23C4D, 1e-9)])
@pytest.mark.parametrize("order", "<>")
def test_pcap_of_either_order_in_micro_and_nanoseconds(magic: int, unit: float, order: str) -> None:
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, ETHERNET)
    record = struct.pack(f"{order}IIII", 1_700_000_000, 5000, len(PACKET), len(PACKET)) + PACKET
    (frame,) = read(head + record)
    assert (PACKET, ETHERNET) == (frame.raw, frame.linktype)
    assert pytest.approx(1_700_000_000 + 5000 * unit, abs=1e-7) == frame.at


def test_a_pcap_that_tells_of_frame_check_sequences_keeps_its_link_type() -> None:
    """Its header's upper bits were read as part of the link type, and nothing was read of the file."""
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 4 << 28 | 1 << 26 | ETHERNET)
    (frame,) = read(head + struct.pack("<IIII", 1, 0, len(PACKET), len(PACKET)) + PACKET)
    assert ETHERNET == frame.linktype


def test_interfaces_of_one_pcapng_have_link_types_names_and_clocks_of_their_own() -> None:
    nano = option(9, b"\x09") + option(2, b"eth7")
    binary = option(9, b"\x8a")  # 2^-10 seconds
    data = section() + interface(ETHERNET) + interface(SLL, nano) + interface(RAW, binary)
    data += packet(0, 1_700_000_000_500_000) + packet(1, 1_700_000_000_500_000_000)
    data += packet(2, (1_700_000_000 << 10) + 512)
    assert [
        (ETHERNET, "", 1_700_000_000.5),
        (SLL, "eth7", 1_700_000_000.5),
        (RAW, "", 1_700_000_000.5),
    ] == [(each.linktype, each.interface, each.at) for each in read(data)]


@pytest.mark.parametrize("order", "<>")
def test_an_interface_whose_clock_has_an_offset(order: str) -> None:
    """The offset was not added: packets of such a file were dated to 1970."""
    offset = option(14, struct.pack(f"{order}q", 1_700_000_000), order)
    data = section(order) + interface(ETHERNET, offset, order=order) + packet(0, 2_500_000, order=order)
    assert [1_700_000_002.5] == [each.at for each in read(data)]


def test_pcapng_files_written_one_behind_another_keep_their_own_interfaces() -> None:
    """The second section's packets were read with the first one's link type."""
    data = section() + interface(SLL) + packet(0, 1) + section() + interface(RAW) + packet(0, 2)
    assert [SLL, RAW] == [each.linktype for each in read(data)]


def test_simple_packets_of_an_interface_without_a_snap_length_are_whole() -> None:
    """0 means no limit; each such packet was cut to nothing."""
    size = 16 + len(PACKET)
    simple = struct.pack("<III", 3, size, len(PACKET)) + PACKET + struct.pack("<I", size)
    assert [PACKET] == [each.raw for each in read(section() + interface(ETHERNET, snap=0) + simple)]
    assert [PACKET[:8]] == [each.raw for each in read(section() + interface(ETHERNET, snap=8) + simple)]
