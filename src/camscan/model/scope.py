"""What the operator allowed: targets, exclusions, interfaces, manners.

Rules: exclusions always win; network and broadcast addresses are skipped; public addresses are
refused unless `allow_public`; everything is checked again just before each send (net/gate.py).
"""

from __future__ import annotations

import bisect
import ipaddress
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import netaddr

from camscan.errors import ScopeError

MAX_ADDRESSES = 1 << 24
_RANGE = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){3})-(\d{1,3}(?:\.\d{1,3}){3})$")
_OCTETS = re.compile(r"^[\d*,-]+(?:\.[\d*,-]+){3}$")
_HOST = re.compile(r"^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$")
_OWN = netaddr.IPSet(
    # RFC 1918, loopback, link-local, shared (RFC 6598), IETF (RFC 6890), documentation, benchmark
    [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "198.18.0.0/15",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
        "2001:db8::/32",
    ]
)
_NOT_UNICAST = netaddr.IPSet(["0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8"])


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """One target text, read: either a set of addresses or a host name still to be resolved."""

    text: str
    addresses: netaddr.IPSet
    host: str = ""


def parse_target(text: str) -> TargetSpec:
    """Read an address, CIDR, `a-b` range, octet ranges (`10.0.0-3.1-254`) or a host name.

    Network and broadcast addresses of an IPv4 CIDR up to /30 are left out. Raises ScopeError.
    """
    text = text.strip()
    try:
        if "/" in text:
            return TargetSpec(text, _network(text))
        if ends := _RANGE.match(text):
            first, last = (netaddr.IPAddress(part, flags=netaddr.INET_PTON) for part in ends.groups())
            return TargetSpec(text, netaddr.IPSet(netaddr.IPRange(first, last)))
        if _OCTETS.match(text) and re.search(r"[*,-]", text):
            return TargetSpec(text, _octet_ranges(text))
        if ":" in text or re.fullmatch(r"[\d.]+", text):
            bare = str(ipaddress.ip_address(text.split("%")[0].strip("[]")))
            return TargetSpec(text, netaddr.IPSet([bare]))
    except (ValueError, netaddr.AddrFormatError) as fault:
        raise ScopeError(f"target {text!r} is not an address, network or range: {fault}") from None
    if not _HOST.match(text):
        raise ScopeError(
            f"target {text!r} is not understood; write an address, 10.0.0.0/24, 10.0.0.1-10.0.0.9, "
            "10.0.0-3.1-254, a host name, @file or local"
        )
    return TargetSpec(text, netaddr.IPSet(), host=text)


def _network(text: str) -> netaddr.IPSet:
    network = ipaddress.ip_network(text, strict=False)
    if network.num_addresses > MAX_ADDRESSES:
        raise ScopeError(f"target {text} holds {network.num_addresses:,} addresses; at most a /8 is accepted")
    addresses = netaddr.IPSet([str(network)])
    if network.version == 4 and network.prefixlen <= 30:
        addresses -= netaddr.IPSet([str(network.network_address), str(network.broadcast_address)])
    return addresses


def _octet_ranges(text: str) -> netaddr.IPSet:
    if not netaddr.valid_nmap_range(text.replace("*", "0-255")):
        raise ValueError("an octet range runs from 0 to 255, low to high")
    parts = [_octet(part) for part in text.split(".")]
    ranges = netaddr.IPSet()
    if len(parts[0]) * len(parts[1]) * len(parts[2]) > 1 << 16:
        raise ScopeError(f"target {text} is larger than a /8")
    chunks: list[netaddr.IPRange] = []
    for a in parts[0]:
        for b in parts[1]:
            for c in parts[2]:
                for low, high in _runs(parts[3]):
                    chunks.append(netaddr.IPRange(f"{a}.{b}.{c}.{low}", f"{a}.{b}.{c}.{high}"))
    for chunk in chunks:
        ranges.update(chunk.cidrs())
    return ranges


def _octet(text: str) -> list[int]:
    values: set[int] = set()
    for piece in text.replace("*", "0-255").split(","):
        low, _, high = piece.partition("-")
        values.update(range(int(low or 0), int(high or (255 if "-" in piece else low)) + 1))
    return sorted(values)


def _runs(values: list[int]) -> Iterator[tuple[int, int]]:
    start = previous = values[0]
    for value in values[1:]:
        if value != previous + 1:
            yield start, previous
            start = value
        previous = value
    yield start, previous


def spans_of(addresses: netaddr.IPSet, version: int) -> list[tuple[int, int]]:
    """The ranges (first, last) of the addresses of one IP version, in ascending order and disjoint."""
    return [(int(r.first), int(r.last)) for r in addresses.iter_ipranges() if r.version == version]


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Sorted, disjoint integer ranges of one IP version: membership in a bisect."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    @classmethod
    def of(cls, addresses: netaddr.IPSet, version: int) -> _Ranges:
        spans = spans_of(addresses, version)
        return cls(tuple(first for first, _ in spans), tuple(last for _, last in spans))

    def __contains__(self, number: int) -> bool:
        at = bisect.bisect_right(self.starts, number) - 1
        return at >= 0 and number <= self.ends[at]


