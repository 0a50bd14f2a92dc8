"""What has fooled other tools: each must not be called a camera, or not by that maker's name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.model.device import CAMERA_KINDS, Device, Kind
from camscan.model.observation import RawFields

Identify = Callable[..., Device]


NO_CAMERAS = {
    "a temperature monitor of AVTECH Software": {
        "http.title": "AVTECH Software, Inc. - Room Alert 11E - Monitor"
    },
    "an Axis print server": {
        "ftp.banner": "AXIS 5600+ (rev 3) FTP Network Print Server V7.00 Sep 10 2004 ready."
    },
    "an Axis door controller": {"ftp.banner": "220 AXIS A1001 Network Door Controller 1.65.0 (2018) ready."},
    "an Axis speaker": {
        "snmp.sys_descr": "; AXIS D4200-VE; Network Strobe Speaker; 12.10.68; Apr 29 2026; 9CF; 1"
    },
    "an Axis audio module": {"dhcp.vendor_class": "AXIS,Network IO Audio Module,P8221,5.10.2"},
    "a Huawei optical terminal": {
        "ssdp.location": "http://192.168.100.1:49652/49652gatedesc.xml",
        "ssdp.server": "Linux/3.10.53-HULK2, UPnP/1.0, Portable SDK for UPnP devices/1.6.18",
    },
    "a Huawei router": {
        "snmp.sys_descr": "Huawei Versatile Routing Platform Software VRP (R) software, Version 5.120"
    },
    "a ZTE modem": {"http.realm": "ZXHN H108L"},
    "an Arista switch numbered DCS": {
        "snmp.sys_descr": "Arista Networks EOS version 4.22 running on an Arista Networks DCS-7280SR2K-48C6"
    },
    "a D-Link router": {"http.server": "Linux, HTTP/1.1, DIR-815 Ver 1.04"},
    "a D-Link sensor": {"dhcp.hostname": "DCH-S150"},
    "an Edimax plug": {
        "http.body": '<?xml version="1.0" encoding="UTF8"?><SMARTPLUG id="edimax"><CMD id="get">'
    },
    "a Tapo chime": {"tplink.device_type": "SMART.TAPOCHIME", "tplink.model": "D100C"},
    "a Kasa plug": {"tplink.device_type": "IOT.SMARTPLUGSWITCH", "tplink.model": "HS110(EU)"},
    "a TP-Link router": {"http.realm": "TP-LINK Wireless N Router WR841N"},
    "a Sony television": {"ssdp.server": "Android/1.6 UPnP/1.0 Huey Sample DMR/0.1"},
    "a Canon copier": {"snmp.sys_descr": "Canon iR6570 /P"},
    "a Grandstream telephone": {"sip.user_agent": "Grandstream GXP1628 1.0.7.6"},
    "a UniFi access point": {"snmp.sys_descr": "UAP-nanoHD 5.60.3.12934"},
    "a Synology NAS": {"tls.subject": "CN=synology.com,O=Synology Inc.,L=Taipei,C=TW"},
    "a page of webcam software": {"http.body": "<h1><span>webcamXP 5</span></h1>"},
    "a wiki about a maker": {"http.title": "Hikvision - Company wiki"},
    "the title of software called iDVR": {"http.title": "iDVR"},
    "an FTP server for camera pictures": {
        "ftp.banner": "220 ProFTPD 1.3.4a Server (Camera FTP Server) [203.0.113.159]"
    },
    "a media server": {"rtsp.server": "Wowza Streaming Engine 4.8.10 build20210217143515"},
    "an ONVIF server on a laptop": {
        "onvif.device_manufacturer": "Happytimesoft",
        "onvif.device_model": "IPCamera",
    },
    "Windows answering WS-Discovery": {"onvif.types": ("Device", "Computer")},
    "a printer answering WS-Discovery": {"onvif.types": ("Device", "PrintDeviceType")},
}


@pytest.mark.parametrize("heard", NO_CAMERAS.values(), ids=NO_CAMERAS.keys())
def test_it_is_no_camera(identify: Identify, heard: RawFields) -> None:
    assert Kind.NOT_A_CAMERA == identify(heard).kind


@pytest.mark.parametrize(
    "heard",
    [
        {"http.server": "nginx/1.18.0"},
        {"http.server": "Apache/2.4.41"},
        {"http.server": "lighttpd/1.4.59"},
        {"http.title": "Document Error: Unauthorized"},
        {"http.favicon_mmh3": "999357577"},
        {"http.realm": "GoAhead"},
        {"mdns.txt": ("md=IP4M-1051W", "ci=2"), "mdns.service": "_hap._tcp"},
    ],
    ids=lambda heard: (
        next(iter(heard.values()))[:20] if isinstance(next(iter(heard.values())), str) else "bridge"
    ),
)
def test_words_that_cameras_and_others_share_say_nothing(identify: Identify, heard: RawFields) -> None:
    device = identify(heard)
    assert Kind.UNKNOWN == device.kind
    assert "" == device.value("manufacturer")


def test_rtsp_server_2_0_is_not_dahua_though_3_0_is(identify: Identify) -> None:
    assert "Dahua" == identify({"rtsp.server": "Rtsp Server/3.0"}).value("manufacturer")
    assert "" == identify({"rtsp.server": "Rtsp Server/2.0"}).value("manufacturer")


def test_the_axis_video_service_of_a_doorbird_is_not_axis(identify: Identify) -> None:
    device = identify({"mdns.service": "_axis-video._tcp", "mdns.txt": "macaddress=1CCAE3712345"})
    assert ("DoorBird", Kind.INTERCOM) == (device.value("manufacturer"), device.kind)


def test_an_endpoint_of_gsoap_sample_code_names_nobody(identify: Identify) -> None:
    device = identify({"onvif.endpoint": "urn:uuid:2419d68a-2dd2-21b2-a205-78A5DD0F9593"})
    assert "" == device.value("manufacturer")


def test_a_camera_with_a_generic_web_server_stays_a_camera(identify: Identify) -> None:
    device = identify(
        {"http.server": "Apache/2.4.41"},
        {"snmp.sys_descr": "; AXIS Q1656; Box Camera; 10.12.240; Jun 03 2024 14:13; 900; 1"},
    )
    assert Kind.CAMERA == device.kind
    assert device.claims["kind"].confidence >= 0.9


def test_placeholders_are_never_a_model(identify: Identify) -> None:
    device = identify(
        {"onvif.hardware": "MODEL", "onvif.name": "TP-IPC"}, {"onvif.device_model": "IP Camera"}
    )
    assert "" == device.value("model")
    assert ("TP-Link", Kind.CAMERA) == (device.value("manufacturer"), device.kind)


def test_what_answers_onvif_without_a_name_is_listed_as_camera_like(identify: Identify) -> None:
    kind = identify({"onvif.fault": "SOAP-ENV:Receiver: ter:ActionNotSupported: not implemented"}).kind
    assert Kind.CAMERA_LIKE == kind
    assert kind in CAMERA_KINDS


def test_an_axis_door_controller_with_the_usual_page_is_no_camera(identify: Identify) -> None:
    device = identify(
        {"http.title": "AXIS"},
        {"axis.brand": "AXIS", "axis.type": "Network Door Controller", "axis.model": "A1601"},
    )
    assert ("Axis", Kind.NOT_A_CAMERA) == (device.value("manufacturer"), device.kind)


def test_a_switch_that_answers_sadp_is_hikvision_s_and_no_camera(identify: Identify) -> None:
    device = identify(
        {
            "sadp.device_type": "70000",
            "sadp.device_description": "DS-3E1318P-SI",
            "sadp.device_sn": "DS-3E1318P-SI20220512V010000ENJ12345678",
        }
    )
    assert ("Hikvision", Kind.NOT_A_CAMERA) == (device.value("manufacturer"), device.kind)


@pytest.mark.parametrize(
    "heard",
    [
        {"http.body": "<p>They answer with DNVRS-Webs or forward to /doc/page/login.asp</p>"},
        {"http.realm": "Login to portal"},
        {"rtsp.realm": "Login to SMARTSTREAM"},
        {"tls.issuer": "CN=Q2XX-0000-0000,O=Cisco Meraki"},
        {"upnp.manufacturer": "Hytera"},
        {"upnp.manufacturer": "AXIS"},
    ],
    ids=["text about login pages", "portal", "stream", "Meraki", "a radio", "a speaker"],
)
def test_words_about_cameras_or_of_a_maker_of_other_things_make_no_camera(
    identify: Identify, heard: RawFields
) -> None:
    assert Kind.UNKNOWN == identify(heard).kind


def test_the_server_name_of_recorders_that_cameras_send_too_proves_no_recorder(identify: Identify) -> None:
    assert Kind.CAMERA_LIKE == identify({"http.server": "DNVRS-Webs"}).kind
    encoder = identify({"sadp.device_sn": "DS-6704HUHI0420180512CCWRE12345678WCVU"})
    assert Kind.CAMERA_LIKE == encoder.kind
    named = {"sadp.device_description": "DS-6704HUHI", "sadp.disks": "1", "sadp.digital_channels": "4"}
    assert Kind.ENCODER == identify(named).kind


def test_a_root_page_that_is_not_there_does_not_hide_an_onvif_device(identify: Identify) -> None:
    device = identify(
        {"http.title": "404 Not Found", "http.status": "404"},
        {"onvif.device_manufacturer": "KEDACOM", "onvif.device_model": "IPC2250-HN-SIR30"},
    )
    assert Kind.CAMERA_LIKE == device.kind
    assert device.claims["kind"].confidence >= 0.6


def test_a_certificate_of_a_public_authority_does_not_hide_a_camera(identify: Identify) -> None:
    device = identify(
        {"tls.issuer": "CN=R3,O=Let's Encrypt,C=US"},
        {"onvif.service": "http://www.onvif.org/ver10/device/wsdl"},
    )
    assert Kind.CAMERA_LIKE == device.kind


def test_a_vigi_recorder_is_no_camera(identify: Identify) -> None:
    device = identify({"onvif.device_manufacturer": "TP-Link", "onvif.device_model": "VIGI NVR1008H"})
    assert ("TP-Link", Kind.RECORDER) == (device.value("manufacturer"), device.kind)
