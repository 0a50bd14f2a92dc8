"""ONVIF device service: the read requests camscan may make, and their answers.

Rules: only the operations of `Operation` can be encoded (PRE_AUTH ones, and an anonymous
GetDeviceInformation); no request carries credentials; of an answer only the Body is kept, as some cameras
echo the caller's WS-Security header, password digest included. Framing is wire/http.py's. Source: facts
§0.2, §2.1, §2.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from camscan.errors import MalformedReply
from camscan.model.number import whole_number
from camscan.wire.text import one_line
from camscan.wire.wsd import fault_text
from camscan.wire.xml import Element, decode_xml_text, parse_xml

DEVICE_NAMESPACE = "http://www.onvif.org/ver10/device/wsdl"
DEVICE_PATH = "/onvif/device_service"
_ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
_MAX_SERVICES = 64
_SECURITY = re.compile(r"<(?:[\w.-]{1,32}:)?(?:Security|UsernameToken)\b", re.IGNORECASE)
_SECURITY_END = re.compile(r"</(?:[\w.-]{1,32}:)?(?:Security|UsernameToken)\s{0,9}>", re.IGNORECASE)


class Operation(StrEnum):
    """Everything camscan asks a device service without login."""

    DATE_AND_TIME = "GetSystemDateAndTime"
    SERVICES = "GetServices"
    CAPABILITIES = "GetCapabilities"
    DEVICE_INFORMATION = "GetDeviceInformation"
    HOSTNAME = "GetHostname"


_ARGUMENTS = {
    Operation.SERVICES: "<IncludeCapability>false</IncludeCapability>",
    Operation.CAPABILITIES: "<Category>All</Category>",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One SOAP answer. operation: the response element's name without `Response`, "" for a fault;
    fault: its text, "" when there is none; body: the Body element, header cut off."""

    operation: str
    fault: str
    body: Element


@dataclass(frozen=True, slots=True)
class DeviceInformation:
    """GetDeviceInformation's five texts, "" where missing."""

    manufacturer: str
    model: str
    firmware: str
    serial: str
    hardware: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service of GetServices or GetCapabilities; version is "2.60" or ""."""

    namespace: str
    xaddr: str
    version: str


def encode_body(operation: Operation) -> bytes:
    """The SOAP 1.2 envelope of a request, on one line."""
    arguments = _ARGUMENTS.get(operation, "")
    request = f'<{operation} xmlns="{DEVICE_NAMESPACE}"'
    request += f">{arguments}</{operation}>" if arguments else "/>"
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{_ENVELOPE}"><s:Body>{request}</s:Body></s:Envelope>'
    ).encode("ascii")


def content_type(operation: Operation) -> str:
    """The Content-Type of a request, action included (SOAP 1.2 part 2, section 6.5)."""
    return f'application/soap+xml; charset=utf-8; action="{DEVICE_NAMESPACE}/{operation}"'


def decode(payload: bytes) -> Answer:
    """A SOAP envelope, or a fragment of one. Raises MalformedReply for anything else."""
    root = parse_xml(payload)
    body = root.find("Body") or root
    fault = body.find("Fault")
    if fault is not None:
        return Answer("", fault_text(fault), body)
    for element in body.iter():
        if element.name.endswith("Response") and element.name != "Response":
            return Answer(element.name.removesuffix("Response"), "", body)
    if root.name == "Envelope" or body.name == "Body":
        return Answer("", "", body)
    raise MalformedReply(f"no SOAP answer: the root element is {root.name[:40] or 'missing'}")


def without_security(payload: bytes) -> bytes:
    """The answer with every WS-Security header cut out, as UTF-8: what a recording or report may keep.

    A header that never ends costs the rest of the text. Never raises.
    """
    text, kept, at = decode_xml_text(payload), [], 0
    for begin in _SECURITY.finditer(text):
        if begin.start() < at:
            continue
        kept.append(text[at : begin.start()])
        end = _SECURITY_END.search(text, begin.end())
        at = end.end() if end else len(text)
    kept.append(text[at:])
    return _SECURITY_END.sub("", "".join(kept)).encode("utf-8", "replace")


def device_information(answer: Answer) -> DeviceInformation | None:
    """The device's own words, None when the answer holds none of the five."""
    found = DeviceInformation(
        *(
            one_line(answer.body.text_of(name))
            for name in ("Manufacturer", "Model", "FirmwareVersion", "SerialNumber", "HardwareId")
        )
    )
    return found if found != DeviceInformation("", "", "", "", "") else None


def services(answer: Answer) -> tuple[Service, ...]:
    """Services of a GetServices or GetCapabilities answer, in the order sent.

    GetCapabilities names none of its namespaces: the capability's element name stands in for it.
    """
    listed = tuple(_listed_services(answer.body))
    return (listed or tuple(_capabilities(answer.body)))[:_MAX_SERVICES]


def _listed_services(body: Element) -> Iterator[Service]:
    for element in body.find_all("Service"):
        namespace = one_line(element.text_of("Namespace"))
        if namespace:
            version = element.child("Version")
            numbers = (version.text_of("Major"), version.text_of("Minor")) if version else ("", "")
            yield Service(
                namespace, one_line(element.text_of("XAddr")), one_line(".".join(filter(None, numbers)))
            )


def _capabilities(body: Element) -> Iterator[Service]:
    for holder in body.find_all("Capabilities", "Extension"):
        for element in holder.children:
            xaddr = element.child("XAddr")
            if xaddr is not None and xaddr.text:
                yield Service(element.name, one_line(xaddr.text), "")


def date_and_time(answer: Answer) -> datetime | None:
    """UTCDateTime as the device believes it, None when absent or impossible."""
    element = answer.body.find("UTCDateTime")
    if element is None:
        return None
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    numbers = [whole_number(element.text_of(name).strip(), 4) for name in names]
    known = [number for number in numbers if number is not None]
    if len(known) < len(names):
        return None
    year, month, day, hour, minute, second = known
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def hostname(answer: Answer) -> str:
    """Name of GetHostname, "" when absent."""
    element = answer.body.find("HostnameInformation") or answer.body
    return one_line(element.text_of("Name"))


def scope_items(answer: Answer) -> tuple[str, ...]:
    """Scope URIs of GetScopes (which only a login's caller asks), in the order sent."""
    return answer.body.texts_of("ScopeItem")
