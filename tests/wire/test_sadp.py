from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from camscan.errors import MalformedReply
from camscan.wire import sadp

Load = Callable[[str, str], bytes]
SERIAL = "DS-2CD2T47G1-L20190522AAWRD22374804"


def test_the_inquiry_is_one_line_with_an_upper_case_uuid() -> None:
    uuid = UUID("d311b3b5-a4c1-47c0-bf4b-c0a26de18451")
    assert sadp.encode_inquiry(uuid) == (
        b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>D311B3B5-A4C1-47C0-BF4B-C0A26DE18451</Uuid>'
        b"<Types>inquiry</Types></Probe>"
    )
    assert b"<Types>inquiry_v32</Types>" in sadp.encode_inquiry(uuid, sadp.Inquiry.V32)


@pytest.mark.parametrize(
    "kind", ["update", "activate", "reboot", "restore", "getcode", "MailReset", "lamp", ""]
)
def test_no_other_type_can_be_encoded(kind: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Inquiry"):
        sadp.encode_inquiry(UUID(int=1), kind)  # type: ignore[arg-type]


def test_a_recorded_camera_is_read_whole(vendor_reply: Load) -> None:
    device = sadp.decode_reply(vendor_reply("sadp", "hikvision_ds-2cd2t47g1-l_v5.6.5"))
    assert device == sadp.SadpDevice(
        device_type="155650",
        device_description="DS-2CD2T47G1-L",
        device_sn=SERIAL,
        mac="68:6d:bc:3b:52:dd",
        addresses=("192.168.2.173",),
        command_port="8000",
        http_port="80",
        software_version="V5.6.5build 200316",
        dsp_version="",
        boot_time="",
        analog_channels="",
        digital_channels="",
        disks="",
        activated=True,
        cloud=None,
        oem_info="",
        oem_code="",
        detail_oem_code="",
        ezviz_code="",
        specific_device_type="",
        base_desc="",
        hidden=(),
        unsolicited=False,
    )


def test_tag_soup_is_read_as_far_as_it_goes() -> None:
    soup = f"<ProbeMatch><DeviceSN>{SERIAL}<MAC>44-19-b6-00-11-22</IPv4Address><HttpPort>80</ProbeMatch"
    device = sadp.decode_reply(soup.encode())
    assert (device.device_sn, device.mac, device.http_port) == (SERIAL, "44:19:b6:00:11:22", "80")


def test_a_hello_is_unsolicited_and_its_encrypted_fields_are_hidden_not_kept(vendor_reply: Load) -> None:
    payload = vendor_reply("sadp", "hikvision_ds-7804hqh-k1_hidden")
    device = sadp.decode_reply(payload)
    assert device.unsolicited
    assert device.hidden == ("SoftwareVersion", "OEMInfo")
    assert b"q83vASNFZ4k=" in payload
    assert "q83vASNFZ4k=" not in repr(device)


def test_a_field_given_in_clear_as_well_is_not_hidden() -> None:
    device = sadp.decode_reply(
        b"<ProbeMatch><SoftwareVersion>V5.5.0</SoftwareVersion>"
        b"<SoftwareVersionEncrypt>AAAA</SoftwareVersionEncrypt></ProbeMatch>"
    )
    assert (device.software_version, device.hidden) == ("V5.5.0", ())


def test_a_device_that_hides_all_that_names_it_is_still_an_answer() -> None:
    device = sadp.decode_reply(
        b"<ProbeMatch><Uuid>1</Uuid><Types>inquiry</Types><DeviceType>139265</DeviceType><DeviceSN></DeviceSN>"
        b"<DeviceSNEncrypt>0A0B</DeviceSNEncrypt><MAC></MAC><MACEncrypt>FF01</MACEncrypt></ProbeMatch>"
    )
    assert ("139265", "", None, ("DeviceSN", "MAC")) == (
        device.device_type,
        device.device_sn,
        device.mac,
        device.hidden,
    )


def test_element_names_in_another_case_are_read() -> None:
    payload = f"<probematch><devicesn>{SERIAL}</devicesn><oeminfo>LTS</oeminfo></probematch>".encode()
    assert sadp.is_reply(payload)
    device = sadp.decode_reply(payload)
    assert (SERIAL, "LTS", False) == (device.device_sn, device.oem_info, device.unsolicited)
    assert sadp.decode_reply(payload.replace(b"probematch", b"hello")).unsolicited


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("True", True),
        ("ture", True),
        ("1", True),
        ("yes", True),
        (" true ", True),
        ("false", False),
        ("flase", False),
        ("FALSE", False),
        ("0", False),
        ("no", False),
        ("", None),
        ("maybe", None),
        ("2", None),
    ],
)
def test_booleans_are_read_as_devices_spell_them(text: str, expected: bool | None) -> None:
    assert sadp.tolerant_boolean(text) is expected


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: b"\r\n" + text.encode(),
        lambda text: text.encode() + b"\0\0\0",
    ],
    ids=["bom", "utf-16", "blank line first", "NUL padded"],
)
def test_odd_encodings_are_read(encode: Callable[[str], bytes]) -> None:
    payload = encode(f"<ProbeMatch><DeviceSN>{SERIAL}</DeviceSN></ProbeMatch>")
    assert sadp.is_reply(payload)
    assert sadp.decode_reply(payload).device_sn == SERIAL


@pytest.mark.parametrize(
    "payload",
    [
        sadp.encode_inquiry(UUID(int=1)),
        b"<Probe><Types>update</Types></Probe>",
        b'<s:Envelope xmlns:s="x"><ProbeMatch/></s:Envelope>',
        b"<ProbeMatches><ProbeMatch/></ProbeMatches>",
        b"<HelloWorld/>",
    ],
    ids=["our inquiry", "another tool's command", "WS-Discovery", "its body", "another Hello"],
)
def test_foreign_documents_are_no_reply(payload: bytes) -> None:
    assert not sadp.is_reply(payload)
    with pytest.raises(MalformedReply):
        sadp.decode_reply(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"<ProbeMatch><Types>update</Types><Result>failed</Result></ProbeMatch>",
        b"<ProbeMatch><!DOCTYPE a [<!ENTITY b 'c'>]><MAC>44-19-b6-00-11-22</MAC></ProbeMatch>",
        b"<ProbeMatch>" + b"<a>" * 200 + b"<MAC>44-19-b6-00-11-22</MAC>",
    ],
    ids=["nothing identifies", "entities", "nested too deep"],
)
def test_replies_that_identify_nothing_or_attack_are_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        sadp.decode_reply(payload)
