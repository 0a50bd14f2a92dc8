"""Foscam `MO_I` discovery on UDP 10000 (facts §5.10).

Rules: only operation 0 (request) can be encoded (facts §0.3: 2 sets the network); a body may be XORed
with the eight key bytes of its own header; Vivotek speaks on the same port with another magic.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import cycle

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.loosejson import CHINESE_ENCODINGS
from camscan.wire.reader import Reader

PORT = 10000

_MAGIC = b"MO_I"
_HEADER = struct.Struct("<4sHB8sII")
_REPLY_OPERATIONS = (b"\x01\0", b"\0\x01")  # the byte order of a one is not stated anywhere


@dataclass(frozen=True, slots=True)
class FoscamDevice:
    """One answer; serial is the MAC in hexadecimal; versions are dotted decimals."""

    serial: str
    mac: str | None
    addresses: tuple[str, ...]
    name: str
    firmware: str
    web_version: str
    http_port: int


def encode_request() -> bytes:
    """The 27-byte request: operation 0, no XOR, a body of one big-endian 1."""
    body = struct.pack(">I", 1)
    return _HEADER.pack(_MAGIC, 0, 0, bytes(8), len(body), len(body)) + body


def is_reply(payload: bytes) -> bool:
    """True for operation 1; requests (our own come back) and settings are not ours to read."""
    return payload[:4] == _MAGIC and payload[4:6] in _REPLY_OPERATIONS


def decode_reply(payload: bytes) -> FoscamDevice:
    """Read one answer, plain or XORed; raises MalformedReply for anything else."""
    if not is_reply(payload):
        raise MalformedReply("not a Foscam answer")
    head = Reader(payload, limit=4096)
    head.skip(6)
    scrambled = head.u8("XOR flag")
    key = head.take(8, "XOR key")
    head.skip(8, "lengths")
    body = head.rest()
    if scrambled == 1:
        body = bytes(byte ^ mask for byte, mask in zip(body, cycle(key), strict=False))
    return _decode_body(Reader(body))


def _decode_body(reader: Reader) -> FoscamDevice:
    serial = reader.text(13, what="serial")
    name = reader.text(21, CHINESE_ENCODINGS, "name")
    ip = reader.ipv4()
    reader.skip(16, "mask, gateway, DNS and type")
    firmware, web_version = (".".join(map(str, reader.take(4, what))) for what in ("firmware", "web version"))
    http_port = reader.u16be("port")
    mac = parse_mac(serial)
    if not (serial.isalnum() and serial.isascii()):
        raise MalformedReply("Foscam answer without serial")
    return FoscamDevice(serial, mac, claimed_addresses(ip), name, firmware, web_version, http_port)
