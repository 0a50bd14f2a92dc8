"""Dahua's older discovery on UDP 5050 (DVRIP, 0xa3 → 0xb3), facts §5.4.

Rules: only the search (0xa3) can be encoded; the reply is three sections whose lengths stand in the
32-byte header (little-endian); addresses are in network order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.loosejson import CHINESE_ENCODINGS
from camscan.wire.reader import Reader, decode_text

PORT = 5050

_HEADER_BYTES = 0x20
_MAC_CHARACTERS = 17
_LINE = re.compile(r"^(\w{1,32}):(.{0,512})$")


@dataclass(frozen=True, slots=True)
class DvripDevice:
    """One answer; version is its eight bytes as text, or as dotted decimals without trailing zeros."""

    mac: str | None
    addresses: tuple[str, ...]
    version: str
    device_type: str
    name: str
    serial_no: str
    http_port: int
    tcp_port: int


def encode_search(*, variant: int = 1) -> bytes:
    """The 32-byte search; variant 1 or 0 is its fourth byte, as two known clients differ in it."""
    return bytes((0xA3, 0x01, 0x00, 1 if variant else 0)) + bytes(12) + b"\x02\0\0\0" + bytes(12)


def is_reply(payload: bytes) -> bool:
    """True for the answer's command byte; searches (our own come back) begin 0xa3."""
    return payload[:1] == b"\xb3"


def decode_reply(payload: bytes) -> DvripDevice:
    """Read one answer; raises MalformedReply for anything else."""
    reader = Reader(payload)
    reader.expect(b"\xb3", "DVRIP command")
    reader.skip(1)
    name_length = reader.u8("length of section 2")
    reader.seek(4)
    fixed_length = reader.u32le("length of section 1")
    reader.seek(0x14)
    text_length = reader.u16le("length of section 3")
    reader.seek(_HEADER_BYTES, "section 1")
    fixed = reader.sub(fixed_length, "section 1")
    named = reader.sub(name_length, "section 2")
    tail = decode_text(reader.take(text_length, "section 3").rstrip(b"\0"), CHINESE_ENCODINGS)

    version = _version_text(fixed.take(8, "version"))
    device_type = fixed.text(16, CHINESE_ENCODINGS, "type")
    fixed.seek(0x38 - _HEADER_BYTES)
    ip = fixed.ipv4()
    http_port = tcp_port = 0
    if len(fixed) >= 0x64 - _HEADER_BYTES:
        fixed.seek(0x5E - _HEADER_BYTES)
        http_port, _https_port, tcp_port = (fixed.u16le() for _ in range(3))
    mac = parse_mac(named.text(min(_MAC_CHARACTERS, named.remaining), what="MAC"))
    name = named.text(named.remaining, CHINESE_ENCODINGS, "name")
    said = _lines(tail)
    device = DvripDevice(
        mac=mac,
        addresses=claimed_addresses(ip, _ipv6(said)),
        version=version,
        device_type=said.get("device", "") or device_type,
        name=said.get("name", "") or name,
        serial_no=said.get("serialno", ""),
        http_port=http_port,
        tcp_port=tcp_port,
    )
    if not (device.mac or device.serial_no or device.device_type):
        raise MalformedReply("DVRIP answer without MAC, serial and type")
    return device


def _version_text(raw: bytes) -> str:
    kept = raw.rstrip(b"\0")
    if kept and all(0x20 <= byte < 0x7F for byte in kept):
        return kept.decode("ascii").strip()
    return ".".join(str(byte) for byte in kept)


def _lines(text: str) -> dict[str, str]:
    """`Name:value` lines by lower-case name; the first of a name counts."""
    said: dict[str, str] = {}
    for line in text.splitlines()[:64]:
        match = _LINE.match(line.strip())
        if match:
            said.setdefault(match.group(1).lower(), match.group(2).strip())
    return said


def _ipv6(said: dict[str, str]) -> str:
    return said.get("ipv6addr", "").split(";")[0]
