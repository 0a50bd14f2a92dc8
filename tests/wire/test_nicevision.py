from __future__ import annotations

import pytest

from camscan.errors import MalformedReply
from camscan.wire import nicevision


def test_the_search_has_twelve_bytes() -> None:
    assert nicevision.encode_search(0x0102, 2008) == b"NICE\x01\x02\x01\x08\0\0\x07\xd8"


def test_an_answer_gives_its_transaction_id_and_a_search_is_none() -> None:
    assert nicevision.decode_reply(b"NICE\x01\x02\x02\x08\0\0").transaction_id == 0x0102
    search = nicevision.encode_search(1, 2008)
    assert not nicevision.is_reply(search)
    with pytest.raises(MalformedReply):
        nicevision.decode_reply(search)
