from __future__ import annotations

import pytest

from camscan.errors import MalformedReply
from camscan.wire import wsd
from camscan.wire.xml import parse_xml

ID = "uuid:11111111-2222-4333-8444-555555555555"
SCOPES = (
    "onvif://www.onvif.org/name/CAM\n\tonvif://www.onvif.org/hardware/X1   onvif://www.onvif.org/Profile/T"
)


def reply(
    match: str, soap: str = "http://www.w3.org/2003/05/soap-envelope", wrapper: str = "ProbeMatches"
) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<e:Envelope xmlns:e="{soap}" xmlns:a="urn:addressing" xmlns:d="urn:d">'
        f"<e:Header><a:MessageID>urn:uuid:m</a:MessageID><a:RelatesTo>{ID}</a:RelatesTo></e:Header>"
        f"<e:Body><d:{wrapper}>{match}</d:{wrapper}></e:Body></e:Envelope>"
    ).encode()


def match_xml(
    name: str = "ProbeMatch",
    address: str = "urn:uuid:e",
    xaddrs: str = "http://192.168.1.64/onvif/device_service",
) -> str:
    return (
        f"<d:{name}><a:EndpointReference><a:Address>{address}</a:Address></a:EndpointReference>"
        f"<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>{SCOPES}</d:Scopes>"
        f"<d:XAddrs>{xaddrs}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:{name}>"
    )


@pytest.mark.parametrize("variant", wsd.ProbeVariant)
def test_a_probe_is_one_line_with_one_type_at_most(variant: wsd.ProbeVariant) -> None:
    payload = wsd.encode_probe(variant, ID)
    assert not set(b"\r\n\t") & set(payload)
    probe = parse_xml(payload).find("Probe")
    assert probe is not None
    assert len(probe.texts_of("Types")) <= 1
    assert all(len(each.split()) == 1 for each in probe.texts_of("Types"))
    assert b"Scopes" not in payload


def test_the_type_prefix_is_declared_on_the_types_element() -> None:
    payload = wsd.encode_probe(wsd.ProbeVariant.VIDEO_TRANSMITTER, ID)
    expected = (
        b'<d:Types xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</d:Types>'
    )
    assert expected in payload


def test_each_probe_names_its_discovery_version_throughout() -> None:
    old = wsd.encode_probe(wsd.ProbeVariant.UNTYPED, ID)
    new = wsd.encode_probe(wsd.ProbeVariant.UNTYPED_2009, ID)
    assert (3, 0) == (old.count(b"2005"), old.count(b"2009"))
    assert b"docs-oasis-open-org:ws-dd:ns:discovery:2009:01" in new
    assert b"http://www.w3.org/2005/08/addressing" in new


@pytest.mark.parametrize("message_id", ["", "uuid:", "uuid:a<b", "http://x"])
def test_a_message_id_of_another_shape_is_our_mistake(message_id: str) -> None:
    with pytest.raises(ValueError):
        wsd.encode_probe(wsd.ProbeVariant.UNTYPED, message_id)


@pytest.mark.parametrize(
    "soap", ["http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"]
)
def test_a_match_is_read_from_either_soap_version(soap: str) -> None:
    message = wsd.decode(reply(match_xml(), soap))
    assert (wsd.Kind.PROBE_MATCHES, ID, False) == (message.kind, message.relates_to, message.salvaged)
    match = message.matches[0]
    assert "urn:uuid:e" == match.endpoint
    assert ("NetworkVideoTransmitter", "Device") == match.types
    assert tuple(SCOPES.split()) == match.scopes
    assert ("http://192.168.1.64/onvif/device_service",) == match.xaddrs
    assert "1" == match.metadata_version


