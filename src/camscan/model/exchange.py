"""What is asked, what came back, and how one (probe, target) ended.

`Ask` and `Reply` are the whole contract between `probes/` (pure) and `net/` (the only sockets), and
what a recording under tests/recordings/ stores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camscan.model.observation import Observation


class Transport(StrEnum):
    """How a question travels."""

    UDP = "udp"  # one datagram to one address
    GROUP = "group"  # one datagram to a multicast group or broadcast address, per interface
    TCP = "tcp"
    TLS = "tls"
    LIBRARY = "library"  # a library owns the socket (zeroconf, onvif-zeep, the kernel's tables)


class Framing(StrEnum):
    """When a stream answer is complete; datagrams always are."""

    DATAGRAM = "datagram"
    HTTP = "http"  # header block, then body by Content-Length, chunked or close
    RTSP = "rtsp"  # header block, then body by Content-Length
    BANNER = "banner"  # the server speaks first; one line or a short silence
    HANDSHAKE = "handshake"  # nothing to send: the TLS handshake itself is the answer


class Outcome(StrEnum):
    """How one (probe, target) ended. Exactly one per pair; docs/outcomes.md explains each."""

    ANSWERED = "answered"  # at least one reply was understood
    SILENT = "silent"  # asked, nothing came back in time
    REFUSED = "refused"  # an active refusal: RST, ICMP unreachable
    TIMED_OUT = "timed-out"  # a conversation began and did not finish in time
    MALFORMED = "malformed"  # bytes came that break the protocol
    NOT_PERMITTED = "not-permitted"  # outside the scope, excluded, or forbidden by the operator
    NOT_ASKED = "not-asked"  # nothing suggested asking (port closed, device already known, budget used)
    NOT_RUN = "not-run"  # could not be asked here: port in use, no right, interface down, interrupted
    BUG = "bug"  # camscan failed; never the device's fault


@dataclass(frozen=True, slots=True)
class Target:
    """One address we may speak to, on one interface.

    ip: canonical text; zone: name of the site or network segment ("" when unnamed);
    interface: egress interface name or "" for the kernel's choice; mac: observed hardware address;
    because: why it is here ("in scope", "answered ws-discovery", "neighbour table").
    """

    ip: str
    zone: str = ""
    interface: str = ""
    mac: str | None = None
    because: str = "in scope"


@dataclass(frozen=True, slots=True)
class Ask:
    """Bytes to send to (ip, port) and how to know that the answer is complete.

    step names the message inside the probe's dialogue ("root", "favicon") and comes back in the Reply.
    For `Transport.GROUP` the ip is the group or broadcast address. sender_ip_at: offset in the payload
    where `net` writes the four bytes of the sending interface's IPv4 address (Panasonic, facts §5.12).
    fresh_hex_at: (offset, count) of hex digits that `net` overwrites with random ones before every packet,
    repeats included (WS-Discovery stacks drop message ids they know, facts §1.2).
    """

    probe: str
    ip: str
    port: int
    transport: Transport
    payload: bytes
    framing: Framing = Framing.DATAGRAM
    step: str = ""
    timeout_seconds: float = 3.0
    limit_bytes: int = 65536
    sender_ip_at: int | None = None
    fresh_hex_at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes that came back for `ask`.

    source_ip/source_port are the packet's, never the payload's. ended says how a stream ended:
    "complete", "closed", "timeout" or "limit". certificate is the DER server certificate after TLS.
    """

    ask: Ask
    source_ip: str
    source_port: int
    payload: bytes
    at: datetime
    interface: str = ""
    ended: str = "complete"
    certificate: bytes | None = None
    tls_version: str = ""
    connection: int = 0  # which TCP connection to this device carried it, from 1; 0 for datagrams


@dataclass(frozen=True, slots=True)
class Group:
    """One multicast or broadcast destination of a probe; join lists further groups replies use."""

    ip: str  # "239.255.255.250", "ff02::c", or "broadcast" for limited and directed broadcast
    port: int
    join: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """One question camscan knows how to ask; `docs/safety.md` is generated from these fields.

    asks(target) yields the opening Asks for one address (unicast); group_asks() yields the payloads
    sent to `groups` once per interface (their ip/port are filled in by net). read(reply) yields
    Observations and further Asks to the same device. Both are pure and raise only MalformedReply.
    """

    name: str
    about: str
    transport: Transport
    ports: tuple[int, ...]
    fields: tuple[str, ...]
    read: Callable[[Reply], Iterator[Observation | Ask]]
    asks: Callable[[Target], Iterable[Ask]] | None = None  # None: never asked by unicast
    group_asks: Callable[[], Iterable[Ask]] | None = None  # None: never asked by multicast/broadcast
    groups: tuple[Group, ...] = ()
    reply_port: int | None = None  # fixed local port the answer arrives at
    repeats: int = 1  # how often an unanswered opening datagram is sent
    packets: int = 4  # at most this many datagrams or requests per device
    experimental: bool = False
    needs: str = ""  # what the operator must supply: "credentials", "community"
    stage: int = 1  # 0 vendor/ONVIF discovery, 1 strongest ports, 2 the rest, responders only
    speaks_on: tuple[int, ...] = field(default=())  # passive: ports whose unsolicited packets it reads
