# ruff: noqa: E501 - lines of files read best as the tools write them
"""A file is known by its content, and any bytes at all are a file that is read or refused, never a crash."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.errors import FileFormatError
from camscan.imports.kinds import CAPTURE_MAGICS, KINDS, FileKind, recognise
from camscan.imports.notes import Notes
from camscan.imports.opening import opened
from camscan.net.capture import read_capture
from camscan.survey.imported import read_frames

RECORDINGS = Path(__file__).parents[1] / "recordings" / "imports"
AT = datetime(2024, 1, 2, tzinfo=UTC)

SAMPLES = {
    "nmap": b'<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap"></nmaprun>',
    "masscan-json": b'[\n{"ip": "10.0.0.5", "timestamp": "1", "ports": [{"port": 80, "proto": "tcp", "status": "open"}]}\n]',
    "masscan-list": b"#masscan\nopen tcp 80 10.0.0.5 1606203234\n# end\n",
    "grepable": b"# Nmap 7.93 scan\nHost: 10.0.0.5 ()\tPorts: 80/open/tcp//http///\n",
    "zgrab2": b'{"ip":"10.0.0.5","data":{"http":{"status":"success","protocol":"http","result":{}}}}\n',
    "isc-leases": b"# comment\nlease 10.0.0.5 {\n  hardware ethernet 44:19:b6:00:00:01;\n}\n",
    "dnsmasq-leases": b"1606203234 44:19:b6:00:00:01 10.0.0.5 cam-1 *\n",
    "kea-leases": b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id\n10.0.0.5,44:19:b6:00:00:01,,3600,1,1\n",
    "csv": '\ufeff"IPAddress","ScopeId","ClientId"\r\n"10.0.0.5","10.0.0.0","44-19-b6-00-00-01"\r\n'.encode(),
    "ip-neigh-json": b'[{"dst":"10.0.0.5","dev":"eth0","lladdr":"44:19:b6:00:00:01","state":["STALE"]}]',
    "address-table": b"? (10.0.0.5) at 44:19:b6:00:00:01 [ether] on eth0\n",
    "camscan": b'{"type":"scan","schema_version":1}\n',
    "pcap": b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_each_kind_is_known_by_its_first_bytes(name: str) -> None:
    kind = recognise(SAMPLES[name])
    assert name == (kind.name if kind else None)


def test_every_kind_has_a_sample() -> None:
    assert {kind.name for kind in KINDS} == set(SAMPLES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, world\n",
        b"<html><body>a page</body></html>",
        b'{"some": "json"}',
        b"%PDF-1.7\n",
        b"PK\x03\x04 a workbook",
        b'<!DOCTYPE nmaprun [<!ENTITY x "y">]><nmaprun/>',
        b'<!DOCTYPE nmaprun SYSTEM "http://evil/x.dtd" [ ]><nmaprun/>',
    ],
)
def test_what_is_none_of_them_is_refused_with_the_list_of_what_is_read(
    content: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "cameras.xml"
    file.write_bytes(content)
    with (
        pytest.raises(FileFormatError, match=r"cameras\.xml: not recognised; camscan reads: packet capture"),
        opened(file, {}),
    ):
        pass


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("nmap_sv.xml.gz", "nmap"),
        ("nmap_scripts.xml.gz", "nmap"),
        ("nmap.gnmap", "grepable"),
        ("masscan.xml", "nmap"),
        ("masscan.json", "masscan-json"),
        ("masscan.ndjson", "masscan-json"),
        ("masscan.list", "masscan-list"),
        ("masscan.gnmap", "grepable"),
        ("ip_neigh.txt", "address-table"),
        ("ip_neigh.json", "ip-neigh-json"),
        ("proc_net_arp.txt", "address-table"),
        ("arp_scan.txt", "address-table"),
        ("lab_scan.pcap.gz", "pcap"),
        ("lab_scan_live.jsonl.gz", "camscan"),
        ("announcements.pcap", "pcap"),
    ],
)
def test_files_of_the_real_tools_are_known(file: str, kind: str) -> None:
    with opened(RECORDINGS / file, {}) as found:
        assert kind == found.kind.name


def read_whole(kind: FileKind, content: bytes) -> Notes:
    """Read a file of this kind to its end."""
    notes = Notes("a file", AT)
    stream = io.BufferedReader(io.BytesIO(content))  # type: ignore[type-var]
    if kind.read is None:
        list(read_frames(read_capture(stream, notes.fault), notes))
    else:
        list(kind.read(stream, notes, {}))
    return notes


def quietly(work: Callable[[], object]) -> None:
    """A refusal is an answer; anything else is a bug."""
    try:
        work()
    except FileFormatError:
        return


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    kind = recognise(content)
    if kind is not None:
        quietly(lambda: read_whole(kind, content))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_reader_survives_bytes_that_only_begin_as_its_kind(kind: FileKind, data: st.DataObject) -> None:
    start = SAMPLES[kind.name]
    cut = data.draw(st.integers(0, len(start)))
    junk = data.draw(
        st.binary(max_size=200) | st.text(max_size=120).map(lambda text: text.encode("utf-8", "replace"))
    )
    quietly(lambda: read_whole(kind, start[:cut] + junk + start[cut:]))
    quietly(lambda: read_whole(kind, junk))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CAPTURE_MAGICS), st.binary(max_size=400))
def test_captures_that_contradict_themselves_end_early_and_say_so(magic: bytes, rest: bytes) -> None:
    read_whole(next(kind for kind in KINDS if kind.name == "pcap"), magic + rest)


@pytest.mark.parametrize("share", [0.1, 0.35, 0.6, 0.85, 0.999])
def test_a_packed_file_that_breaks_off_gives_what_was_whole(share: float, tmp_path: Path) -> None:
    whole = (RECORDINGS / "nmap_sv.xml.gz").read_bytes()
    file = tmp_path / "cut.xml.gz"
    file.write_bytes(whole[: int(len(whole) * share)])
    with opened(file, {}) as found:
        assert found.kind.read is not None
        seen = list(found.kind.read(found.stream, found.notes, {}))
    assert found.notes.fault_count
    assert any("breaks off" in fault for fault in found.notes.faults)
    assert found.notes.records == 0 or seen


def test_gzip_is_taken_off_whatever_the_name(tmp_path: Path) -> None:
    file = tmp_path / "leases"
    file.write_bytes(gzip.compress(SAMPLES["dnsmasq-leases"]))
    with opened(file, {}) as found:
        assert "dnsmasq-leases" == found.kind.name
