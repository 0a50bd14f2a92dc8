from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from camscan.errors import MalformedReply
from camscan.wire import tplink

Load = Callable[[str, str], bytes]
C100 = ("tp-link", "tp-link_c100_1.3.14")
CORPUS_FILE = Path(__file__).parents[1] / "recordings" / "corpus" / "vendor_udp.jsonl"
CORPUS = [
    line
    for line in map(json.loads, CORPUS_FILE.read_text("utf-8").splitlines())
    if "UDP 20002" in str(line["notes"])
]


def test_the_empty_probe_is_the_known_sixteen_bytes() -> None:
    assert tplink.encode_probe() == bytes.fromhex("020000010000000000000000463cb5d3")


def test_the_key_probe_has_its_length_flags_serial_and_crc() -> None:
    probe = tplink.encode_key_probe("PEM", 0x01020304)
    body = b'{"params": {"rsa_key": "PEM"}}'
    assert probe[:12] == bytes.fromhex("02000001") + len(body).to_bytes(2, "big") + bytes.fromhex(
        "110001020304"
    )
    assert probe[16:] == body
    assert tplink.checksum_holds(probe)
    assert not tplink.checksum_holds(probe[:-1] + b"!")


def test_a_recorded_camera_is_read_whole(vendor_reply: Load) -> None:
    assert tplink.decode_reply(vendor_reply(*C100)) == tplink.TpLinkDevice(
        mac="f0:a7:31:00:00:00",
        addresses=("127.0.0.123",),
        device_type="SMART.IPCAMERA",
        model="C100",
        hardware="4.0",
        firmware="1.3.14 Build 240513 Rel.43631n(5553)",
        factory_default=False,
        checksum_ok=True,
    )


def test_a_wrong_checksum_is_told_and_not_refused(vendor_reply: Load) -> None:
    payload = vendor_reply(*C100)
    device = tplink.decode_reply(payload[:12] + bytes(4) + payload[16:])
    assert (device.model, device.checksum_ok) == ("C100", False)


def test_owner_and_device_id_are_not_kept(vendor_reply: Load) -> None:
    payload = vendor_reply(*C100).replace(b'"ip":', b'"owner": "planted-owner", "ip":')
    assert "planted-owner" not in repr(tplink.decode_reply(payload))
    assert "00000000000000000000000000000000" not in repr(tplink.decode_reply(payload))


@pytest.mark.parametrize("line", CORPUS, ids=[line["id"] for line in CORPUS])
def test_every_recorded_body_of_the_corpus_names_type_model_and_mac(line: dict[str, str]) -> None:
    said = json.loads(line["data"])["result"]
    device = tplink.decode_body(line["data"].encode())
    assert (device.device_type, device.model) == (said["device_type"], said["device_model"])
    masked = said["mac"] == "00-00-00-00-00-00"
    assert device.mac == (None if masked else said["mac"].replace("-", ":").lower())


def test_the_corpus_holds_cameras_and_others() -> None:
    assert {True, False} == {bool(line["is_camera"]) for line in CORPUS}


@pytest.mark.parametrize(
    "payload", [tplink.encode_probe(), tplink.encode_key_probe("PEM", 1), b"\x01\0" + bytes(14) + b"{}"]
)
def test_probes_are_no_reply(payload: bytes) -> None:
    assert not tplink.is_reply(payload)
    with pytest.raises(MalformedReply):
        tplink.decode_reply(payload)


@pytest.mark.parametrize("body", [b"{}", b'{"error_code": -1}', b'{"a":' * 3000])
def test_answers_that_identify_nothing_or_attack_are_malformed(body: bytes) -> None:
    with pytest.raises(MalformedReply):
        tplink.decode_reply(b"\x02\0" + bytes(14) + body)
