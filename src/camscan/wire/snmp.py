"""SNMP v2c, just enough to read a few objects: GetRequest to send, Response to read (RFC 3416, RFC 1905 BER).

Rules: the community is the operator's credential: it is written where told and never read back; lengths are
definite and at most four bytes, nesting is fixed by the protocol, so nothing recurses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from camscan.errors import MalformedReply
from camscan.wire.reader import Reader, decode_text
from camscan.wire.text import printable

PORT = 161
SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
MAX_BINDINGS = 128
MAX_ARCS = 128
_VERSION_2C = 1
_SEQUENCE = 0x30


class Tag(IntEnum):
    """BER tags of SNMP values and of the two PDUs."""

    INTEGER = 0x02
    OCTETS = 0x04
    NULL = 0x05
    OID = 0x06
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIME_TICKS = 0x43
    COUNTER64 = 0x46
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_VIEW = 0x82
    GET_REQUEST = 0xA0
    RESPONSE = 0xA2


_NUMBERS = (Tag.INTEGER, Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS, Tag.COUNTER64)
_ABSENT = (Tag.NULL, Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_VIEW)


@dataclass(frozen=True, slots=True)
class Binding:
    """One object: oid dotted without leading dot; tag as sent; text its value for people, None when the
    agent has no such object; raw the value's bytes (a MAC is six of them)."""

    oid: str
    tag: int
    text: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """A Response PDU; error_status 0 is none. The community is not kept."""

    request_id: int
    error_status: int
    error_index: int
    bindings: tuple[Binding, ...]

    def value(self, oid: str) -> str:
        """Text of one object, "" when absent."""
        return next((each.text or "" for each in self.bindings if each.oid == oid), "")


def encode_get(community: str, request_id: int, oids: Iterable[str]) -> bytes:
    """A GetRequest. request_id: 0 to 2^31-1. Raises ValueError for an OID of no sense."""
    bindings = b"".join(_tlv(_SEQUENCE, _oid_tlv(oid) + _tlv(Tag.NULL, b"")) for oid in oids)
    return _message(Tag.GET_REQUEST, community, request_id, bindings)


def encode_response(community: str, request_id: int, values: Iterable[tuple[str, Tag, bytes]]) -> bytes:
    """A Response, as the lab's agents and the tests send it; values are (oid, tag, value bytes)."""
    bindings = b"".join(_tlv(_SEQUENCE, _oid_tlv(oid) + _tlv(tag, raw)) for oid, tag, raw in values)
    return _message(Tag.RESPONSE, community, request_id, bindings)


def encode_oid(oid: str) -> bytes:
    """An OID's value bytes. Raises ValueError for fewer than two arcs or text that is none."""
    arcs = [int(arc) for arc in oid.strip(".").split(".")]
    if len(arcs) < 2 or not (0 <= arcs[0] <= 2 and 0 <= arcs[1] < 40) or min(arcs) < 0:
        raise ValueError(f"no object identifier: {oid!r}")
    out = bytearray([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return bytes(out)


def _message(pdu: Tag, community: str, request_id: int, bindings: bytes) -> bytes:
    if not 0 <= request_id < 1 << 31:
        raise ValueError(f"no request id: {request_id}")
    head = _integer(request_id) + _integer(0) + _integer(0)
    body = _tlv(pdu, head + _tlv(_SEQUENCE, bindings))
    return _tlv(_SEQUENCE, _integer(_VERSION_2C) + _tlv(Tag.OCTETS, community.encode("utf-8")) + body)


def _tlv(tag: int, value: bytes) -> bytes:
    if len(value) < 0x80:
        return bytes([tag, len(value)]) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + value


def _integer(value: int) -> bytes:
    return _tlv(Tag.INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid_tlv(oid: str) -> bytes:
    return _tlv(Tag.OID, encode_oid(oid))


def decode(payload: bytes) -> Response:
    """A v1 or v2c Response. Raises MalformedReply for any other PDU and for broken BER."""
    message = _enter(Reader(payload), _SEQUENCE, "message")
    _signed(_enter(message, Tag.INTEGER, "version"))
    _enter(message, Tag.OCTETS, "community")
    pdu = _enter(message, Tag.RESPONSE, "response")
    numbers = [
        _signed(_enter(pdu, Tag.INTEGER, what)) for what in ("request id", "error status", "error index")
    ]
    listed = _enter(pdu, _SEQUENCE, "bindings")
    bindings: list[Binding] = []
    while listed.remaining:
        if len(bindings) >= MAX_BINDINGS:
            listed.fail("too many bindings")
        bindings.append(_binding(_enter(listed, _SEQUENCE, "binding")))
    return Response(numbers[0], numbers[1], numbers[2], tuple(bindings))


def _enter(reader: Reader, wanted: int, what: str) -> Reader:
    tag, value = _next(reader, what)
    if tag != wanted:
        reader.fail(f"{what} has tag {tag:#04x}, not {wanted:#04x}")
    return value


def _next(reader: Reader, what: str) -> tuple[int, Reader]:
    tag, length = reader.u8(what), reader.u8(f"{what} length")
    if length == 0x80 or length > 0x84:
        reader.fail(f"{what}: length of no definite size")
    if length > 0x80:
        length = int.from_bytes(reader.take(length & 0x7F, f"{what} length"), "big")
    return tag, reader.sub(length, what)


def _signed(reader: Reader) -> int:
    raw = reader.rest()
    if not 1 <= len(raw) <= 9:
        raise MalformedReply(f"SNMP integer of {len(raw)} bytes")
    return int.from_bytes(raw, "big", signed=True)


def _binding(reader: Reader) -> Binding:
    oid = _oid_text(_enter(reader, Tag.OID, "object").rest())
    tag, value = _next(reader, "value")
    raw = value.rest()
    return Binding(oid, tag, _value_text(tag, raw), raw)


def _oid_text(raw: bytes) -> str:
    if not raw:
        return ""
    arcs: list[int] = []
    arc, size = 0, 0
    for byte in raw:
        arc, size = arc << 7 | byte & 0x7F, size + 1
        if size > 9 or len(arcs) > MAX_ARCS:
            raise MalformedReply("SNMP object identifier without end")
        if not byte & 0x80:
            arcs.append(arc)
            arc, size = 0, 0
    if size:
        raise MalformedReply("SNMP object identifier is cut short")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def _value_text(tag: int, raw: bytes) -> str | None:
    if tag in _ABSENT:
        return None
    if tag == Tag.OID:
        return _oid_text(raw)
    if tag == Tag.IP_ADDRESS and len(raw) == 4:
        return Reader(raw).ipv4()
    if tag in _NUMBERS and 1 <= len(raw) <= 9:
        return str(int.from_bytes(raw, "big", signed=tag == Tag.INTEGER))
    if tag == Tag.OCTETS:
        text = printable(decode_text(raw.rstrip(b"\0")))
        return text if len(text) >= len(raw.strip(b"\0 \r\n\t")) // 2 else raw.hex()
    return raw.hex()
