from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.errors import MalformedReply
from camscan.wire import soap
from camscan.wire.soap import Operation
from camscan.wire.xml import parse_xml


def envelope(body: str, header: str = "") -> bytes:
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">'
        f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


@pytest.mark.parametrize("operation", Operation)
def test_a_request_holds_its_operation_and_nothing_else(operation: Operation) -> None:
    root = parse_xml(soap.encode_body(operation))
    body = root.find("Body")
    assert body is not None
    assert [operation] == [child.name for child in body.children]
    assert root.find("Header", "Security") is None
    assert soap.content_type(operation).endswith(
        f'action="http://www.onvif.org/ver10/device/wsdl/{operation}"'
    )


def test_only_reading_operations_can_be_asked() -> None:
    assert all(operation.startswith("Get") for operation in Operation)


SECURITY = (
    '<wsse:Security xmlns:wsse="x"><wsse:UsernameToken><wsse:Username>admin</wsse:Username>'
    "<wsse:Password>c2VjcmV0</wsse:Password></wsse:UsernameToken></wsse:Security>"
)


def test_an_echoed_security_header_is_not_in_the_answer() -> None:
    answer = soap.decode(envelope("<GetHostnameResponse><Name>cam</Name></GetHostnameResponse>", SECURITY))
    assert "c2VjcmV0" not in repr(answer)
    assert "admin" not in repr(answer)


@pytest.mark.parametrize(
    "payload",
    [
        envelope("<x/>", SECURITY),
        envelope("<x/>", SECURITY).split(b"</wsse:Password>")[0],
        envelope("<x/>", SECURITY.replace("wsse:", "")),
        envelope("<x/>", SECURITY + SECURITY),
        b"\xff\xfe" + envelope("<x/>", SECURITY).decode().encode("utf-16-le"),
    ],
    ids=["whole", "cut off", "without prefix", "twice", "UTF-16"],
)
def test_an_answer_can_be_kept_without_its_security_header(payload: bytes) -> None:
    kept = soap.without_security(payload)
    assert b"c2VjcmV0" not in kept
    assert b"admin" not in kept
    assert kept.startswith(b"<s:Envelope")


def test_a_fault_gives_its_codes_and_reason() -> None:
    answer = soap.decode(
        envelope(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode>"
            "</s:Code><s:Reason><s:Text>Sender not Authorized</s:Text></s:Reason></s:Fault>"
        )
    )
    assert ("", "s:Sender: ter:NotAuthorized: Sender not Authorized") == (answer.operation, answer.fault)


SERVICES = (
    "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/device/wsdl</tds:Namespace>"
    "<tds:XAddr>http://192.168.1.64/onvif/device_service</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
    "<tt:Minor>60</tt:Minor></tds:Version></tds:Service><tds:Service>"
    "<tds:Namespace>http://www.hikvision.com/ver10/x</tds:Namespace></tds:Service></tds:GetServicesResponse>"
)


def test_services_are_listed_in_order_with_version() -> None:
    found = soap.services(soap.decode(envelope(SERVICES)))
    assert (
        soap.Service(
            "http://www.onvif.org/ver10/device/wsdl", "http://192.168.1.64/onvif/device_service", "2.60"
        )
        == found[0]
    )
    assert soap.Service("http://www.hikvision.com/ver10/x", "", "") == found[1]


def test_capabilities_stand_in_for_services() -> None:
    body = (
        "<GetCapabilitiesResponse><Capabilities><Media><XAddr>http://h/m</XAddr></Media><Extension><DeviceIO>"
        "<XAddr>http://h/io</XAddr></DeviceIO></Extension></Capabilities></GetCapabilitiesResponse>"
    )
    answer = soap.decode(envelope(body))
    assert ("GetCapabilities", [("Media", "http://h/m"), ("DeviceIO", "http://h/io")]) == (
        answer.operation,
        [(each.namespace, each.xaddr) for each in soap.services(answer)],
    )


def clock(year: str = "2024", second: str = "9") -> bytes:
    return envelope(
        f"<GetSystemDateAndTimeResponse><UTCDateTime><Time><Hour>1</Hour><Minute>2</Minute><Second>{second}</Second>"
        f"</Time><Date><Year>{year}</Year><Month>3</Month><Day>4</Day></Date></UTCDateTime></GetSystemDateAndTimeResponse>"
    )


def test_the_devices_clock_is_utc() -> None:
    assert datetime(2024, 3, 4, 1, 2, 9, tzinfo=UTC) == soap.date_and_time(soap.decode(clock()))


def test_a_leap_second_is_read() -> None:
    assert datetime(2024, 3, 4, 1, 2, 59, tzinfo=UTC) == soap.date_and_time(soap.decode(clock(second="60")))


@pytest.mark.parametrize("year", ["", "0", "99999", "-1", "x", "٢٠٢٤"])
def test_an_impossible_clock_is_none(year: str) -> None:
    assert soap.date_and_time(soap.decode(clock(year))) is None


def test_an_absent_clock_is_none() -> None:
    assert soap.date_and_time(soap.decode(envelope("<GetSystemDateAndTimeResponse/>"))) is None


def test_the_host_name_is_read() -> None:
    information = (
        "<HostnameInformation><FromDHCP>true</FromDHCP><Name>axis-accc8e</Name></HostnameInformation>"
    )
    body = f"<GetHostnameResponse>{information}</GetHostnameResponse>"
    assert "axis-accc8e" == soap.hostname(soap.decode(envelope(body)))


def test_scope_items_are_read() -> None:
    body = "<GetScopesResponse><Scopes><ScopeItem>onvif://a/name/b</ScopeItem></Scopes></GetScopesResponse>"
    assert ("onvif://a/name/b",) == soap.scope_items(soap.decode(envelope(body)))


def test_an_answer_without_the_five_texts_has_no_device_information() -> None:
    assert soap.device_information(soap.decode(envelope("<GetDeviceInformationResponse/>"))) is None


@pytest.mark.parametrize(
    "payload", [b"", b"<html><body><p>404</p></body></html>"[:6], b"not xml", b"<html><p>hi</p></html>"]
)
def test_web_pages_are_no_answer(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        soap.decode(payload)
