"""Which words can name a maker at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.match.telling import ERROR_PAGE, ICON, NOTHING_READ, OPTION_LIST, PROTOCOL, silent_reason
from camscan.model.observation import RawFields, observe

AT = datetime(2026, 1, 1, tzinfo=UTC)


def reason(fields: RawFields) -> str:
    return silent_reason([observe("192.0.2.1", "test", fields, at=AT)])


@pytest.mark.parametrize(
    "fields",
    [
        {"http.server": "AXIS 207W"},
        {"onvif.device_manufacturer": "Bosch"},
        {"rtsp.sdp": "s=streamed by the VSTARCAM RTSP server"},
        {"rtsp.header": "Content-Base: x", "rtsp.server": "H264DVR 1.0"},
        {"http.body": "<title>INTELLINET IP Camera Homepage</title>"},
        {"mac.claimed": "00:40:8c:12:34:56"},
        {"dhcp.vendor_class": "AXIS,Network Camera,P3343,5.20.3"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_words_of_a_maker_are_telling(fields: RawFields) -> None:
    assert "" == reason(fields)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, NOTHING_READ),
        ({"http.favicon_mmh3": "999357577"}, ICON),
        ({"dhcp.param_list": "1,3,42", "dhcp.vendor_class": "udhcp 0.9.8"}, OPTION_LIST),
        ({"onvif.clock": "2026-01-13T18:40:13Z"}, PROTOCOL),
        ({"onvif.fault": "SOAP-ENV:Sender: Method not implemented"}, PROTOCOL),
        ({"rtsp.public": "OPTIONS, DESCRIBE", "rtsp.header": "Public: OPTIONS, DESCRIBE"}, PROTOCOL),
        ({"rtsp.sdp": ("s=RTSP Session", "a=tool:LIVE555 Streaming Media v2014.02.04")}, PROTOCOL),
        ({"http.title": "401 Unauthorized", "http.body": "<H1>401 Unauthorized</H1>"}, ERROR_PAGE),
    ],
    ids=["nothing", "icon", "options", "clock", "fault", "methods", "session", "error page"],
)
def test_a_protocols_own_words_are_not(fields: RawFields, why: str) -> None:
    assert why == reason(fields)


def test_one_telling_observation_is_enough() -> None:
    heard = [
        observe("192.0.2.1", "onvif-device", {"onvif.clock": "2026-01-13T18:40:13Z"}, at=AT),
        observe("192.0.2.1", "http", {"http.server": "uc-httpd 1.0.0"}, at=AT),
    ]
    assert "" == silent_reason(heard)
