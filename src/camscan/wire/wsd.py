"""WS-Discovery: Probes to send, and every dialect of message that comes back.

Rules: elements are matched by local name; SOAP 1.1 and 1.2, both discovery and both addressing versions;
a SOAP fault is a message, not an error; where the XML is too broken to hold a match, scopes, addresses and
service URLs are picked out of the text. A Probe carries at most one type, its prefix declared on the Types
element itself, and never a line break: each of these costs answers otherwise. Source: facts §1.1–1.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from camscan.errors import MalformedReply
from camscan.wire.text import one_line, printable, split_words
from camscan.wire.xml import MAX_BYTES, Element, decode_xml_text, forbidden_declaration, parse_xml

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_2005 = (
    "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
)
_2009 = (
    "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
    "http://www.w3.org/2005/08/addressing",
    "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01",
)
_MESSAGE_ID = re.compile(r"(urn:)?uuid:[0-9A-Za-z-]{1,64}")
_MAX_MATCHES = 64

_TEXT_SCOPE = re.compile(r"onvif://[^\s<>\"',\]]{1,512}", re.IGNORECASE)
_TEXT_XADDR = re.compile(r"https?://[^\s<>\"',;\]]{1,512}", re.IGNORECASE)
_TEXT_ENDPOINT = re.compile(r"(?:urn:)?uuid:[0-9A-Za-z-]{1,64}", re.IGNORECASE)
# Namespaces look like service addresses; none of these hosts is a camera.
_NAMESPACE_HOSTS = re.compile(
    r"https?://(?:www\.w3\.org|schemas\.|docs\.oasis-open\.org|www\.onvif\.org|[^/]*/[^ ]*wsdl)",
    re.IGNORECASE,
)


class ProbeVariant(StrEnum):
    """The Probes worth sending, in order; each finds devices the others miss (facts §1.2)."""

    VIDEO_TRANSMITTER = "video-transmitter"
    DEVICE = "device"
    UNTYPED = "untyped"
    UNTYPED_2009 = "untyped-2009"  # wakes Windows and printers, which are to be told apart


_TYPES = {
    ProbeVariant.VIDEO_TRANSMITTER: (
        '<d:Types xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</d:Types>'
    ),
    ProbeVariant.DEVICE: ('<d:Types xmlns:tds="http://www.onvif.org/ver10/device/wsdl">tds:Device</d:Types>'),
}


class Kind(StrEnum):
    """What a WS-Discovery packet is."""

    PROBE_MATCHES = "ProbeMatches"
    RESOLVE_MATCHES = "ResolveMatches"
    HELLO = "Hello"
    BYE = "Bye"
    PROBE = "Probe"
    RESOLVE = "Resolve"
    FAULT = "Fault"


@dataclass(frozen=True, slots=True)
class Match:
    """One endpoint: its address, type names without prefix, scope URIs as sent, service URLs."""

    endpoint: str
    types: tuple[str, ...]
    scopes: tuple[str, ...]
    xaddrs: tuple[str, ...]
    metadata_version: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One packet. matches is empty for faults and Probes; salvaged: picked from text, the XML was broken."""

    kind: Kind
    message_id: str
    relates_to: str
    matches: tuple[Match, ...]
    fault: str = ""
    salvaged: bool = False


