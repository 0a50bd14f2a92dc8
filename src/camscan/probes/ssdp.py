"""SSDP and UPnP: who announces itself, and the device description behind it (facts §4).

Rules: a description is fetched only from the address that announced it, never from a forbidden path;
what other clients search for is not a device.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camscan.model.address import parse_mac
from camscan.model.exchange import Ask, Framing, Group, Probe, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import observation
from camscan.probes.http_paths import Place, follow, shown
from camscan.wire import ssdp
from camscan.wire.http import decode_response, encode_request, host_header
from camscan.wire.upnp import Description, decode_description

NAME = "ssdp"
PORT = ssdp.PORT
DESCRIPTION = "description"
_WAIT_SECONDS = 2

_Fields = dict[str, str | tuple[str | None, ...]]


def _search(ip: str, transport: Transport, search_target: str, wait_seconds: int | None) -> Ask:
    host = f"{ssdp.GROUP}:{PORT}" if transport is Transport.GROUP else host_header(ip, PORT)
    payload = ssdp.encode_search(search_target, host, wait_seconds)
    return Ask(NAME, ip, PORT, transport, payload, step=search_target)


def asks(target: Target) -> Iterable[Ask]:
    """One search to one address; `ssdp:all` would make a router answer thirty times."""
    return (_search(target.ip, Transport.UDP, "upnp:rootdevice", None),)


def group_asks() -> Iterable[Ask]:
    """Both searches, once per interface and group."""
    return (
        _search(ssdp.GROUP, Transport.GROUP, search_target, _WAIT_SECONDS)
        for search_target in ("upnp:rootdevice", "ssdp:all")
    )


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """Facts of an announcement and the Ask for its description, or the facts of a description."""
    if reply.ask.step == DESCRIPTION:
        response = decode_response(reply.payload)
        if response.status in (0, 200):
            yield observation(reply, NAME, description_fields(decode_description(response.body)))
        return
    message = ssdp.decode(reply.payload)
    if message.kind is ssdp.Kind.SEARCH:
        return
    yield observation(reply, NAME, message_fields(message))
    follow_up = _description_ask(message.location, reply.source_ip)
    if follow_up is not None:
        yield follow_up


def _description_ask(location: str, source_ip: str) -> Ask | None:
    if "://" not in location:
        return None
    place = follow(location, Place(80, False, "/"), source_ip)
    if place is None:
        return None
    return Ask(
        probe=NAME,
        ip=source_ip,
        port=place.port,
        transport=Transport.TLS if place.tls else Transport.TCP,
        payload=encode_request("GET", host_header(source_ip, place.port, place.tls), place.path),
        framing=Framing.HTTP,
        step=DESCRIPTION,
    )


def message_fields(message: ssdp.Message) -> _Fields:
    """The observation fields of one announcement; imports use it on captured packets."""
    return {
        "ssdp.server": message.server,
        "ssdp.usn": message.usn,
        "ssdp.st": message.target,
        "ssdp.location": shown(message.location),
        "mac.claimed": (ssdp.usn_mac(message.usn),),
    }


def description_fields(told: Description) -> _Fields:
    """The observation fields of one device description."""
    return {
        "upnp.device_type": told.device_type,
        "upnp.friendly_name": told.friendly_name,
        "upnp.manufacturer": told.manufacturer,
        "upnp.manufacturer_url": told.manufacturer_url,
        "upnp.model_description": told.model_description,
        "upnp.model_name": told.model_name,
        "upnp.model_number": told.model_number,
        "upnp.model_url": told.model_url,
        "upnp.serial": told.serial,
        "upnp.udn": told.udn,
        "upnp.presentation_url": shown(told.presentation_url),
        "mac.claimed": (parse_mac(told.mac), ssdp.usn_mac(told.udn)),
    }


PROBE = Probe(
    name=NAME,
    about="Searches for UPnP devices and reads the description each one points to on itself.",
    transport=Transport.UDP,
    ports=(PORT,),
    fields=(
        "ssdp.server",
        "ssdp.usn",
        "ssdp.st",
        "ssdp.location",
        "upnp.device_type",
        "upnp.friendly_name",
        "upnp.manufacturer",
        "upnp.manufacturer_url",
        "upnp.model_description",
        "upnp.model_name",
        "upnp.model_number",
        "upnp.model_url",
        "upnp.serial",
        "upnp.udn",
        "upnp.presentation_url",
        "mac.claimed",
    ),
    read=read,
    asks=asks,
    group_asks=group_asks,
    groups=(Group(ssdp.GROUP, PORT), Group(ssdp.GROUP_IPV6, PORT), Group("broadcast", PORT)),
    repeats=2,
    packets=3,
    stage=0,
    speaks_on=(PORT,),
)
