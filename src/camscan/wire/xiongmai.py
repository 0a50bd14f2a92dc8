"""Xiongmai (Sofia, NetSurveillance) discovery on UDP 34569, facts §5.5.

Rules: only message 1530 can be encoded (facts §0.3); the answer is 1531; addresses are hexadecimal
text of a little-endian number; the JSON may be cut or broken and is then read pair by pair.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.loosejson import read_object
from camscan.wire.reader import Reader

PORT = 34569
SEARCH = 1530
SEARCH_REPLY = 1531

_HEADER = struct.Struct("<BBHIIHHI")
_HEX_ADDRESS = re.compile(r"0[xX]([0-9A-Fa-f]{1,8})")


@dataclass(frozen=True, slots=True)
class XiongmaiDevice:
    """One board's NetWork.NetCommon; "" where it said nothing. It never names a vendor or a model."""

    mac: str | None
    addresses: tuple[str, ...]
    host_name: str
    serial_no: str
    version: str
    channels: str
    device_type: str
    http_port: str
    tcp_port: str


def encode_search() -> bytes:
    """The 20-byte search; it must leave from port 34569, where the answer goes."""
    return _HEADER.pack(0xFF, 0, 0, 0, 0, 0, SEARCH, 0)


def _message_id(payload: bytes) -> int:
    return int.from_bytes(payload[14:16], "little")


def is_reply(payload: bytes) -> bool:
    """True for message 1531; False for searches (our own come back) and foreign packets."""
    return payload[:1] == b"\xff" and len(payload) >= 16 and _message_id(payload) == SEARCH_REPLY


def decode_reply(payload: bytes) -> XiongmaiDevice:
    """Read one answer; raises MalformedReply for anything else.

    The header's length is an upper bound only: devices count the closing NUL and LF differently.
    """
    if not is_reply(payload):
        raise MalformedReply("not a Xiongmai search answer")
    reader = Reader(payload)
    reader.seek(16, "length")
    length = reader.u32le("length")
    if length > 65536:
        reader.fail(f"Xiongmai body of {length} bytes")
    return decode_body(reader.take(min(length, reader.remaining), "body"))


def decode_body(body: bytes) -> XiongmaiDevice:
    """Read the JSON behind the header."""
    said = read_object(body)
    device = XiongmaiDevice(
        mac=parse_mac(said.text("MAC")[:64]),
        addresses=claimed_addresses(address_text(said.text("HostIP"))),
        host_name=said.text("HostName"),
        serial_no=said.text("SN"),
        version=said.text("Version") or said.text("BuildDate"),
        channels=said.text("ChannelNum"),
        device_type=said.text("DeviceType"),
        http_port=said.text("HttpPort"),
        tcp_port=said.text("TCPPort"),
    )
    if not (device.mac or device.serial_no):
        raise MalformedReply("Xiongmai answer without MAC and serial")
    return device


def address_text(text: str) -> str:
    """`0x6D0BA8C0` as 192.168.11.109; anything else unchanged."""
    match = _HEX_ADDRESS.fullmatch(text.strip())
    if match is None:
        return text
    return ".".join(str(byte) for byte in int(match.group(1), 16).to_bytes(4, "little"))
