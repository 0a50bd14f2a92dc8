"""mDNS by directed question: which services a host announces, asked of it alone on port 5353 (facts §3).

Rules: all names come from the answer, addresses too, so of an answer that speaks of several hosts only what
belongs to the sender is read (reflectors repeat others' records); queries are not announcements. Group
questions are zeroconf's, in net.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from camscan.model.address import parse_mac
from camscan.model.exchange import Ask, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, RawFields
from camscan.probes.datagram import observation, unicast_ask
from camscan.wire import dns
from camscan.wire.claimed import claimed_addresses
from camscan.wire.text import one_line

NAME = "mdns"
SERVICE_TYPES = (
    "_axis-video._tcp",
    "_CGI._tcp",
    "_psia._tcp",
    "_rtsp._tcp",
    "_http._tcp",
    "_arec._tcp",
    "_axis-nvr._tcp",
    "_axis-bwsc._tcp",
    "_flir-ircam._tcp",
    "_hap._tcp",
    "_onvif._tcp",
    "_device-info._tcp",
)
"""Asked by name, most telling first; whatever else a host has it lists itself."""

_ENUMERATION = dns.name_of("_services._dns-sd._udp.local")
_MAC_KEY = re.compile(r"(?:mac|macaddress|mac_address|macaddr|hwaddr)=(.{11,24})", re.IGNORECASE)
_MAC_IN_INSTANCE = re.compile(
    r"(?:^|[\s\[({-])((?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}|[0-9A-F]{12})(?=$|[\s\])}])", re.IGNORECASE
)


def asks(target: Target) -> Iterable[Ask]:
    """One packet that names the camera services, one that asks for the list of all."""
    named = (dns.Question(dns.name_of(f"{each}.local"), dns.Type.PTR, True) for each in SERVICE_TYPES)
    yield _ask(target.ip, named, "named")
    yield _ask(target.ip, (dns.Question(_ENUMERATION, dns.Type.PTR, True),), "list")


def _ask(ip: str, questions: Iterable[dns.Question], step: str) -> Ask:
    return unicast_ask(NAME, ip, dns.PORT, dns.encode_query(questions, message_id=0x6373), step=step)


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """Services of the sender. Responders send an instance's details along (RFC 6763, section 12)."""
    message = dns.decode(reply.payload)
    if not message.is_response:
        # Answers in a question are what its sender has heard of others (RFC 6762, 7.1); the authority section
        # is what it claims for itself (8.2).
        message = replace(message, records=message.records[message.answers :])
    fields = record_fields(_own_records(message, reply.source_ip))
    if any(fields.values()):
        yield observation(reply, NAME, fields)


def _own_records(message: dns.Message, source_ip: str) -> tuple[dns.Record, ...]:
    """Without the records of other hosts than the sender, where addresses tell them apart."""
    addressed: dict[dns.Name, set[str]] = {}
    for record in message.records:
        if record.address:
            addressed.setdefault(_folded(record.name), set()).add(record.address)
    source = source_ip.split("%")[0]
    mine = {name for name, addresses in addressed.items() if source in addresses}
    if len(addressed) < 2 or not mine:
        several = {_folded(each.target) for each in message.of_type(dns.Type.SRV)} & set(addressed)
        return message.records if len(several) < 2 else ()
    others = set(addressed) - mine
    foreign = {
        _folded(record.name) for record in message.of_type(dns.Type.SRV) if _folded(record.target) in others
    }
    dropped = others | foreign
    return tuple(
        record
        for record in message.records
        if _folded(record.name) not in dropped and _folded(record.target) not in dropped
    )


def _folded(name: dns.Name) -> dns.Name:
    return tuple(label.lower() for label in name)


def record_fields(records: Iterable[dns.Record]) -> RawFields:
    """The observation fields of one host's records; imports use it on captured packets."""
    services: list[str | None] = []
    instances: list[str | None] = []
    hosts: list[str | None] = []
    texts: list[str | None] = []
    addresses: list[str] = []
    for record in records:
        name = record.name
        if record.type == dns.Type.PTR and _folded(name) == _ENUMERATION:
            services.append(_service(record.target))
        elif record.type == dns.Type.PTR and _service(name):
            services.append(_service(name))
            instances.append(_instance(record.target))
        elif record.type == dns.Type.SRV:
            services.append(_service(name))
            instances.append(_instance(name))
            hosts.append(dns.text_of(record.target))
        elif record.type in (dns.Type.TXT, dns.Type.HINFO):
            services.append(_service(name))
            instances.append(_instance(name))
            texts.extend(record.texts)
        elif record.address:
            hosts.append(dns.text_of(name))
            addresses.append(record.address)
    return {
        "mdns.service": services,
        "mdns.instance": instances,
        "mdns.host": hosts,
        "mdns.txt": [one_line(text) for text in texts if text],
        "mac.claimed": list(claimed_macs(texts, instances)),
        "net.claimed_address": claimed_addresses(*addresses),
    }


def _service(name: dns.Name) -> str | None:
    """`_axis-video._tcp` of a service type or instance name, as sent; None for other names."""
    for at in range(len(name) - 1):
        if name[at].startswith("_") and name[at + 1].lower() in ("_tcp", "_udp"):
            service = f"{name[at]}.{name[at + 1]}"
            return None if service.lower() == "_dns-sd._udp" else service
    return None


def _instance(name: dns.Name) -> str | None:
    for at in range(1, len(name) - 1):
        if name[at].startswith("_") and name[at + 1].lower() in ("_tcp", "_udp"):
            return one_line(".".join(name[:at]))
    return None


def claimed_macs(texts: Iterable[str | None], instances: Iterable[str | None]) -> Iterator[str | None]:
    """Hardware addresses that TXT entries (`mac=…`) and names of services claim.

    Only keys that say so count: HomeKit's `id` has the form of one and is none.
    """
    for text in texts:
        found = _MAC_KEY.fullmatch(text or "")
        if found:
            yield parse_mac(found.group(1))
    for instance in instances:
        for found in _MAC_IN_INSTANCE.finditer(instance or ""):
            yield parse_mac(found.group(1))


PROBE = Probe(
    name=NAME,
    about="Asks one host which services it announces by multicast DNS.",
    transport=Transport.UDP,
    ports=(dns.PORT,),
    fields=(
        "mdns.service",
        "mdns.instance",
        "mdns.host",
        "mdns.txt",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    asks=asks,
    repeats=2,
    packets=4,
    stage=0,
    speaks_on=(dns.PORT,),
)
