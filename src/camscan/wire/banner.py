"""What a server says first on a fresh connection: FTP, telnet, SSH, SIP or something else.

Rules: telnet negotiation is taken out, control characters are dropped, text is capped; of SSH only the
identification line is kept (the rest is key exchange); what a port number suggests decides only where the
bytes themselves do not. Sources: RFC 854 and 959, RFC 4253 4.2, RFC 3261; facts 6.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire import headers as block
from camscan.wire.text import printable

MAX_BANNER_BYTES = 4096
MAX_BANNER_CHARACTERS = 2048

_IAC, _SB, _SE, _WILL, _DONT = 255, 250, 240, 251, 254
_FTP_GREETING = re.compile(rb"(?:220|421|530|120)[ -]")
_MAIL = re.compile(rb"\b(?:E?SMTP|LMTP)\b", re.IGNORECASE)
_LOGIN = re.compile(r"(?:login|username|password|user name|account name)\s?:\s*$", re.IGNORECASE)
_SIP = re.compile(rb"SIP/2\.0[ \t]|[A-Z]{3,12} sips?:")


@dataclass(frozen=True, slots=True)
class Banner:
    """field: the observation field this text belongs to; text: the words, lines joined by a newline."""

    field: str
    text: str


def decode_banner(payload: bytes, port: int = 0) -> Banner:
    """The kind and text of a first-speaking server's bytes. Raises MalformedReply when no text is left."""
    raw = payload[:MAX_BANNER_BYTES]
    if raw.startswith(b"SSH-"):
        return _banner("tcp.banner", raw.split(b"\n", 1)[0])
    if _SIP.match(raw):
        return _sip(raw)
    plain = strip_telnet(raw)
    if plain != raw or port == 23:
        return _banner("telnet.banner", plain)
    if _FTP_GREETING.match(raw) and not _MAIL.search(raw):
        return _banner("ftp.banner", raw)
    if _LOGIN.search(block.text_of(raw[-256:]).rstrip()):
        return _banner("telnet.banner", raw)
    return _banner("ftp.banner" if port == 21 else "tcp.banner", raw)


def _sip(raw: bytes) -> Banner:
    headers = block.parse_headers(block.lines_of(raw)[1:])
    for name in ("User-Agent", "Server"):
        value = block.first_value(headers, name)
        if value:
            return Banner("sip.user_agent", value[:MAX_BANNER_CHARACTERS])
    return _banner("tcp.banner", raw.split(b"\n", 1)[0])


def _banner(field: str, raw: bytes) -> Banner:
    text = printable(block.text_of(raw.replace(b"\r\n", b"\n")))
    lines = [line.strip() for line in text.split("\n")]
    text = "\n".join(line for line in lines if line)[:MAX_BANNER_CHARACTERS].strip()
    if not text:
        raise MalformedReply(f"no text in what the server said first ({len(raw)} bytes)")
    return Banner(field, text)


def strip_telnet(raw: bytes) -> bytes:
    """Without IAC commands, options and subnegotiations (RFC 854); IAC IAC is the byte 255."""
    if _IAC not in raw:
        return raw
    kept = bytearray()
    at = 0
    while at < len(raw):
        if raw[at] != _IAC:
            kept.append(raw[at])
            at += 1
            continue
        command = raw[at + 1] if at + 1 < len(raw) else _SE
        if command == _IAC:
            kept.append(_IAC)
            at += 2
        elif command == _SB:
            end = raw.find(bytes((_IAC, _SE)), at + 2)
            at = len(raw) if end < 0 else end + 2
        else:
            at += 3 if _WILL <= command <= _DONT else 2
    return bytes(kept)
