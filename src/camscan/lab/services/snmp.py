"""An SNMP v2c agent on UDP 161 for the three system objects and whatever a device adds (facts §6.3).

Silent to any community but its own; a wrong one is logged as a rejected login. Only GET is understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from camscan.lab.host import Answer, Datagram, Host

PORT = 161
_DESCRIPTION, _OBJECT, _NAME = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0"


@dataclass(frozen=True, slots=True)
class Snmp:
    """community: the one that reads; extra: object id → text."""

    description: str
    object_id: str
    name: str = ""
    community: str = "labread"
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 161."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Answer unicast."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            message = _items(_items(datagram.payload)[0][1])
            version, community, (kind, request) = message[0][1], message[1][1], message[2]
            accepted = community == self.community.encode()
            host.log.authorized(host.ip, PORT, "SNMP community", accepted=accepted)
            if kind == 0xA3:
                host.log.forbid(host.ip, PORT, "SNMP SET")
            if kind != 0xA0 or not accepted:
                return
            identity, _status, _index, (_, bindings) = _items(request)
            asked = [_items(binding)[0][1] for _, binding in _items(bindings)]
            found = b"".join(_tlv(0x30, _tlv(6, oid) + self._value(_dotted(oid))) for oid in asked)
            pdu = _tlv(2, identity[1]) + _tlv(2, b"\0") + _tlv(2, b"\0") + _tlv(0x30, found)
            yield Answer(_tlv(0x30, _tlv(2, version) + _tlv(4, community) + _tlv(0xA2, pdu)))

        host.datagrams(PORT, respond)

    def _value(self, oid: str) -> bytes:
        texts = {_DESCRIPTION: self.description, _NAME: self.name, **self.extra}
        if oid == _OBJECT:
            return _tlv(6, _encoded(self.object_id))
        return _tlv(4, texts[oid].encode()) if oid in texts else b"\x80\0"  # noSuchObject


def _items(raw: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(raw):
        kind, size, at = raw[at], raw[at + 1], at + 2
        if size & 0x80:
            width = size & 0x7F
            size, at = int.from_bytes(raw[at : at + width], "big"), at + width
        if at + size > len(raw):
            raise ValueError("BER length beyond the message")
        found.append((kind, raw[at : at + size]))
        at += size
    return found


def _tlv(kind: int, value: bytes) -> bytes:
    if len(value) < 0x80:
        return bytes((kind, len(value))) + value
    return bytes((kind, 0x82)) + len(value).to_bytes(2, "big") + value


def _dotted(raw: bytes) -> str:
    numbers, value = [raw[0] // 40, raw[0] % 40], 0
    for byte in raw[1:]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    return ".".join(map(str, numbers))


def _encoded(oid: str) -> bytes:
    first, second, *rest = (int(part) for part in oid.split("."))
    out = bytes([first * 40 + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return out
