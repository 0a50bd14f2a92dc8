"""ONVIF WS-Discovery: who is there, by multicast, broadcast and unicast Probe (facts §1).

Rules: three Probes, as each finds devices the others miss, and an untyped 2009 one to the groups, which
printers and Windows answer; a message id is never used twice; what other clients ask is not a device.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, RawFields
from camscan.probes.datagram import observation
from camscan.probes.http_paths import shown
from camscan.wire import wsd
from camscan.wire.claimed import claimed_addresses
from camscan.wire.endpoint import endpoint_mac, parse_service_address
from camscan.wire.namespaces import foreign_namespaces
from camscan.wire.scopes import parse_scopes

NAME = "ws-discovery"
PORT = 3702
_UNICAST = (wsd.ProbeVariant.VIDEO_TRANSMITTER, wsd.ProbeVariant.DEVICE, wsd.ProbeVariant.UNTYPED)
_NODE_DIGITS = 12


def _ask(ip: str, transport: Transport, variant: wsd.ProbeVariant) -> Ask:
    message_id = f"uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'camscan:{ip}/{variant}')}"
    payload = wsd.encode_probe(variant, message_id)
    node_at = payload.index(message_id.encode("ascii")) + len(message_id) - _NODE_DIGITS
    return Ask(
        probe=NAME,
        ip=ip,
        port=PORT,
        transport=transport,
        payload=payload,
        step=str(variant),
        fresh_hex_at=(node_at, _NODE_DIGITS),
    )


def asks(target: Target) -> Iterable[Ask]:
    """The three 2005/04 Probes to one address."""
    return (_ask(target.ip, Transport.UDP, variant) for variant in _UNICAST)


def group_asks() -> Iterable[Ask]:
    """All four Probes, once per interface and group."""
    return (_ask("239.255.255.250", Transport.GROUP, variant) for variant in wsd.ProbeVariant)


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """One observation per endpoint that is the answering device itself, or of the fault it answered with."""
    message = wsd.decode(reply.payload)
    if message.kind is wsd.Kind.FAULT:
        yield observation(reply, NAME, {"onvif.fault": message.fault})
    elif message.kind in (wsd.Kind.PROBE_MATCHES, wsd.Kind.RESOLVE_MATCHES, wsd.Kind.HELLO):
        for match in _own(message.matches, reply.source_ip):
            declared = foreign_namespaces(reply.payload)
            yield observation(reply, NAME, {**match_fields(match), "onvif.namespace": declared})


def _own(matches: tuple[wsd.Match, ...], source_ip: str) -> tuple[wsd.Match, ...]:
    """The matches that speak of the sender: recorders and proxies answer for others too."""
    if len(matches) < 2:
        return matches
    at_source = tuple(match for match in matches if source_ip.split("%")[0] in _hosts(match))
    return at_source or matches[:1]


def _hosts(match: wsd.Match) -> tuple[str, ...]:
    parsed = (parse_service_address(url) for url in match.xaddrs)
    return claimed_addresses(*(address.host for address in parsed if address))


def match_fields(match: wsd.Match) -> RawFields:
    """The observation fields of one match; imports use it on captured packets."""
    scopes = parse_scopes(match.scopes)
    return {
        "onvif.types": match.types,
        "onvif.endpoint": match.endpoint,
        "onvif.scope": scopes.all,
        "onvif.name": scopes.name,
        "onvif.hardware": scopes.hardware,
        "onvif.scope_model": scopes.model,
        "onvif.scope_serial": scopes.serial,
        "onvif.scope_firmware": scopes.firmware,
        "onvif.location": scopes.location,
        "onvif.manufacturer": scopes.manufacturer,
        "onvif.profile": scopes.profile,
        "onvif.type": scopes.type,
        "onvif.xaddr": tuple(map(shown, match.xaddrs)),
        "mac.claimed": (*scopes.macs, endpoint_mac(match.endpoint)),
        "net.claimed_address": _hosts(match),
    }


PROBE = Probe(
    name=NAME,
    about="Asks which ONVIF devices are there and what they call themselves.",
    transport=Transport.UDP,
    ports=(PORT,),
    fields=(
        "onvif.types",
        "onvif.endpoint",
        "onvif.scope",
        "onvif.name",
        "onvif.hardware",
        "onvif.scope_model",
        "onvif.scope_serial",
        "onvif.scope_firmware",
        "onvif.location",
        "onvif.manufacturer",
        "onvif.profile",
        "onvif.type",
        "onvif.xaddr",
        "onvif.fault",
        "onvif.namespace",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    asks=asks,
    group_asks=group_asks,
    groups=(Group("239.255.255.250", PORT), Group("ff02::c", PORT), Group("broadcast", PORT)),
    repeats=2,
    packets=8,
    stage=0,
    speaks_on=(PORT,),
)
