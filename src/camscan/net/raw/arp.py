"""Who is on the link? One ARP request for each address, repeated for the silent, with adaptive waits.

Rules: paced and gated like everything; an answer counts only for an address that was asked; what else is
heard meanwhile (devices configured for another network) is kept apart. Requests go to the broadcast address,
as every host's do, and name one target each.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from camscan.errors import OperationalError
from camscan.net.interfaces import Interface
from camscan.net.pace import Pace
from camscan.net.places import address_text, number_of
from camscan.net.raw.batch import BatchGate, reserve
from camscan.net.raw.filters import arp_packets
from camscan.net.raw.frames import Rows, write_arp_targets
from camscan.net.raw.ring import Ring
from camscan.net.raw.routes import Link, hardware_address
from camscan.net.raw.sender import BatchSender
from camscan.net.raw.template import arp_template, mac_text

_ETH_P_ARP = 0x0806
_BATCH = 1024
MAX_STRANGERS = 4096
FIRST_WAIT_SECONDS, LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS = 0.3, 0.05, 1.0


@dataclass(slots=True)
class ArpHeard:
    """What an ARP sweep heard. found: asked addresses and their hardware address, as text; strangers:
    addresses nobody asked about; duplicates: addresses that more than one device claims."""

    found: dict[str, str] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)
    duplicates: dict[str, set[str]] = field(default_factory=dict)
    sent: int = 0


async def arp_sweep(
    interface: Interface,
    addresses: Iterable[str],
    *,
    admission: BatchGate,
    pace: Pace,
    retries: int = 2,
    heard: Callable[[str, str], None] | None = None,
) -> ArpHeard:
    """Ask for every IPv4 address; heard(ip, mac) is called as each answers. Others are left out.

    Raises OperationalError when the interface has no hardware address or the socket may not be opened.
    """
    mac = hardware_address(interface.name)
    if mac is None:
        raise OperationalError(f"{interface.name} is no Ethernet interface: it has no ARP")
    by_source: dict[str, list[int]] = {}
    for ip in addresses:
        if source := _source(interface, ip):
            by_source.setdefault(source, []).append(number_of(ip))
    tell = None if heard is None else lambda ip, mac: heard(address_text(ip), mac_text(mac))
    result = ArpHeard()
    for source, ips in by_source.items():
        link = Link(interface.name, mac, source)
        await ask_link(link, ips, result, admission=admission, pace=pace, retries=retries, heard=tell)
    return result


async def ask_link(
    link: Link,
    ips: Iterable[int],
    result: ArpHeard,
    *,
    admission: BatchGate,
    pace: Pace,
    retries: int,
    heard: Callable[[int, bytes], None] | None = None,
) -> None:
    """As `arp_sweep`, in numbers and from one source address, adding to `result`."""
    own = number_of(link.source_ip)
    asker = ArpAsker(link, pace, heard)
    try:
        await asker.ask(admission.admitted([ip for ip in ips if ip != own]), retries=retries)
    finally:
        asker.close()
    _merge(result, asker)


class ArpAsker:
    """One packet socket and one ring on one link; `table` maps asked addresses to hardware addresses."""

    def __init__(self, link: Link, pace: Pace, heard: Callable[[int, bytes], None] | None = None) -> None:
        self._pace, self._heard = pace, heard
        self._rows = Rows(arp_template(link.mac, link.source_ip), _BATCH)
        try:
            self._sender = BatchSender(link.name, self._rows)
            self._ring = Ring(link.name, _ETH_P_ARP, arp_packets(), frames=1 << 12)
        except OSError as fault:
            raise OperationalError(f"no raw socket on {link.name}: {fault.strerror or fault}") from fault
        self._own = number_of(link.source_ip)
        self._asked: set[int] = set()
        self.table: dict[int, bytes] = {}
        self.strangers: dict[int, bytes] = {}
        self.duplicates: dict[int, set[bytes]] = {}
        self.sent = 0
        self._slowest: float | None = None

    async def ask(self, ips: Sequence[int], *, retries: int) -> None:
        """Ask for each; then again, `retries` times at most, for those that kept silent."""
        self._asked.update(ips)
        silent = list(ips)
        for attempt in range(retries + 1):
            await self._ask_once(silent, last=attempt == retries)
            silent = [ip for ip in silent if ip not in self.table]
            if not silent:
                return

    async def _ask_once(self, ips: list[int], *, last: bool) -> None:
        loop = asyncio.get_running_loop()
        at = 0
        sent_at = loop.time()
        while at < len(ips):
            count, delay = reserve(self._pace, min(_BATCH, len(ips) - at), loop.time())
            write_arp_targets(self._rows, ips[at : at + count])
            sent_at = loop.time()
            taken, full = self._sender.send(count)
            at += taken
            self.sent += taken
            if full:
                self._pace.back_off(loop.time())
                delay = max(delay, 0.005)
            if delay or at % (_BATCH * 16) == 0:
                await asyncio.sleep(delay)
            self._hear(sent_at if count == taken < _BATCH else None)
        await self._wait(ips, sent_at, last=last)

    async def _wait(self, ips: list[int], sent_at: float, *, last: bool) -> None:
        """Until every address answered, or none has for the time the slowest answer took, four times over."""
        loop = asyncio.get_running_loop()
        heard_at = sent_at
        missing = sum(ip not in self.table for ip in ips)
        while True:
            heard = self._hear(sent_at)
            missing -= heard
            now = loop.time()
            if heard:
                heard_at = now
            patience = FIRST_WAIT_SECONDS if self._slowest is None else 4 * self._slowest
            patience = min(MOST_WAIT_SECONDS, max(LEAST_WAIT_SECONDS, patience))
            if last:
                patience = max(patience, FIRST_WAIT_SECONDS / 2)
            left = heard_at + patience - now
            if left <= 0 or not missing:
                return
            await self._readable(left)

    async def _readable(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        loop.add_reader(self._ring.fileno(), arrived.set)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await arrived.wait()
        finally:
            loop.remove_reader(self._ring.fileno())

    def _hear(self, sent_at: float | None) -> int:
        """Read what waits; returns how many asked addresses are new."""
        new = 0
        now = asyncio.get_running_loop().time()
        for packet in self._ring.take():
            ip, mac = int.from_bytes(packet[14:18], "big"), packet[8:14]
            if mac[0] & 1 or not any(mac) or ip == self._own or ip == 0:
                continue  # no device, a probe for a free address (RFC 5227), or ourselves
            if ip not in self._asked:
                if len(self.strangers) < MAX_STRANGERS:
                    self.strangers.setdefault(ip, mac)
            elif ip not in self.table:
                self.table[ip] = mac
                new += 1
                if sent_at is not None:
                    self._slowest = max(self._slowest or 0.0, now - sent_at)
                if self._heard is not None:
                    self._heard(ip, mac)
            elif self.table[ip] != mac and len(self.duplicates) < MAX_STRANGERS:
                claimants = self.duplicates.setdefault(ip, {self.table[ip]})
                if len(claimants) < 16:
                    claimants.add(mac)
        return new

    def close(self) -> None:
        """Close both sockets."""
        self._sender.close()
        self._ring.close()


def _merge(result: ArpHeard, asker: ArpAsker) -> None:
    result.sent += asker.sent
    for ip, mac in asker.table.items():
        result.found[address_text(ip)] = mac_text(mac)
    for ip, mac in asker.strangers.items():
        if address_text(ip) not in result.found:
            result.strangers[address_text(ip)] = mac_text(mac)
    for ip, macs in asker.duplicates.items():
        result.duplicates.setdefault(address_text(ip), set()).update(mac_text(mac) for mac in macs)


def _source(interface: Interface, ip: str) -> str:
    try:
        packed = socket.inet_aton(ip)
    except OSError:
        return ""  # IPv6 has no ARP
    number = int.from_bytes(packed, "big")
    for text in interface.networks:
        own = ipaddress.IPv4Interface(text)
        if int(own.network.network_address) <= number <= int(own.network.broadcast_address):
            return str(own.ip)
    return interface.ipv4[0] if interface.ipv4 else ""  # a route says that it is on the link all the same
