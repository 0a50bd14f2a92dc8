"""A labelled line becomes the fields that a live probe would have filled."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.imports.labelled import READERS, observations_of, payload_of

CASES: list[tuple[str, str, dict[str, tuple[str, ...]]]] = [
    ("http_header", "Server: Hikvision-Webs", {"http.server": ("Hikvision-Webs",)}),
    ("http_header", "Set-Cookie: ANsession0002=IPMI; path=/", {"http.cookie": ("ANsession0002",)}),
    (
        "http_header",
        "HTTP/1.1 401 Unauthorized\r\nUser-Agent: AEDA HTTP Server/1.0\r\n"
        'WWW-Authenticate: Digest realm="Login to 54FF",nonce="4b"',
        {"http.status": ("401",), "http.realm": ("Login to 54FF",)},
    ),
    ("http_title", "  NETSurveillance   WEB ", {"http.title": ("NETSurveillance WEB",)}),
    ("www_authenticate", 'Basic realm="DCS-5222LB1"', {"http.realm": ("DCS-5222LB1",)}),
    ("www_authenticate", "NETGEAR Router R6100", {"http.realm": ("NETGEAR Router R6100",)}),
    ("rtsp", "Server: Indigo-Security/1.0", {"rtsp.server": ("Indigo-Security/1.0",)}),
    (
        "rtsp",
        "v=0\no=VSTC 3836 3836 IN IP4 192.0.2.9\ns=streamed by\n",
        {"rtsp.sdp": ("s=streamed by",), "rtsp.sdp_origin": ("VSTC", "id=3836")},
    ),
    (
        "onvif_probematch",
        "onvif://www.onvif.org/hardware/CM-6204-11-I onvif://www.onvif.org/manufacturer/DVTel",
        {"onvif.hardware": ("CM-6204-11-I",), "onvif.manufacturer": ("DVTel",)},
    ),
    (
        "onvif_probematch",
        "http://192.0.2.9/onvif/device_service, 1.1, (b='jovision', hardware='NVT-HI3516CS')",
        {"onvif.hardware": ("NVT-HI3516CS",)},
    ),
    (
        "onvif_device_information",
        "Manufacturer: TP-Link\nModel: C200\nFirmwareVersion: 1.1.16 Build 211209",
        {"onvif.device_manufacturer": ("TP-Link",), "onvif.device_model": ("C200",)},
    ),
    (
        "onvif_device_information",
        "{'Model': DS-2DF7286-A, 'HardwareId': 88, 'Manufacturer': HIKVISION}",
        {"onvif.device_model": ("DS-2DF7286-A",), "onvif.device_manufacturer": ("HIKVISION",)},
    ),
    ("tls_cert", "subject=CN=TCAM,OU=Security,O=Truen", {"tls.subject": ("CN=TCAM,OU=Security,O=Truen",)}),
    (
        "tls_cert",
        "subject=C = KR, O = Truen\\, Inc., CN = a = b",
        {"tls.subject": ("C=KR,O=Truen\\, Inc.,CN=a = b",)},
    ),
    (
        "tls_cert",
        "Subject: commonName=Web Server/organizationName=Windstream/countryName=US",
        {"tls.subject": ("CN=Web Server,O=Windstream,C=US",)},
    ),
    (
        "snmp",
        "sysDescr: ; AXIS P1375; Network Camera; 10.1.0\nsysObjectID: .1.3.6.1.4.1.368.1.1",
        {
            "snmp.sys_descr": ("; AXIS P1375; Network Camera; 10.1.0",),
            "snmp.sys_object_id": ("1.3.6.1.4.1.368.1.1",),
        },
    ),
    (
        "snmp",
        ".1.3.6.1.4.1.21701.2.3.8.0 = INTEGER: -1",
        {"snmp.value": ("1.3.6.1.4.1.21701.2.3.8.0 = INTEGER: -1",)},
    ),
    (
        "dhcp",
        "AXIS,Network Camera,P3343,5.20.3",
        {"dhcp.vendor_class": ("AXIS,Network Camera,P3343,5.20.3",)},
    ),
    (
        "dhcp",
        "param-list(55)=1,3,42; vendor-class(60)=TRENDnet",
        {"dhcp.param_list": ("1,3,42",), "dhcp.vendor_class": ("TRENDnet",)},
    ),
    ("mdns", "model=iPad8,5", {"mdns.txt": ("model=iPad8",)}),
    ("favicon_mmh3", "-1616143106", {"http.favicon_mmh3": ("-1616143106",)}),
    ("ftp", "220 VB-C60 FTP server ready.\r\n", {"ftp.banner": ("220 VB-C60 FTP server ready.",)}),
    (
        "ftp",
        "AXIS 214 PTZ Network Camera 4.49 (Oct 05 2009) ready",
        {"ftp.banner": ("AXIS 214 PTZ Network Camera 4.49 (Oct 05 2009) ready",)},
    ),
    ("telnet", "192.0.0.64 login:", {"telnet.banner": ("192.0.0.64 login:",)}),
    (
        "tcp_banner",
        "User-Agent: AXIS A8105-E Network Video Door Station",
        {"sip.user_agent": ("AXIS A8105-E Network Video Door Station",)},
    ),
    (
        "vendor_udp",
        '{"error_code": 0, "result": {"device_model": "C100", "device_type": "SMART.IPCAMERA"}}',
        {"tplink.model": ("C100",), "tplink.device_type": ("SMART.IPCAMERA",)},
    ),
    (
        "vendor_udp",
        '{"system": {"get_sysinfo": {"system": {"model": "EC60(US)", "type": "IOT.IPCAMERA"}}}}',
        {"tplink.model": ("EC60(US)",), "tplink.device_type": ("IOT.IPCAMERA",)},
    ),
    (
        "vendor_udp",
        "system.id=VN-H37(192.0.2.9/24)&200 OK\r\n",
        {"tcp.banner": ("system.id=VN-H37(192.0.2.9/24)&200 OK",)},
    ),
]


@pytest.mark.parametrize(("kind", "data", "fields"), CASES, ids=[f"{c[0]} {c[1][:18]}" for c in CASES])
def test_a_line_gives_the_fields_of_its_words(
    kind: str, data: str, fields: dict[str, tuple[str, ...]]
) -> None:
    found = {
        name: values
        for each in observations_of({"kind": kind, "data": data})
        for name, values in each.fields.items()
    }
    assert fields == {name: found.get(name, ()) for name in fields}


def test_a_soap_envelope_is_read_as_an_onvif_answer() -> None:
    data = (
        '<SOAP-ENV:Envelope xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:a="http://www.axis.com/vapix/ws/event1">'
        "<SOAP-ENV:Body><tds:GetHostnameResponse><tds:HostnameInformation><tt:Name>cam</tt:Name>"
        "</tds:HostnameInformation></tds:GetHostnameResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
    (found,) = observations_of({"kind": "http_body", "data": data})
    assert ("onvif-device", ("cam",), ("http://www.axis.com/vapix/ws/event1",)) == (
        found.source,
        found.fields["onvif.hostname"],
        found.fields["onvif.namespace"],
    )
    assert "http.body" not in found.fields


def test_nothing_of_the_label_becomes_a_field() -> None:
    line = {
        "kind": "ftp",
        "data": "220 ready.",
        "vendor": "Axis",
        "maker": "Axis",
        "model": "M1054",
        "notes": "AXIS camera",
        "source": "axis",
    }
    (found,) = observations_of(line)
    assert {"ftp.banner": ("220 ready.",)} == dict(found.fields)


def test_binary_data_wins_over_text_and_bad_base64_is_nothing() -> None:
    assert b"\x01\x02" == payload_of({"data": "x", "data_b64": base64.b64encode(b"\x01\x02").decode()})
    assert b"" == payload_of({"data_b64": "a"})
    assert () == observations_of({"kind": "ftp", "data_b64": "a"})


def test_an_unknown_kind_is_nothing() -> None:
    assert () == observations_of({"kind": "smoke-signal", "data": "x"})


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(sorted(READERS)), payload=st.binary(max_size=400))
def test_whatever_a_line_holds_it_gives_observations_or_none(kind: str, payload: bytes) -> None:
    found = observations_of({"kind": kind, "data_b64": base64.b64encode(payload).decode()})
    assert all(each.fields for each in found)
