# ruff: noqa: E501 - one device reads best on one line
"""The demo building: four dozen devices whose truth is known, for the demo, the tests and the curious.

Serial numbers are synthetic but of the makers' true grammar (firmware.md); hardware addresses carry the
IEEE blocks the makers (or, for some relabels, the relabellers) own. Huawei, ZTE and Hytera cameras are
constructed, see `makers.east`.
"""

from __future__ import annotations

from collections.abc import Sequence

from camscan.lab.device import LabDevice, Truth
from camscan.lab.floors import DEMO_LOGIN, dahua_floor, hardware_address, hikvision_floor
from camscan.lab.makers import bystanders as other
from camscan.lab.makers import east, west
from camscan.model.device import Kind

NETWORK = "127.77.0"
__all__ = ["DEMO_LOGIN", "NETWORK", "demo_building", "truth_table"]
_ONVIF_ONLY = frozenset({"firmware", "firmware_date", "serial"})


def demo_building(network: str = NETWORK) -> tuple[LabDevice, ...]:
    """Every device, at addresses of this /24 (its first three numbers)."""
    return (
        *hikvision_floor(network),
        *dahua_floor(network),
        *_west(network),
        *_east(network),
        *_bystanders(network),
    )


def truth_table(devices: Sequence[LabDevice]) -> tuple[Truth, ...]:
    """The right answers, in the order of the devices."""
    return tuple(device.truth for device in devices)


def _west(net: str) -> tuple[LabDevice, ...]:
    def truth(
        number: int, block: str, kind: Kind, maker: str, model: str, firmware: str, serial: str,
        *, brand: str = "", hidden: frozenset[str] = frozenset(),
    ) -> Truth:  # fmt: skip
        return Truth(
            f"{net}.{number}", hardware_address(block, number), "", kind, brand or maker, maker, model, firmware, serial,
            hidden=hidden,
        )  # fmt: skip

    cam = Kind.CAMERA
    return (
        west.axis(
            truth(50, "b8:a4:4f", cam, "Axis", "P3245-LVE", "11.11.73", "B8A44F102032"),
            product_type="Network Camera",
            login=DEMO_LOGIN,
        ),
        west.axis(
            truth(51, "ac:cc:8e", Kind.ENCODER, "Axis", "M7011", "5.90.1", "ACCC8E102033"),
            product_type="Network Video Encoder",
        ),
        west.hanwha(truth(52, "e4:30:22", cam, "Hanwha Vision", "XNO-6080R", "1.41.16", "ZNB970GM900052", hidden=_ONVIF_ONLY)),
        west.bosch(
            truth(
                53, "00:07:5f", cam, "Bosch", "AUTODOME IP starlight 5000i", "7.80.0128", "044566917926150053",
                hidden=frozenset({"firmware", "serial"}),
            )
        ),
        west.vivotek(truth(54, "00:02:d1", cam, "Vivotek", "FD8182", "FD8182-VVTK-0100d", "0002D1102036", hidden=_ONVIF_ONLY)),
        west.ipro(truth(55, "d4:2d:c5", cam, "i-PRO", "WV-S1131", "2.80", "KHA00055")),
        west.sony(truth(56, "00:01:4a", cam, "Sony", "SNC-EB600", "1.86.00", "100056")),
        west.flir(truth(57, "00:40:7f", cam, "FLIR", "FLIR AX5", "1.12.0", "62500057")),
        west.ubiquiti(
            truth(58, "00:15:6d", cam, "Ubiquiti", "UVC G3 Flex", "UVC.S2L.v4.75.46.67.cb7c9e1.230831.1245", ""),
            platform="UVC",
            firmware="UVC.S2L.v4.75.46.67.cb7c9e1.230831.1245",
        ),
        west.intercom_2n(truth(59, "7c:1e:b3", Kind.INTERCOM, "2N", "2N IP Verso", "2.41.0.54.4", "54-1858-0059")),
    )  # fmt: skip


