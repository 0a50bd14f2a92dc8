"""The rewritten frames are byte for byte what scapy builds, with numpy and without."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import ARP, Ether

from camscan.net.raw.cookie import Cookie, key_of
from camscan.net.raw.frames import NumpySynRows, Rows, StructSynRows, write_arp_targets
from camscan.net.raw.template import arp_template, echo6_frame, mac_bytes, syn_template

pytest.importorskip("numpy")

MAC, OTHER = bytes.fromhex("020000000001"), bytes.fromhex("0200000000ff")
SOURCE = "10.0.0.9"
numbers = st.integers(0, 2**32 - 1)
ports = st.integers(1, 65535)


def by_scapy(ip: int, port: int, seq: int, mac: bytes) -> bytes:
    return bytes(
        Ether(src=MAC.hex(":"), dst=mac.hex(":"))
        / IP(src=SOURCE, dst=".".join(map(str, struct.pack(">I", ip))), id=0, flags="DF", ttl=64)
        / TCP(sport=40000, dport=port, seq=seq, flags="S", window=64240, options=[("MSS", 1460)])
    )


@pytest.mark.parametrize("kind", [NumpySynRows, StructSynRows])
@given(pairs=st.lists(st.tuples(numbers, ports, numbers), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_a_rewritten_row_is_the_frame_scapy_builds_for_that_target(kind, pairs) -> None:
    made = kind(syn_template(MAC, SOURCE, 40000), 8)
    made.fill([(n + 1) << 16 | 9 for n in range(8)], range(8), OTHER)  # what an earlier batch left
    macs = [OTHER[:5] + bytes([n]) for n in range(len(pairs))]
    made.fill([key_of(ip, port) for ip, port, _ in pairs], [seq for _, _, seq in pairs], macs)
    for number, (ip, port, seq) in enumerate(pairs):
        assert by_scapy(ip, port, seq, macs[number]) == made.rows.frame(number)


@pytest.mark.parametrize("count", [3, 40])
def test_arp_rows_ask_for_one_target_each(count: int) -> None:
    rows = Rows(arp_template(MAC, SOURCE), 64)
    write_arp_targets(rows, [0x0A000000 + n for n in range(count)])
    expected = bytes(
        Ether(src=MAC.hex(":"), dst="ff:ff:ff:ff:ff:ff")
        / ARP(hwsrc=MAC.hex(":"), psrc=SOURCE, hwdst="00:00:00:00:00:00", pdst=f"10.0.0.{count - 1}")
    )
    assert expected == rows.frame(count - 1)


def test_the_question_to_all_nodes_does_not_leave_the_link() -> None:
    frame = echo6_frame(MAC, "fe80::1", 7)
    assert (bytes.fromhex("333300000001"), 1, 58) == (frame[:6], frame[21], frame[20])


@given(secret=st.binary(min_size=40, max_size=40), keys=st.lists(st.integers(0, 2**48 - 1), min_size=1))
@settings(max_examples=50, deadline=None)
def test_the_keyed_hash_is_the_same_in_bulk_and_one_by_one(secret: bytes, keys: list[int]) -> None:
    import numpy as np

    cookie = Cookie(secret)
    assert [cookie.of(key) for key in keys] == cookie.of_many(np.array(keys, np.uint64)).tolist()


def test_two_runs_hash_differently_and_pairs_of_one_run_too() -> None:
    one, other = Cookie(), Cookie()
    keys = [key_of(0x0A000000 + n, 80) for n in range(1000)]
    assert len({one.of(key) for key in keys}) > 990
    assert sum(one.of(key) == other.of(key) for key in keys) < 5


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="40 bytes"):
        Cookie(b"short")


def test_a_frame_that_fits_no_row_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Rows(bytes(63), 1)


def test_a_hardware_address_is_read_or_refused() -> None:
    assert MAC == mac_bytes("02-00-00-00-00-01")
    with pytest.raises(ValueError, match="no hardware address"):
        mac_bytes("02:00")
