"""What services say of themselves: a maker's name, a model or a noun in a greeting, a login or a title."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.model.device import CAMERA_KINDS, Device, Kind
from camscan.model.observation import RawFields

Identify = Callable[..., Device]

CAMERAS: list[tuple[str, RawFields, str]] = [
    ("a model at the telnet login", {"telnet.banner": "WV-SC385 login:"}, "Panasonic"),
    ("a model in the FTP greeting", {"ftp.banner": "220 SNC-DH120 FTP server ready."}, "Sony"),
    ("a model in brackets at a login", {"http.realm": "Network Camera (TV-IP551WI)"}, "TRENDnet"),
    ("a model in SNMP", {"snmp.sys_descr": "Linux VB-H43 2.6.18"}, "Canon"),
    ("the name of a camera maker in the web server", {"http.server": "Brickcom/1.3 HTTP"}, "Brickcom"),
    ("the name and the word DVR", {"ftp.banner": "220 Grandstream DVR FTP server"}, "Grandstream"),
    ("a certificate of a camera maker", {"tls.subject": "CN=10.1.2.3,O=Dallmeier electronic"}, "Dallmeier"),
    ("no maker, the noun alone", {"telnet.banner": "ACME Day/Night IP Camera\nlogin:"}, ""),
    ("a login with the noun", {"http.realm": "Door 3 Network Camera"}, ""),
]

OTHERS: list[tuple[str, RawFields]] = [
    (
        "a computer that takes cameras' pictures",
        {"ftp.banner": "220 Vivotek camera upload FTP (vsftpd 3.0.5)"},
    ),
    ("files about cameras", {"http.realm": "Avigilon downloads"}),
    ("a page for resellers", {"http.title": "Lorex resellers"}),
    ("an operating system with letters like VMS", {"telnet.banner": "Welcome to OpenVMS (TM) VAX V7.3"}),
    ("card sharing", {"http.realm": "CCcam Server"}),
    ("a video player of a NAS", {"http.server": "Video Station"}),
    ("a video telephone", {"sip.user_agent": "Acme IP Video Phone 1.2"}),
    ("a model of a print server", {"telnet.banner": "AXIS 5600 TELNET Print Server V7.00"}),
]

BYSTANDERS: list[tuple[str, RawFields]] = [
    ("router", {"http.realm": "Acme ADSL2+ Modem Router"}),
    ("printer", {"ftp.banner": "220 Acme LP-100 Print Server ready."}),
    ("switch", {"telnet.banner": "Acme Gigabit Switch\nUser Name:"}),
    ("telephone", {"http.title": "Acme IP Phone"}),
    ("set-top box", {"rtsp.server": "fbxrtspd/1.2 Freebox RTSP server"}),
    ("loudspeaker", {"rtsp.public": "ANNOUNCE, SETUP, RECORD, PAUSE, FLUSH, TEARDOWN"}),
]


@pytest.mark.parametrize(("fields", "maker"), [row[1:] for row in CAMERAS], ids=[row[0] for row in CAMERAS])
def test_what_a_camera_says_of_itself_shows_it(identify: Identify, fields: RawFields, maker: str) -> None:
    device = identify(fields)
    assert device.kind in CAMERA_KINDS
    assert maker == device.value("manufacturer")


@pytest.mark.parametrize("fields", [row[1] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_words_about_cameras_make_no_camera(identify: Identify, fields: RawFields) -> None:
    assert identify(fields).kind not in CAMERA_KINDS


@pytest.mark.parametrize("fields", [row[1] for row in BYSTANDERS], ids=[row[0] for row in BYSTANDERS])
def test_the_noun_of_a_bystander_is_heard(identify: Identify, fields: RawFields) -> None:
    assert Kind.NOT_A_CAMERA == identify(fields).kind
