"""The names, serial and dates of an X.509 certificate that `cryptography` refuses, from its DER.

Rules: only what an inventory needs is read (RFC 5280, 4.1), in order and through the bounded Reader; definite
lengths of at most four bytes; every level of nesting is a call written here, so that depth is fixed; a wrong
date is left out, a wrong structure is a MalformedReply.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from camscan.errors import MalformedReply
from camscan.wire.reader import Reader

MAX_CERTIFICATE_BYTES = 128 * 1024
MAX_ATTRIBUTES = 64
MAX_NAMES = 64

_INTEGER, _BIT_STRING, _OCTET_STRING, _OID, _SEQUENCE, _SET = 0x02, 0x03, 0x04, 0x06, 0x30, 0x31
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_STRING_ENCODINGS = {0x0C: "utf-8", 0x1E: "utf-16-be", 0x1C: "utf-32-be"}
_SAN_OID = "2.5.29.17"
_RSA_OID = "1.2.840.113549.1.1.1"

ATTRIBUTE_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
"""Names RFC 4514 and common tools print; every other attribute is printed as its dotted OID."""


@dataclass(frozen=True, slots=True)
class CertificateFields:
    """What a certificate says; "" or () where it says nothing or cannot be read.

    subject, issuer: RFC 4514 text; serial: hex; not_before, not_after: ISO dates; key_bits: decimal.
    """

    subject: str
    issuer: str
    serial: str
    not_before: str
    not_after: str
    key_bits: str
    san: tuple[str, ...]


def read_certificate(der: bytes) -> CertificateFields:
    """The fields of one certificate; key size for RSA only.

    Raises MalformedReply when the structure up to the subject cannot be followed.
    """
    certificate = _inside(Reader(der, limit=MAX_CERTIFICATE_BYTES), _SEQUENCE, "certificate")
    body = _inside(certificate, _SEQUENCE, "tbsCertificate")
    if body.peek(1) == bytes((_VERSION,)):
        _element(body)
    serial = _inside(body, _INTEGER, "serial number").rest().hex()
    _inside(body, _SEQUENCE, "signature algorithm")
    issuer = _name(_inside(body, _SEQUENCE, "issuer"))
    validity = _inside(body, _SEQUENCE, "validity")
    not_before, not_after = _time(validity), _time(validity)
    subject = _name(_inside(body, _SEQUENCE, "subject"))
    key_bits, san = _key_and_names(body)
    return CertificateFields(subject, issuer, serial, not_before, not_after, key_bits, san)


def _key_and_names(body: Reader) -> tuple[str, tuple[str, ...]]:
    """Key size and alternative names; subject and issuer matter more than a broken key or extension."""
    key_bits = ""
    try:
        key_bits = _key_bits(_inside(body, _SEQUENCE, "public key"))
        return key_bits, _alternative_names(body)
    except MalformedReply:
        return key_bits, ()


def _element(reader: Reader) -> tuple[int, Reader]:
    """(tag, content) of the next element."""
    tag = reader.u8("tag")
    if tag & 0x1F == 0x1F:
        reader.fail("multi-byte tag")
    length = reader.u8("length")
    if length == 0x80:
        reader.fail("indefinite length")
    if length > 0x80:
        if length - 0x80 > 4:
            reader.fail("length of more than four bytes")
        length = int.from_bytes(reader.take(length - 0x80, "length"), "big")
    return tag, reader.sub(length, "element")


def _inside(reader: Reader, tag: int, what: str) -> Reader:
    found, content = _element(reader)
    if found != tag:
        reader.fail(f"{what} has tag {found:#04x}, not {tag:#04x}")
    return content


def _oid(raw: bytes) -> str:
    """Dotted text; arcs beyond 64 bits are cut, nobody assigns them."""
    arcs: list[int] = []
    value = 0
    for byte in raw[:64]:
        value = ((value << 7) | (byte & 0x7F)) & 0xFFFFFFFFFFFFFFFF
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    if not arcs:
        return ""
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def _name(name: Reader) -> str:
    """RFC 4514: last relative name first, values escaped, `+` between attributes of one relative name."""
    relative: list[str] = []
    while name.remaining and len(relative) < MAX_ATTRIBUTES:
        pairs = _inside(name, _SET, "relative name")
        attributes: list[str] = []
        while pairs.remaining and len(attributes) < MAX_ATTRIBUTES:
            pair = _inside(pairs, _SEQUENCE, "attribute")
            oid = _oid(_inside(pair, _OID, "attribute type").rest())
            tag, value = _element(pair)
            attributes.append(f"{ATTRIBUTE_NAMES.get(oid, oid)}={escaped(_string(tag, value.rest()))}")
        relative.append("+".join(attributes))
    return ",".join(reversed(relative))


def _string(tag: int, raw: bytes) -> str:
    encoding = _STRING_ENCODINGS.get(tag)
    if encoding is None or encoding == "utf-8":
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    return raw.decode(encoding, "replace")


def escaped(value: str) -> str:
    """A value with RFC 4514 (2.4) escapes; NULs become `\\00`."""
    text = "".join(f"\\{c}" if c in '\\",+;<>' else "\\00" if c == "\0" else c for c in value)
    if text.startswith(("#", " ")):
        text = "\\" + text
    if text.endswith(" ") and len(value) > 1:
        text = text[:-1] + "\\ "
    return text


def _time(validity: Reader) -> str:
    tag, content = _element(validity)
    raw = content.rest()
    try:
        text = raw.decode("ascii").rstrip("Z")[:14]
        if tag == _UTC_TIME:
            text = ("19" if int(text[:2]) >= 50 else "20") + text
        return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return ""


def _key_bits(key: Reader) -> str:
    algorithm = _inside(key, _SEQUENCE, "key algorithm")
    oid = _oid(_inside(algorithm, _OID, "key algorithm").rest())
    if oid != _RSA_OID:
        return ""
    bits = _inside(key, _BIT_STRING, "key")
    bits.skip(1, "unused bits")
    modulus = _inside(_inside(bits, _SEQUENCE, "RSA key"), _INTEGER, "modulus").rest().lstrip(b"\0")
    return str(int.from_bytes(modulus[:1], "big").bit_length() + 8 * max(0, len(modulus) - 1))


def _alternative_names(body: Reader) -> tuple[str, ...]:
    while body.remaining:
        tag, content = _element(body)
        if tag != _EXTENSIONS:
            continue
        extensions = _inside(content, _SEQUENCE, "extensions")
        while extensions.remaining:
            extension = _inside(extensions, _SEQUENCE, "extension")
            if _oid(_inside(extension, _OID, "extension type").rest()) != _SAN_OID:
                continue
            tag, value = _element(extension)
            if tag != _OCTET_STRING:  # the critical flag comes first
                tag, value = _element(extension)
            return tuple(_general_names(_inside(value, _SEQUENCE, "alternative names")))
    return ()


def _general_names(names: Reader) -> Iterator[str]:
    for _ in range(MAX_NAMES):
        if not names.remaining:
            return
        tag, content = _element(names)
        raw = content.rest()
        if tag in (0x81, 0x82, 0x86):  # mail, DNS, URI
            yield _string(tag, raw)
        elif tag == 0x87 and len(raw) in (4, 16):
            yield str(ipaddress.ip_address(raw))
