"""Serial, firmware and model grammars: what they carry beyond the maker."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.model.device import Device, Kind
from camscan.model.observation import RawFields

Identify = Callable[..., Device]


CASES: list[tuple[str, RawFields, dict[str, str]]] = [
    (
        "Hikvision camera serial",
        {"sadp.device_sn": "DS-2CD2T47G1-L20190522AAWRD22374804"},
        {
            "manufacturer": "Hikvision",
            "model": "DS-2CD2T47G1-L",
            "manufactured": "2019-05-22",
            "kind": "camera",
        },
    ),
    (
        "Hikvision recorder serial",
        {"sadp.device_sn": "DS-7616NI-K21620190101CCRRC12345678WCVU"},
        {"manufacturer": "Hikvision", "model": "DS-7616NI-K2", "channels": "16", "kind": "recorder"},
    ),
    (
        "Hikvision intercom serial",
        {"sadp.device_sn": "DS-KH6320-WTE10120210618WRQ07516364CLU"},
        {"manufacturer": "Hikvision", "manufactured": "2021-06-18", "kind": "intercom"},
    ),
    (
        "Hikvision firmware without a blank",
        {"sadp.software_version": "V5.6.5build 200316"},
        {"manufacturer": "Hikvision", "firmware_date": "2020-03-16"},
    ),
    (
        "Hikvision firmware glued",
        {"onvif.device_firmware": "V4.30.096build221220"},
        {"manufacturer": "Hikvision", "firmware_date": "2022-12-20"},
    ),
    (
        "Hikvision firmware joined by underscores",
        {"onvif.device_firmware": "V1.4.0_build_221212"},
        {"manufacturer": "Hikvision", "firmware_date": "2022-12-12"},
    ),
    (
        "Dahua firmware",
        {"onvif.device_firmware": "2.800.0000000.29.R.210630"},
        {"manufacturer": "Dahua", "firmware_date": "2021-06-30"},
    ),
    (
        "Dahua firmware with eight digits",
        {"dhip.version": "4.000.00AT008.0.R.20230302"},
        {"manufacturer": "Dahua", "brand": "CP Plus", "firmware_date": "2023-03-02"},
    ),
    (
        "Dahua door station",
        {"dhip.device_class": "VTO", "dhip.device_type": "VTO2000A"},
        {"manufacturer": "Dahua", "model": "VTO2000A", "kind": "intercom"},
    ),
    (
        "Uniview firmware, old form",
        {"onvif.device_firmware": "IPC_G6103-B0009P30D1803"},
        {"manufacturer": "Uniview", "kind": "camera"},
    ),
    (
        "Uniview recorder firmware",
        {"onvif.device_firmware": "NVR-B3801.20.17.240507"},
        {"manufacturer": "Uniview", "firmware_date": "2024-05-07", "kind": "recorder"},
    ),
    (
        "Uniview serial",
        {"onvif.device_serial": "210235C2QSA188000194"},
        {"manufacturer": "Uniview", "serial": "210235C2QSA188000194"},
    ),
    (
        "TVT firmware",
        {"onvif.device_firmware": "1.3.4.22966B181219.D00.U1(4A21S)"},
        {"manufacturer": "TVT", "firmware_date": "2018-12-19"},
    ),
    (
        "Xiongmai firmware",
        {"onvif.device_firmware": "4.02.R11.24340142.10001.131900.00000"},
        {"manufacturer": "Xiongmai"},
    ),
    (
        "Reolink firmware",
        {"onvif.device_firmware": "v3.0.0.5428_2509171974"},
        {"manufacturer": "Reolink", "firmware_date": "2025-09-17"},
    ),
    (
        "Axis serial is the MAC",
        {"onvif.device_serial": "B8A44FA04F26"},
        {"manufacturer": "Axis", "serial": "B8A44FA04F26"},
    ),
    (
        "Axis encoder",
        {"ftp.banner": "220 AXIS 241Q Video Server 4.47.2 (Dec 11 2008) ready."},
        {"model": "241Q", "firmware": "4.47.2", "kind": "encoder"},
    ),
    (
        "Axis intercom",
        {"snmp.sys_descr": "; AXIS I8116-E; Network Video Intercom; 12.10.68; Apr 29 2026; 95A.6; 1"},
        {"model": "I8116-E", "kind": "intercom"},
    ),
    (
        "Hanwha recorder firmware",
        {"onvif.device_firmware": "SRN4000_v2.16_170401"},
        {"manufacturer": "Hanwha Vision", "firmware_date": "2017-04-01"},
    ),
    (
        "Vivotek firmware",
        {"onvif.device_firmware": "FD8182-VVTK-0100d"},
        {"manufacturer": "Vivotek", "model": "FD8182", "kind": "camera"},
    ),
    (
        "TP-Link firmware",
        {"onvif.device_firmware": "1.1.16 Build 211209 Rel.37726n(4555)"},
        {"manufacturer": "TP-Link", "firmware_date": "2021-12-09"},
    ),
    (
        "EZVIZ",
        {"onvif.device_model": "CS-C6N-A0-1C2WFR", "onvif.device_firmware": "5.2.7 Build 170628"},
        {"brand": "EZVIZ", "manufacturer": "Hikvision", "firmware_date": "2017-06-28"},
    ),
    ("AVTECH firmware", {"onvif.device_firmware": "FullImg-1023-1007-1011-1009"}, {"manufacturer": "AVTECH"}),
    (
        "Jovision firmware",
        {"onvif.device_firmware": "V1.0.0014 - 20210517 15:00:00"},
        {"manufacturer": "Jovision", "firmware_date": "2021-05-17"},
    ),
    ("D-Link realm", {"http.realm": "DCS-5222LB1"}, {"manufacturer": "D-Link", "kind": "camera"}),
    (
        "Bosch telnet",
        {"telnet.banner": "Welcome to FLEXIDOME NDC-455-P 1.2.3.4 from 198.51.100.104"},
        {"manufacturer": "Bosch", "model": "FLEXIDOME NDC-455-P", "kind": "camera"},
    ),
]


@pytest.mark.parametrize(("heard", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_words_carry(identify: Identify, heard: RawFields, said: dict[str, str]) -> None:
    device = identify(heard)
    assert said == {name: device.value(name) for name in said}


def test_a_date_that_does_not_exist_is_no_date(identify: Identify) -> None:
    device = identify({"sadp.device_sn": "DS-2CD2T47G1-L20190231AAWRD22374804"})
    assert "" == device.value("manufactured")


def test_a_recorders_channels_say_how_many_cameras_hide_behind_it(identify: Identify) -> None:
    device = identify({"sadp.device_sn": "DS-7616NI-K21620190101CCRRC12345678WCVU"})
    assert Kind.RECORDER == device.kind
    assert "hidden-cameras" in device.flags


@pytest.mark.parametrize(
    ("field", "words", "maker"),
    [
        ("onvif.device_manufacturer", "HUAWEI", "Huawei"),
        ("onvif.device_manufacturer", "ZTE", "ZTE"),
        ("onvif.device_manufacturer", "Hytera", "Hytera"),
        ("onvif.device_manufacturer", "Tiandy", "Tiandy"),
        ("onvif.device_manufacturer", "UNIVIEW", "Uniview"),
    ],
)
def test_a_camera_of_a_named_system_is_told_from_its_other_gear(
    identify: Identify, field: str, words: str, maker: str
) -> None:
    device = identify({field: words})
    assert maker == device.value("manufacturer")
    assert Kind.NOT_A_CAMERA != device.kind
