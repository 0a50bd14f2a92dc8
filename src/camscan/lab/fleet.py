# ruff: noqa: E501 - one maker reads best on one line
"""Many devices at once: a fleet of twenty makers over several subnets, and a burst of WS-Discovery responders."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable, Sequence

from camscan.lab.device import LabDevice, Truth
from camscan.lab.makers import bystanders as other
from camscan.lab.makers import east, west
from camscan.lab.makers.dahua import dahua
from camscan.lab.makers.hikvision import hikvision
from camscan.lab.services.wsdiscovery import WsDiscovery
from camscan.model.device import Kind

Maker = Callable[[str, int], LabDevice]


def _truth(
    ip: str, number: int, block: str, brand: str, maker: str, model: str, firmware: str, serial: str,
    kind: Kind = Kind.CAMERA,
) -> Truth:  # fmt: skip
    mac = f"{block}:{number >> 16 & 0xFF:02x}:{number >> 8 & 0xFF:02x}:{number & 0xFF:02x}"
    return Truth(ip, mac, "", kind, brand, maker, model, firmware, serial)


def _axis(ip: str, n: int) -> LabDevice:
    return west.axis(
        _truth(ip, n, "ac:cc:8e", "Axis", "Axis", "P3245-LVE", "11.11.73", f"ACCC8E{n:06X}"),
        product_type="Network Camera",
    )


def _tvt(ip: str, n: int) -> LabDevice:
    truth = _truth(ip, n, "58:5b:69", "TVT", "TVT", "TD-9441E3", "1.4.10.0", str(900_000 + n))
    return east.tvt(truth, firmware=(1, 4, 10, 0), build=20200611)


MAKERS: tuple[Maker, ...] = (
    lambda ip, n: hikvision(_truth(ip, n, "68:6d:bc", "Hikvision", "Hikvision", "DS-2CD2T47G1-L", "V5.6.5", f"DS-2CD2T47G1-L20190522AAWRD2{n:07d}"), build="build 200316"),
    lambda ip, n: dahua(_truth(ip, n, "14:a7:8b", "Dahua", "Dahua", "IPC-HDW1431T1-S4", "2.800.0000000.29.R.210630", f"6J0E022PAG{n:05d}")),
    _axis,
    lambda ip, n: east.uniview(_truth(ip, n, "48:ea:63", "Uniview", "Uniview", "IPC2122LB-SF28K-A", "CIPC-B2303.2.8.230105", f"210235C3R8321B{n:06d}")),
    lambda ip, n: west.hanwha(_truth(ip, n, "e4:30:22", "Hanwha Vision", "Hanwha Vision", "XNO-6080R", "", "")),
    lambda ip, n: west.bosch(_truth(ip, n, "00:07:5f", "Bosch", "Bosch", "FLEXIDOME IP starlight 8000i", "", f"0445188079251{n:05d}")),
    lambda ip, n: east.reolink(_truth(ip, n, "ec:71:db", "Reolink", "Reolink", "RLC-520A", "v3.1.0.951_22041566", ""), uid=f"95270005QX{n:06d}", hardware="IPC_523128M5MP"),
    lambda ip, n: dahua(_truth(ip, n, "9c:8e:cd", "Amcrest", "Dahua", "IP8M-2496EW", "2.800.00AC000.0.R.210825", f"AMC060FA9E54{n:06d}"), vendor="Amcrest", manufacturer="Private", scope_name="Amcrest", onvif_manufacturer="Amcrest"),
    lambda ip, n: hikvision(_truth(ip, n, "0c:a6:4c", "EZVIZ", "Hikvision", "CS-CB2", "V5.2.7", f"CS-CB220190430AAWRD1{n:07d}"), build="build 170628", onvif=False, ezviz=True, certificate=None),
    lambda ip, n: east.tplink(_truth(ip, n, "00:14:78", "Tapo", "TP-Link", "C200", "1.3.0 Build 220830 Rel.69909n(4555)", ""), series="TAPO"),
    _tvt,
    lambda ip, n: east.xiongmai(_truth(ip, n, "00:12:31", "", "Xiongmai", "XM530_50X50-WG_8M", "V4.03.R11.4912720B.11201.142300.0000004", f"41e6853ad{n:07x}"), cloud_id=f"41e6853ad{n:07x}"),
    lambda ip, n: east.tiandy(_truth(ip, n, "3c:da:6d", "Tiandy", "Tiandy", "TC-C32HN", "V2.36.21", f"TD32HN{n:06d}")),
    lambda ip, n: west.vivotek(_truth(ip, n, "00:02:d1", "Vivotek", "Vivotek", "FD8182", "", "")),
    lambda ip, n: west.ipro(_truth(ip, n, "d4:2d:c5", "i-PRO", "i-PRO", "WV-S1131", "2.80", f"KHA{n:05d}")),
    lambda ip, n: west.sony(_truth(ip, n, "00:01:4a", "Sony", "Sony", "SNC-EB600", "1.86.00", str(100_000 + n))),
    lambda ip, n: hikvision(_truth(ip, n, "44:19:b6", "HiLook", "Hikvision", "IPC-T221H", "V5.5.83", f"IPC-T221H20200915AAWRE5{n:07d}"), build="build 190909", oem_info="HiLook", oem_code="10101", scope_name="HiLook%20IPC-T221H"),
    lambda ip, n: dahua(_truth(ip, n, "1c:4d:89", "Imou", "Dahua", "IPC-C22C", "2.680.0000000.22.R", f"7A0C8D5PAN{n:05d}"), vendor="Lechange", manufacturer="Lechange", onvif=False),
    lambda ip, n: west.ubiquiti(_truth(ip, n, "00:15:6d", "Ubiquiti", "Ubiquiti", "UVC G3 Flex", "UVC.S2L.v4.75.46.67.cb7c9e1.230831.1245", ""), platform="UVC", firmware="UVC.S2L.v4.75.46.67.cb7c9e1.230831.1245"),
    lambda ip, n: east.constructed(_truth(ip, n, "00:18:82", "Huawei", "Huawei", "M2120-EI", "V500R019C30SPC310", f"2102412071KKM{n:07d}"), manufacturer="HUAWEI", name="HUAWEI%20IPC", title="HoloSens SDC", realm="HUAWEI IPC"),
)  # fmt: skip
"""Twenty makers and labels, each a function of address and running number."""

_BYSTANDERS = (other.printer, other.windows, other.phone, other.nas)


def fleet(count: int, networks: Sequence[str], *, bystanders: int = 0) -> tuple[LabDevice, ...]:
    """`count` cameras of twenty makers in turn, spread evenly over these /24s (first three numbers), from
    .2 upwards, then `bystanders` devices that are none. Raises ValueError when a network is too small."""
    # Turning the order every ten addresses keeps a maker from always landing on the same network.
    turns = [[*networks[at:], *networks[:at]] for at in range(len(networks))]
    free = [f"{each}.{last}" for last in range(2, 250) for each in turns[last // 10 % len(networks)]]
    if count + bystanders > len(free):
        raise ValueError(f"{len(networks)} networks hold {len(free)} devices, not {count + bystanders}")
    cameras = [MAKERS[number % len(MAKERS)](free[number], number + 1) for number in range(count)]
    others = [
        _BYSTANDERS[number % len(_BYSTANDERS)](
            free[count + number], f"00:80:77:01:{number >> 8:02x}:{number & 0xFF:02x}", f"office-{number}"
        )
        for number in range(bystanders)
    ]
    return (*cameras, *others)


def wsd_burst(count: int = 500, *, first: str = "127.90.0.1", clones: bool = False) -> tuple[LabDevice, ...]:
    """`count` WS-Discovery responders that all answer at once. clones: every one with the same endpoint
    address, as cheap firmware does, so that nothing may be merged by UUID alone."""
    start = ipaddress.IPv4Address(first)
    devices: list[LabDevice] = []
    for number in range(count):
        ip = str(start + number)
        identity = uuid.UUID(
            int=0x2419D68A2DD221B2A205_010101010101 if clones else 0x2419D68A2DD2 << 80 | number
        )
        truth = _truth(ip, number + 1, "ec:71:db", "", "", f"NVC-{number:04d}", "", "")
        service = WsDiscovery(
            endpoint=f"urn:uuid:{identity}",
            scopes=(
                "onvif://www.onvif.org/Profile/Streaming",
                f"onvif://www.onvif.org/hardware/{truth.model}",
                "onvif://www.onvif.org/name/IPC",
            ),
            xaddrs=(f"http://{ip}/onvif/device_service",),
            late_seconds=0.0,
        )
        devices.append(LabDevice(truth, (service,)))
    return tuple(devices)
