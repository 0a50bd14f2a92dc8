from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import vstarcam

Load = Callable[[str, str], bytes]
LONG = ("vstarcam", "vstarcam_unknown_48.53.75.92")
SHORT = ("vstarcam", "vstarcam_unknown_48.53.75.92_short")


def test_the_search_has_four_bytes() -> None:
    assert vstarcam.encode_search() == b"DH\x01\x01"


@pytest.mark.parametrize(("recording", "announces"), [(LONG, True), (SHORT, False)], ids=["long", "short"])
def test_an_answer_is_read_whole(vendor_reply: Load, recording: tuple[str, str], announces: bool) -> None:
    assert vstarcam.decode_reply(vendor_reply(*recording)) == vstarcam.VstarcamDevice(
        mac="78:a5:dd:01:02:03",
        addresses=("192.168.1.23",),
        uid="VSTA123456ABCDE",
        name="Shop",
        firmware="48.53.75.92",
        http_port=81,
        announces_credentials=announces,
    )


def test_empty_credential_fields_announce_nothing(vendor_reply: Load) -> None:
    assert not vstarcam.decode_reply(vendor_reply(*SHORT) + bytes(64)).announces_credentials


def test_the_packet_is_cut_at_0xec(vendor_reply: Load) -> None:
    assert vstarcam.without_credentials(vendor_reply(*LONG)) == vendor_reply(*SHORT)
    assert len(vendor_reply(*SHORT)) == 0xEC


def test_an_answer_may_end_before_the_firmware(vendor_reply: Load) -> None:
    device = vstarcam.decode_reply(vendor_reply(*SHORT)[:0x9C])
    assert (device.uid, device.firmware) == ("VSTA123456ABCDE", "")


@pytest.mark.parametrize("code", [b"\x01\x01", b"\x01\x02", b"\x02\x08"])
def test_other_codes_are_no_reply(vendor_reply: Load, code: bytes) -> None:
    payload = b"DH" + code + vendor_reply(*SHORT)[4:]
    assert not vstarcam.is_reply(payload)
    with pytest.raises(MalformedReply):
        vstarcam.decode_reply(payload)
