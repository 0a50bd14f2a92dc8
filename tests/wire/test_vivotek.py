from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import vivotek

Load = Callable[[str, str], bytes]
MAGIC = b"\x43\x4a\x5d\x8f\x1c"


def test_the_search_has_five_bytes() -> None:
    assert vivotek.encode_search(0x43) == MAGIC


def test_an_answer_is_read_whole_past_the_record_without_length(vendor_reply: Load) -> None:
    assert vivotek.decode_reply(vendor_reply("vivotek", "vivotek_fd8169a_unknown")) == vivotek.VivotekDevice(
        mac="00:02:d1:0a:0b:0c",
        addresses=("192.168.3.7",),
        model="VIVOTEK FD8169A",
        short_model="FD8169A",
        http_port=8080,
    )


def test_type_04_has_one_value_byte_whatever_it_is() -> None:
    device = vivotek.decode_reply(MAGIC + b"\x04\xff" + b"\x01\x03FD1")
    assert device.model == "FD1"


@pytest.mark.parametrize(
    "records",
    [b"\x01", b"\x01\x05FD", b"\x02\x03\x00\x02\xd1", b"\x03\x02\xc0\xa8\x01\x01A", b"\x10\x01\x00"],
    ids=["no length", "value cut", "short MAC", "short address", "nothing identifies"],
)
def test_broken_records_are_malformed(records: bytes) -> None:
    with pytest.raises(MalformedReply):
        vivotek.decode_reply(MAGIC + records)


def test_the_bare_magic_is_a_search_and_foscam_is_foreign() -> None:
    assert not vivotek.is_reply(MAGIC)
    assert not vivotek.is_reply(b"MO_I" + bytes(83))
