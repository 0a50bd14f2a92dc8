# ruff: noqa: E501 - one device reads best on one line
"""The demo building's two platforms: Hikvision and Dahua, each with the labels others put on its devices.

A relabel keeps the factory's serial tail, version form and discovery protocol, and changes model, OEM
fields and sometimes the IEEE block: the evidence of facts §5.20 and firmware.md.
"""

from __future__ import annotations

from camscan.lab.device import LabDevice, Truth
from camscan.lab.makers.dahua import dahua
from camscan.lab.makers.hikvision import hikvision
from camscan.lab.services.certificate import Certificate
from camscan.lab.services.onvif import Login
from camscan.lab.services.ssdp import UpnpDescription
from camscan.model.device import Kind

DEMO_LOGIN = Login("auditor", "lab-only")
"""The one account that exists in the building: on the Hikvision recorder, the Dahua and the Axis camera."""


def hardware_address(block: str, number: int) -> str:
    """A MAC of an IEEE block, told apart by the device's number."""
    return f"{block}:10:20:10"[:14] + f":{number:02x}"


def hikvision_floor(net: str) -> tuple[LabDevice, ...]:
    """Hikvision, its own second labels, and five relabels by strangers."""

    def truth(
        number: int, kind: Kind, brand: str, model: str, firmware: str, date: str, serial: str,
        *, block: str = "68:6d:bc", channels: int = 0, activated: bool = True,
    ) -> Truth:  # fmt: skip
        return Truth(
            f"{net}.{number}", hardware_address(block, number), "", kind, brand, "Hikvision", model, firmware, serial,
            firmware_date=date, channels=channels, activated=activated,
        )  # fmt: skip

    swann = UpnpDescription(
        server="Linux/3.10.0_hi3536, UPnP/1.0, Portable SDK for UPnP devices/1.6.18",
        udn="uuid:12345678-0000-0000-0000-8ce748102012",
        device_type="urn:schemas-upnp-org:device:EmbeddedNetDevice:1",
        port=49153,
        path="/upnpdevicedesc.xml",
        fields=(
            ("friendlyName", "SWANN DVR8-1550"),
            ("manufacturer", "SWANN"),
            ("modelName", "SWANN DVR8-1550"),
        ),
    )
    old = Certificate("CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou,ST=ZheJiang,C=CN", old=True)
    cam, rec = Kind.CAMERA, Kind.RECORDER
    return (
        hikvision(
            truth(10, cam, "Hikvision", "DS-2CD2T47G1-L", "V5.6.5", "2020-03-16", "DS-2CD2T47G1-L20190522AAWRD22374810"),
            build="build 200316",
            rtsp_code="C1214",
        ),
        hikvision(
            truth(
                11, rec, "Hikvision", "DS-7616NI-K2", "V4.30.096", "2022-12-20",
                "DS-7616NI-K21620190101CCRRC12345611WCVU", block="c0:56:e3", channels=9,
            ),
            build="build 221220",
            login=DEMO_LOGIN,
        ),
        hikvision(
            truth(12, cam, "HiLook", "IPC-T221H", "V5.5.83", "2019-09-09", "IPC-T221H20200915AAWRE58214012", block="44:19:b6"),
            build="build 190909",
            oem_info="HiLook",
            oem_code="10101",
            scope_name="HiLook%20IPC-T221H",
        ),
        hikvision(
            truth(13, cam, "HiWatch", "HWI-T220H", "V5.5.801", "2021-11-05", "HWI-T220H20210312AAWRC00274013", block="44:19:b6"),
            build="build 211105",
            oem_info="HiWatch",
            oem_code="20101",
            onvif=False,
        ),
        hikvision(
            truth(
                14, rec, "Annke", "N48PBB", "V3.4.106", "2020-04-22", "N48PBB0820190613CCRRC41235614WCVU",
                block="a4:14:37", channels=4,
            ),
            build="build 200422",
            oem_info="ANNKE",
            oem_code="30102",
            neutral=True,
            web_server="MWS 0.01",
            base_model="DS-7608NI-K2/8P",
            onvif=False,
        ),
        hikvision(
            truth(
                15, cam, "LTS", "CMIP3342W-28M", "V5.5.82", "2019-09-09",
                "CMIP3342W-28M20190704AAWRD31120015", block="14:2f:fd",
            ),
            build="build 190909",
            oem_info="LTS",
            oem_code="40101",
            neutral=True,
            base_model="DS-2CD2343G0-I",
            scope_name="LTS%20CMIP3342W-28M",
        ),
        hikvision(
            truth(
                16, cam, "TruVision", "TVB-5601", "V5.5.5", "2018-09-27",
                "TVB-560120181122AAWRC81720016", block="4c:bd:8f",
            ),
            build="build 180927",
            oem_info="Interlogix",
            oem_code="50101",
            neutral=True,
            base_model="DS-2CD2T45FWD-I5",
            scope_name="TruVision%20TVB-5601",
        ),
        hikvision(
            truth(
                17, rec, "LaView", "LV-PTK66802", "V5.4.0", "2016-08-11",
                "LV-PTK668020820170105CCRR700120017WCVU", block="bc:ad:28", channels=2,
            ),
            build="build 160811",
            oem_info="LAVIEW",
            oem_code="60102",
            neutral=True,
            base_model="DS-7608NI-E2/8P",
            onvif=False,
            sadp_to_group=True,
        ),
        hikvision(
            truth(
                18, rec, "Swann", "DVR8-1550", "V3.0.3", "2014-08-12", "DVR8-15500820141015AAWR480120018WCVU",
                block="8c:e7:48", channels=0,
            ),
            build="build 140812",
            oem_info="SWANN",
            oem_code="70102",
            neutral=True,
            base_model="DS-7208HVI-SV",
            onvif=False,
            sadp_to_group=True,
            web_server="DNVRS-Webs",
            certificate=old,
            upnp=swann,
        ),
        hikvision(
            truth(
                19, cam, "EZVIZ", "CS-CB2", "V5.2.7", "2017-06-28", "CS-CB220190430AAWRD12345619",
                block="0c:a6:4c",
            ),
            build="build 170628",
            oem_code="1",
            onvif=False,
            ezviz=True,
            certificate=None,
        ),
        hikvision(
            truth(
                20, cam, "Hikvision", "DS-2CD2346G2-ISU/SL", "V5.7.18", "2024-08-26",
                "DS-2CD2346G2-ISU/SL20240117AAWRAW0412320", block="40:ac:bf", activated=False,
            ),
            build="build 240826",
            onvif=False,
        ),
        hikvision(
            truth(
                21, Kind.INTERCOM, "Hikvision", "DS-KV6113-WPE1(C)", "V2.2.53", "2021-06-18",
                "DS-KV6113-WPE1(C)0120210618RRAH0021521", block="40:ac:bf",
            ),
            build="build 210618",
            rtsp_code="Q0751",
        ),
    )  # fmt: skip


