"""What attackers say: bombs, bait and injections, as literal bytes."""

from __future__ import annotations

import gzip
import json
import zlib

ANSI = "\x1b[2J\x1b[31mred\x1b]0;owned\x07\x9b2J"
FORMULA = "=cmd|' /C calc'!A0"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
BIDI = "cam\u202egnp.exe\u2066\u200f"
EVERY_INJECTION = f"{FORMULA}{ANSI}{MARKUP}{BIDI},\"';=1+1|[x](javascript:alert(3)){{{{7*7}}}}%s%n"
"""One text that tries spreadsheet, terminal, browser, Markdown, template and format string at once."""

XML_SAFE_INJECTION = (
    EVERY_INJECTION.translate({27: None, 7: None, 0x9B: None}).replace("&", "&amp;").replace("<", "&lt;")
)
"""The same as an XML text, which cannot hold control characters."""

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(
        b'<!ENTITY lol%d "%s">' % (level, (b"&lol%d;" % (level - 1) if level > 1 else b"&lol;") * 10)
        for level in range(1, 10)
    )
    + b"]><ProbeMatch><DeviceDescription>&lol9;</DeviceDescription></ProbeMatch>"
)
"""Billion laughs: ten levels of ten entities."""

FILE_ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM'
    b' "http://127.0.0.1:9/evil.dtd">%p;]><ProbeMatch><DeviceDescription>&f;</DeviceDescription></ProbeMatch>'
)
"""An external entity: a file of the scanner's machine, and a DTD to be fetched."""

DEEP_XML = b"<a>" * 20_000 + b"</a>" * 20_000
DEEP_JSON = b'{"a":' * 15_000 + b"1" + b"}" * 15_000
DEEP_LIST = b"[" * 60_000


def http(body: bytes, *headers: bytes, status: bytes = b"200 OK", length: int | None = None) -> bytes:
    """A response with this body; length overrides the true Content-Length."""
    size = len(body) if length is None else length
    lines = (b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % size)
    return b"\r\n".join((*lines, b"", b"")) + body


def gzip_bomb(megabytes: int = 100) -> bytes:
    """A response that says gzip and grows a thousandfold."""
    body = gzip.compress(bytes(megabytes << 20), compresslevel=9)
    return http(body, b"Content-Type: text/html", b"Content-Encoding: gzip")


def deflate_bomb(megabytes: int = 100) -> bytes:
    """The same in a deflate coding, twice over."""
    once = zlib.compress(bytes(megabytes << 20), 9)
    return http(zlib.compress(once, 9), b"Content-Type: text/html", b"Content-Encoding: deflate, deflate")


def soap(xml: bytes) -> bytes:
    """A SOAP response over HTTP."""
    return http(xml, b"Content-Type: application/soap+xml; charset=utf-8", b"Server: gSOAP/2.8")


def page(title: str, *headers: bytes, body: str = "") -> bytes:
    """An HTML page."""
    text = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    return http(text.encode("utf-8", "surrogatepass"), b"Content-Type: text/html", *headers)


REGEX_BAIT = (
    page("a" * 30_000 + "!", b"Server: " + b"-" * 7_000 + b"1." * 3_000),
    page("((((" * 8_000),
    http(b"<title" * 9_000, b"Content-Type: text/html"),
    http(b"<!--" * 12_000 + b"<meta http-equiv=refresh content='0;url=", b"Content-Type: text/html"),
    http(b"<a " + b'x="' * 15_000, b"Content-Type: text/html"),
    http(b"", b"WWW-Authenticate: Digest realm=\"" + b"\\\"" * 7_000, status=b"401 No"),
)  # fmt: skip
"""Inputs on which backtracking or quadratic readers spend minutes."""

BAD_TEXT = http(
    b"<title>\xff\xfe\x00IP\x00Cam\xc3\x28\xed\xa0\x80\xf8\x88\x80\x80</title>\x00\x00\xff" * 40,
    b"Server: \xff\x00\xc0\x80 Cam", b"Content-Type: text/html; charset=utf-16le\x00", b"X\x00Y: \xff",
    b"WWW-Authenticate: Basic realm=\"\xed\xa0\x80\x00\xff\"",
)  # fmt: skip
"""Invalid UTF-8, NULs, lone surrogates, an encoding that is a lie."""

SADP_HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\r\n<ProbeMatch>\r\n<Uuid>X</Uuid>\r\n<Types>inquiry</Types>\r\n'
)


SADP_TEXTS = (
    "DeviceType",
    "DeviceDescription",
    "DeviceSN",
    "SoftwareVersion",
    "DSPVersion",
    "BootTime",
    "OEMInfo",
)
"""Elements of a SADP answer that hold any text."""


def sadp(**fields: str) -> bytes:
    """A SADP answer with these elements."""
    lines = "".join(f"<{name}>{text}</{name}>\r\n" for name, text in fields.items())
    return SADP_HEAD + lines.encode("utf-8", "surrogatepass") + b"</ProbeMatch>\r\n"


def dhip(body: bytes, declared: int | None = None, total: int | None = None) -> bytes:
    """A DHIP frame (32-byte header, two lengths) around body; the lengths may lie."""
    size = len(body)
    head = b"\x20\x00\x00\x00DHIP" + bytes(8)
    first = (size if declared is None else declared).to_bytes(4, "little")
    second = (size if total is None else total).to_bytes(4, "little")
    return head + first + bytes(4) + second + bytes(4) + body


DHIP_BODY = json.dumps(
    {
        "mac": "00:00:00:00:00:00",
        "method": "client.notifyDevInfo",
        "params": {"deviceInfo": {"DeviceType": "IPC-X", "SerialNo": "LIE0000001", "Vendor": "General"}},
    }
).encode()


