"""The demo building: devices at 127.77.0.x whose truth is known, for the demo, the tests and the curious."""

from __future__ import annotations

from camscan.lab.device import LabDevice, Truth
from camscan.lab.makers.dahua import dahua
from camscan.lab.makers.hikvision import hikvision
from camscan.model.device import Kind


def demo_building() -> tuple[LabDevice, ...]:
    """The devices."""
    return (
        hikvision(
            Truth(
                "127.77.0.10",
                "68:6d:bc:3b:52:10",
                "",
                Kind.CAMERA,
                "Hikvision",
                "Hikvision",
                "DS-2CD2T47G1-L",
                "V5.6.5",
                "DS-2CD2T47G1-L20190522AAWRD22374810",
            ),
            build="build 200316",
            rtsp_code="C1214",
        ),
        dahua(
            Truth(
                "127.77.0.30",
                "14:a7:8b:10:20:30",
                "",
                Kind.CAMERA,
                "Dahua",
                "Dahua",
                "IPC-HDW1431T1-S4",
                "2.800.0000000.29.R",
                "6J0E022PAG35030",
            ),
            upnp=True,
        ),
    )
