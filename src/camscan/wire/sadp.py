"""Hikvision SADP over UDP 37020: the two inquiries and the device's answer or Hello (facts §5.1).

Rules: only `inquiry` and `inquiry_v32` can be encoded (facts §0.3); every field is optional; an
`…Encrypt` twin of an empty field means that the device hides it, and its value is never kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.wire.claimed import claimed_addresses
from camscan.wire.xml import Element, decode_xml_text, parse_xml

PORT = 37020
GROUP = "239.255.255.250"

_ROOT = re.compile(r"\s{0,64}<(ProbeMatch|Hello)[\s/>]", re.IGNORECASE)
_HIDEABLE = ("SoftwareVersion", "DSPVersion", "OEMInfo", "DeviceSN", "DeviceDescription", "MAC")


class Inquiry(StrEnum):
    """The only `Types` values camscan sends; `inquiry_v32` asks for the newer fields."""

    PLAIN = "inquiry"
    V32 = "inquiry_v32"


@dataclass(frozen=True, slots=True)
class SadpDevice:
    """One ProbeMatch or Hello; "" where the device said nothing.

    activated, cloud: `True`, `False`, or None when not stated or not readable as a boolean.
    hidden: names of fields the device gives only encrypted. unsolicited: a Hello.
    """

    device_type: str
    device_description: str
    device_sn: str
    mac: str | None
    addresses: tuple[str, ...]
    command_port: str
    http_port: str
    software_version: str
    dsp_version: str
    boot_time: str
    analog_channels: str
    digital_channels: str
    disks: str
    activated: bool | None
    cloud: bool | None
    oem_info: str
    oem_code: str
    detail_oem_code: str
    ezviz_code: str
    specific_device_type: str
    base_desc: str
    hidden: tuple[str, ...]
    unsolicited: bool


def encode_inquiry(uuid: UUID, kind: Inquiry = Inquiry.PLAIN) -> bytes:
    """The inquiry as one line without terminator; the answer repeats the UUID."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<Probe><Uuid>{str(uuid).upper()}</Uuid><Types>{Inquiry(kind).value}</Types></Probe>"
    ).encode()


def is_reply(payload: bytes) -> bool:
    """True for a ProbeMatch or Hello; False for inquiries (our own come back) and foreign packets."""
    return _ROOT.match(decode_xml_text(payload[:512])) is not None


def decode_reply(payload: bytes) -> SadpDevice:
    """Read one ProbeMatch or Hello, well-formed or not.

    Raises MalformedReply when it is neither, or states not one of the fields.
    """
    if not is_reply(payload):
        raise MalformedReply("not a SADP ProbeMatch or Hello")
    root = parse_xml(payload)
    said = _Fields(root)
    device = SadpDevice(
        device_type=said["DeviceType"],
        device_description=said["DeviceDescription"],
        device_sn=said["DeviceSN"],
        mac=parse_mac(said["MAC"]),
        addresses=claimed_addresses(said["IPv4Address"], said["IPv6Address"]),
        command_port=said["CommandPort"],
        http_port=said["HttpPort"],
        software_version=said["SoftwareVersion"],
        dsp_version=said["DSPVersion"],
        boot_time=said["BootTime"],
        analog_channels=said["AnalogChannelNum"],
        digital_channels=said["DigitalChannelNum"],
        disks=said["DiskNumber"],
        activated=tolerant_boolean(said["Activated"]),
        cloud=tolerant_boolean(said["HCPlatformEnable"]),
        oem_info=said["OEMInfo"],
        oem_code=said["OEMCode"],
        detail_oem_code=said["DetailOEMCode"],
        ezviz_code=said["EZVIZCode"],
        specific_device_type=said["SpecificDeviceType"],
        base_desc=said["szBaseDesc"],
        hidden=tuple(name for name in _HIDEABLE if not said[name] and said[f"{name}Encrypt"]),
        unsolicited=any(element.name.lower() == "hello" for element in root.iter()),
    )
    if not (
        device.device_sn
        or device.device_description
        or device.device_type
        or device.mac
        or device.software_version
        or device.hidden
    ):
        raise MalformedReply("SADP answer without serial, model, type, MAC or version, hidden or not")
    return device


def tolerant_boolean(text: str) -> bool | None:
    """`true`/`false` as devices spell them (`flase`, `Ture`, `1`, `yes`); None for anything else."""
    word = text.strip().lower()
    if word in ("1", "yes", "on") or sorted(word) == sorted("true"):
        return True
    if word in ("0", "no", "off") or sorted(word) == sorted("false"):
        return False
    return None


class _Fields:
    """First text of each element anywhere in the document: tag soup nests what should be flat."""

    def __init__(self, root: Element) -> None:
        self._texts: dict[str, str] = {}
        for element in root.iter():
            if element.text:
                self._texts.setdefault(element.name.lower(), element.text)

    def __getitem__(self, name: str) -> str:
        return self._texts.get(name.lower(), "")
