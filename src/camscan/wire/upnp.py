"""UPnP device descriptions: the XML an SSDP LOCATION points to (UPnP Device Architecture 1.1, section 2.3).

Rules: the root device speaks for the thing; what it leaves out is not taken from embedded devices.
"""

from __future__ import annotations

from dataclasses import dataclass

from camscan.errors import MalformedReply
from camscan.wire.text import one_line
from camscan.wire.xml import Element, parse_xml


@dataclass(frozen=True, slots=True)
class Description:
    """The root device's texts, "" where missing. serial is serialNumber, or Pelco's productSerial;
    mac is Pelco's MAC; icons are icon URLs as written."""

    device_type: str
    friendly_name: str
    manufacturer: str
    manufacturer_url: str
    model_description: str
    model_name: str
    model_number: str
    model_url: str
    serial: str
    udn: str
    upc: str
    presentation_url: str
    mac: str
    icons: tuple[str, ...]


def decode_description(payload: bytes) -> Description:
    """A device description, whole or an excerpt. Raises MalformedReply when it names nothing of a device."""
    root = parse_xml(payload)
    device = root.find("device") or root

    def text(*names: str) -> str:
        found = (device.child(name) for name in names)
        return next((one_line(each.text) for each in found if each is not None and each.text), "")

    description = Description(
        device_type=text("deviceType"),
        friendly_name=text("friendlyName"),
        manufacturer=text("manufacturer"),
        manufacturer_url=text("manufacturerURL"),
        model_description=text("modelDescription"),
        model_name=text("modelName"),
        model_number=text("modelNumber"),
        model_url=text("modelURL"),
        serial=text("serialNumber", "productSerial"),
        udn=text("UDN"),
        upc=text("UPC"),
        presentation_url=text("presentationURL"),
        mac=text("MAC", "macAddress"),
        icons=_icons(device),
    )
    if not any(
        (description.device_type, description.friendly_name, description.manufacturer, description.udn)
    ):
        raise MalformedReply("no UPnP device description")
    return description


def _icons(device: Element) -> tuple[str, ...]:
    icons = device.child("iconList")
    return tuple(one_line(url) for url in icons.texts_of("url"))[:16] if icons else ()
