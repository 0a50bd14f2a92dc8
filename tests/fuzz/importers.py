# ruff: noqa: E501 - samples read best as the tools write them
"""What is fuzzed of `camscan import`: each kind of file by its own reader, frames, answers, and the whole.

A target is held to the reader's contract: every address is one, every instant has a zone, every field is
declared and bounded; broken records go to the notes. The list is made from `KINDS`.
"""

from __future__ import annotations

import base64
import gzip
import io
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from camscan.errors import FileFormatError, UsageError
from camscan.imports import answers, kinds, labelled
from camscan.imports.kinds import FileKind
from camscan.imports.notes import Found, Notes, Unplaced
from camscan.imports.traffic import Traffic
from camscan.model.address import parse_ip, parse_mac
from camscan.model.inventory import Inventory
from camscan.model.observation import MAX_VALUE_CHARACTERS, MAX_VALUES_PER_FIELD
from camscan.net.capture import read_capture
from camscan.survey.imported import ImportRequest, import_files, read_frames
from camscan.wire.frame import Frame

Run = Callable[[bytes], None]

SAMPLES = Path(__file__).parents[1] / "recordings" / "imports"
AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
LINK_TYPES = (1, 0, 101, 113, 276, 12, 108, 228, 229, 105)
MAPPINGS: tuple[Mapping[str, str], ...] = ({}, {"ip": "a", "mac": "b", "port": "c", "http.title": "d"})
LARGEST_SEED = 4096


def targets() -> dict[str, Run]:
    """Name → target."""
    found: dict[str, Run] = {f"import.{kind.name}": partial(_file, kind) for kind in kinds.KINDS}
    found["import.frames"] = _frames
    found["import.answers"] = _answers
    found["import.labelled"] = _labelled
    found["import.whole"] = _whole
    return found


@cache
def _declared() -> frozenset[str]:
    from camscan.catalog import load

    return frozenset(load().fields)


def hold(found: Iterable[Found]) -> None:
    """Read everything, and hold it to the contract of a reader."""
    for each in found:
        if isinstance(each, Unplaced):
            assert each.mac == parse_mac(each.mac), each
            assert not each.claimed_ip or parse_ip(each.claimed_ip), each
            each.mark  # noqa: B018 - computed, and hashed by what keeps it
            each = each.at_address("192.0.2.7")
        assert parse_ip(each.ip.partition("%")[0]), each
        assert each.at.tzinfo is not None
        assert each.port is None or 0 <= each.port <= 65535, each.port
        assert set(each.fields) <= _declared(), set(each.fields) - _declared()
        for values in each.fields.values():
            assert 0 < len(values) <= MAX_VALUES_PER_FIELD
            assert all(0 < len(value) <= MAX_VALUE_CHARACTERS for value in values)
            for value in values:
                value.encode("utf-8")


def _file(kind: FileKind, data: bytes) -> None:
    stream = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type]
    notes = Notes("file", AT, declared=_declared())
    mapping = MAPPINGS[len(data) % 2]
    try:
        if kind.read is None:
            hold(read_frames(read_capture(stream, notes.fault), notes))
        else:
            hold(kind.read(stream, notes, mapping))
    except FileFormatError:
        return
    notes.warnings()


def _frames(data: bytes) -> None:
    """Frames of `length, bytes`; the first byte chooses the link type and whether streams are read."""
    first, rest = data[:1] or b"\0", data[1:]
    traffic = Traffic("file", allow_public=bool(first[0] & 0x80), streams=not first[0] & 0x40)
    at = 0
    while at + 2 <= len(rest):
        length = int.from_bytes(rest[at : at + 2])
        hold(
            traffic.read(
                Frame(
                    rest[at + 2 : at + 2 + length],
                    LINK_TYPES[first[0] % len(LINK_TYPES)],
                    AT.timestamp(),
                    "eth0",
                )
            )
        )
        at += 2 + length
    hold(traffic.finish())


_PATHS = (
    "/",
    "/onvif/device_service",
    "/axis-cgi/basicdeviceinfo.cgi",
    "/a?user=b&password=c",
    "\n",
    "/ISAPI/x",
)


def _answers(data: bytes) -> None:
    """One recorded answer; the first byte chooses what it is taken for."""
    choice, payload = (data[:1] or b"\0")[0], data[1:]
    place = answers.Place("192.0.2.7", 80, AT, "file", tls=bool(choice & 0x80))
    login = bool(choice & 0x40)
    hold(answers.http_answer(place, payload, path=_PATHS[choice % len(_PATHS)], with_login=login))
    hold(answers.rtsp_answer(place, payload, method=("OPTIONS", "DESCRIBE")[choice & 1], with_login=login))
    hold(answers.greeting(place, payload))


