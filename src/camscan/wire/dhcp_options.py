"""A DHCP client's packet: what the client calls itself (RFC 2131 section 2, RFC 2132).

Rules: only BOOTP requests and replies with the magic cookie are read; of repeated options the parts are
joined (RFC 3396); an option that runs past the end ends the reading and keeps what came before it.
"""

from __future__ import annotations

from camscan.errors import MalformedReply
from camscan.model.address import mac_from_bytes
from camscan.wire.reader import Reader, decode_text
from camscan.wire.text import one_line

_HARDWARE_AT = 28
_COOKIE_AT = 236
_COOKIE = b"\x63\x82\x53\x63"
_PAD, _HOST_NAME, _PARAMETERS, _VENDOR_CLASS, _FQDN, _END = 0, 12, 55, 60, 81, 255


def client_fields(payload: bytes) -> dict[str, str | None]:
    """`dhcp.*` and `mac.claimed` of one packet. Raises MalformedReply when it is no DHCP packet."""
    reader = Reader(payload)
    reader.seek(_HARDWARE_AT, "hardware address")
    hardware = reader.take(6, "hardware address")
    reader.seek(_COOKIE_AT, "cookie")
    if reader.take(4, "cookie") != _COOKIE:
        reader.fail("no DHCP cookie")
    options: dict[int, bytes] = {}
    while reader.remaining:
        code = reader.take(1, "option code")[0]
        if code == _END:
            break
        if code == _PAD:
            continue
        try:
            length = reader.take(1, "option length")[0]
            options[code] = options.get(code, b"") + reader.take(length, f"option {code}")
        except MalformedReply:
            break
    name = options.get(_HOST_NAME) or options.get(_FQDN, b"")[3:]
    return {
        "dhcp.vendor_class": one_line(decode_text(options.get(_VENDOR_CLASS, b""))),
        "dhcp.hostname": one_line(decode_text(name)),
        "dhcp.param_list": ",".join(map(str, options.get(_PARAMETERS, b""))),
        "mac.claimed": mac_from_bytes(hardware),
    }
