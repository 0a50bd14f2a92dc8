from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import dvrip

Load = Callable[[str, str], bytes]
RECORDING = ("dahua-dvrip", "dahua_dh-dvr1604hf_2.104.0.3")


def test_the_search_has_32_bytes_in_both_known_forms() -> None:
    rest = "00" * 12 + "02000000" + "00" * 12
    assert dvrip.encode_search() == bytes.fromhex("a3010001" + rest)
    assert dvrip.encode_search(variant=0) == bytes.fromhex("a3010000" + rest)


def test_a_reply_is_read_whole(vendor_reply: Load) -> None:
    assert dvrip.decode_reply(vendor_reply(*RECORDING)) == dvrip.DvripDevice(
        mac="90:02:a9:01:02:03",
        addresses=("192.168.1.108", "2001:db8::5"),
        version="2.104.0.3",
        device_type="DH-DVR1604HF",
        name="Gate",
        serial_no="TZA4AV44400011",
        http_port=80,
        tcp_port=37777,
    )


def test_without_text_lines_the_fixed_fields_count(vendor_reply: Load) -> None:
    payload = bytearray(vendor_reply(*RECORDING))
    payload[0x14:0x16] = b"\0\0"
    device = dvrip.decode_reply(bytes(payload))
    assert (device.name, device.device_type, device.serial_no) == ("DVR-116", "DH-DVR1604HF", "")


def test_a_version_written_in_ascii_stays_text(vendor_reply: Load) -> None:
    payload = bytearray(vendor_reply(*RECORDING))
    payload[0x20:0x28] = b"2.6.0\0\0\0"
    assert dvrip.decode_reply(bytes(payload)).version == "2.6.0"


@pytest.mark.parametrize(("offset", "value"), [(4, b"\xff\xff\xff\x7f"), (2, b"\xff"), (0x14, b"\xff\xff")])
def test_a_section_longer_than_the_packet_is_malformed(vendor_reply: Load, offset: int, value: bytes) -> None:
    payload = bytearray(vendor_reply(*RECORDING))
    payload[offset : offset + len(value)] = value
    with pytest.raises(MalformedReply):
        dvrip.decode_reply(bytes(payload))


def test_a_search_is_no_reply() -> None:
    assert not dvrip.is_reply(dvrip.encode_search())
