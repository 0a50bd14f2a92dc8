"""Dahua DHIP discovery on UDP 37810: the search and `client.notifyDevInfo` (facts §5.3).

Rules: only `DHDiscover.search` can be encoded (facts §0.3); the reply's header is not trusted for
lengths, its JSON begins at the first `{"`; broken JSON is read pair by pair.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.model.number import whole_number
from camscan.wire.claimed import claimed_addresses
from camscan.wire.loosejson import JsonObject, read_object

PORT = 37810
GROUP = "239.255.255.251"

_MAGICS = (b"DHIP", b"PIHD")  # some units answer with the byte-swapped one
_OURS = b"DHDiscover."
_TOP_KEYS = (b"notifyDevInfo", b"deviceInfo")


@dataclass(frozen=True, slots=True)
class DhipDevice:
    """One device's self-description; "" where it said nothing. exact: the JSON was well-formed.

    init: the bit mask as sent; its low two bits say 1 = no administrator password yet `[M]`.
    """

    mac: str | None
    addresses: tuple[str, ...]
    device_class: str
    device_type: str
    detail_type: str
    serial_no: str
    version: str
    vendor: str
    manufacturer: str
    machine_name: str
    http_port: str
    port: str
    init: str
    video_inputs: str
    remote_inputs: str
    exact: bool


def encode_search(*, unicast_answer: bool = True) -> bytes:
    """The search; `unicast_answer` asks for an answer to the sender instead of the group."""
    body = b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : %d } }\n' % unicast_answer
    length = len(body)
    return struct.pack("<I4s6I", 0x20, b"DHIP", 0, 0, length, 0, length, 0) + body


def is_reply(payload: bytes) -> bool:
    """True for a device's answer; False for searches (our own come back) and foreign packets."""
    head = payload[:512]
    if _OURS in head:
        return False
    if head[4:8] in _MAGICS:
        return True
    return head.lstrip()[:1] == b"{" and any(key in payload for key in _TOP_KEYS)


def decode_reply(payload: bytes) -> DhipDevice:
    """Read one answer, with any header or none; raises MalformedReply for anything else."""
    if not is_reply(payload):
        raise MalformedReply("not a DHIP answer")
    said = read_object(_behind_header(payload))
    device = DhipDevice(
        mac=next(filter(None, (parse_mac(text[:64]) for text in said.texts("mac"))), None),
        addresses=claimed_addresses(*said.texts("IPAddress"), *said.texts("LinkLocalAddress")),
        device_class=said.text("DeviceClass"),
        device_type=said.text("DeviceType"),
        detail_type=said.text("DetailType"),
        serial_no=said.text("SerialNo"),
        version=said.text("Version"),
        vendor=said.text("Vendor"),
        manufacturer=said.text("Manufacturer"),
        machine_name=said.text("MachineName"),
        http_port=said.text("HttpPort"),
        port=said.text("Port"),
        init=next((text for text in said.texts("Init") if whole_number(text) is not None), ""),
        video_inputs=said.text("VideoInputChannels"),
        remote_inputs=said.text("RemoteVideoInputChannels"),
        exact=said.exact,
    )
    if not _identifies(device, said):
        raise MalformedReply("DHIP answer without class, type, serial, version or MAC")
    return device


def _behind_header(payload: bytes) -> bytes:
    """The payload without its header where the header tells its length truly, else whole."""
    length = int.from_bytes(payload[:4], "little")
    return payload[length:] if payload[length : length + 1] == b"{" else payload


def _identifies(device: DhipDevice, said: JsonObject) -> bool:
    return bool(
        device.device_class or device.device_type or device.serial_no or device.version or device.mac
    ) and ("deviceInfo" in said or not said.exact)
