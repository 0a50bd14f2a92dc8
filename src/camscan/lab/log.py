"""What the lab saw: the other side's count of every packet, by which a scan's manners are judged.

Only what comes from outside counts; what lab devices say to each other on a group does not.
A "contact" is a datagram addressed to the device itself, or a TCP connection; a multicast or broadcast
copy is counted under `group_datagrams`, since no sender can keep one host out of a group.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MAX_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Incident:
    """Something a polite scanner never does, with the words that prove it."""

    ip: str
    port: int
    what: str


@dataclass(slots=True)
class LabLog:
    """Counters by device address, and incidents. `as_dict` is the JSON a child process exports."""

    excluded: frozenset[str] = frozenset()
    connections: Counter[tuple[str, int]] = field(default_factory=Counter)
    datagrams: Counter[tuple[str, int]] = field(default_factory=Counter)
    group_datagrams: Counter[tuple[str, int]] = field(default_factory=Counter)
    bytes_in: Counter[str] = field(default_factory=Counter)
    bytes_out: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    requests: list[tuple[str, int, str]] = field(default_factory=list)
    authorizations: list[Incident] = field(default_factory=list)
    rejected_logins: list[Incident] = field(default_factory=list)
    forbidden: list[Incident] = field(default_factory=list)
    malformed: list[Incident] = field(default_factory=list)
    excluded_contacts: list[Incident] = field(default_factory=list)
    open_now: Counter[str] = field(default_factory=Counter)
    most_open: Counter[str] = field(default_factory=Counter)
    contact_times: dict[str, list[float]] = field(default_factory=dict)

    def connected(self, ip: str, port: int, at_seconds: float) -> None:
        """A TCP connection was accepted."""
        self.connections[ip, port] += 1
        self.open_now[ip] += 1
        self.most_open[ip] = max(self.most_open[ip], self.open_now[ip])
        self._contact(ip, port, "TCP connection", at_seconds)

    def disconnected(self, ip: str) -> None:
        """A TCP connection ended."""
        self.open_now[ip] -= 1

    def received(self, ip: str, port: int, size_bytes: int, at_seconds: float, *, group: bool) -> None:
        """A datagram arrived at a device, on its own address or through a group."""
        self.bytes_in[ip] += size_bytes
        if group:
            self.group_datagrams[ip, port] += 1
        else:
            self.datagrams[ip, port] += 1
            self._contact(ip, port, "datagram", at_seconds)

    def answered(self, ip: str, port: int, size_bytes: int) -> None:
        """A device sent a datagram."""
        self.answers[ip, port] += 1
        self.bytes_out[ip] += size_bytes

    def requested(self, ip: str, port: int, line: str) -> None:
        """The first line of a request, as asked."""
        if len(self.requests) < MAX_LINES:
            self.requests.append((ip, port, line))

    def authorized(self, ip: str, port: int, what: str, *, accepted: bool) -> None:
        """A login travelled: an Authorization header or a UsernameToken."""
        self.authorizations.append(Incident(ip, port, what))
        if not accepted:
            self.rejected_logins.append(Incident(ip, port, what))

    def forbid(self, ip: str, port: int, what: str) -> None:
        """A message of facts/protocols.md §0.3 or §6.2.3 that nobody may send, or a port nobody may touch."""
        self.forbidden.append(Incident(ip, port, what))

    def connections_of(self, ip: str) -> int:
        """TCP connections to one device over all ports."""
        return sum(count for (host, _), count in self.connections.items() if host == ip)

    def contacts_of(self, ip: str) -> int:
        """TCP connections and own-address datagrams of one device."""
        return self.connections_of(ip) + sum(n for (host, _), n in self.datagrams.items() if host == ip)

    def most_contacts_per_second(self, ip: str) -> int:
        """The largest number of contacts within any one second (sliding)."""
        times = self.contact_times.get(ip, [])
        best = start = 0
        for end, at in enumerate(times):
            while at - times[start] >= 1.0:
                start += 1
            best = max(best, end - start + 1)
        return best

    def as_dict(self) -> dict[str, object]:
        """Plain JSON data; keys of the per-port counters are "ip:port"."""
        ips = sorted({ip for ip, _ in (*self.connections, *self.datagrams, *self.group_datagrams)})
        return {
            "connections": _flat(self.connections),
            "datagrams": _flat(self.datagrams),
            "group_datagrams": _flat(self.group_datagrams),
            "answers": _flat(self.answers),
            "bytes_in": dict(self.bytes_in),
            "bytes_out": dict(self.bytes_out),
            "requests": [[ip, port, line] for ip, port, line in self.requests],
            "authorizations": _lines(self.authorizations),
            "rejected_logins": _lines(self.rejected_logins),
            "forbidden": _lines(self.forbidden),
            "malformed": _lines(self.malformed),
            "excluded_contacts": _lines(self.excluded_contacts),
            "most_open": dict(self.most_open),
            "most_contacts_per_second": {ip: self.most_contacts_per_second(ip) for ip in ips},
        }

    def _contact(self, ip: str, port: int, what: str, at_seconds: float) -> None:
        times = self.contact_times.setdefault(ip, [])
        if len(times) < MAX_LINES:
            times.append(at_seconds)
        if ip in self.excluded:
            self.excluded_contacts.append(Incident(ip, port, what))


def _flat(counter: Counter[tuple[str, int]]) -> dict[str, int]:
    return {f"{ip}:{port}": count for (ip, port), count in sorted(counter.items())}


def _lines(incidents: list[Incident]) -> list[list[object]]:
    return [[incident.ip, incident.port, incident.what] for incident in incidents]