def dahua_floor(net: str) -> tuple[LabDevice, ...]:
    """Dahua, its consumer label, and six relabels."""

    def truth(
        number: int, kind: Kind, brand: str, model: str, firmware: str, serial: str, *,
        block: str = "14:a7:8b", date: str = "", channels: int = 0, hostname: str = "", activated: bool = True,
    ) -> Truth:  # fmt: skip
        return Truth(
            f"{net}.{number}", hardware_address(block, number), hostname, kind, brand, "Dahua", model, firmware, serial,
            firmware_date=date, channels=channels, activated=activated,
        )  # fmt: skip

    cam, rec = Kind.CAMERA, Kind.RECORDER
    return (
        dahua(
            truth(30, cam, "Dahua", "IPC-HDW1431T1-S4", "2.800.0000000.29.R.210630", "6J0E022PAG35030", date="2021-06-30"),
            upnp=True,
            login=DEMO_LOGIN,
        ),
        dahua(
            truth(
                31, rec, "Dahua", "NVR5216-4KS2", "4.001.0000005.1.R.210709", "4K049EBPAG1D731",
                block="08:ed:ed", date="2021-07-09", channels=6,
            ),
            https=True,
        ),
        dahua(
            truth(
                32, cam, "Amcrest", "IP8M-2496EW", "2.800.00AC000.0.R.210825", "AMC060FA9E5447CE32",
                block="9c:8e:cd", date="2021-08-25",
            ),
            vendor="Amcrest",
            manufacturer="Private",
            scope_name="Amcrest",
            onvif_manufacturer="Amcrest",
        ),
        dahua(
            truth(33, cam, "Lorex", "W461ASC", "2.800.030000000.3.R", "ND012004033033", block="00:1f:54"),
            vendor="Lorex",
            manufacturer="Private",
            scope_name="Lorex",
            sdk_port=35000,
            onvif=False,
        ),
        dahua(
            truth(34, cam, "Intelbras", "VIP-1230-B", "2.000.00IB004.0.R", "O9RF220012634", block="00:1a:3f"),
            vendor="Intelbras",
            manufacturer="Intelbras",
            scope_name="Intelbras",
            onvif_manufacturer="Intelbras",
            json_broken=True,
        ),
        dahua(
            truth(35, cam, "IC Realtime", "ICIP-D4000", "2.622.0000000.7.R", "4M0A2B4PAZ00035", block="20:de:88"),
            vendor="IC Realtime",
            manufacturer="Private",
            scope_name="ICRealtime",
            onvif_manufacturer="IC Realtime",
        ),
        dahua(
            truth(
                36, cam, "Honeywell", "H4W4PER3", "2.420.HW01.3.R.20190812", "1H03BC1PBV00036",
                block="3c:ef:8c", date="2019-08-12",
            ),
            vendor="Honeywell",
            manufacturer="Private",
            scope_name="Honeywell",
            onvif_manufacturer="Honeywell",
        ),
        dahua(
            truth(
                37, rec, "CP Plus", "CP-UVR-0401E1", "4.000.00AT008.0.R.20230302", "2L0B6F3PAZ00037",
                block="28:18:fd", date="2023-03-02", channels=4,
            ),
            vendor="CPPLUS",
            manufacturer="CPPLUS",
            onvif=False,
        ),
        dahua(
            truth(38, cam, "Imou", "IPC-C22C", "2.680.0000000.22.R", "7A0C8D5PAN00038", block="1c:4d:89"),
            vendor="Lechange",
            manufacturer="Lechange",
            scope_name="Imou",
            onvif=False,
        ),
        dahua(
            truth(
                39, Kind.INTERCOM, "Dahua", "VTO2202F", "4.300.0000004.0.R.210715", "5E08D7CPAJ00039",
                date="2021-07-15", hostname="front-door",
            ),
            onvif=False,
        ),
        dahua(
            truth(40, rec, "Dahua", "HCVR5108H", "", "1F006E4PAX00040", block="90:02:a9"),
            dhip=False,
            onvif=False,
            old_discovery=True,
        ),
        dahua(
            truth(
                41, cam, "Dahua", "TPC-BF5421", "2.630.0000000.10.R.200818", "4F0ABC2PAX00041",
                date="2020-08-18", activated=False,
            ),
            unicast_only=True,
            onvif=False,
        ),
    )  # fmt: skip
