"""An mDNS responder on UDP 5353 (facts §3, RFC 6762): multicast questions, QU, and legacy unicast ones.

A question from port 5353 is answered to the group, a QU or legacy one to the asker; a legacy answer
repeats id and question, has no cache-flush bit and a TTL of ten seconds (RFC 6762 §6.7).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

GROUP = "224.0.0.251"
GROUP6 = "ff02::fb"
PORT = 5353
_A, _PTR, _TXT, _SRV, _ANY = 1, 12, 16, 33, 255
_ENUMERATION = "_services._dns-sd._udp.local"


@dataclass(frozen=True, slots=True)
class Announced:
    """One service instance: type "_axis-video._tcp", instance name, port, TXT strings."""

    type: str
    instance: str
    port: int = 80
    txt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mdns:
    """host_name without ".local"."""

    host_name: str
    services: tuple[Announced, ...]

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 5353."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Join the group and answer."""

        def respond(datagram: Datagram) -> Iterator[Answer]:
            identity, flags, count = struct.unpack_from(">HHH", datagram.payload)
            if flags & 0x8000:
                return
            questions = _questions(datagram.payload, count)
            legacy = datagram.source[1] != PORT
            records = self._records(questions, host.ip, legacy=legacy)
            if not records[0]:
                return
            unicast = legacy or all(kind & 0x8000 for _, _, kind in questions) or datagram.group is None
            yield Answer(
                _message(identity if legacy else 0, questions if legacy else [], records),
                to=None if unicast else (datagram.group or GROUP, PORT),
            )

        host.datagrams(PORT, respond, groups=(GROUP,), groups6=(GROUP6,))

    def _records(
        self, questions: list[tuple[str, int, int]], ip: str, *, legacy: bool
    ) -> tuple[list[bytes], list[bytes]]:
        ttl, flush = (10, 0) if legacy else (4500, 0x8000)
        answers: list[bytes] = []
        extras: list[bytes] = []
        target = f"{self.host_name}.local"
        address = _record(target, _A, 1 | flush, ttl, socket.inet_aton(ip))
        for asked, kind, _ in questions:
            if asked.lower() == target.lower() and kind in (_A, _ANY):
                answers.append(address)
            for each in self.services:
                full, instance = f"{each.type}.local", f"{_escape(each.instance)}.{each.type}.local"
                srv = _record(
                    instance, _SRV, 1 | flush, ttl, struct.pack(">HHH", 0, 0, each.port) + _name(target)
                )
                txt = _record(instance, _TXT, 1 | flush, ttl, _strings(each.txt))
                if asked.lower() == full.lower() and kind in (_PTR, _ANY):
                    answers.append(_record(full, _PTR, 1, ttl, _name(instance)))
                    extras += [srv, txt, address]
                elif asked.lower() == instance.lower():
                    answers += [srv] if kind in (_SRV, _ANY) else []
                    answers += [txt] if kind in (_TXT, _ANY) else []
                    extras.append(address)
                elif asked.lower() == _ENUMERATION and kind in (_PTR, _ANY):
                    answers.append(_record(_ENUMERATION, _PTR, 1, ttl, _name(full)))
        return answers, extras


def _questions(raw: bytes, count: int) -> list[tuple[str, int, int]]:
    found, at = [], 12
    for _ in range(min(count, 64)):
        name, at = _read_name(raw, at)
        kind, klass = struct.unpack_from(">HH", raw, at)
        found.append((name, kind, klass))
        at += 4
    return found


def _read_name(raw: bytes, at: int) -> tuple[str, int]:
    labels: list[str] = []
    end, hops = 0, 0
    while size := raw[at]:
        if size & 0xC0:
            end, at, hops = end or at + 2, struct.unpack_from(">H", raw, at)[0] & 0x3FFF, hops + 1
            if hops > 16:
                raise ValueError("DNS pointers without end")
            continue
        labels.append(raw[at + 1 : at + 1 + size].decode("utf-8").replace(".", "\0"))
        at += 1 + size
    return ".".join(labels), end or at + 1


def _message(
    identity: int, questions: list[tuple[str, int, int]], records: tuple[list[bytes], list[bytes]]
) -> bytes:
    answers, extras = records
    extras = list(dict.fromkeys(extras))
    head = struct.pack(">HHHHHH", identity, 0x8400, len(questions), len(answers), 0, len(extras))
    asked = b"".join(_name(name) + struct.pack(">HH", kind, klass) for name, kind, klass in questions)
    return head + asked + b"".join(answers) + b"".join(extras)


def _record(name: str, kind: int, klass: int, ttl: int, data: bytes) -> bytes:
    return _name(name) + struct.pack(">HHIH", kind, klass, ttl, len(data)) + data


def _escape(instance: str) -> str:
    return instance.replace(".", "\0")  # a dot inside one label, until the label is packed


def _name(name: str) -> bytes:
    labels = [label.replace("\0", ".").encode() for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _strings(txt: tuple[str, ...]) -> bytes:
    return b"".join(bytes([len(each.encode())]) + each.encode() for each in txt) or b"\0"
