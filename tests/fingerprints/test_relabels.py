"""Who wears the label and who made it: told apart by what the platform itself says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.model.device import Device
from camscan.model.observation import RawFields

Identify = Callable[..., Device]


HIKVISION_TAIL = "20190522AAWRD22374804"
DAHUA_SERIAL = "4K049EBPAG1D7E7"

HIKVISION_RELABELS = [
    (
        "Annke",
        {
            "sadp.device_sn": "I91BM" + HIKVISION_TAIL,
            "sadp.device_description": "I91BM",
            "sadp.oem_info": "ANNKE",
        },
    ),
    ("LTS", {"sadp.device_sn": "CMIP3C42W-28M" + HIKVISION_TAIL, "sadp.device_description": "CMIP3C42W-28M"}),
    ("HiLook", {"sadp.device_sn": "IPC-T250H" + HIKVISION_TAIL, "sadp.device_description": "IPC-T250H"}),
    ("HiWatch", {"sadp.device_sn": "HWI-T220H" + HIKVISION_TAIL, "sadp.device_description": "HWI-T220H"}),
    ("TruVision", {"sadp.device_sn": "TVB-5401" + HIKVISION_TAIL, "sadp.device_description": "TVB-5401"}),
    (
        "EZVIZ",
        {
            "sadp.device_type": "CS-CB2-A0-2C3WPFBR",
            "sadp.ezviz_code": "1",
            "sadp.device_sn": "CS-CB2-A0-2C3WPFBR" + HIKVISION_TAIL,
        },
    ),
]
DAHUA_RELABELS = [
    (
        "Amcrest",
        {
            "dhip.device_class": "IPC",
            "dhip.serial_no": "AMC060FA9E5447CE86",
            "dhip.version": "2.800.00AC000.0.R",
        },
    ),
    ("Lorex", {"dhip.device_class": "IPC", "dhip.vendor": "Lorex", "dhip.device_type": "W461ASC"}),
    (
        "Intelbras",
        {"dhip.device_class": "IPC", "dhip.vendor": "Intelbras", "dhip.version": "2.000.00IB004.0.R"},
    ),
    ("Imou", {"dhip.device_class": "IPC", "dhip.vendor": "Imou", "dhip.device_type": "IPC-A22EP"}),
    (
        "CP Plus",
        {
            "dhip.device_class": "DVR",
            "dhip.device_type": "CP-UVR-0401E1-IC2",
            "dhip.version": "4.000.00AT008.0.R.20230302",
        },
    ),
    ("Honeywell", {"dhip.device_class": "IPC", "dhip.version": "1.000.HW00.3.R"}),
]


@pytest.mark.parametrize(("label", "heard"), HIKVISION_RELABELS, ids=lambda value: str(value)[:12])
def test_a_relabelled_hikvision_is_its_label_made_by_hikvision(
    identify: Identify, label: str, heard: RawFields
) -> None:
    device = identify(heard)
    assert ("Hikvision", label) == (device.value("manufacturer"), device.value("brand"))
    assert device.claims["manufacturer"].confidence >= 0.9


@pytest.mark.parametrize(("label", "heard"), DAHUA_RELABELS, ids=lambda value: str(value)[:12])
def test_a_relabelled_dahua_is_its_label_made_by_dahua(
    identify: Identify, label: str, heard: RawFields
) -> None:
    device = identify(heard)
    assert ("Dahua", label) == (device.value("manufacturer"), device.value("brand"))
    assert device.claims["manufacturer"].confidence >= 0.9


def test_the_originals_wear_their_own_label(identify: Identify) -> None:
    hikvision = identify(
        {"sadp.device_sn": "DS-2CD2T47G1-L" + HIKVISION_TAIL, "sadp.device_description": "DS-2CD2T47G1-L"}
    )
    dahua = identify(
        {"dhip.device_class": "IPC", "dhip.vendor": "Dahua", "dhip.serial_no": DAHUA_SERIAL},
        {"onvif.device_manufacturer": "Dahua"},
    )
    assert ("Hikvision", "Hikvision") == (hikvision.value("manufacturer"), hikvision.value("brand"))
    assert ("Dahua", "Dahua") == (dahua.value("manufacturer"), dahua.value("brand"))


def test_a_neutral_dahua_has_a_maker_and_no_invented_label(identify: Identify) -> None:
    device = identify({"dhip.device_class": "IPC", "dhip.vendor": "General", "dhip.manufacturer": "Private"})
    assert "Dahua" == device.value("manufacturer")
    assert device.value("brand") not in ("General", "Private")


def test_a_uniview_serial_survives_the_label_sunba(identify: Identify) -> None:
    device = identify(
        {
            "onvif.device_manufacturer": "SUNBA",
            "onvif.device_firmware": "QIPC-B2202.10.17.C06222.L61.NB.250307",
            "onvif.device_serial": "210231T2H6323C000005",
        }
    )
    assert ("Uniview", "SUNBA", "2025-03-07") == (
        device.value("manufacturer"),
        device.value("brand"),
        device.value("firmware_date"),
    )


def test_the_label_alone_never_makes_more_than_a_possible_maker(identify: Identify) -> None:
    claim = identify({"onvif.device_manufacturer": "Annke"}).claims.get("manufacturer")
    assert claim is None or claim.confidence < 0.6


def test_a_flir_label_on_a_dvtel_product_is_made_by_dvtel(identify: Identify) -> None:
    device = identify(
        {
            "onvif.hardware": "CM-6204-11-I",
            "onvif.name": "FLIR CM-6204-11-I K816600858",
            "onvif.manufacturer": ("FLIR Systems", "DVTel"),
            "onvif.scope": "dvtel://www.dvtel.com/quasar/gen2/quadhd",
        }
    )
    assert ("DVTel", "FLIR") == (device.value("manufacturer"), device.value("brand"))