def encode_probe(variant: ProbeVariant, message_id: str) -> bytes:
    """A Probe on one line. message_id: `uuid:…` or `urn:uuid:…`, different for every packet.

    Raises ValueError for a message_id of another shape.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"no message id: {message_id!r}")
    discovery, addressing, to = _2009 if variant is ProbeVariant.UNTYPED_2009 else _2005
    types = _TYPES.get(variant, "")
    body = f"<d:Probe>{types}</d:Probe>" if types else "<d:Probe/>"
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{_SOAP}" xmlns:a="{addressing}" xmlns:d="{discovery}">'
        f"<s:Header><a:MessageID>{message_id}</a:MessageID>"
        f'<a:To s:mustUnderstand="1">{to}</a:To>'
        f'<a:Action s:mustUnderstand="1">{discovery}/Probe</a:Action></s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode("ascii")


def decode(payload: bytes) -> Message:
    """One WS-Discovery packet. Raises MalformedReply for what holds no match, no Probe and no fault."""
    if len(payload) > MAX_BYTES:
        raise MalformedReply(f"WS-Discovery packet of {len(payload)} bytes")
    text = decode_xml_text(payload)
    if forbidden_declaration(text):
        raise MalformedReply("XML with a DOCTYPE or ENTITY declaration")
    message: Message | None
    try:
        message = _from_tree(parse_xml(payload))
    except MalformedReply:
        message = None
    if message is not None and (
        message.kind is not Kind.PROBE_MATCHES or any(map(_says_anything, message.matches))
    ):
        return message
    salvaged = _from_text(text, message)
    if salvaged is None:
        raise MalformedReply("no WS-Discovery message")
    return salvaged


def _says_anything(match: Match) -> bool:
    return bool(match.endpoint or match.types or match.scopes or match.xaddrs)


def _from_tree(root: Element) -> Message | None:
    header = root.find("Header")
    message_id = header.text_of("MessageID") if header else ""
    relates_to = header.text_of("RelatesTo") if header else ""
    body = root.find("Body") or root
    fault = body.find("Fault")
    if fault is not None:
        return Message(Kind.FAULT, message_id, relates_to, (), fault_text(fault))
    for kind, name in (
        (Kind.PROBE_MATCHES, "ProbeMatch"),
        (Kind.RESOLVE_MATCHES, "ResolveMatch"),
        (Kind.HELLO, "Hello"),
        (Kind.BYE, "Bye"),
    ):
        found = list(body.find_all(name))[:_MAX_MATCHES]
        if found:
            return Message(kind, message_id, relates_to, tuple(_match(element) for element in found))
    for kind in (Kind.PROBE, Kind.RESOLVE):
        if body.find(kind.value) is not None:
            return Message(kind, message_id, relates_to, ())
    if body.find("ProbeMatches") is not None:
        return Message(Kind.PROBE_MATCHES, message_id, relates_to, ())
    loose = _match(body)  # a fragment: Types or Scopes without their ProbeMatch
    return Message(Kind.PROBE_MATCHES, message_id, relates_to, (loose,)) if _says_anything(loose) else None


def _match(element: Element) -> Match:
    reference = element.find("EndpointReference")
    types = (name for each in element.texts_of("Types") for name in split_words(each))
    scopes = [word for each in element.find_all("Scopes", "ScopeItem") for word in split_words(each.text)]
    return Match(
        endpoint=one_line(reference.text_of("Address")) if reference else "",
        types=tuple(dict.fromkeys(printable(name.rpartition(":")[2].rpartition("}")[2]) for name in types)),
        scopes=tuple(map(printable, scopes)),
        xaddrs=tuple(printable(word) for each in element.texts_of("XAddrs") for word in split_words(each)),
        metadata_version=one_line(element.text_of("MetadataVersion")),
    )


def fault_text(fault: Element) -> str:
    """Code, subcodes and reason of a SOAP 1.1 or 1.2 Fault element on one line."""
    words = [*fault.texts_of("Value"), *fault.texts_of("faultcode")]
    words += [*fault.texts_of("Text"), *fault.texts_of("faultstring")]
    return one_line(": ".join(dict.fromkeys(words)) or "fault without a reason")[:512]


def _from_text(text: str, partial: Message | None) -> Message | None:
    scopes = tuple(dict.fromkeys(_TEXT_SCOPE.findall(text)))
    xaddrs = (url for url in dict.fromkeys(_TEXT_XADDR.findall(text)) if not _NAMESPACE_HOSTS.match(url))
    match = Match(
        endpoint=next(iter(_TEXT_ENDPOINT.findall(_after_header(text))), ""),
        types=(),
        scopes=tuple(map(printable, scopes)),
        xaddrs=tuple(printable(url) for url in xaddrs),
    )
    if not match.scopes and not match.xaddrs and partial is None:
        return None
    matches = (match,) if _says_anything(match) else ()
    return Message(
        Kind.PROBE_MATCHES,
        partial.message_id if partial else "",
        partial.relates_to if partial else "",
        matches,
        salvaged=True,
    )


def _after_header(text: str) -> str:
    """Without the SOAP header, whose MessageID and RelatesTo are UUIDs as well."""
    end = text.rfind("Header>")
    return text[end:] if end >= 0 else text