def _labelled(data: bytes) -> None:
    names = sorted(labelled.READERS)
    kind = names[(data[:1] or b"\0")[0] % len(names)]
    encoded = base64.b64encode(data[1:]).decode()
    hold(labelled.observations_of({"kind": kind, "data_b64": encoded}))
    hold(labelled.observations_of({"kind": kind, "data": data[1:].decode("utf-8", "replace")}))


@cache
def _catalog() -> object:
    from camscan.catalog import load

    return load()


def _whole(data: bytes) -> None:
    """A file of any kind, packed or not, as `camscan import` reads it, concluded and written."""

    with tempfile.NamedTemporaryFile(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as file:
        file.write(data)
        file.flush()
        try:
            inventory = import_files(ImportRequest((Path(file.name),)), _catalog())  # type: ignore[arg-type]
        except UsageError:
            return
    written_again(inventory)


def written_again(inventory: Inventory) -> None:
    """What was read can be written in every text format, and the JSON Lines be read once more."""
    from camscan.report import csv, jsonl
    from camscan.report.load import read

    again = read(jsonl.render(inventory).splitlines(keepends=True))
    assert again.devices == inventory.devices
    csv.render(inventory)


def seeds_of(name: str) -> list[bytes]:
    """Samples that the real tools wrote, cut to what a fuzzer can turn over."""
    what = name.partition(".")[2]
    found = []
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix in (".py", ".md"):
            continue
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        kind = kinds.recognise(content[: kinds.HEAD_BYTES])
        if kind is not None and (what == kind.name or what == "whole"):
            found.append(content[:LARGEST_SEED])
            found.append(content[: LARGEST_SEED // 4])
    if what == "frames":
        for frame in read_capture(io.BytesIO((SAMPLES / "announcements.pcap").read_bytes()), lambda *_: None):
            found.append(bytes([0]) + len(frame.raw).to_bytes(2) + frame.raw)
    return [*found, *_WRITTEN.get(what, ())]


_WRITTEN: dict[str, tuple[bytes, ...]] = {
    "zgrab2": (
        b'{"ip":"10.0.0.5","data":{"http":{"status":"success","protocol":"http","timestamp":"2024-01-02T03:04:05Z","result":{"response":{"status_line":"200 OK","status_code":200,"protocol":{"name":"HTTP/1.1"},"headers":{"server":["App-webs/"]},"body":"<title>index</title>"}}},"tls":{"status":"success","protocol":"tls","result":{"handshake_log":{"server_hello":{"version":{"name":"TLSv1.2"}}}}},"banner":{"status":"success","result":{"banner":"220 x"}}}}\n',
    ),
    "isc-leases": (
        b"lease 10.0.0.5 {\n  starts 4 2024/01/02 03:04:05;\n  ends never;\n  binding state active;\n  hardware ethernet 44:19:b6:00:00:01;\n  set vendor-class-identifier = \"AXIS\";\n  client-hostname \"cam-1\";\n}\n",
    ),
    "dnsmasq-leases": (b"1606203234 44:19:b6:00:00:01 10.0.0.5 cam-1 *\n", b"duid 00:01\n1606203234 1 fe80::1 * 00:01\n"),
    "kea-leases": (
        b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n10.0.0.5,44:19:b6:00:00:01,,3600,1906203234,1,0,0,cam&#x2c1,0,,0\n",
    ),
    "csv": (
        b'"IPAddress";"ClientId";"HostName"\r\n"10.0.0.5";"44-19-b6-00-00-01";"cam"\r\n', b"a,b,c,d\n10.0.0.5,441900000001,80,IP Camera\n",
    ),
    "ip-neigh-json": (b'[{"dst":"10.0.0.5","dev":"eth0","lladdr":"44:19:b6:00:00:01","state":["STALE"]}]',),
    "address-table": (
        b"? (10.0.0.5) at 44:19:b6:00:00:01 [ether] on eth0\n10   4419.b600.0001    DYNAMIC     Gi1/0/1\n",
        b"Internet  10.0.0.5   3   4419.b600.0001  ARPA   Vlan10\n  10.0.0.5  44-19-b6-00-00-01  dynamic\n",
    ),
    "answers": (
        b"\0HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n<title>x</title>", b"\1RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: x\r\n\r\n",
        b"\2HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"IPC\"\r\n\r\n", b"\0220 camera ftp\r\n",
    ),
    "labelled": (b"\0Server: x", b"\5<Probe/>", b"\x09HTTP/1.1 200 OK\r\n\r\n"),
}  # fmt: skip
