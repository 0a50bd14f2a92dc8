"""Which kind of file this is, told by its first bytes and never by its name."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from camscan.imports import csv_files, leases, masscan, nmap, own, tables, zgrab
from camscan.imports.lines import decoded
from camscan.imports.notes import Found, Notes

HEAD_BYTES = 64 * 1024
CAPTURE_MAGICS = (
    b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a",
)  # fmt: skip
_ISC = re.compile(r"^[ \t]*lease[ \t]+\d{1,3}(?:\.\d{1,3}){3}\s*\{", re.MULTILINE)
_ISC_HEADING = "documented in the dhcpd.leases(5)"
_MASSCAN_LINE = re.compile(r"^(?:open|closed|banner) (?:tcp|udp|sctp) \d{1,5} \S+ \d{9,12}\b", re.MULTILINE)
_GREPABLE = re.compile(r"^(?:Timestamp: \d+\t)?Host: \S+ \([^)\n]*\)\t", re.MULTILINE)
_TABLE_LINES = 400


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: its name, what it is in words, and its reader (None for packet captures)."""

    name: str
    about: str
    read: Callable[[BinaryIO, Notes, Mapping[str, str]], Iterator[Found]] | None = None


def _plain(reader: Callable[[BinaryIO, Notes], Iterator[Found]]) -> Callable[..., Iterator[Found]]:
    return lambda stream, notes, _mapping: reader(stream, notes)


PCAP = FileKind("pcap", "packet capture, pcap or pcapng")
NMAP = FileKind("nmap", "nmap or masscan XML (-oX)", _plain(nmap.read))
MASSCAN_JSON = FileKind("masscan-json", "masscan JSON (-oJ, -oD)", _plain(masscan.read_json))
MASSCAN_LIST = FileKind("masscan-list", "masscan list (-oL)", _plain(masscan.read_list))
GREPABLE = FileKind("grepable", "grepable output (-oG) of nmap or masscan", _plain(masscan.read_grepable))
ZGRAB = FileKind("zgrab2", "zgrab2 JSON Lines", _plain(zgrab.read))
ISC = FileKind("isc-leases", "leases of ISC dhcpd", _plain(leases.read_isc))
DNSMASQ = FileKind("dnsmasq-leases", "leases of dnsmasq", _plain(leases.read_dnsmasq))
KEA = FileKind("kea-leases", "leases of Kea (memfile CSV)", csv_files.read)
CSV = FileKind("csv", "CSV with a header, such as Windows DHCP exports", csv_files.read)
NEIGHBOURS_JSON = FileKind("ip-neigh-json", "`ip -j neigh`", _plain(tables.read_json))
TABLE = FileKind("address-table", "ARP, neighbour or switch MAC table as text", _plain(tables.read))
OWN = FileKind("camscan", "camscan's own JSON Lines", _plain(own.read))

KINDS = (
    PCAP, NMAP, MASSCAN_JSON, MASSCAN_LIST, GREPABLE, ZGRAB, ISC, DNSMASQ, KEA, CSV, NEIGHBOURS_JSON, TABLE,
    OWN,
)  # fmt: skip


def recognise(head: bytes, *, mapped: bool = False) -> FileKind | None:
    """The kind of a file that begins with these (at most HEAD_BYTES) bytes; None when it is none of them.

    mapped: the operator named columns, so that anything with a header is a CSV.
    """
    if head[:4] in CAPTURE_MAGICS:
        return PCAP
    text = _text(head)
    start = text.lstrip()
    if start.startswith("<"):
        return NMAP if _is_nmap(text) else None
    if start.startswith(("{", "[")):
        return _json_kind(head)
    return _text_kind(text, mapped)


def _text(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) & ~1].decode("utf-16", "replace")
    return decoded(head.removeprefix(codecs.BOM_UTF8))


def _is_nmap(text: str) -> bool:
    """An `nmaprun` document; one that declares entities is hostile, and nmap declares none."""
    prolog, found, _ = text.partition("<nmaprun")
    return (
        bool(found)
        and "<!ENTITY" not in prolog.upper()
        and "[" not in prolog.partition("<!DOCTYPE")[2].partition(">")[0]
    )


def _json_kind(head: bytes) -> FileKind | None:
    """By the keys of the first object, whole or not."""
    line = head.removeprefix(codecs.BOM_UTF8).lstrip(b"[ \t\r\n,")
    first = line.split(b"\n", 1)[0].strip().rstrip(b", \t]")
    try:
        keys = set(msgspec.json.decode(first))
    except (msgspec.DecodeError, ValueError, RecursionError, TypeError):  # ValueError: no UTF-8
        keys = {k.decode("ascii", "replace") for k in re.findall(rb'"([a-z_]{1,20})"\s*:', line[:4096])}
    if "type" in keys and re.match(
        rb'\{\s*"type"\s*:\s*"(?:scan|site|observation|device|finding|coverage)"', line
    ):
        return OWN
    if "data" in keys and {"ip", "domain"} & keys and "rec_type" not in keys:
        return ZGRAB
    if "ip" in keys and {"ports", "port"} & keys:
        return MASSCAN_JSON
    return NEIGHBOURS_JSON if "dst" in keys and {"dev", "lladdr"} & keys else None


def _text_kind(text: str, mapped: bool) -> FileKind | None:
    lines = [line for line in text.splitlines()[:_TABLE_LINES] if line.strip()]
    first = next((line for line in lines if not line.startswith("#")), "")
    if text.startswith("#masscan") or _MASSCAN_LINE.search(text):
        return MASSCAN_LIST
    if _GREPABLE.search(text):
        return GREPABLE
    if _ISC.search(text) or _ISC_HEADING in text:
        return ISC
    if leases.DNSMASQ_LINE.match(first.strip()) or first.startswith("duid "):
        return DNSMASQ
    header = csv_files.header_of(first)
    if header is not None:
        if csv_files.is_kea(header[1]):
            return KEA
        if mapped or csv_files.is_recognised(header[1]):
            return CSV
    return TABLE if any(tables.entry(line[: tables.MAX_LINE_CHARACTERS]) for line in lines) else None
