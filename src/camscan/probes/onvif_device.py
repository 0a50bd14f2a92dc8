"""ONVIF device service before login: what a device tells anyone, one anonymous GetDeviceInformation included.

Rules: the most telling question first; the others follow only where something answered as ONVIF does, on the
same connection; a refusal is evidence (fault, realm) and final. No credentials, ever. Source: facts §2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Framing, Probe, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import observation
from camscan.probes.http_paths import Place, follow, shown
from camscan.wire import soap
from camscan.wire.challenge import realms_of, texts_of
from camscan.wire.http import HttpResponse, decode_response, encode_request, host_header
from camscan.wire.namespaces import foreign_namespaces
from camscan.wire.soap import Operation

NAME = "onvif-device"
PORTS = (80, 8000, 2020, 8899, 8080, 5000, 10080)  # where XAddrs point (facts §1.3)
_REFUSED = (401, 403)

_Fields = dict[str, str | tuple[str | None, ...]]


def onvif_asks(target: Target, port: int, path: str = soap.DEVICE_PATH, tls: bool = False) -> tuple[Ask, ...]:
    """The opening question at one port and path, as an XAddr gives them; the rest are read's follow-ups.

    The path is the device's choice: nothing is asked where camscan may not go (facts §6.2.3).
    """
    place = follow(path, Place(port, tls, "/"), target.ip)
    if place is None or place.port != port:
        return ()
    return (_ask(target.ip, port, place.path, tls, Operation.DEVICE_INFORMATION),)


def asks(target: Target) -> Iterable[Ask]:
    """The opening question for every usual port; the caller asks only ports that are open."""
    return (ask for port in PORTS for ask in onvif_asks(target, port))


def _ask(ip: str, port: int, path: str, tls: bool, operation: Operation) -> Ask:
    return Ask(
        probe=NAME,
        ip=ip,
        port=port,
        transport=Transport.TLS if tls else Transport.TCP,
        payload=encode_request(
            "POST",
            host_header(ip, port, tls),
            path,
            (("Content-Type", soap.content_type(operation)),),
            soap.encode_body(operation),
        ),
        framing=Framing.HTTP,
        step=str(operation),
        timeout_seconds=4.0,
    )


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What one answer states, then the questions it makes worth asking."""
    response = decode_response(reply.payload)
    answer = _soap_answer(response)
    challenges = response.all("WWW-Authenticate")
    fields: _Fields = {"http.realm": realms_of(challenges), "http.auth": texts_of(challenges)}
    if answer is not None:
        fields["http.server"] = response.header("Server")
        fields |= answer_fields(answer)
        fields["onvif.namespace"] = foreign_namespaces(response.body)
    if any(fields.values()):
        yield observation(reply, NAME, fields)
    yield from _follow_ups(reply.ask, answer, response.status)


def _soap_answer(response: HttpResponse) -> soap.Answer | None:
    try:
        return soap.decode(response.body)
    except MalformedReply:
        return None  # a web page, or nothing: a web server that is no ONVIF device


def _follow_ups(ask: Ask, answer: soap.Answer | None, status: int) -> Iterator[Ask]:
    wanted: list[Operation] = []
    if ask.step == Operation.DEVICE_INFORMATION:
        if answer is not None:
            wanted = [Operation.SERVICES, Operation.DATE_AND_TIME]
            if answer.fault or soap.device_information(answer) is None:
                wanted.append(Operation.HOSTNAME)
        elif status in _REFUSED:
            wanted = [Operation.SERVICES]
    elif ask.step == Operation.SERVICES and answer is not None and not soap.services(answer):
        wanted = [Operation.CAPABILITIES]
    words = ask.payload.split(b" ", 2)
    path = words[1].decode("ascii") if len(words) == 3 else soap.DEVICE_PATH
    for operation in wanted:
        yield _ask(ask.ip, ask.port, path, ask.transport is Transport.TLS, operation)


def answer_fields(answer: soap.Answer) -> _Fields:
    """The observation fields of one SOAP answer; imports use it on captured answers."""
    fields: _Fields = {"onvif.fault": answer.fault}
    if answer.fault:
        return fields
    if answer.operation == Operation.DEVICE_INFORMATION:
        told = soap.device_information(answer)
        if told is not None:
            fields |= {
                "onvif.device_manufacturer": told.manufacturer,
                "onvif.device_model": told.model,
                "onvif.device_firmware": told.firmware,
                "onvif.device_serial": told.serial,
                "onvif.device_hardware": told.hardware,
            }
    elif answer.operation in (Operation.SERVICES, Operation.CAPABILITIES):
        listed = soap.services(answer)
        fields["onvif.service"] = tuple(each.namespace for each in listed)
        fields["onvif.xaddr"] = tuple(shown(each.xaddr) for each in listed)
    elif answer.operation == Operation.DATE_AND_TIME:
        told_time = soap.date_and_time(answer)
        fields["onvif.clock"] = told_time.strftime("%Y-%m-%dT%H:%M:%SZ") if told_time else ""
    elif answer.operation == Operation.HOSTNAME:
        fields["onvif.hostname"] = soap.hostname(answer)
    return fields


PROBE = Probe(
    name=NAME,
    about="Asks the ONVIF device service, without login, what the device is, offers, and takes the time for.",
    transport=Transport.TCP,
    ports=PORTS,
    fields=(
        "http.realm",
        "http.auth",
        "http.server",
        "onvif.fault",
        "onvif.namespace",
        "onvif.service",
        "onvif.xaddr",
        "onvif.clock",
        "onvif.hostname",
        "onvif.device_manufacturer",
        "onvif.device_model",
        "onvif.device_firmware",
        "onvif.device_serial",
        "onvif.device_hardware",
    ),
    read=read,
    asks=asks,
    packets=5,
    stage=1,
)