@dataclass(frozen=True, slots=True)
class Scope:
    """The addresses that may be spoken to, and how. Build with `Scope.of`.

    ports: TCP ports to sweep, () for the default table; interfaces: names whose link may carry
    group questions; text: what the operator typed.
    """

    allowed: netaddr.IPSet
    excluded: netaddr.IPSet
    text: str = ""
    ports: tuple[int, ...] = ()
    interfaces: tuple[str, ...] = ()
    _walked: tuple[tuple[int, int, int], ...] = field(default=(), repr=False)
    _allowed4: _Ranges = field(default_factory=_Ranges, repr=False)
    _allowed6: _Ranges = field(default_factory=_Ranges, repr=False)
    _excluded4: _Ranges = field(default_factory=_Ranges, repr=False)
    _excluded6: _Ranges = field(default_factory=_Ranges, repr=False)

    @classmethod
    def of(
        cls,
        targets: Iterable[netaddr.IPSet],
        excluded: Iterable[netaddr.IPSet] = (),
        *,
        text: str = "",
        ports: tuple[int, ...] = (),
        interfaces: tuple[str, ...] = (),
        allow_public: bool = False,
    ) -> Scope:
        """Union the targets, take the exclusions away, and refuse public addresses; raises ScopeError."""
        shut = netaddr.IPSet()
        for each in excluded:
            shut |= each
        wanted = netaddr.IPSet()
        for each in targets:
            wanted |= each
        wanted -= _NOT_UNICAST
        walked = tuple((int(r.first), int(r.last), r.version) for r in wanted.iter_ipranges())
        wanted -= shut
        if not allow_public:
            _refuse_public(wanted)
        return cls(
            wanted,
            shut,
            text,
            ports,
            interfaces,
            walked,
            _Ranges.of(wanted, 4),
            _Ranges.of(wanted, 6),
            _Ranges.of(shut, 4),
            _Ranges.of(shut, 6),
        )

    def permits(self, ip: str) -> bool:
        """May one packet be sent to this address? Exclusions win; anything unreadable is refused."""
        return self._test(ip, self._allowed4, self._allowed6) and not self.excludes(ip)

    def excludes(self, ip: str) -> bool:
        """Was this address excluded by the operator?"""
        return self._test(ip, self._excluded4, self._excluded6)

    def excludes_any_of(self, network: str) -> bool:
        """Does an excluded address lie in this network? Then no group question may go there."""
        return bool(self.excluded & netaddr.IPSet([network]))

    def overlaps(self, network: str) -> bool:
        """Does the scope reach into this network?"""
        return bool(self.allowed & netaddr.IPSet([network]))

    def __len__(self) -> int:
        return int(self.allowed.size)

    def walked(self, version: int) -> tuple[tuple[int, int], ...]:
        """The ranges (first, last) of the targets of one IP version, before exclusions."""
        return tuple((first, last) for first, last, each in self._walked if each == version)

    @property
    def positions(self) -> int:
        """How many steps a walk over the targets has, the excluded addresses among them."""
        return sum(last - first + 1 for first, last, _version in self._walked)

    def addresses(self, seed: int | None = None) -> Iterator[str]:
        """Every address once: in order, or in a random but repeatable order when `seed` is given."""
        return (ip for ip in self.walk(seed) if ip)

    def walk(self, seed: int | None = None) -> Iterator[str]:
        """As `addresses`, with "" for each excluded one: a resumed scan with new exclusions keeps its place.

        Memory stays constant: a shuffled walk is a linear congruential step over the index.
        """
        offsets = [0]
        for first, last, _version in self._walked:
            offsets.append(offsets[-1] + last - first + 1)
        total = offsets[-1]
        if total > MAX_ADDRESSES * 2:
            raise ScopeError(f"the targets hold {total:,} addresses; IPv6 networks are found, never swept")
        for index in range(total) if seed is None else _shuffled(total, seed):
            span = bisect.bisect_right(offsets, index) - 1
            first, _last, version = self._walked[span]
            number = first + index - offsets[span]
            if number not in (self._allowed4 if version == 4 else self._allowed6):
                yield ""
            elif version == 4:
                yield str(ipaddress.IPv4Address(number))
            else:
                yield str(ipaddress.IPv6Address(number))

    @staticmethod
    def _test(ip: str, four: _Ranges, six: _Ranges) -> bool:
        try:
            address = ipaddress.ip_address(ip.split("%")[0])
        except ValueError:
            return False
        return int(address) in (four if address.version == 4 else six)


def _refuse_public(wanted: netaddr.IPSet) -> None:
    public = wanted - _OWN
    if public:
        first = next(iter(public.iter_ipranges()))
        shown = first[0] if first.size == 1 else f"{first[0]}-{first[-1]}"
        raise ScopeError(
            f"{shown} is public address space; camscan scans networks you run: "
            "add --allow-public if it is yours"
        )


def _shuffled(total: int, seed: int) -> Iterator[int]:
    """Every number below `total` once: a full-period LCG modulo the next power of two (Knuth, 3.2.1)."""
    if total <= 0:
        return
    modulus = 1 << max(2, (total - 1).bit_length())
    source = random.Random(seed)
    step = source.randrange(0, modulus) | 1
    factor = (source.randrange(0, modulus) & ~3) | 1
    value = source.randrange(0, modulus)
    for _ in range(modulus):
        value = (value * factor + step) % modulus
        if value < total:
            yield value
