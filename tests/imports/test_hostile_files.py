"""Files written to waste time or memory cost little of either, and what is whole in them is kept."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
from datetime import UTC, datetime

import pytest

from camscan.imports import leases, lines, masscan, nmap, own
from camscan.imports.fragments import MAX_DATAGRAM, MAX_FRAGMENTS
from camscan.imports.kinds import GREPABLE, ISC, recognise
from camscan.imports.lines import json_records
from camscan.imports.notes import Notes
from camscan.imports.traffic import Traffic
from camscan.net.capture import MAX_DECLARED, read_capture
from camscan.wire.frame import RAW, Frame

AT = datetime(2024, 1, 2, tzinfo=UTC)
LONG = 400_000  # characters: what is quadratic takes minutes with them, what is linear some milliseconds
WHOLE = (
    '<host><address addr="10.0.0.5" addrtype="ipv4"/>'
    '<ports><port portid="80"><state state="open"/></port></ports></host>'
)


def notes() -> Notes:
    return Notes("file", AT)


def stream(raw: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(raw))  # type: ignore[type-var]


@pytest.mark.timeout(20)
def test_a_lease_full_of_quotes_without_an_end_is_read_in_one_pass() -> None:
    text = (
        'lease 10.0.0.9 {\n client-hostname "' + '\\"' * LONG + "\n hardware ethernet 44:19:b6:00:00:01;\n}\n"
    )
    assert ["44:19:b6:00:00:01"] == [
        each.fields["mac.claimed"][0] for each in leases.read_isc(stream(text.encode()), notes())
    ]


@pytest.mark.timeout(20)
def test_a_grepable_line_that_begins_a_host_again_and_again_is_read_in_one_pass() -> None:
    told = notes()
    text = "Host: a (" * (LONG // 9) + "\nHost: 10.0.0.5 ()\tPorts: 80/open/tcp//http///\n"
    assert ["10.0.0.5"] == [each.ip for each in masscan.read_grepable(stream(text.encode()), told)]
    assert ["line 1: no host in it"] == told.faults


@pytest.mark.timeout(5)
def test_a_head_of_line_ends_or_of_unended_hosts_is_recognised_in_one_pass() -> None:
    assert None is recognise(b"\n" * 65536)
    assert None is recognise(b"Host: a (\n" * 6553)
    assert ISC is recognise(b"\n" * 9 + b"  lease 10.0.0.9 {\n")
    assert GREPABLE is recognise(b"# Nmap\nHost: 10.0.0.5 (name)\tStatus: Up\n")


@pytest.mark.timeout(20)
def test_json_records_over_lines_are_bounded_together_and_the_next_is_read() -> None:
    told = notes()
    opened = b'{"a": "' + b"x" * 300_000 + b'",\n'
    content = opened * 60 + b'{"ip": "10.0.0.5"}\n' + b'{\n "ip":\n  "} ] \\" \\\\"\n}\n'
    tracemalloc.start()
    try:
        found = [record for _, record in json_records(stream(content), told)]
        assert 12_000_000 > tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [{"ip": "10.0.0.5"}, {"ip": '} ] " \\'}] == found
    assert {"no JSON record"} == {fault.partition(": ")[2] for fault in told.faults}


def test_a_json_record_is_read_where_it_closes_and_not_at_each_bracket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four hundred tries of a record that grows took a thousand times its bytes."""
    tried: list[int] = []
    read = lines._objects
    monkeypatch.setattr(lines, "_objects", lambda text: tried.append(len(text)) or read(text))
    inner = "".join(f'"{number}": {{"b": "{"x" * 2000}"}},\n' for number in range(390))
    text = f'[\n{{\n{inner}"ip": "10.0.0.5"\n}}\n]\n'.encode()
    told = notes()
    assert ["10.0.0.5"] == [record["ip"] for _, record in json_records(stream(text), told)]
    assert [] == told.faults
    assert 3 * len(text) > sum(tried)


@pytest.mark.parametrize("filler", ["<x/>", "<!-- x -->", "<hosthint><status/></hosthint>"])
def test_what_lies_between_hosts_of_an_nmap_file_is_not_kept(filler: str) -> None:
    text = f"<nmaprun>{filler * 150_000}{WHOLE}{filler * 150_000}{WHOLE}</nmaprun>"
    left: list[int] = []
    told = notes()
    for node in nmap._hosts(stream(text.encode())):
        if node.tag == "host":
            left.append(len(node.getparent()))
    assert [["10.0.0.5"] * 2, 0] == [[e.ip for e in nmap.read(stream(text.encode()), told)], told.fault_count]
    assert max(left) < 40_000


