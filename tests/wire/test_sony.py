from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import sony

Load = Callable[[str, str], bytes]


def test_the_enquiries_are_single_unit_frames() -> None:
    assert sony.encode_enquiry() == b"\x02ENQ:allinfo\xff\x03"
    assert sony.encode_enquiry(sony.Enquiry.NETWORK) == b"\x02ENQ:network\xff\x03"


@pytest.mark.parametrize("unit", ["SETMAC:00-00-00-00-00-00", "SETIP", "ENQ:other"])
def test_no_other_unit_can_be_encoded(unit: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Enquiry"):
        sony.encode_enquiry(unit)  # type: ignore[arg-type]


def test_a_cameras_answer_is_read_whole(vendor_reply: Load) -> None:
    assert sony.decode_reply(vendor_reply("sony", "sony_snc-vb600_1.8.0")) == sony.SonyDevice(
        mac="00:04:1f:01:02:03",
        addresses=("192.168.0.100",),
        model="SNC-VB600",
        serial="0100234",
        firmware="1.8.0",
        name="",
        web_port="80",
    )


def test_a_ptz_cameras_model_is_its_modelname(vendor_reply: Load) -> None:
    device = sony.decode_reply(vendor_reply("sony", "sony_brc-x400_2.10"))
    assert (device.model, device.name) == ("BRC-X400", "CAM1")


def test_a_value_may_hold_colons_and_other_encodings() -> None:
    frame = b"\x02MODEL:SNC\xffTIME:12:00:00\xffNAME:" + "玄関".encode("shift_jis") + b"\xff\x03"
    assert sony.decode_reply(frame).name == "玄関"


@pytest.mark.parametrize(
    "payload",
    [
        b"\x02MODEL:SNC\xff",
        b"\x02MODEL:SNC\x03",
        b"\x02INFO:allinfo\xff\x03",
        b"\x02MODEL:" + b"S" * 9000 + b"\xff\x03",
    ],
    ids=["no end", "unit without end", "nothing identifies", "too long"],
)
def test_broken_frames_are_malformed(payload: bytes) -> None:
    assert sony.is_reply(payload)
    with pytest.raises(MalformedReply):
        sony.decode_reply(payload)


@pytest.mark.parametrize(
    "payload", [sony.encode_enquiry(), b"\x02SETMAC:00\xff\x03", b"\x02\0\0\x01:\xff\x03", b"\x02\x03"]
)
def test_enquiries_settings_and_foreign_packets_are_no_reply(payload: bytes) -> None:
    assert not sony.is_reply(payload)
    with pytest.raises(MalformedReply):
        sony.decode_reply(payload)