def _east(net: str) -> tuple[LabDevice, ...]:
    def truth(
        number: int, block: str, kind: Kind, maker: str, model: str, firmware: str, serial: str,
        *, brand: str | None = None, hidden: frozenset[str] = frozenset(), channels: int = 0, date: str = "",
    ) -> Truth:  # fmt: skip
        return Truth(
            f"{net}.{number}", hardware_address(block, number), "", kind, maker if brand is None else brand, maker, model,
            firmware, serial, firmware_date=date, hidden=hidden, channels=channels,
        )  # fmt: skip

    cam = Kind.CAMERA
    return (
        east.uniview(
            truth(60, "48:ea:63", cam, "Uniview", "IPC2122LB-SF28K-A", "CIPC-B2303.2.8.230105", "210235C3R8321B000060", date="2023-01-05"),
        ),
        east.uniview(
            truth(
                61, "6c:f1:7e", cam, "Uniview", "P425-UV", "QIPC-B2202.10.17.C06222.L61.NB.250307",
                "210231T2H6323C000061", brand="SUNBA", date="2025-03-07",
            ),
            manufacturer="SUNBA",
            name="SUNBA",
        ),
        east.reolink(
            truth(62, "ec:71:db", cam, "Reolink", "RLC-520A", "v3.1.0.951_22041566", "192168000062", date="2022-04-15"),
            uid="95270005QXB4F062",
            hardware="IPC_523128M5MP",
        ),
        east.tplink(
            truth(63, "00:0a:eb", cam, "TP-Link", "VIGI C340", "2.0.0 Build 230620 Rel.52115n", "", brand="VIGI", date="2023-06-20"),
            series="VIGI",
        ),
        east.tplink(
            truth(64, "00:14:78", cam, "TP-Link", "C200", "1.3.0 Build 220830 Rel.69909n(4555)", "", brand="Tapo", date="2022-08-30"),
            series="TAPO",
        ),
        east.tiandy(truth(65, "3c:da:6d", cam, "Tiandy", "TC-C32HN", "V2.36.21", "TD32HN200065")),
        east.tvt(
            truth(66, "58:5b:69", cam, "TVT", "TD-9441E3", "1.4.10.0", "900066", date="2020-06-11"),
            firmware=(1, 4, 10, 0),
            build=20200611,
        ),
        east.tvt(
            truth(67, "00:18:ae", Kind.RECORDER, "TVT", "TD-2104TS-HC", "1.3.4.0", "900067", channels=4, date="2018-12-19"),
            firmware=(1, 3, 4, 0),
            build=20181219,
            kind=0,
        ),
        east.xiongmai(
            truth(
                68, "00:12:31", cam, "Xiongmai", "XM530_50X50-WG_8M", "V4.03.R11.4912720B.11201.142300.0000004",
                "41e6853ada5e9368", brand="",
            ),
            cloud_id="41e6853ada5e9368",
        ),
        east.vstarcam(
            truth(69, "8c:14:7d:40", cam, "VStarcam", "", "48.50.64.69", "VSTB-123469-ABCDE"),
            prefix="VSTB",
            number=123469,
            check="ABCDE",
        ),
        east.foscam(truth(70, "e8:ab:fa", cam, "Foscam", "", "1.11.1.8", "E8ABFA102046"), firmware=(1, 11, 1, 8), masked=True),
        east.constructed(
            truth(71, "00:18:82", cam, "Huawei", "M2120-EI", "V500R019C30SPC310", "2102412071KKM0000071"),
            manufacturer="HUAWEI",
            name="HUAWEI%20IPC",
            title="HoloSens SDC",
            realm="HUAWEI IPC",
        ),
        east.constructed(
            truth(72, "00:15:eb", cam, "ZTE", "ZXHN C320", "V1.0.0P1", "ZTEC320A000072"),
            manufacturer="ZTE",
            name="ZTE%20IPC",
            title="ZTE IP Camera",
        ),
        east.constructed(
            truth(73, "64:69:bc", cam, "Hytera", "VM580D", "V1.2.03.002", "HYT580D000073"),
            manufacturer="Hytera",
            name="Hytera%20VM580D",
            title="Hytera Communications Corporation Limited",
        ),
        east.nameless(truth(80, "02:42:ac", Kind.CAMERA_LIKE, "", "", "", "")),
    )  # fmt: skip


def _bystanders(net: str) -> tuple[LabDevice, ...]:
    return (
        other.printer(f"{net}.100", hardware_address("00:80:77", 100), "BRW008077102064"),
        other.router(f"{net}.101", hardware_address("00:19:c6", 101), "router"),
        other.nas(f"{net}.102", hardware_address("00:11:32", 102), "DiskStation"),
        other.phone(f"{net}.103", hardware_address("00:15:65", 103), "reception-phone"),
        other.huawei_switch(f"{net}.104", hardware_address("00:1e:10", 104), "sw-floor-1"),
        other.windows(f"{net}.105", hardware_address("00:15:5d", 105), "DESKTOP-7K2M1Q"),
        other.media_server(f"{net}.106", hardware_address("b8:27:eb", 106), "livingroom"),
        other.home_hub(f"{net}.107", hardware_address("00:17:88", 107), "Philips-hue"),
    )
