"""Asks every UDP probe, by group and by address, and hands each answer to the probe it belongs to.

Rules: the source of an answer is the packet's; an answer to a unicast question counts only from the
address that was asked; one source may give MAX_REPLIES distinct answers to a probe, the rest is counted.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import ipaddress
import secrets
import socket
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from camscan.model.exchange import Ask, Outcome, Probe, Reply, Target, Transport
from camscan.model.scope import spans_of
from camscan.net.asked import Asked
from camscan.net.clock import utc_now
from camscan.net.gate import Gate, OutsideScope
from camscan.net.interfaces import Interface
from camscan.net.ledger import Ledger
from camscan.net.pace import Pace
from camscan.net.places import Places
from camscan.net.session import PortMap
from camscan.net.udp import Datagram, UdpSocket

MAX_REPLIES = 32
MAX_WAITING = 50_000
MAX_SOURCES = 200_000
MAX_FOREIGN_SOURCES = 5_000
"""Addresses outside the scope that are read at all: whoever makes up sources must not crowd out true ones."""
GROUP_REPEAT_SECONDS = 0.25
_HASH_SEED = b"camscan reply"


@dataclass(slots=True)
class _Channel:
    """One socket and the probes that listen on it."""

    socket: UdpSocket
    answers_from_anyone: bool  # group questions and fixed reply ports; else only from those asked
    probes: list[Probe] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)  # probe → addresses asked by unicast


class Datagrams:
    """The UDP side of one scan. hear(probe, reply, by_group) is called once for each answer."""

    def __init__(
        self,
        *,
        gate: Gate,
        pace: Pace,
        ledger: Ledger,
        interfaces: Iterable[Interface],
        port_map: PortMap,
        hear: Callable[[Probe, Reply, bool], None],
        warn: Callable[[str], None],
    ) -> None:
        self._gate, self._pace, self._ledger = gate, pace, ledger
        self._places = Places(spans_of(gate.scope.allowed, 4))
        self._interfaces = tuple(interfaces)
        self._names = {i.index: i.name for i in self._interfaces}
        self._port_map, self._hear, self._warn = port_map, hear, warn
        self._channels: dict[tuple[int, str, int, str], _Channel] = {}
        self._waiting: deque[tuple[_Channel, Datagram]] = deque()
        self._wake = asyncio.Event()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._foreign: set[str] = set()
        self._seen: set[bytes] = set()
        self.dropped: Counter[str] = Counter()
        self._reader = asyncio.create_task(self._read())
        self._own = {ip for i in self._interfaces for ip in i.ipv4}
        self._own_ports: set[int] = set()
        self._failed: set[Interface] = set()

    async def ask_groups(self, probe: Probe) -> None:
        """Send a probe's group questions out of every permitted interface, `repeats` times."""
        asks = tuple(probe.group_asks()) if probe.group_asks else ()
        ready: list[tuple[_Channel, Interface]] = []
        for interface in self._interfaces:
            if refusal := self._gate.group_refusal(interface):
                self._ledger.reason(probe.name, f"{Outcome.NOT_PERMITTED}: {refusal}")
                continue
            versions = {6 if ":" in group.ip else 4 for group in probe.groups}
            for version in sorted(versions if not interface.loopback else versions & {4}):
                channel = self._group_channel(probe, interface, version)
                if channel is not None:
                    ready.append((channel, interface))
        heard: set[Interface] = set()
        for attempt in range(probe.repeats if ready else 0):
            if attempt:
                await asyncio.sleep(GROUP_REPEAT_SECONDS)
                asks = tuple(probe.group_asks()) if probe.group_asks else ()
            for channel, interface in ready:
                for ask in asks:
                    if await self._send_group(probe, channel, interface, ask):
                        heard.add(interface)
        for interface in heard:
            self._ledger.record_where(probe.name, Outcome.SILENT, interface.holds)

    async def ask(self, probe: Probe, target: Target, number: int) -> None:
        """Send the `number`th of a probe's unicast messages to one address."""
        asks = tuple(probe.asks(target)) if probe.asks else ()
        for ask in asks[number : number + 1]:
            if ask.transport is not Transport.UDP:
                continue
            try:
                self._gate.check(ask.ip, ask.port)
            except OutsideScope as outside:
                self._ledger.record(probe.name, ask.ip, Outcome.NOT_PERMITTED, str(outside))
                return
            channel = self._unicast_channel(probe, 6 if ":" in ask.ip else 4)
            if channel is None:
                self._ledger.record(probe.name, ask.ip, Outcome.NOT_RUN)
                return
            await self._pace.wait(ask.ip)
            if probe.name not in channel.asked:
                channel.asked[probe.name] = Asked(self._places)
            channel.asked[probe.name].add(ask.ip)
            try:
                port = self._port_map.get(("udp", ask.port), ask.port)
                await channel.socket.send_when_free(_fresh(ask, None), ask.ip, port)
                self._ledger.record(probe.name, ask.ip, Outcome.SILENT)
            except OSError as fault:
                outcome = Outcome.REFUSED if fault.errno == errno.ECONNREFUSED else Outcome.NOT_RUN
                self._ledger.record(probe.name, ask.ip, outcome, fault.strerror or str(fault))

    async def close(self) -> None:
        """Read what still waits, then close every socket."""
        loop = asyncio.get_running_loop()
        channels = list(self._channels.values())
        self._channels.clear()
        for channel in channels:
            self._readable(channel)
            loop.remove_reader(channel.socket.sock)
            channel.socket.close()
        while self._waiting:
            self._handle(*self._waiting.popleft())
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def _send_group(self, probe: Probe, channel: _Channel, interface: Interface, ask: Ask) -> bool:
        sent = False
        for group in probe.groups:
            version6 = ":" in group.ip
            if version6 != (channel.socket.family == socket.AF_INET6):
                continue
            port = self._port_map.get(("udp", group.port), group.port)
            for ip in _broadcasts(interface) if group.ip == "broadcast" else (group.ip,):
                await self._pace.wait()
                try:
                    channel.socket.send_group(_fresh(ask, interface), ip, port, interface)
                    sent = True
                except OSError as fault:
                    why = f"{ip} on {interface.name}: {fault.strerror or fault}"
                    self._ledger.reason(probe.name, f"{Outcome.NOT_RUN}: {why}")
                    if interface not in self._failed:
                        self._failed.add(interface)
                        self._warn(f"group questions fail on {why}; the other interfaces are asked")
        return sent

    def _group_channel(self, probe: Probe, interface: Interface, version: int) -> _Channel | None:
        """The socket to ask from on this interface; answers sent to a group get a joined listener as well."""
        if not (interface.networks if version == 4 else interface.ipv6):
            return None
        listeners = {probe.reply_port} if probe.reply_port is not None else set()
        listeners |= {group.port for group in probe.groups if group.join and probe.reply_port is None}
        joined = [self._listener(probe, port, version, interface) for port in sorted(listeners)]
        if probe.reply_port is not None:
            return joined[0]
        own = interface.ipv4[0] if version == 4 else "::"
        return self._channel(
            probe, (version, own, 0, f"{probe.name} {interface.name}"), answers_from_anyone=True
        )

    def _listener(self, probe: Probe, port: int, version: int, interface: Interface) -> _Channel | None:
        local = self._port_map.get(("udp-reply", port), port)
        channel = self._channel(probe, (version, _any(version), local, ""), answers_from_anyone=True)
        for group in (g for each in probe.groups for g in each.join) if channel else ():
            if channel is not None and (":" in group) == (version == 6):
                try:
                    channel.socket.join(group, interface)
                except OSError as fault:
                    why = f"cannot join {group} on {interface.name}: {fault.strerror}"
                    self._ledger.reason(probe.name, f"{Outcome.NOT_RUN}: {why}")
        return channel

    def _unicast_channel(self, probe: Probe, version: int) -> _Channel | None:
        if probe.reply_port is None:
            return self._channel(probe, (version, _any(version), 0, probe.name), answers_from_anyone=False)
        local = self._port_map.get(("udp-reply", probe.reply_port), probe.reply_port)
        return self._channel(probe, (version, _any(version), local, ""), answers_from_anyone=True)

    def _channel(
        self, probe: Probe, key: tuple[int, str, int, str], *, answers_from_anyone: bool
    ) -> _Channel | None:
        """The socket for (IP version, local address, local port, owner), made on first use; None: not run."""
        version, address, local, _ = key
        channel = self._channels.get(key)
        if channel is None:
            family = socket.AF_INET if version == 4 else socket.AF_INET6
            try:
                channel = _Channel(UdpSocket(family, (address, local), share=local != 0), answers_from_anyone)
            except OSError as fault:
                taken = fault.errno == errno.EADDRINUSE
                why = f"UDP port {local} in use" if taken else f"UDP port {local}: {fault.strerror}"
                self._ledger.record_all(probe.name, Outcome.NOT_RUN, why)
                return None
            self._channels[key] = channel
            self._own_ports.add(channel.socket.port)
            asyncio.get_running_loop().add_reader(channel.socket.sock, self._readable, channel)
        if probe not in channel.probes:
            channel.probes.append(probe)
        return channel

    def _readable(self, channel: _Channel) -> None:
        channel.socket.drain(lambda datagram: self._enqueue(channel, datagram))

    def _enqueue(self, channel: _Channel, datagram: Datagram) -> None:
        if datagram.source_ip in self._own and datagram.source_port in self._own_ports:
            return  # our own group question coming back
        if not self._gate.permits(datagram.source_ip):
            if len(self._foreign) >= MAX_FOREIGN_SOURCES and datagram.source_ip not in self._foreign:
                self.dropped["answers from more foreign addresses than are read"] += 1
                return
            self._foreign.add(datagram.source_ip)
        if len(self._waiting) >= MAX_WAITING or len(self._counts) >= MAX_SOURCES:
            self.dropped["more answers than can be read"] += 1
            return
        mark = hashlib.blake2b(
            datagram.source_ip.encode() + channel.socket.port.to_bytes(2) + datagram.payload,
            digest_size=12,
            key=_HASH_SEED,
        ).digest()
        if mark in self._seen:
            return  # the same words again: a repeat answered twice, or our own packet
        source = (datagram.source_ip, str(channel.socket.port))
        self._counts[source] += 1
        if self._counts[source] > MAX_REPLIES:
            self.dropped[f"answers beyond {MAX_REPLIES} of one source to one question"] += 1
            return
        self._seen.add(mark)
        self._waiting.append((channel, datagram))
        self._wake.set()

    async def _read(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            handled = 0
            while self._waiting:
                self._handle(*self._waiting.popleft())
                handled += 1
                if handled % 16 == 0:
                    await asyncio.sleep(0)

    def _handle(self, channel: _Channel, datagram: Datagram) -> None:
        for probe in channel.probes:
            asked = datagram.source_ip in channel.asked.get(probe.name, ())
            if not asked and not channel.answers_from_anyone:
                self.dropped["answers from addresses that were not asked"] += 1
                continue
            interface = self._names.get(datagram.interface_index, "")
            ask = Ask(probe.name, datagram.source_ip, datagram.source_port, Transport.UDP, b"", step="answer")
            reply = Reply(
                ask,
                datagram.source_ip,
                datagram.source_port,
                datagram.payload,
                utc_now(),
                interface=interface,
                ended="limit" if datagram.truncated else "complete",
            )
            self._hear(probe, reply, not asked)


def _fresh(ask: Ask, interface: Interface | None) -> bytes:
    """The Ask's bytes with new random hex digits and the sending address, where it wants them."""
    payload = bytearray(ask.payload)
    if ask.fresh_hex_at is not None:
        at, count = ask.fresh_hex_at
        payload[at : at + count] = secrets.token_hex((count + 1) // 2)[:count].encode("ascii")
    if ask.sender_ip_at is not None and interface is not None and interface.ipv4:
        payload[ask.sender_ip_at : ask.sender_ip_at + 4] = socket.inet_aton(interface.ipv4[0])
    return bytes(payload)


def _any(version: int) -> str:
    return "0.0.0.0" if version == 4 else "::"  # noqa: S104 - answers arrive on every interface


def _broadcasts(interface: Interface) -> list[str]:
    if interface.loopback:
        return ["127.255.255.255"]
    directed = [str(ipaddress.ip_interface(n).network.broadcast_address) for n in interface.networks]
    return ["255.255.255.255", *directed]
