"""Bosch camera scan on UDP 1757, answered to 1758: binary or XML (facts §5.7, one capture).

Rules: the XML's sessionKey is never read; the binary answer names no model.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.reader import Reader
from camscan.wire.xml import Element, parse_xml

PORT = 1757
REPLY_PORT = 1758

_MAGIC = b"\x99\x39\xa4\x27"
_XML_MARK = b"OEMExt00:device"


@dataclass(frozen=True, slots=True)
class BoschDevice:
    """One answer; the binary form fills mac and addresses only."""

    mac: str | None
    addresses: tuple[str, ...]
    name: str = ""
    serial: str = ""
    device_types: tuple[str, ...] = ()
    app: str = ""


def encode_scan(transaction_id: int, reply_port: int = REPLY_PORT) -> bytes:
    """The 12-byte scan; the answer goes to `reply_port` and repeats the transaction id."""
    return _MAGIC + struct.pack(">IHH", transaction_id & 0xFFFFFFFF, 0xFF00, reply_port)


def is_reply(payload: bytes) -> bool:
    """True for either answer; scans (12 bytes) and foreign packets are not."""
    if payload[:4] == _MAGIC:
        return not (len(payload) == 12 and payload[8:10] == b"\xff\0")
    return _XML_MARK in payload[:512]


def decode_reply(payload: bytes) -> BoschDevice:
    """Read one answer in either form; raises MalformedReply for anything else."""
    if payload[:4] == _MAGIC:
        return _decode_binary(payload)
    if _XML_MARK not in payload[:512]:
        raise MalformedReply("neither form of a Bosch scan answer")
    return _decode_xml(parse_xml(payload))


def _decode_binary(payload: bytes) -> BoschDevice:
    reader = Reader(payload)
    reader.seek(8, "MAC")
    mac = reader.mac()
    reader.seek(0x10, "address")
    ip = reader.ipv4()
    reader.skip(8, "mask and gateway")
    if mac is None:
        raise MalformedReply("Bosch scan answer without MAC")
    return BoschDevice(mac=mac, addresses=claimed_addresses(ip))


def _decode_xml(root: Element) -> BoschDevice:
    device = BoschDevice(
        mac=parse_mac(_text(root, "physAddress")[:64]),
        addresses=claimed_addresses(
            _text(root, "unitIPAddress"),
            _text(root, "unitIPv6Address"),
            _text(root, "unitStatelessIPv6Address"),
        ),
        name=_text(root, "friendlyName") or _text(root, "unitName"),
        serial=_text(root, "serialNumber"),
        device_types=tuple(filter(None, (_text(root, "deviceType"), _text(root, "deviceTypeIDs")))),
        app=_text(root, "App"),
    )
    if not (device.mac or device.serial or device.device_types):
        raise MalformedReply("Bosch XML answer without MAC, serial and device type")
    return device


def _text(root: Element, name: str) -> str:
    element = root.find(name)
    return element.text if element else ""
