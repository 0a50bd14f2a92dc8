"""Which XML name spaces an answer declares beyond the standards': a firmware family betrays itself by them.

Rules: only declarations are read, never the document; the standards' own name spaces are left out.
Source: facts §2.1 (vendor extension name spaces).
"""

from __future__ import annotations

import re

from camscan.wire.text import printable
from camscan.wire.xml import decode_xml_text

MAX_NAMESPACES = 32
_MAX_CHARACTERS = 64 * 1024
_DECLARATION = re.compile(r"""\bxmlns(?::[\w.-]{1,40})?\s{0,4}=\s{0,4}["']([^"'<>\s]{4,200})["']""")
_STANDARD = re.compile(
    r"https?://(?:www\.w3\.org|schemas\.xmlsoap\.org|docs\.oasis-open\.org|www\.onvif\.org|tempuri\.org)/"
    r"|http://schemas\.microsoft\.com/ws/|urn:oasis:|urn:schemas-upnp-org:"
)


def foreign_namespaces(payload: bytes) -> tuple[str, ...]:
    """Name spaces declared that no standard owns, in order, at most MAX_NAMESPACES. Never raises."""
    text = decode_xml_text(payload[:_MAX_CHARACTERS])
    found = (printable(each.group(1)) for each in _DECLARATION.finditer(text))
    return tuple(dict.fromkeys(name for name in found if not _STANDARD.match(name)))[:MAX_NAMESPACES]
