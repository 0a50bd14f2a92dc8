"""TP-Link device discovery (Tapo, VIGI, newer Kasa) on UDP 20002 and 20004, facts §5.16.

Rules: only the empty probe and the probe with a public key can be encoded; the CRC-32 covers the whole
packet with a fixed word in its place; owner, device id and encrypted parts of a reply are never read.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.loosejson import JsonObject, read_object

PORTS = (20002, 20004)

_HEADER = struct.Struct(">BBHHBBII")
_CRC_PLACEHOLDER = 0x5A6B7C8D
_PROBE = 1
_WITH_BODY = 0x11


@dataclass(frozen=True, slots=True)
class TpLinkDevice:
    """One answer; factory_default None when not stated.

    checksum_ok: the header's CRC holds; an answer is not refused for it, because no source says that
    devices fill it in the same way.
    """

    mac: str | None
    addresses: tuple[str, ...]
    device_type: str
    model: str
    hardware: str
    firmware: str
    factory_default: bool | None
    checksum_ok: bool


def encode_probe() -> bytes:
    """The empty 16-byte probe."""
    return _sealed(b"", flags=0, serial=0)


def encode_key_probe(public_key_pem: str, serial: int) -> bytes:
    """The probe with an RSA public key, to which newer devices say more; serial is 32 bits."""
    body = json.dumps({"params": {"rsa_key": public_key_pem}}).encode("ascii")
    return _sealed(body, flags=_WITH_BODY, serial=serial)


def _sealed(body: bytes, *, flags: int, serial: int) -> bytes:
    def packet(crc: int) -> bytes:
        return _HEADER.pack(2, 0, _PROBE, len(body), flags, 0, serial & 0xFFFFFFFF, crc) + body

    return packet(zlib.crc32(packet(_CRC_PLACEHOLDER)))


def checksum_holds(packet: bytes) -> bool:
    """True when the CRC at offset 12 fits the packet."""
    whole = packet[:12] + _CRC_PLACEHOLDER.to_bytes(4, "big") + packet[16:]
    return len(packet) >= 16 and zlib.crc32(whole) == int.from_bytes(packet[12:16], "big")


def is_reply(payload: bytes) -> bool:
    """True for a header with JSON behind it that is no probe; our own probes come back."""
    body = payload[_HEADER.size :]
    return payload[:2] == b"\x02\0" and body[:1] == b"{" and b'"rsa_key"' not in body[:64]


def decode_reply(payload: bytes) -> TpLinkDevice:
    """Read one answer; raises MalformedReply for anything else."""
    if not is_reply(payload):
        raise MalformedReply("not a TP-Link answer")
    return decode_body(payload[_HEADER.size :], checksum_ok=checksum_holds(payload))


def decode_body(body: bytes, *, checksum_ok: bool = False) -> TpLinkDevice:
    """Read the JSON behind the header."""
    said = read_object(body)
    device = TpLinkDevice(
        mac=parse_mac(said.text("mac")[:64]),
        addresses=claimed_addresses(said.text("ip")),
        device_type=said.text("device_type"),
        model=said.text("device_model"),
        hardware=_either(said, "hw_ver", "hardware_version"),
        firmware=_either(said, "firmware_version", "fw_ver"),
        factory_default={"true": True, "false": False}.get(said.text("factory_default").lower()),
        checksum_ok=checksum_ok,
    )
    if not (device.device_type or device.model):
        raise MalformedReply("TP-Link answer without device type and model")
    return device


def _either(said: JsonObject, *keys: str) -> str:
    return next(filter(None, map(said.text, keys)), "")