def test_several_matches_in_one_packet_are_all_read() -> None:
    message = wsd.decode(reply(match_xml(address="urn:uuid:a") + match_xml(address="urn:uuid:b")))
    assert ["urn:uuid:a", "urn:uuid:b"] == [match.endpoint for match in message.matches]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (match_xml("Hello"), wsd.Kind.HELLO),
        (match_xml("Bye"), wsd.Kind.BYE),
        (f"<d:ResolveMatches>{match_xml('ResolveMatch')}</d:ResolveMatches>", wsd.Kind.RESOLVE_MATCHES),
    ],
)
def test_announcements_are_told_from_answers(body: str, kind: wsd.Kind) -> None:
    message = wsd.decode(f"<e:Envelope><e:Body>{body}</e:Body></e:Envelope>".encode())
    assert (kind, "urn:uuid:e") == (message.kind, message.matches[0].endpoint)


def test_anothers_probe_is_a_probe() -> None:
    message = wsd.decode(wsd.encode_probe(wsd.ProbeVariant.DEVICE, ID))
    assert (wsd.Kind.PROBE, ID, ()) == (message.kind, message.message_id, message.matches)


def test_an_answer_without_matches_is_still_an_answer() -> None:
    message = wsd.decode(reply(""))
    assert (wsd.Kind.PROBE_MATCHES, ()) == (message.kind, message.matches)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>d:MatchingRuleNotSupported</e:Value></e:Subcode>"
            "</e:Code><e:Reason><e:Text>the xml format error</e:Text></e:Reason></e:Fault>",
            "e:Sender: d:MatchingRuleNotSupported: the xml format error",
        ),
        ("<Fault><faultcode>Client</faultcode><faultstring>no</faultstring></Fault>", "Client: no"),
        ("<SOAP-ENV:Fault/>", "fault without a reason"),
    ],
    ids=["SOAP 1.2", "SOAP 1.1", "empty"],
)
def test_a_fault_is_evidence(fault: str, expected: str) -> None:
    message = wsd.decode(f"<Envelope><Body>{fault}</Body></Envelope>".encode())
    assert (wsd.Kind.FAULT, expected) == (message.kind, message.fault)


def test_trailing_nuls_and_a_wrong_encoding_name_do_not_cost_the_match() -> None:
    payload = reply(match_xml()).replace(b"UTF-8", b"UTF-99") + b"\0" * 40
    assert "urn:uuid:e" == wsd.decode(payload).matches[0].endpoint


def test_utf16_is_read() -> None:
    payload = b"\xff\xfe" + reply(match_xml()).decode().encode("utf-16-le")
    assert "urn:uuid:e" == wsd.decode(payload).matches[0].endpoint


def test_a_match_cut_off_in_its_scopes_keeps_what_came() -> None:
    whole = reply(match_xml())
    match = wsd.decode(whole[: whole.index(b"hardware")]).matches[0]
    assert ("urn:uuid:e", "onvif://www.onvif.org/name/CAM") == (match.endpoint, match.scopes[0])


def test_what_is_no_xml_any_more_is_picked_from_the_text() -> None:
    broken = reply(match_xml()).replace(b"<", b" ").replace(b">", b" ")
    message = wsd.decode(broken)
    assert message.salvaged
    assert ("http://192.168.1.64/onvif/device_service",) == message.matches[0].xaddrs
    assert 3 == len(message.matches[0].scopes)


def test_namespaces_are_not_salvaged_as_service_addresses() -> None:
    text = b"Envelope http://www.w3.org/2003/05/soap-envelope http://schemas.xmlsoap.org/x onvif://a/name/b http://10.0.0.9/onvif"
    assert ("http://10.0.0.9/onvif",) == wsd.decode(text).matches[0].xaddrs


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"<html><body>hi</body></html>",
        b"\0" * 100,
        b"<Envelope><Body/></Envelope>",
    ],
)
def test_other_things_on_the_port_are_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        wsd.decode(payload)


def test_control_characters_never_leave_the_decoder() -> None:
    match = wsd.decode(reply(match_xml(address="urn:uuid:e\x1b[2J", xaddrs="http://h/\u202ex"))).matches[0]
    assert ("urn:uuid:e[2J", ("http://h/x",)) == (match.endpoint, match.xaddrs)
