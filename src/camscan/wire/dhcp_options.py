"""A DHCP client's packet: what the client calls itself (RFC 2131 section 2, RFC 2132).

Rules: only BOOTP requests and replies with the magic cookie are read; of repeated options the parts are
joined (RFC 3396); an option that runs past the end ends the reading and keeps what came before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.model.address import mac_from_bytes
from camscan.wire.reader import Reader, decode_text
from camscan.wire.text import one_line

PORTS = (67, 68)
REQUEST, ACK, INFORM = 3, 5, 8
_CLIENT_ADDRESS_AT = 12
_YOUR_ADDRESS_AT = 16
_HARDWARE_AT = 28
_COOKIE_AT = 236
_COOKIE = b"\x63\x82\x53\x63"
_REQUESTED, _MESSAGE_TYPE = 50, 53
_PAD, _HOST_NAME, _PARAMETERS, _VENDOR_CLASS, _FQDN, _END = 0, 12, 55, 60, 81, 255


@dataclass(frozen=True, slots=True)
class DhcpMessage:
    """One packet. kind: option 53 (0: plain BOOTP); from_server: BOOTREPLY; mac: the client's; addresses as
    text, "" when 0.0.0.0 or absent: client_ip (it has it), your_ip (it is given it), requested_ip."""

    kind: int
    from_server: bool
    mac: str | None
    client_ip: str
    your_ip: str
    requested_ip: str
    vendor_class: str
    host_name: str
    parameters: str

    @property
    def address(self) -> str:
        """The client's address as far as this packet settles it: granted, in use, or asked for by REQUEST."""
        if self.from_server:
            return self.your_ip if self.kind == ACK else ""
        return self.client_ip or (self.requested_ip if self.kind == REQUEST else "")


def decode(payload: bytes) -> DhcpMessage:
    """Read one packet. Raises MalformedReply when it is no DHCP packet."""
    reader = Reader(payload)
    operation = reader.u8("operation")
    reader.seek(_CLIENT_ADDRESS_AT, "client address")
    client_ip, your_ip = _address(reader.take(4, "client address")), _address(reader.take(4, "your address"))
    reader.seek(_HARDWARE_AT, "hardware address")
    hardware = reader.take(6, "hardware address")
    options = _options(reader)
    name = options.get(_HOST_NAME) or options.get(_FQDN, b"")[3:]
    return DhcpMessage(
        kind=int.from_bytes(options.get(_MESSAGE_TYPE, b"")[:1], "big"),
        from_server=operation == 2,
        mac=mac_from_bytes(hardware),
        client_ip=client_ip,
        your_ip=your_ip,
        requested_ip=_address(options.get(_REQUESTED, b"")),
        vendor_class=one_line(decode_text(options.get(_VENDOR_CLASS, b""))),
        host_name=one_line(decode_text(name)),
        parameters=",".join(map(str, options.get(_PARAMETERS, b""))),
    )


def client_fields(payload: bytes) -> dict[str, str | None]:
    """`dhcp.*` and `mac.claimed` of one packet. Raises MalformedReply when it is no DHCP packet."""
    return message_fields(decode(payload))


def message_fields(message: DhcpMessage) -> dict[str, str | None]:
    """The observation fields of what a client calls itself."""
    return {
        "dhcp.vendor_class": message.vendor_class,
        "dhcp.hostname": message.host_name,
        "dhcp.param_list": message.parameters,
        "mac.claimed": message.mac,
    }


def _options(reader: Reader) -> dict[int, bytes]:
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
    return options


def _address(raw: bytes) -> str:
    return ".".join(map(str, raw)) if len(raw) == 4 and any(raw) else ""
