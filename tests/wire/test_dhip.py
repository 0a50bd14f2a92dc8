from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import dhip

Load = Callable[[str, str], bytes]
HEADER = bytes.fromhex("2000000044484950" + "00" * 8 + "4900000000000000" * 2)
BODY = {
    "mac": "3c:ef:8c:00:aa:01",
    "method": "client.notifyDevInfo",
    "params": {"deviceInfo": {"SerialNo": "4K0"}},
}


def test_the_search_is_the_known_105_bytes() -> None:
    expected = HEADER + b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
    assert len(expected) == 105
    assert dhip.encode_search() == expected
    assert dhip.encode_search(unicast_answer=False) == expected.replace(b'"uni" : 1', b'"uni" : 0')


def test_a_recorded_camera_is_read_whole(vendor_reply: Load) -> None:
    assert dhip.decode_reply(vendor_reply("dhip", "lorex_w461asc_2.800.030000000.3.r")) == dhip.DhipDevice(
        mac="00:1f:54:a9:2e:58",
        addresses=("192.168.86.81",),
        device_class="IPC",
        device_type="W461ASC",
        detail_type="",
        serial_no="**************",
        version="2.800.030000000.3.R",
        vendor="Lorex",
        manufacturer="Private",
        machine_name="**************",
        http_port="80",
        port="35000",
        init="",
        video_inputs="1",
        remote_inputs="0",
        exact=True,
    )


@pytest.mark.parametrize(
    "header", [b"", HEADER, HEADER + bytes(8), HEADER[:24], HEADER.replace(b"DHIP", b"PIHD")]
)
@pytest.mark.parametrize("tail", [b"", b"\n", b"\n\0\0\0"])
def test_any_header_and_any_padding_gives_the_same_device(header: bytes, tail: bytes) -> None:
    body = json.dumps(BODY).encode()
    device = dhip.decode_reply(header + body + tail)
    assert (device.serial_no, device.mac, device.exact) == ("4K0", "3c:ef:8c:00:aa:01", True)


@pytest.mark.parametrize("length", [0x7B, 0x227B, 0x7B20])
def test_a_brace_in_the_headers_length_is_not_the_json(length: int) -> None:
    header = HEADER[:16] + length.to_bytes(4, "little") + HEADER[20:]
    assert dhip.decode_reply(header + json.dumps(BODY).encode()).serial_no == "4K0"


def test_the_one_known_broken_json_is_read_pair_by_pair(vendor_reply: Load) -> None:
    device = dhip.decode_reply(vendor_reply("dhip", "intelbras_nvd-1432_2.000.00ib004.0.r"))
    assert (device.version, device.video_inputs, device.exact) == ("2.000.00IB004.0.R", "0", False)


@pytest.mark.parametrize(
    "payload",
    [dhip.encode_search(), HEADER + b'{"method":"DHDiscover.setConfig"}', b'{"method":"other"}', b"DHIP"],
    ids=["our search", "another tool's command", "other JSON", "no header"],
)
def test_foreign_packets_are_no_reply(payload: bytes) -> None:
    assert not dhip.is_reply(payload)
    with pytest.raises(MalformedReply):
        dhip.decode_reply(payload)


@pytest.mark.parametrize(
    "payload",
    [
        HEADER,
        HEADER + b'{"method":"client.notifyDevInfo","params":{"deviceInfo":{}}}',
        HEADER + b'{"a":' * 5000,
        HEADER + b"[]",
    ],
    ids=["no JSON", "nothing identifies", "depth bomb", "an array"],
)
def test_replies_that_identify_nothing_or_attack_are_malformed(payload: bytes) -> None:
    assert dhip.is_reply(payload)
    with pytest.raises(MalformedReply):
        dhip.decode_reply(payload)


@pytest.mark.parametrize("odd", ["²", "9" * 5000, "-1", "٣", "1e3"])
def test_a_bit_mask_that_is_no_number_is_none(odd: str) -> None:
    """One such answer ended a whole scan: what is not ASCII digits made the number's readers fail."""
    said = '{"params":{"deviceInfo":{"DeviceType":"NVR4108","Init":"' + odd + '"}}}'
    assert "" == dhip.decode_reply(said.encode()).init
