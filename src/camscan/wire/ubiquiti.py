"""Ubiquiti discovery on UDP 10001, versions 1 and 2 (facts §5.14).

Rules: only the two empty requests can be encoded (facts §0.3: nothing that adopts or sets); what
follows the stated payload length is ignored; essid and default-credential records are not read.
"""

from __future__ import annotations

from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.reader import Reader, decode_text

PORT = 10001
GROUP = "233.89.188.1"

_REQUESTS = {1: b"\x01\0\0\0", 2: b"\x02\x08\0\0"}
_REPLY_COMMANDS = {1: (0x00,), 2: (0x06, 0x09, 0x0B)}
_MAC, _MAC_AND_IP, _FIRMWARE, _HOST_NAME, _PLATFORM = 0x01, 0x02, 0x03, 0x0B, 0x0C
_SOURCE_MAC, _MODEL_V1, _MODEL_V2, _IS_DEFAULT = 0x13, 0x14, 0x15, 0x17
_MAX_RECORDS = 256


@dataclass(frozen=True, slots=True)
class UbiquitiDevice:
    """One answer or announcement; default: not adopted, None when not stated."""

    macs: tuple[str, ...]
    addresses: tuple[str, ...]
    model: str
    platform: str
    firmware: str
    host_name: str
    default: bool | None


def encode_request(version: int) -> bytes:
    """The 4-byte request of protocol version 1 or 2."""
    return _REQUESTS[version]


def is_reply(payload: bytes) -> bool:
    """True for an answer's version and command with records behind them; requests have none."""
    return len(payload) >= 4 and payload[1] in _REPLY_COMMANDS.get(payload[0], ()) and payload[2:4] != b"\0\0"


def decode_reply(payload: bytes) -> UbiquitiDevice:
    """Read one answer; raises MalformedReply for anything else."""
    if not is_reply(payload):
        raise MalformedReply("not a Ubiquiti answer")
    head = Reader(payload, limit=8192)
    head.skip(2)
    reader = head.sub(head.u16be("payload length"), "payload")
    records: dict[int, list[bytes]] = {}
    for _ in range(_MAX_RECORDS):
        if not reader.remaining:
            break
        kind = reader.u8("record type")
        records.setdefault(kind, []).append(reader.take(reader.u16be("record length"), f"record {kind:02x}"))
    pairs = [Reader(raw) for raw in records.get(_MAC_AND_IP, ()) if len(raw) == 10]
    macs = [_hex_mac(raw) for kind in (_MAC, _SOURCE_MAC) for raw in records.get(kind, ())]
    macs += [reader.mac() for reader in pairs]
    default = records.get(_IS_DEFAULT)
    device = UbiquitiDevice(
        macs=tuple(dict.fromkeys(mac for mac in macs if mac)),
        addresses=claimed_addresses(*(reader.ipv4() for reader in pairs)),
        model=_text(records, _MODEL_V2) or _text(records, _MODEL_V1),
        platform=_text(records, _PLATFORM),
        firmware=_text(records, _FIRMWARE),
        host_name=_text(records, _HOST_NAME),
        default=any(default[0]) if default else None,
    )
    if not (device.macs or device.model or device.firmware):
        raise MalformedReply("Ubiquiti answer without MAC, model and firmware")
    return device


def _hex_mac(raw: bytes) -> str | None:
    return parse_mac(raw.hex()) if len(raw) == 6 else None


def _text(records: dict[int, list[bytes]], kind: int) -> str:
    return decode_text(records[kind][0].split(b"\0", 1)[0]) if kind in records else ""
