"""The product data an Axis device gives anyone: basicdeviceinfo.cgi, asked only of what looks like Axis.

Rules: this is camscan's only POST over HTTP besides ONVIF; it reads (`getAllUnrestrictedProperties`, AXIS OS
8.40 and later) and changes nothing; a refusal yields its realm. Source: facts 6.2.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.model.exchange import Ask, Framing, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, observe
from camscan.probes.http_fields import challenge_fields
from camscan.probes.ports import ports_speaking
from camscan.wire.http import HttpResponse, decode_response, encode_request, host_header
from camscan.wire.loosejson import read_object

NAME = "axis-info"
PATH = "/axis-cgi/basicdeviceinfo.cgi"
BODY = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'

_FIELDS = {
    "axis.brand": "Brand",
    "axis.product": "ProdFullName",
    "axis.model": "ProdNbr",
    "axis.type": "ProdType",
    "axis.firmware": "Version",
    "axis.serial": "SerialNumber",
    "axis.hardware": "HardwareID",
    "axis.build_date": "BuildDate",
}


def axis_info_asks(target: Target, port: int = 80, tls: bool = False) -> tuple[Ask, ...]:
    """The one question, at a web port that is known to be open."""
    return (
        Ask(
            probe=NAME,
            ip=target.ip,
            port=port,
            transport=Transport.TLS if tls else Transport.TCP,
            payload=encode_request(
                "POST",
                host_header(target.ip, port, tls),
                PATH,
                headers=(("Content-Type", "application/json"),),
                body=BODY,
            ),
            framing=Framing.HTTP,
            step="basicdeviceinfo",
            timeout_seconds=6.0 if tls else 4.0,
        ),
    )


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """One Observation: axis.* values, or the realms of a refusal. Raises MalformedReply."""
    response = decode_response(reply.payload)
    fields: dict[str, str | tuple[str, ...] | None] = dict(challenge_fields(response, "http"))
    if response.status == 200:
        fields |= _properties(response)
    elif response.status not in (401, 403) and not fields["http.realm"]:
        return  # another product, or an AXIS OS before 8.40: nothing is said
    yield observe(
        reply.source_ip,
        NAME,
        fields,
        at=reply.at,
        payload=reply.payload,
        port=reply.source_port,
        interface=reply.interface,
    )


def _properties(response: HttpResponse) -> dict[str, str | tuple[str, ...] | None]:
    info = read_object(response.body)
    if "propertyList" not in info:
        raise MalformedReply("no propertyList in the answer of basicdeviceinfo.cgi")
    values: dict[str, str | tuple[str, ...] | None] = {
        field: info.text(key) for field, key in _FIELDS.items()
    }
    values["mac.claimed"] = parse_mac(info.text("SerialNumber"))
    return values


PROBE = Probe(
    name=NAME,
    about="Reads the unrestricted product data of an Axis device.",
    transport=Transport.TCP,
    ports=ports_speaking("http"),
    fields=(*_FIELDS, "mac.claimed", "http.realm", "http.auth"),
    read=read,
    asks=axis_info_asks,
    packets=1,
    stage=2,
)
