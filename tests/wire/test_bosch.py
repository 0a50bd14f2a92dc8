from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import bosch

Load = Callable[[str, str], bytes]


def test_the_scan_has_twelve_bytes_and_names_the_reply_port() -> None:
    assert bosch.encode_scan(0x01020304) == bytes.fromhex("9939a42701020304ff0006de")


def test_the_binary_answer_gives_mac_and_address(vendor_reply: Load) -> None:
    assert bosch.decode_reply(vendor_reply("bosch", "bosch_unknown_binary")) == bosch.BoschDevice(
        mac="00:07:5f:01:02:03", addresses=("192.168.0.1",)
    )


def test_the_xml_answer_is_read_without_its_session_key(vendor_reply: Load) -> None:
    payload = vendor_reply("bosch", "bosch_nin-733_xml")
    device = bosch.decode_reply(payload)
    assert device == bosch.BoschDevice(
        mac="00:04:63:aa:bb:cc",
        addresses=("192.0.2.31", "fe80::204:63ff:feaa:bbcc"),
        name="Tunnel north",
        serial="044510532810010023",
        device_types=("2", "0x0000C0DE"),
        app="CPP6",
    )
    assert b"<sessionKey>0x1234</sessionKey>" in payload
    assert "0x1234" not in repr(device)


def test_the_unit_name_stands_in_for_a_missing_friendly_name(vendor_reply: Load) -> None:
    payload = vendor_reply("bosch", "bosch_nin-733_xml").replace(b"Tunnel north", b"")
    assert bosch.decode_reply(payload).name == "NIN-733"


def test_a_scan_is_no_reply() -> None:
    assert not bosch.is_reply(bosch.encode_scan(1))


@pytest.mark.parametrize(
    "payload",
    [
        b"\x99\x39\xa4\x27" + bytes(28),
        b'<root xmlns="OEMExt00:device-1-0"><device/></root>',
        b'<!DOCTYPE root><root xmlns="OEMExt00:device-1-0"><serialNumber>1</serialNumber></root>',
        b"<root/>",
    ],
    ids=["no MAC", "nothing identifies", "doctype", "other XML"],
)
def test_answers_that_identify_nothing_or_attack_are_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        bosch.decode_reply(payload)
