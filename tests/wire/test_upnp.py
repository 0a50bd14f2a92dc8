from __future__ import annotations

import pytest

from camscan.errors import MalformedReply
from camscan.wire.upnp import decode_description

DESCRIPTION = b"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>SWANN  DVR8</friendlyName>
<manufacturer>SWANN</manufacturer><productSerial>P123</productSerial><MAC>00:04:7D:01:02:03</MAC>
<iconList><icon><url>/icon.png</url></icon></iconList>
<deviceList><device><manufacturer>Other</manufacturer><modelName>Embedded</modelName></device></deviceList>
</device></root>"""


def test_the_root_device_speaks_for_the_thing() -> None:
    told = decode_description(DESCRIPTION)
    assert ("SWANN DVR8", "SWANN", "") == (told.friendly_name, told.manufacturer, told.model_name)


def test_pelcos_own_elements_are_read() -> None:
    told = decode_description(DESCRIPTION)
    assert ("P123", "00:04:7D:01:02:03") == (told.serial, told.mac)


def test_icons_are_listed() -> None:
    assert ("/icon.png",) == decode_description(DESCRIPTION).icons


@pytest.mark.parametrize("payload", [b"", b"<html><p/></html>", b"<root><device/></root>", b"404"])
def test_what_names_no_device_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        decode_description(payload)
