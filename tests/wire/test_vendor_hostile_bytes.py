"""Whatever arrives at a vendor decoder: a message or MalformedReply, never another error, and soon."""

from __future__ import annotations

import base64
import importlib
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camscan.errors import MalformedReply

RECORDINGS = Path(__file__).parents[1] / "recordings"
PROBE_OF = {
    "sadp": "sadp",
    "dhip": "dhip",
    "dvrip": "dahua-dvrip",
    "xiongmai": "xiongmai",
    "tvt": "tvt",
    "bosch": "bosch",
    "hanwha": "hanwha",
    "vivotek": "vivotek",
    "foscam": "foscam",
    "vstarcam": "vstarcam",
    "panasonic": "panasonic",
    "sony": "sony",
    "ubiquiti": "ubiquiti",
    "reolink": "reolink",
    "tplink": "tp-link",
    "pppp": "pppp",
    "topsee": "topsee",
    "vision360": "vision360",
    "gige": "gige-vision",
}
NEVER_RECORDED = {
    "sadp_raw": [bytes((0x21, 1, 1, 38)) + bytes(4) + bytes((6, 4, 4, 0)) + b"\x11" * 300],
    "nicevision": [b"NICE\0\x01" + b"\x02\x08" + bytes(40)],
}


def module(name: str) -> ModuleType:
    return importlib.import_module(f"camscan.wire.{name}")


def seeds(name: str) -> list[bytes]:
    if name in NEVER_RECORDED:
        return NEVER_RECORDED[name]
    paths = sorted((RECORDINGS / PROBE_OF[name]).glob("*/reply.json"))
    return [base64.b64decode(json.loads(path.read_text("utf-8"))["payload_base64"]) for path in paths]


NAMES = sorted([*PROBE_OF, *NEVER_RECORDED])
MAGICS = {
    "sadp": b"<ProbeMatch><MAC>",
    "dhip": bytes(4) + b"DHIP" + bytes(24),
    "dvrip": b"\xb3\0\x18\0\x58\0\0\0",
    "xiongmai": b"\xff" + bytes(13) + b"\xfb\x05",
    "tvt": b"MHED\x08\0\1\0\2\0\0\0",
    "bosch": b"\x99\x39\xa4\x27",
    "hanwha": b"\x0b",
    "vivotek": b"\0\x4a\x5d\x8f\x1c",
    "foscam": b"MO_I\1\0\1",
    "vstarcam": b"\x44\x48\x01\x08",
    "panasonic": b"\0\1\0\0\0\x0e" + bytes(47),
    "sony": b"\x02MAC:",
    "ubiquiti": b"\1\0",
    "reolink": bytes(64),
    "tplink": b"\2\0" + bytes(14) + b"{",
    "pppp": b"\xf1\x41",
    "topsee": b'<XML_TOPSEE><M Msg_code="3"/>',
    "vision360": b"DISCOVER ",
    "gige": b"\0\0\0\3",
    "sadp_raw": b"\x21" + bytes(7) + b"\6\4\4",
    "nicevision": b"NICE",
}


def read(name: str, payload: bytes) -> object:
    """What the decoder makes of it: a message or None for MalformedReply; all else is the test's failure."""
    decoder: Any = module(name)
    assert decoder.is_reply(payload) in (True, False)
    try:
        message: object = decoder.decode_reply(payload)
    except MalformedReply:
        return None
    assert type(message).__module__ == decoder.__name__
    hash(message)
    return message


@pytest.mark.parametrize("name", NAMES)
def test_whole_replies_are_read(name: str) -> None:
    for payload in seeds(name):
        assert module(name).is_reply(payload)
        assert read(name, payload) is not None


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes_are_a_message_or_malformed(name: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=600), st.booleans())
    def any_bytes(payload: bytes, behind_magic: bool) -> None:
        read(name, MAGICS[name] + payload if behind_magic else payload)

    any_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_reply_cut_at_any_byte_is_a_message_or_malformed(name: str) -> None:
    for payload in seeds(name):
        for length in range(len(payload)):
            read(name, payload[:length])


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_packet_is_malformed(name: str) -> None:
    assert not module(name).is_reply(b"")
    with pytest.raises(MalformedReply):
        module(name).decode_reply(b"")


# Vivotek's records fill the packet to its end; what stands behind VStarcam's are credentials.
JUNK = [(name, bytes(24)) for name in NAMES if name not in NEVER_RECORDED] + [
    (name, b"junk <x> {y} 0") for name in NAMES if name not in {*NEVER_RECORDED, "vivotek", "vstarcam"}
]


@pytest.mark.parametrize(("name", "junk"), JUNK)
def test_trailing_junk_changes_nothing_that_was_said(name: str, junk: bytes) -> None:
    for payload in seeds(name):
        assert _without(read(name, payload)) == _without(read(name, payload + junk))


def _without(message: Any) -> dict[str, object]:
    """The message's fields, but for the checksum, which junk breaks by right."""
    return {key: getattr(message, key) for key in message.__slots__ if key != "checksum_ok"}


@pytest.mark.parametrize("name", NAMES)
def test_wrong_bytes_anywhere_are_a_message_or_malformed(name: str) -> None:
    """Every byte of every reply becomes 0xff and a random value: lengths, tags, text, numbers."""
    chance = random.Random(name)
    for payload in seeds(name):
        for index in range(len(payload)):
            for value in (0xFF, chance.randrange(256)):
                read(name, payload[:index] + bytes((value,)) + payload[index + 1 :])


HOSTILE_TAILS: dict[str, Callable[[int], bytes]] = {
    "zeros": bytes,
    "ones": lambda size: b"\xff" * size,
    "open brackets": lambda size: b'{"a":[' * (size // 6),
    "open braces": lambda size: b'{"a":' * (size // 5),
    "quotes": lambda size: b'{"' + b'"' * size,
    "keys without end": lambda size: b'{"abcdefgh' * (size // 10),
    "long number": lambda size: b'{"MAC":' + b"9" * size,
    "open tags": lambda size: b"<a>" * (size // 3),
    "attributes": lambda size: b"<a " + b'b="c" ' * (size // 6),
    "entities": lambda size: b"<MAC>" + b"&lt;" * (size // 4),
    "doctype": lambda size: b'<!DOCTYPE a [<!ENTITY b "' + b"c" * size + b'">]><MAC>&b;</MAC>',
    "accounts": lambda size: b"<Account" * (size // 8),
    "spaces": lambda size: b"Msg_code" + b" " * size,
    "digits": lambda size: b"1" * size,
    "letters": lambda size: b"A" * size,
    "colons": lambda size: b"a:" * (size // 2),
    "pairs": lambda size: b"KEY='" * (size // 5),
}


@pytest.mark.parametrize("tail", sorted(HOSTILE_TAILS))
def test_the_largest_hostile_packet_is_done_within_a_fifth_of_a_second(tail: str) -> None:
    for name in NAMES:
        payload = (MAGICS[name] + HOSTILE_TAILS[tail](64000))[:65507]
        began = time.process_time()
        read(name, payload)
        took = time.process_time() - began
        assert took < 0.2, f"{name}: {took:.3f} s"
