"""DNS messages as multicast DNS and DNS-SD use them (RFC 1035 section 4, RFC 6762, RFC 6763).

Rules: names are tuples of labels, as instance names hold dots; a compression pointer must point before the
name it ends and jumps are counted, so that no name loops; a record type we do not know is a value, not an
error; one damaged record ends the reading and keeps what came before it; user names and passwords in TXT
records (`u=` and `p=` of `_http._tcp`) are dropped here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from camscan.errors import MalformedReply
from camscan.wire.reader import Reader, decode_text
from camscan.wire.text import one_line, printable

PORT = 5353
MAX_LABELS = 64
MAX_NAME_BYTES = 255
MAX_JUMPS = 32
MAX_RECORDS = 512
MAX_TEXT_ENTRIES = 64
_CLASS_IN = 1
_UNICAST_WANTED = 0x8000  # top bit of QCLASS, RFC 6762 section 5.4
_RESPONSE = 0x8000

_CREDENTIAL_KEYS = frozenset({"u", "p", "user", "username", "pass", "passwd", "password", "pwd"})

Name = tuple[str, ...]


class Type(IntEnum):
    """Record types that are read or asked for."""

    A = 1
    CNAME = 5
    PTR = 12
    HINFO = 13
    TXT = 16
    AAAA = 28
    SRV = 33
    ANY = 255


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; unicast_wanted is the QU bit."""

    name: Name
    type: int
    unicast_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record. Of the value only what its type has is filled: target for PTR, CNAME and SRV;
    port for SRV; texts for TXT (entries) and HINFO (hardware, system); address for A and AAAA;
    raw for every type not known."""

    name: Name
    type: int
    ttl: int
    target: Name = ()
    port: int = 0
    texts: tuple[str, ...] = ()
    address: str = ""
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; records are those of all three sections, in order. damaged: the end could not be read;
    answers: how many of the records, from the first, are of the answer section."""

    id: int
    is_response: bool
    questions: tuple[Question, ...]
    records: tuple[Record, ...]
    damaged: bool = False
    answers: int = 0

    def of_type(self, wanted: int) -> Iterator[Record]:
        """Records of one type."""
        return (record for record in self.records if record.type == wanted)


def name_of(text: str) -> Name:
    """Labels of a name without dots inside labels: `_axis-video._tcp.local`."""
    return tuple(label for label in text.split(".") if label)


def text_of(name: Name) -> str:
    """Labels joined by dots, for people and fields."""
    return ".".join(name)


def same_name(one: Name, other: Name) -> bool:
    """DNS compares ASCII letters without case."""
    return len(one) == len(other) and all(a.lower() == b.lower() for a, b in zip(one, other, strict=True))


def encode_name(name: Name) -> bytes:
    """Uncompressed wire form. Raises ValueError for a label or name too long: our own mistake."""
    parts = []
    for label in name:
        raw = label.encode("utf-8", "surrogateescape")
        if not 1 <= len(raw) <= 63:
            raise ValueError(f"label of {len(raw)} bytes: {label!r}")
        parts.append(bytes([len(raw)]) + raw)
    wire = b"".join(parts) + b"\0"
    if len(wire) > MAX_NAME_BYTES:
        raise ValueError(f"name of {len(wire)} bytes")
    return wire


def encode_query(questions: Iterable[Question], message_id: int = 0) -> bytes:
    """A query with these questions. message_id: 0 for multicast, any for a directed question."""
    asked = tuple(questions)
    body = b"".join(
        encode_name(q.name) + struct.pack(">HH", q.type, _CLASS_IN | (_UNICAST_WANTED * q.unicast_wanted))
        for q in asked
    )
    return struct.pack(">HHHHHH", message_id & 0xFFFF, 0, len(asked), 0, 0, 0) + body


def decode(payload: bytes) -> Message:
    """One message. Raises MalformedReply for a broken header or question, or when nothing could be read."""
    reader = Reader(payload)
    message_id, flags = reader.u16be("id"), reader.u16be("flags")
    counts = [reader.u16be("count") for _ in range(4)]
    if counts[0] > MAX_RECORDS or sum(counts[1:]) > MAX_RECORDS:
        reader.fail(f"{sum(counts)} questions and records")
    questions = tuple(_question(reader) for _ in range(counts[0]))
    records: list[Record] = []
    damaged = False
    for _ in range(sum(counts[1:])):
        try:
            records.append(_record(reader))
        except MalformedReply:
            damaged = True
            break
    if damaged and not records and not questions:
        reader.fail("the first record is broken")
    return Message(
        message_id, bool(flags & _RESPONSE), questions, tuple(records), damaged, min(counts[1], len(records))
    )


def _question(reader: Reader) -> Question:
    name = _name(reader)
    kind, dns_class = reader.u16be("question type"), reader.u16be("question class")
    return Question(name, kind, bool(dns_class & _UNICAST_WANTED))


def _record(reader: Reader) -> Record:
    name = _name(reader)
    kind = reader.u16be("record type")
    reader.u16be("record class")
    ttl = reader.u32be("time to live")
    length = reader.u16be("data length")
    end = reader.position + length
    if length > reader.remaining:
        reader.fail(f"record data of {length} bytes")
    record = _valued(reader, name, kind, ttl, length)
    if reader.position > end:
        reader.fail("a name runs past its record")
    reader.seek(end)
    return record


def _valued(reader: Reader, name: Name, kind: int, ttl: int, length: int) -> Record:
    if kind in (Type.PTR, Type.CNAME):
        return Record(name, kind, ttl, target=_name(reader))
    if kind == Type.SRV:
        reader.skip(4, "priority and weight")
        port = reader.u16be("port")
        return Record(name, kind, ttl, port=port, target=_name(reader))
    if kind == Type.A and length == 4:
        return Record(name, kind, ttl, address=reader.ipv4())
    if kind == Type.AAAA and length == 16:
        return Record(name, kind, ttl, address=reader.ipv6())
    if kind in (Type.TXT, Type.HINFO):
        return Record(name, kind, ttl, texts=_texts(reader.sub(length)))
    return Record(name, kind, ttl, raw=reader.take(length))


def _texts(reader: Reader) -> tuple[str, ...]:
    """Length-prefixed strings; one that runs over the end is cut there (seen from small stacks)."""
    entries: list[str] = []
    while reader.remaining and len(entries) < MAX_TEXT_ENTRIES:
        length = min(reader.u8("text length"), reader.remaining)
        text = printable(decode_text(reader.take(length)))
        if text and text.partition("=")[0].strip().lower() not in _CREDENTIAL_KEYS:
            entries.append(text)
    return tuple(entries)


def _name(reader: Reader) -> Name:
    """A possibly compressed name; the reader ends behind its first pointer or root label."""
    labels: list[str] = []
    size, jumps, resume = 0, 0, -1
    lowest = reader.position
    while True:
        length = reader.u8("label length")
        if length == 0:
            break
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | reader.u8("pointer")
            resume = reader.position if resume < 0 else resume
            jumps += 1
            if target >= lowest or jumps > MAX_JUMPS:
                reader.fail(
                    "a compression pointer does not point backwards"
                    if target >= lowest
                    else "too many pointers"
                )
            lowest = target
            reader.seek(target)
            continue
        if length >= 0x40:
            reader.fail("a label of no known kind")
        size += length + 1
        if size > MAX_NAME_BYTES or len(labels) >= MAX_LABELS:
            reader.fail("a name without end")
        labels.append(one_line(decode_text(reader.take(length, "label"))))
    if resume >= 0:
        reader.seek(resume)
    return tuple(labels)
