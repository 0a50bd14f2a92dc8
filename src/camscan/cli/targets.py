"""From the words of the command line to a `Scope`: targets, files of targets, exclusions, ports."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from camscan.errors import ScopeError, UsageError

if TYPE_CHECKING:
    import netaddr

    from camscan.model.scope import Scope
    from camscan.net.interfaces import Interface

MAX_LISTED_TARGETS = 1_000_000
MAX_LIST_CHARACTERS = 100_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator typed about where to look."""

    targets: tuple[str, ...]
    target_file: str = ""
    exclude: tuple[str, ...] = ()
    exclude_file: str = ""
    ports: str = ""
    interfaces: tuple[str, ...] = ()
    allow_public: bool = False


def build_scope(asked: Asked) -> tuple[Scope, tuple[Interface, ...]]:
    """The scope, and the interfaces whose links it reaches into; raises ScopeError or UsageError."""
    from camscan.model.scope import Scope
    from camscan.net.interfaces import choose_interfaces, list_interfaces

    known = list_interfaces()
    chosen = choose_interfaces(asked.interfaces, known)
    words = list(_words(asked.targets, asked.target_file)) or ["local"]
    targets = [addresses for word in words for addresses in _addresses(word, chosen)]
    excluded = [
        addresses
        for word in _words(asked.exclude, asked.exclude_file)
        for addresses in _addresses(word, chosen)
    ]
    shown = " ".join(words[:8]) + (f" … ({len(words)} targets)" if len(words) > 8 else "")
    scope = Scope.of(
        targets,
        excluded,
        text=shown,
        ports=parse_ports(asked.ports),
        interfaces=tuple(each.name for each in chosen),
        allow_public=asked.allow_public,
    )
    if not len(scope):
        raise ScopeError(f"nothing is left to scan in {shown!r} once the exclusions are taken away")
    candidates = chosen if asked.interfaces else (i for i in known if i.up and not i.container)
    links = tuple(each for each in candidates if any(scope.overlaps(_network(n)) for n in each.networks))
    return scope, links


def parse_ports(text: str) -> tuple[int, ...]:
    """`80,443,8000-8010` as numbers in the order given; () for ""; raises UsageError."""
    ports: dict[int, None] = {}
    for piece in filter(None, (part.strip() for part in text.split(","))):
        low, dash, high = piece.partition("-")
        try:
            first, last = int(low), int(high if dash else low)
        except ValueError:
            raise UsageError(f"-p {piece!r} is not a port or a range such as 8000-8010") from None
        if not 0 < first <= last < 65536:
            raise UsageError(f"-p {piece!r}: ports run from 1 to 65535, low to high")
        ports.update(dict.fromkeys(range(first, last + 1)))
    if printers := [port for port in ports if 9100 <= port <= 9107]:
        raise UsageError(
            f"-p {printers[0]}: printer ports 9100-9107 print what they receive and are never touched"
        )
    return tuple(ports)


def _network(text: str) -> str:
    import ipaddress

    return str(ipaddress.ip_interface(text).network)


def _words(given: Iterable[str], file: str) -> Iterator[str]:
    for word in given:
        if word.startswith("@"):
            yield from _file_words(word[1:])
        else:
            yield from (
                (part for part in word.split(",") if part) if "," in word and "-" not in word else (word,)
            )
    if file:
        yield from _file_words(file)


def _file_words(name: str) -> Iterator[str]:
    if name == "-":
        lines = sys.stdin.read().splitlines()
    else:
        try:
            with Path(name).open(encoding="utf-8-sig") as file:
                text = file.read(MAX_LIST_CHARACTERS + 1)
        except OSError as fault:
            raise UsageError(f"cannot read the target file {name}: {fault.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError(f"the target file {name} is not text in UTF-8") from None
        if len(text) > MAX_LIST_CHARACTERS:
            raise UsageError(f"the target file {name} has more than {MAX_LIST_CHARACTERS:,} characters")
        lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if number > MAX_LISTED_TARGETS:
            raise UsageError(f"the target file {name} has more than {MAX_LISTED_TARGETS:,} lines")
        yield from line.partition("#")[0].split()


def _addresses(word: str, interfaces: tuple[Interface, ...]) -> Iterator[netaddr.IPSet]:
    from camscan.model.scope import parse_target
    from camscan.net.interfaces import local_targets

    if word == "local":
        if not interfaces:
            raise ScopeError("no attached network to scan: name a target, or an interface with -e")
        if not (found := local_targets(interfaces)):
            raise ScopeError(
                f"no IPv4 network is attached to {', '.join(each.name for each in interfaces)}: "
                "name a target, or with -e an interface or a bridge"
            )
        yield found
        return
    spec = parse_target(word)
    if spec.host:
        from camscan.net.names import resolve_host

        for ip in resolve_host(spec.host):
            yield parse_target(ip.split("%")[0]).addresses
    else:
        yield spec.addresses
