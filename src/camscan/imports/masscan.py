"""masscan's JSON, list and grepable output, and nmap's grepable output, to observations.

Rules: an open port is an open port; a banner is read by the probe whose protocol it is, and what it makes of
others is left out. One record at a time. Source: masscan `src/out-*.c`; nmap book, "Grepable output".
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from camscan.imports.answers import Place, any_answer, greeting, handshake
from camscan.imports.lines import json_records, list_at, port_of, text_at, text_lines
from camscan.imports.notes import Notes
from camscan.model.address import parse_ip, parse_mac
from camscan.model.observation import Observation
from camscan.wire.tls_records import ServerHandshake

SOURCE = "masscan"
_GREETINGS = frozenset({"ftp", "telnet", "unknown", "ssh", "ssh1", "ssh2"})
_HTTP = frozenset({"http", "html", "https"})
_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})|\\([rnt\\\"])")
_LETTERS = {"r": "\r", "n": "\n", "t": "\t"}
_GREPABLE_HOST = re.compile(r"(?:Timestamp: \d{1,12}\t)?Host: (\S+) \(([^)]*)\)")
_GREPABLE_PORTS = re.compile(r"Ports: ([^\t]*)")
_GREPABLE_BANNER = re.compile(r"\tPort: (\d{1,5})\tService: (\S{1,40})\tBanner: (.*)")
_TIMESTAMP = re.compile(r"Timestamp: (\d{9,11})")


def read_json(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """Both forms of its JSON: `-oJ` (a list of hosts with their ports) and `-oD` (a port a line)."""
    for number, record in json_records(stream, notes):
        if not record.get("ip"):
            if "finished" not in record:
                notes.fault(f"line {number}", "a record without an address")
            continue
        ip = parse_ip(text_at(record, "ip"))
        if ip is None:
            notes.fault(f"line {number}", f"{text_at(record, 'ip')[:60]!r} is no address")
            continue
        notes.records += 1
        at = _instant(text_at(record, "timestamp"), notes.at)
        for port in list_at(record, "ports") or [record]:
            yield from _json_port(port, ip, at, notes)


def _json_port(record: object, ip: str, at: datetime, notes: Notes) -> Iterator[Observation]:
    port = port_of(text_at(record, "port"))
    if port is None:
        return
    status = text_at(record, "status") or text_at(record, "data", "status")
    if status == "open":
        yield _open(ip, port, at, notes)
    for keys, name in ((("service",), "name"), (("data",), "service_name")):
        kind = text_at(record, *keys, name)
        if kind:
            yield from banner(Place(ip, port, at, notes.name), kind, text_at(record, *keys, "banner"), notes)


def read_list(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """`-oL`: `open tcp 80 10.0.0.5 1606203234` and `banner tcp 80 10.0.0.5 1606203234 http …`."""
    for number, line in text_lines(stream, notes):
        words = line.split(" ", 6)
        if not line.strip() or line.startswith("#"):
            continue
        port, ip = (port_of(words[2]), parse_ip(words[3])) if len(words) > 4 else (None, None)
        if ip is None or port is None or words[0] not in ("open", "closed", "banner"):
            notes.fault(f"line {number}", "no masscan record")
            continue
        notes.records += 1
        at = _instant(words[4], notes.at)
        if words[0] == "open":
            yield _open(ip, port, at, notes)
        elif words[0] == "banner" and len(words) == 7:
            yield from banner(Place(ip, port, at, notes.name), words[5], words[6], notes)


def read_grepable(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """`-oG` of nmap and masscan: `Host: 10.0.0.5 (name)<tab>Ports: 80/open/tcp//http//…/`."""
    for number, line in text_lines(stream, notes):
        if line.startswith("#") or not line.strip():
            continue
        host = _GREPABLE_HOST.match(line)
        ip = parse_ip(host.group(1)) if host else None
        if host is None or ip is None:
            notes.fault(f"line {number}", "no host in it")
            continue
        notes.records += 1
        stamp = _TIMESTAMP.search(line)
        at = _instant(stamp.group(1) if stamp else "", notes.at)
        if host.group(2):
            yield notes.observe(ip, SOURCE, {"net.hostname": host.group(2)}, at=at)
        if said := _GREPABLE_BANNER.search(line):
            port = port_of(said.group(1))
            if port is not None:
                yield from banner(Place(ip, port, at, notes.name), said.group(2), said.group(3), notes)
        ports = _GREPABLE_PORTS.search(line)
        for entry in ports.group(1).split(",") if ports else ():
            parts = entry.strip().split("/")
            port = port_of(parts[0])
            if port is not None and len(parts) > 2 and parts[1] == "open":
                yield _open(ip, port, at, notes)


def banner(place: Place, kind: str, text: str, notes: Notes) -> Iterator[Observation]:
    """What masscan's banner of this kind says."""
    raw = _ESCAPE.sub(_unescaped, text).encode("utf-8", "replace")
    lower = kind.lower()
    if lower in _HTTP:
        yield from any_answer(place, raw)
    elif lower == "title":
        yield notes.observe(place.ip, "http", {"http.title": text.strip()}, at=place.at, port=place.port)
    elif lower == "http.server":
        yield notes.observe(place.ip, "http", {"http.server": text.strip()}, at=place.at, port=place.port)
    elif lower == "x509":
        try:
            der = base64.b64decode(text.partition(":")[2] or text, validate=False)
        except (binascii.Error, ValueError):
            return
        yield from handshake(place, ServerHandshake("", der))
    elif lower in _GREETINGS or lower.startswith("rtsp"):
        if raw.startswith((b"RTSP/", b"HTTP/")):
            yield from any_answer(place, raw)
        elif lower != "unknown":
            yield from greeting(place, raw)
    elif mac := parse_mac(text) if lower == "arp" else None:
        yield notes.observe(place.ip, SOURCE, {"mac.observed": mac}, at=place.at)


def _unescaped(found: re.Match[str]) -> str:
    if found.group(1):
        return chr(int(found.group(1), 16))
    letter = found.group(2)
    return _LETTERS.get(letter, letter)


def _open(ip: str, port: int, at: datetime, notes: Notes) -> Observation:
    return notes.observe(ip, SOURCE, {"net.open_port": str(port)}, at=at, port=port)


def _instant(text: str, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
