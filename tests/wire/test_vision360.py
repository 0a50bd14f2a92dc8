from __future__ import annotations

import pytest

from camscan.errors import MalformedReply
from camscan.wire import vision360


def test_the_question_is_one_word() -> None:
    assert vision360.encode_discover() == b"DISCOVER\n"
    assert not vision360.is_reply(vision360.encode_discover())


@pytest.mark.parametrize(
    "payload",
    [
        b"DISCOVER TYPE=PREDATOR KEY='00:1d:0b:01:02:03' ID=17\n",
        b'DISCOVER ID=17 KEY=001d0b010203 TYPE="PREDATOR"\r\n\0',
    ],
    ids=["as recorded", "other quotes and order"],
)
def test_an_answer_is_read_whole(payload: bytes) -> None:
    assert vision360.decode_reply(payload) == vision360.Vision360Device("PREDATOR", "00:1d:0b:01:02:03", "17")


@pytest.mark.parametrize(
    "payload", [b"DISCOVER ", b"DISCOVER ID=1", b"DISCOVER KEY='x'", b"DISCOVER TYPE=" + b"A" * 3000]
)
def test_answers_that_identify_nothing_are_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        vision360.decode_reply(payload)
