"""`camscan import` from the command line: exit codes, column names, what is said when part cannot be read."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from camscan.cli.main import invoke
from camscan.lab.process import child_environment

RECORDINGS = Path(__file__).parents[1] / "recordings" / "imports"
pytestmark = pytest.mark.usefixtures("home")


def devices(path: Path) -> dict[str, dict[str, str]]:
    """Address → claims, of a .jsonl that was written."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {
        line["addresses"][0]: {name: claim["value"] for name, claim in line["claims"].items()}
        for line in lines
        if line["type"] == "device"
    }


def coverage(path: Path) -> dict[str, object]:
    """The coverage line."""
    (found,) = [
        json.loads(line)
        for line in path.read_text("utf-8").splitlines()
        if line.startswith('{"type":"coverage"')
    ]
    whole: dict[str, object] = found["coverage"]
    return whole


def test_a_whole_file_is_exit_0_and_its_devices_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.jsonl"
    assert 0 == invoke(["import", str(RECORDINGS / "announcements.pcap"), "-o", str(out), "--site", "hq"])
    shown = capsys.readouterr()
    assert "Hikvision" in shown.out
    assert "reading" in shown.err
    assert "Axis" == devices(out)["10.78.0.50"]["manufacturer"]
    observation = next(line for line in out.read_text("utf-8").splitlines() if '"observation"' in line)
    assert str(RECORDINGS / "announcements.pcap") == json.loads(observation)["provenance"]


def test_a_file_read_in_part_is_exit_3_and_says_which_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "m.list", tmp_path / "x.jsonl"
    file.write_text("#masscan\nopen tcp 37777 10.0.0.5 1700000000\nopen tcp what\n")
    assert 3 == invoke(["import", str(file), "-o", str(out)])
    assert ["10.0.0.5"] == list(devices(out))
    assert [f"{file}, line 3: no masscan record"] == coverage(out)["warnings"]
    assert "line 3" in capsys.readouterr().out


def test_a_capture_cut_short_is_exit_3_with_everything_before_the_cut(tmp_path: Path) -> None:
    whole = (RECORDINGS / "announcements.pcap").read_bytes()
    file, out = tmp_path / "cut.pcap", tmp_path / "x.jsonl"
    file.write_bytes(whole[:-20])
    assert 3 == invoke(["import", str(file), "-o", str(out), "-q"])
    assert "Hikvision" == devices(out)["10.78.0.10"]["manufacturer"]
    assert "packet 10: the file breaks off within a record" in str(coverage(out)["warnings"])


def test_nothing_recognised_is_exit_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.docx"
    file.write_bytes(b"PK\x03\x04 something else")
    assert 2 == invoke(["import", str(file)])
    said = capsys.readouterr()
    assert "" == said.out
    assert 1 == said.err.count("\n")
    assert f"camscan: {file}: not recognised; camscan reads: packet capture" in said.err


def test_one_stranger_among_known_files_is_exit_3(tmp_path: Path) -> None:
    stranger, out = tmp_path / "notes.txt", tmp_path / "x.jsonl"
    stranger.write_text("nothing here\n")
    assert 3 == invoke(["import", str(stranger), str(RECORDINGS / "arp_scan.txt"), "-o", str(out), "-q"])
    assert "Hikvision" == devices(out)["10.77.1.10"]["manufacturer"]


def test_columns_are_named_on_the_command_line(tmp_path: Path) -> None:
    file, out = tmp_path / "assets.csv", tmp_path / "x.jsonl"
    file.write_text("Nr,Where,Card\n1,10.0.0.5,44-19-B6-00-00-01\n")
    assert 0 == invoke(["import", str(file), "--map", "ip=Where,mac=Card", "-o", str(out), "-q"])
    assert "Hikvision" == devices(out)["10.0.0.5"]["manufacturer"]


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        ("ip", "--map 'ip': write ROLE=COLUMN"),
        ("colour=Where", "'colour' is none of ip, mac, hostname, port and no field of docs/fields.md"),
        ("ip=Nowhere", "no column 'Nowhere'; there are: Nr, Where"),
    ],
)
def test_a_mapping_that_cannot_be_is_exit_2(
    mapped: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "assets.csv"
    file.write_text("Nr,Where\n1,10.0.0.5\n")
    assert 2 == invoke(["import", str(file), "--map", mapped])
    assert said in capsys.readouterr().err


def test_a_switch_table_alone_names_likely_cameras_and_lists_no_device(tmp_path: Path) -> None:
    table, arp, out = tmp_path / "mac.txt", tmp_path / "arp.txt", tmp_path / "x.jsonl"
    table.write_text(
        "  10    4419.b600.0001    DYNAMIC     Gi1/0/7\n  10    0015.5d00.0002    DYNAMIC     Gi1/0/8\n"
    )
    assert 0 == invoke(["import", str(table), "-o", str(out), "-q"])
    assert {} == devices(out)
    assert "no address known for 44:19:b6:00:00:01 of Hikvision behind port Gi1/0/7, VLAN 10" in str(
        coverage(out)["warnings"]
    )
    arp.write_text("? (10.0.0.5) at 44:19:b6:00:00:01 [ether] on eth0\n")
    assert 0 == invoke(["import", str(table), str(arp), "-o", str(out), "-q"])
    assert ["10.0.0.5"] == list(devices(out))
    assert "port Gi1/0/7, VLAN 10" in out.read_text("utf-8")


def test_words_of_a_file_never_reach_the_terminal_raw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "m.list"
    file.write_text(
        "#masscan\nopen tcp 37777 10.0.0.5 1700000000\n"
        "banner tcp 80 10.0.0.5 1700000000 title \x1b]0;owned\x07\x1b[31mred\n"
        "open tcp \x1b[2J 10.0.0.6 1700000000\n"
    )
    invoke(["import", str(file)])
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err


def bulk_capture(path: Path, megabytes: int) -> None:
    """Connections of web servers that send without end, one after another and many at once."""
    payload = b"HTTP/1.1 200 OK\r\nServer: cam\r\n\r\n" + bytes(1370)
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        number = 0
        while file.tell() < megabytes << 20:
            number += 1
            for part in range(60):
                body = (
                    struct.pack(">HHIIBBHHH", 80, 40000, 1 + part * len(payload), 0, 0x50, 0x18, 9, 0, 0)
                    + payload
                )
                address = bytes((10, number >> 14 & 255, number >> 7 & 127, number & 127 | 1))
                header = struct.pack(
                    ">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, 6, 0, address, bytes((10, 9, 9, 9))
                )  # fmt: skip
                raw = bytes(12) + b"\x08\x00" + header + body
                file.write(struct.pack("<IIII", 1_700_000_000, 0, len(raw), len(raw)) + raw)


def test_a_large_capture_is_read_in_bounded_memory(tmp_path: Path) -> None:
    file, out = tmp_path / "bulk.pcap", tmp_path / "x.jsonl"
    megabytes = 1024 if os.environ.get("CAMSCAN_SLOW") else 40
    bulk_capture(file, megabytes)
    script = (
        "import re, sys; from camscan.cli.main import invoke; code = invoke(sys.argv[1:]);"
        # Not ru_maxrss: a child begins with its parent's peak, and a test runner may be large.
        "print(code, re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "import", str(file), "-o", str(out), "-q"],
        capture_output=True, text=True, check=True, env=child_environment(),
    )  # fmt: skip
    code, peak_kilobytes = map(int, done.stdout.split())
    assert 0 == code
    assert peak_kilobytes < 200 * 1024
    assert len(devices(out)) > megabytes * 5
