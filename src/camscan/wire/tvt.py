"""TVT "MHED" discovery on UDP 23456: the search and the device's announcement (facts §5.6).

Rules: only command 1 (search) can be encoded (facts §0.3); the password area is zeroed before anything
is parsed or hashed, see `without_credentials`; numbers are little-endian, addresses in network order.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.claimed import claimed_addresses
from camscan.wire.loosejson import CHINESE_ENCODINGS
from camscan.wire.reader import Reader

PORT = 23456
SEARCH_GROUP = "234.55.55.55"
ANSWER_GROUP = "234.55.55.56"

_MAGIC = b"MHED"
_SEARCH = 1
_INFO = 2
_SEARCH_BYTES = 140
_PASSWORD = slice(84, 112)
# From this structure version on, product, customer, type and manufacturer texts follow the serial.
_VERSION_WITH_CUSTOMER = 0x0001000E
_DEVICE_CLASSES = {0: "DVR", 1: "DVS", 2: "IPC", 3: "NVR", 4: "decoder"}


@dataclass(frozen=True, slots=True)
class TvtDevice:
    """One announcement; "" where the packet ends before a field.

    device_class: `DVR`, `DVS`, `IPC`, `NVR`, `decoder`, or the number of an unknown class.
    announces_credentials: the password area of the original packet was not empty.
    """

    name: str
    mac: str | None
    addresses: tuple[str, ...]
    device_class: str
    product: str
    customer: str
    manufacturer: str
    firmware: str
    build_date: str
    serial: str
    channels: str
    http_port: int
    rtsp_port: int
    sdk_port: int
    announces_credentials: bool


def encode_search(*, version: int = 0x00010008) -> bytes:
    """The 140-byte search; older devices know structure version 0x00010007 only."""
    return struct.pack("<4sII", _MAGIC, version, _SEARCH).ljust(_SEARCH_BYTES, b"\0")


def is_reply(payload: bytes) -> bool:
    """True for a device's announcement; searches and the commands that set something are not ours."""
    if payload[:4] != _MAGIC:
        return False
    command = int.from_bytes(payload[8:12], "little")
    return command == _INFO or (command == _SEARCH and any(payload[12:84]))


def without_credentials(payload: bytes) -> bytes:
    """The packet with its password area zeroed: what may be parsed, hashed and kept."""
    area = payload[_PASSWORD]
    return payload[: _PASSWORD.start] + bytes(len(area)) + payload[_PASSWORD.stop :]


def decode_reply(payload: bytes) -> TvtDevice:
    """Read one announcement of any structure version; raises MalformedReply for anything else."""
    announces_credentials = any(payload[_PASSWORD])
    payload = without_credentials(payload)
    if not is_reply(payload):
        raise MalformedReply("not a TVT announcement")
    reader = Reader(payload, limit=4096)
    reader.seek(4)
    version = reader.u32le("structure version")
    reader.skip(4, "command")
    name = reader.text(20, CHINESE_ENCODINGS, "name")
    mac = reader.mac()
    sdk_port = reader.u16le("SDK port")
    ip = reader.ipv4()
    reader.skip(8, "mask and gateway")
    firmware = _dotted(reader.take(4, "firmware")[::-1])
    build_date = _date(reader.u32le("build date"))
    http_port, rtsp_port = reader.u16le("HTTP port"), reader.u16le("RTSP port")
    device_class = reader.u32le("device class")
    product, customer, manufacturer = _names(reader, version)
    return TvtDevice(
        name=name,
        mac=mac,
        addresses=claimed_addresses(ip),
        device_class=_DEVICE_CLASSES.get(device_class, str(device_class)),
        product=product,
        customer=customer,
        manufacturer=manufacturer,
        firmware=firmware,
        build_date=build_date,
        serial=_number(reader, 120),
        channels=_number(reader, 228),
        http_port=http_port,
        rtsp_port=rtsp_port,
        sdk_port=sdk_port,
        announces_credentials=announces_credentials,
    )


def _names(reader: Reader, version: int) -> tuple[str, str, str]:
    """(product, customer, manufacturer) by structure version.

    The newer structure gives product[24], customer[24], type[16], manufacturer[16] in this order; that
    they begin at 132 is inferred: it alone puts the last two at 180 and 196, where the older structure
    has its model text.
    """
    if version < _VERSION_WITH_CUSTOMER:
        model = _text(reader, 196, 16)
        return (model + _text(reader, 180, 16) if len(model) == 16 else model), "", ""
    return (
        _text(reader, 132, 24) or _text(reader, 180, 16),
        _text(reader, 156, 24),
        _text(reader, 196, 16),
    )


def _text(reader: Reader, offset: int, width: int) -> str:
    """A printable text field, or "" past the end and for anything binary."""
    if offset + width > len(reader):
        return ""
    reader.seek(offset)
    text = reader.text(width, CHINESE_ENCODINGS)
    return text if text.isprintable() else ""


def _number(reader: Reader, offset: int) -> str:
    if offset + 4 > len(reader):
        return ""
    reader.seek(offset)
    return str(reader.u32le() or "")


def _dotted(raw: bytes) -> str:
    return ".".join(str(byte) for byte in raw) if any(raw) else ""


def _date(number: int) -> str:
    """`YYYYMMDD`, or "" for a number that is no date."""
    plausible = 19900101 <= number <= 21001231 and 1 <= number // 100 % 100 <= 12 and 1 <= number % 100 <= 31
    return str(number) if plausible else ""