def test_an_nmap_host_without_end_is_given_up_and_the_hosts_before_it_are_kept() -> None:
    told = notes()
    endless = b"<nmaprun>" + WHOLE.encode() + b"<host>" + b"<x></x>" * (nmap.MAX_HOST_BYTES // 6)
    assert ["10.0.0.5"] == [each.ip for each in nmap.read(stream(endless), told)]
    assert ["line ?: 16 MB without the end of a host; the 1 hosts before it were kept"] == told.faults


def _fragment(offset: int, payload: bytes, identity: int = 7) -> Frame:
    word = 0x2000 | offset // 8
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), identity, word, 64, 17, 0, *(b"\n\0\0\1",) * 2
    )
    return Frame(head + payload, RAW, 0.0)


def test_fragments_that_never_become_a_datagram_are_not_kept() -> None:
    """A capture of fragments without a first one was held in memory whole."""
    traffic = Traffic("capture")
    tracemalloc.start()
    try:
        for identity in range(20):
            for number in range(1, 200):
                assert [] == list(traffic.read(_fragment(number * 8, bytes(8000), identity)))
        assert 20 * (MAX_DATAGRAM + 70_000) > tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert MAX_FRAGMENTS >= 20


def test_a_capture_that_declares_interfaces_without_end_is_given_up() -> None:
    section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    interface = struct.pack("<IIHHII", 1, 20, 1, 0, 0, 20)
    faults: list[str] = []
    found = list(
        read_capture(
            io.BytesIO(section + interface * (MAX_DECLARED + 5)), lambda where, why: faults.append(why)
        )
    )
    assert [] == found
    assert ["ValueError: more than 10,000 interfaces or processes are declared"] == faults


def test_an_observation_of_no_date_or_no_number_is_left_out_and_the_next_is_read() -> None:
    def line(**more: object) -> bytes:
        seen = {"ip": "10.0.0.5", "source": "dhip", "at": "2024-01-02T00:00:00Z", "digest": "0"}
        return (
            json.dumps({"type": "observation", **seen, "fields": {"dhip.vendor": ["x"]}, **more}).encode()
            + b"\n"
        )

    odd = {"net.open_port": ["²", "9" * 5000, "80"], "dhip.init": ["²"]}
    text = line(at="9999-12-31T23:59:59-14:00") + line(at="0001-01-01T00:00:00+14:00") + line(fields=odd)
    told = notes()
    found = list(own.read(stream(text), told))
    assert [{"net.open_port": ("80",)}] == [each.fields for each in found]
    assert ["line 1: date value out of range", "line 2: date value out of range"] == told.faults


def test_a_json_file_whose_first_key_is_no_utf_8_is_of_no_kind() -> None:
    assert recognise(b'{"type":"scan","\x96":1}\n{"\x96') is not None
    assert recognise(b'{"\x96":1}') is None


def test_fields_that_are_not_declared_are_left_out_of_another_site_s_file_and_counted() -> None:
    line = json.dumps(
        {
            "type": "observation", "ip": "10.0.0.9", "source": "sadp", "at": "2024-01-02T00:00:00Z",
            "digest": "", "port": 37020, "fields": {"sadp.model": ["DS-1"], "sadp.mo'del": ["DS-2"]},
        }
    )  # fmt: skip
    told = Notes("file", AT, declared={"sadp.model"})
    (seen,) = own.read(stream(line.encode() + b"\n"), told)
    assert {"sadp.model": ("DS-1",)} == seen.fields
    assert ["file: 1 left out: fields that this camscan does not know"] == told.warnings()


@pytest.mark.parametrize("port", [-1, 65536, 75620, 10**30])
def test_an_observation_at_no_port_is_left_out_and_said(port: int) -> None:
    line = json.dumps(
        {
            "type": "observation", "ip": "10.0.0.9", "source": "sadp", "at": "2024-01-02T00:00:00Z",
            "digest": "", "port": port, "fields": {"sadp.model": ["DS-1"]},
        }
    )  # fmt: skip
    told = notes()
    assert [] == list(own.read(stream(line.encode() + b"\n"), told))
    assert 1 == told.fault_count
