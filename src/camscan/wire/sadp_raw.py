"""Hikvision SADP on raw Ethernet (EtherType 0x8033): the inquiry and its reply (facts §5.2, one source).

Rules: only operation 3 (inquiry) can be encoded (facts §0.3); input and output begin after the
14-byte Ethernet header; numbers are in network order; of the v2 extension only the part whose offsets
are known is read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.claimed import claimed_addresses
from camscan.wire.reader import Reader

ETHERTYPE = 0x8033
INQUIRY = 3
INQUIRY_REPLY = 4

_MAGIC = b"\x21"
_HEADER = struct.Struct(">BBBBIBBBBH6s4s6s4s4s")


@dataclass(frozen=True, slots=True)
class SadpFrame:
    """One inquiry reply.

    checksum_ok: the header's Internet checksum holds; a frame is not refused for it, because only one
    source describes it.
    """

    mac: str | None
    addresses: tuple[str, ...]
    serial: str
    device_type: int
    port: int
    encoders: int
    disks: int
    software_version: str
    dsp_version: str
    boot_time: str
    checksum_ok: bool


def encode_inquiry(source_mac: bytes, source_ip: bytes, sequence: int) -> bytes:
    """The 38-byte inquiry to everyone; `source_mac` 6 bytes, `source_ip` 4 bytes."""

    def header(checksum: int) -> bytes:
        return _HEADER.pack(
            0x21, 1, 1, _HEADER.size, sequence & 0xFFFFFFFF, 6, 4, INQUIRY, 0, checksum,
            source_mac, source_ip, b"\xff" * 6, b"\xff" * 4, b"\0" * 4,
        )  # fmt: skip

    return header(internet_checksum(header(0)))


def internet_checksum(data: bytes) -> int:
    """One's complement of the one's complement sum of 16-bit words (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def is_reply(payload: bytes) -> bool:
    """True for an inquiry reply; inquiries and every other operation are not ours to read."""
    return payload[:1] == _MAGIC and payload[8:11] == bytes((6, 4, INQUIRY_REPLY))


def decode_reply(payload: bytes) -> SadpFrame:
    """Read one inquiry reply; raises MalformedReply for anything else."""
    reader = Reader(payload, limit=2048)
    reader.expect(_MAGIC, "SADP identifier")
    reader.seek(8)
    reader.expect(bytes((6, 4, INQUIRY_REPLY)), "SADP address lengths and operation")
    reader.seek(14, "source address")
    mac, ip = reader.mac(), reader.ipv4()
    reader.seek(38, "inquiry data")
    serial = reader.text(48, what="serial")
    device_type, port, encoders, disks = (reader.u32be() for _ in range(4))
    software, dsp, boot = (reader.text(48, what="version") for _ in range(3))
    ipv6 = ""
    if reader.remaining >= 20:
        reader.skip(4, "gateway")
        ipv6 = reader.ipv6()
    if not (serial or mac):
        raise MalformedReply("SADP frame without serial and MAC")
    return SadpFrame(
        mac=mac,
        addresses=claimed_addresses(ip, ipv6),
        serial=serial,
        device_type=device_type,
        port=port,
        encoders=encoders,
        disks=disks,
        software_version=software,
        dsp_version=dsp,
        boot_time=boot,
        checksum_ok=internet_checksum(payload) == 0,
    )
