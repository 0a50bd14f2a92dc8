"""Captured frames to observations: a pcap and a live listener are read by the same code.

Rules: datagrams are read by the probes whose ports they use; an address is the packet's, never the
payload's; what a capture shows of public addresses (the web that people browse) is left out and counted,
unless the operator permits it; every table is bounded. The same words of the same device come once.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from camscan.errors import MalformedReply
from camscan.imports.answers import OPEN_PORT_SOURCE, Place, accepts, greeting
from camscan.imports.fragments import Fragments
from camscan.imports.notes import Found, Unplaced
from camscan.imports.streams import Streams, opened
from camscan.model.exchange import Ask, Probe, Reply, Transport
from camscan.model.observation import Observation, observe
from camscan.probes import load_probes, sadp
from camscan.wire import dhcp_options, frame, sadp_raw, tunnel
from camscan.wire.frame import Frame, Packet

MAX_SEEN = 50_000
MAX_REPEATED = 8_192
MAX_OPEN_PORTS = 64
_SIP_PORTS = frozenset({5060})
_DATAGRAM_TRANSPORTS = (Transport.UDP, Transport.GROUP)


def datagram_probes() -> Mapping[int, tuple[Probe, ...]]:
    """UDP port → the probes that may read what leaves from or arrives at it."""
    found: dict[int, list[Probe]] = defaultdict(list)
    for probe in load_probes():
        if probe.transport in _DATAGRAM_TRANSPORTS:
            for port in {*probe.ports, *probe.speaks_on, probe.reply_port} - {None}:
                found[int(port or 0)].append(probe)
    return {port: tuple(probes) for port, probes in found.items()}


def announcing_ports() -> tuple[int, ...]:
    """UDP ports on which devices can be heard without being asked, DHCP included."""
    ports = {port for probe in load_probes() for port in probe.speaks_on}
    return tuple(sorted(ports | set(dhcp_options.PORTS)))


class Traffic:
    """`read` every frame in order, then `finish`. name: the file, "" for a live link.

    malformed counts datagrams that broke their protocol; left_out counts packets by why they were not read.
    """

    def __init__(self, name: str = "", *, allow_public: bool = False, streams: bool = True) -> None:
        self._name = name
        self._allow_public = allow_public
        self._probes = datagram_probes()
        self._streams = Streams(self._place, self._listed) if streams else None
        self._seen: OrderedDict[object, None] = OrderedDict()
        self._datagrams: OrderedDict[int, str] = OrderedDict()  # read → the probe whose protocol it broke
        self._fragments = Fragments()
        self._open_ports: Counter[str] = Counter()
        self.malformed: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    @property
    def cut_connections(self) -> int:
        """Connections that were read before their end because memory was used up."""
        return self._streams.cut if self._streams else 0

    def read(self, captured: Frame) -> Iterator[Found]:
        """What one frame adds."""
        try:
            packet: Packet | None = frame.decode_frame(captured.raw, captured.linktype)
            if packet is not None and packet.fragment is not None:
                packet = self._fragments.whole(packet)
            if packet is not None and packet.protocol != frame.TCP:
                packet, captured = self._innermost(packet, captured)
        except MalformedReply as fault:
            self.left_out[_reason(fault)] += 1
            return
        if packet is None:
            return
        for each in self._packet(packet, captured):
            if self._is_new(each):
                yield each

    def finish(self) -> Iterator[Found]:
        """What the connections still open have said."""
        if self._streams is None:
            return
        for each in self._streams.finish():
            if self._is_new(each):
                yield each
        if self._streams.unwanted:
            self.left_out["answers of public addresses (--allow-public reads them)"] = self._streams.unwanted

    def _innermost(self, packet: Packet, captured: Frame) -> tuple[Packet | None, Frame]:
        """What mirrors and tunnels wrapped, None while a fragment is missing; and the frame it counts as,
        which was not heard on the interface's own link."""
        for _ in range(tunnel.MAX_WRAPPINGS):
            inner = tunnel.unwrap(packet)
            if inner is None:
                return packet, captured
            if inner.carried and captured.interface:
                captured = replace(captured, interface="")
            whole = self._fragments.whole(inner.packet)
            if whole is None:
                return None, captured
            packet = whole
        if tunnel.wraps(packet):
            raise MalformedReply(f"frames wrapped more than {tunnel.MAX_WRAPPINGS} times")
        return packet, captured

    def _packet(self, packet: Packet, captured: Frame) -> Iterator[Found]:
        if packet.protocol == frame.TCP:
            if self._streams is not None:
                yield from self._stream(self._streams, packet, captured)
        elif packet.protocol == frame.UDP:
            yield from self._datagram(packet, captured)
        elif packet.ethertype == frame.ARP:
            yield from self._announced_address(packet, captured)
        elif packet.ethertype == sadp_raw.ETHERTYPE and sadp_raw.is_reply(packet.payload):
            yield from self._sadp_frame(packet, captured)

    def _stream(self, streams: Streams, packet: Packet, captured: Frame) -> Iterator[Observation]:
        if not packet.payload and not packet.flags & (frame.SYN | frame.FIN | frame.RST):
            return
        ours = self._listed(packet.source), self._listed(packet.target)
        if not any(ours):
            if packet.flags & frame.SYN:
                self.left_out["connections between public addresses (--allow-public reads them)"] += 1
            return
        if opened(packet) and ours[0]:
            yield accepts(self._place(packet.source, packet.source_port, captured.at, captured.interface))
        yield from streams.add(packet, captured.at, captured.interface)

    def _datagram(self, packet: Packet, captured: Frame) -> Iterator[Found]:
        ports = (packet.source_port, packet.target_port)
        if ports[0] in dhcp_options.PORTS and ports[1] in dhcp_options.PORTS:
            yield from self._dhcp(packet, captured)
            return
        probes = dict.fromkeys(probe for port in ports for probe in self._probes.get(port, ()))
        if not probes and not _SIP_PORTS.intersection(ports):
            return
        if not self._listed(packet.source):
            self.left_out["datagrams of public addresses (--allow-public reads them)"] += 1
            return
        ip = _with_zone(packet.source, captured.interface)
        if not probes:
            place = self._place(ip, packet.source_port, captured.at, captured.interface)
            yield from (o for o in greeting(place, packet.payload) if "sip.user_agent" in o.fields)
            return
        mark = hash((ip, ports, packet.payload))
        failed = self._datagrams.get(mark)
        if failed is None:  # devices say everything twice or more, and reading it is most of the work
            failed = yield from self._answers(probes, ip, packet, captured)
            self._datagrams[mark] = failed
            if len(self._datagrams) > MAX_REPEATED:
                self._datagrams.popitem(last=False)
        if failed:
            self.malformed[failed] += 1

    def _answers(
        self, probes: Iterable[Probe], ip: str, packet: Packet, captured: Frame
    ) -> Generator[Observation, None, str]:
        """What the probes read of a datagram; returns the first whose protocol it breaks, or ""."""
        failed = ""
        for probe in probes:
            ask = Ask(probe.name, ip, packet.source_port, Transport.UDP, b"")
            reply = Reply(
                ask, ip, packet.source_port, packet.payload, _instant(captured.at), captured.interface
            )
            try:
                for each in probe.read(reply):
                    if isinstance(each, Observation) and each.fields:
                        yield replace(each, provenance=self._name)
            except MalformedReply:
                failed = failed or probe.name
        return failed

    def _dhcp(self, packet: Packet, captured: Frame) -> Iterator[Found]:
        try:
            message = dhcp_options.decode(packet.payload)
        except MalformedReply:
            self.malformed["dhcp"] += 1
            return
        if message.mac is None:
            return
        at = _instant(captured.at)
        if message.address and self._listed(message.address):
            yield observe(
                message.address,
                "dhcp",
                {"mac.claimed": message.mac},
                at=at,
                payload=f"{message.address} {message.mac}".encode(),
                interface=captured.interface,
                provenance=self._name,
            )
        fields = dhcp_options.message_fields(message)
        if not message.from_server and any(v for name, v in fields.items() if name.startswith("dhcp.")):
            said = repr(sorted(fields.items())).encode()
            yield Unplaced(
                message.mac, "dhcp", fields, at, said, message.address, self._name, captured.interface
            )

    def _announced_address(self, packet: Packet, captured: Frame) -> Iterator[Observation]:
        mac = frame.mac_text(packet.mac)
        if mac and self._listed(packet.source):
            yield observe(
                _with_zone(packet.source, captured.interface),
                "arp",
                {"mac.observed": mac},
                at=_instant(captured.at),
                payload=mac.encode(),
                interface=captured.interface,
                provenance=self._name,
            )

    def _sadp_frame(self, packet: Packet, captured: Frame) -> Iterator[Unplaced]:
        try:
            told = sadp_raw.decode_reply(packet.payload)
        except MalformedReply:
            self.malformed["sadp"] += 1
            return
        mac = told.mac or frame.mac_text(packet.mac)
        if mac:
            claimed = next((ip for ip in told.addresses if self._listed(ip)), "")
            at = _instant(captured.at)
            fields = sadp.fields_of_frame(told)
            yield Unplaced(
                mac, sadp.NAME, fields, at, packet.payload, claimed, self._name, captured.interface
            )

    def _listed(self, ip: str) -> bool:
        return is_host(ip) and (self._allow_public or not is_public(ip))

    def _place(self, ip: str, port: int, at: float, interface: str) -> Place:
        return Place(ip, port, _instant(at), self._name, interface)

    def _is_new(self, found: Found) -> bool:
        mark = _mark(found)
        if mark in self._seen:
            self._seen.move_to_end(mark)
            return False
        if isinstance(found, Observation) and found.source == OPEN_PORT_SOURCE:
            if self._open_ports[found.ip] >= MAX_OPEN_PORTS:
                return False
            self._open_ports[found.ip] += 1
            if len(self._open_ports) > MAX_SEEN:
                self._open_ports.clear()
        self._seen[mark] = None
        if len(self._seen) > MAX_SEEN:
            self._seen.popitem(last=False)
        return True


def _mark(found: Found) -> object:
    if isinstance(found, Unplaced):
        return found.mark
    return hash((found.ip, found.source, found.port, tuple(sorted(found.fields.items()))))


def _reason(fault: MalformedReply) -> str:
    text = str(fault)
    return "frames cut within a header" if text.startswith("frame of") else text


def _instant(at: float) -> datetime:
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _with_zone(ip: str, interface: str) -> str:
    return f"{ip}%{interface}" if interface and ip.startswith("fe80:") else ip


@lru_cache(maxsize=65536)
def is_host(ip: str) -> bool:
    """One host's address, not a group's, a broadcast's or nobody's."""
    if not ip:
        return False
    address = ipaddress.ip_address(ip.partition("%")[0])
    return not (
        address.is_multicast
        or address.is_unspecified
        or (address.version == 4 and (int(address) >> 24 == 0 or int(address) >= 0xF0000000))
    )


@lru_cache(maxsize=65536)
def is_public(ip: str) -> bool:
    """Outside every range that `scan` takes for the operator's own."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    shared = ipaddress.ip_network("100.64.0.0/10")
    return address.is_global and not (address.version == 4 and address in shared)