def wsd(endpoint: str, scopes: str, xaddrs: str, types: str = "dn:NetworkVideoTransmitter") -> bytes:
    """A WS-Discovery ProbeMatches envelope."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"'
        ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><a:MessageID>urn:uuid:9</a:MessageID>'
        "<a:RelatesTo>uuid:0</a:RelatesTo><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches"
        "</a:Action></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference>"
        f"<a:Address>{endpoint}</a:Address></a:EndpointReference><d:Types>{types}</d:Types><d:Scopes>{scopes}"
        f"</d:Scopes><d:XAddrs>{xaddrs}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch>"
        "</d:ProbeMatches></e:Body></e:Envelope>"
    ).encode("utf-8", "surrogatepass")


LONG = "N" * 10_000
"""A name of ten kilobytes."""

ZALGO = "c" + "".join(chr(0x300 + number % 0x70) for number in range(300)) + "amera"
HIDDEN = "c\u200ba\u200cm\u200de\u2060r\ufeffa\u00ad"
OSC = "\x1b]52;c;cm0gLXJmIC8=\x07\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\\x07\x07"
STARTS = (
    "=cmd|'/C calc'!A0",
    "\t=1+1",
    "\uff1d1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\uff0b1",
    " =1+1",
    "\r=1",
    "'=1+1",
)
"""Every way a spreadsheet takes a cell for a formula, one at the start of each text."""

ODD_JSON = (
    b'{"params":{"deviceInfo":{"DeviceType":1e400,"SerialNo":-1e400,"Vendor":NaN,"Port":'
    + b"9" * 5000
    + b"}}}",
    b'{"params":{"deviceInfo":{"DeviceType":"A","DeviceType":"B","DeviceType":["C"],"DeviceType":{"D":1}}}}',
    b'{"params":{"deviceInfo":{"SerialNo":[[[[1]]]],"Vendor":{"a":"b"},"HttpPort":-1,"DeviceType":true}}}',
    b'{"params":[{"deviceInfo":7}],"mac":7,"method":null}',
    b'{"params":{"deviceInfo":null}}',
    b'{"params":{"deviceInfo":{"DeviceType":"A","Init":"\xc2\xb2"}}}',  # a digit that is no number
    b'{"params":{"deviceInfo":{"DeviceType":"B","Init":' + b"9" * 5000 + b"}}}",
    b"[]",
    b"7",
    b'"x"',
    b"null",
    b"1e400",
    b"-",
    b"{",
)
"""JSON that is legal and odd: numbers beyond any float or int, keys twice, everything of the wrong type."""

NAMESPACES = (
    b"<r "
    + b" ".join(b'xmlns:n%d="urn:%d"' % (number, number) for number in range(3000))
    + b">"
    + b"".join(b'<n%d:a xmlns="urn:d%d">' % (number, number) for number in range(400))
    + b"".join(b"</n%d:a>" % number for number in reversed(range(400)))
    + b"</r>"
)
"""Three thousand prefixes, and a new default namespace at each of four hundred levels."""


def chunked(body: bytes, *headers: bytes, size: int = 1000) -> bytes:
    """A response whose body comes in chunks of this size."""
    lines = (b"HTTP/1.1 200 OK", *headers, b"Transfer-Encoding: chunked")
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    text = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"\r\n".join((*lines, b"", b"")) + text + b"0\r\n\r\n"


def gzip_in_chunks(megabytes: int = 20) -> bytes:
    """The gzip bomb, chunk by chunk."""
    bomb = gzip.compress(bytes(megabytes << 20), compresslevel=9)
    return chunked(bomb, b"Content-Type: text/html", b"Content-Encoding: gzip")


def ber(tag: int, content: bytes, length: bytes | None = None) -> bytes:
    """One BER element; length: the length octets to lie with."""
    if length is None:
        size = len(content)
        length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + length + content


def _snmp(*rows: bytes) -> bytes:
    pdu = ber(0xA2, ber(2, b"\1") + ber(2, b"\0") + ber(2, b"\0") + ber(0x30, b"".join(rows)))
    return ber(0x30, ber(2, b"\1") + ber(4, b"public") + pdu)


_DESCR = ber(6, b"\x2b\x06\x01\x02\x01\x01\x01\x00")
SNMP_LIES = (
    ber(0x30, b"\2\1\1", b"\xfe" + b"\xff" * 126),  # a length of 126 octets
    ber(0x30, b"\2\1\1\4\6public", b"\x80"),  # an indefinite length, which SNMP has not
    ber(0x30, ber(2, b"\x7f" * 900) + ber(4, b"public")),  # a version of 900 bytes
    b"\x30\x82\xff\xf0" * 5000,  # sequences in sequences
    _snmp(ber(0x30, ber(6, b"\xff" * 4000 + b"\x7f") + ber(4, b"x"))),  # an arc of 28,000 bits
    _snmp(ber(0x30, _DESCR + ber(4, b"A" * 60_000, b"\x83\x00\xea\x60"))),
    _snmp(*[ber(0x30, _DESCR + ber(4, b"row %d" % number)) for number in range(1500)]),
    _snmp(ber(0x30, _DESCR + ber(2, b"\x80" + b"\0" * 2000))),
)
"""SNMP replies with absurd lengths, depths, arcs and counts."""

FOLDED = b"HTTP/1.1 200 OK\r\nServer: x\r\n" + b" folded\r\n\tand folded\r\n" * 3000 + b"\r\n"
INTERLEAVED = b"$\x00\xff\xff" + b"\x80" * 65535
