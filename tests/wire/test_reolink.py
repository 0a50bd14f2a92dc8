from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import reolink

Load = Callable[[str, str], bytes]
CAMERA = ("reolink", "reolink_camera_unknown")


def test_the_search_has_four_bytes() -> None:
    assert reolink.encode_search() == b"\xaa\xaa\0\0"


def test_a_cameras_answer_is_read_whole(vendor_reply: Load) -> None:
    assert reolink.decode_reply(vendor_reply(*CAMERA)) == reolink.ReolinkDevice(
        mac="ec:71:db:01:02:03",
        addresses=("192.168.1.60",),
        uid="9527000KABCDEF12",
        name="Driveway",
        device_type="IPC",
    )


def test_a_recorders_marker_may_be_text_and_its_name_utf_8(vendor_reply: Load) -> None:
    device = reolink.decode_reply(vendor_reply("reolink", "reolink_recorder_unknown"))
    assert (device.name, device.device_type) == ("Büro", "NVR")


def test_fields_are_found_by_form_wherever_they_stand(vendor_reply: Load) -> None:
    payload = vendor_reply(*CAMERA)
    assert reolink.decode_reply(payload[:0x20] + bytes(7) + payload[0x20:]) == reolink.decode_reply(payload)


def test_the_markers_digits_inside_a_mac_are_no_marker(vendor_reply: Load) -> None:
    payload = vendor_reply(*CAMERA).replace(b"\x28\x23", b"\0\0").replace(b"ec71db010203", b"ec71db282300")
    assert reolink.decode_reply(payload).device_type == ""


def test_a_packet_without_name_gives_none(vendor_reply: Load) -> None:
    payload = vendor_reply(*CAMERA).replace(b"Driveway", bytes(8))
    assert reolink.decode_reply(payload).name == ""


@pytest.mark.parametrize("gone", [b"9527000KABCDEF12", b"192.168.1.60"])
def test_only_mac_and_uid_together_make_an_answer(vendor_reply: Load, gone: bytes) -> None:
    payload = vendor_reply(*CAMERA).replace(gone, bytes(len(gone)))
    if gone.startswith(b"9527"):
        assert not reolink.is_reply(payload)
        with pytest.raises(MalformedReply):
            reolink.decode_reply(payload)
    else:
        assert reolink.decode_reply(payload).addresses == ()


@pytest.mark.parametrize("uid", [b"ABCDEFGHIJKLMNOP", b"1234567890123456", b"9527000kABCDEF12"])
def test_letters_or_digits_alone_are_no_uid(vendor_reply: Load, uid: bytes) -> None:
    assert not reolink.is_reply(vendor_reply(*CAMERA).replace(b"9527000KABCDEF12", uid))
