from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.model.exchange import Framing, Reply, Target
from camscan.model.observation import Observation
from camscan.probes.banner import PROBE, banner_asks, read
from camscan.probes.ports import CAMERA_PORTS

AT = datetime(2026, 1, 2, tzinfo=UTC)


def observed(payload: bytes, port: int) -> Observation:
    (ask,) = banner_asks(Target("10.0.3.17"), port)
    (seen,) = read(Reply(ask, "10.0.3.17", port, payload, AT))
    assert isinstance(seen, Observation)
    return seen


def test_nothing_is_sent_and_nothing_is_asked_by_default() -> None:
    assert PROBE.experimental
    assert PROBE.asks is not None
    assert [(ask.port, ask.payload, ask.framing) for ask in PROBE.asks(Target("10.0.3.17"))] == [
        (21, b"", Framing.BANNER),
        (23, b"", Framing.BANNER),
    ]
    assert not {21, 23} & {each.port for each in CAMERA_PORTS}


@pytest.mark.parametrize(
    ("payload", "port", "field", "text"),
    [
        (
            b"220 Axis Q6034-E PTZ Dome Network Camera ftpd ready.\r\n",
            21,
            "ftp.banner",
            "220 Axis Q6034-E PTZ",
        ),
        (
            b"\xff\xfb\x01Welcome to IP bullet 5000 HD\r\n",
            23,
            "telnet.banner",
            "Welcome to IP bullet 5000 HD",
        ),
        (b"SSH-2.0-dropbear\r\n", 22, "tcp.banner", "SSH-2.0-dropbear"),
    ],
)
def test_a_greeting_becomes_one_observation(payload: bytes, port: int, field: str, text: str) -> None:
    seen = observed(payload, port)
    assert [field] == list(seen.fields)
    assert seen.fields[field][0].startswith(text)
    assert field in PROBE.fields


@given(st.binary(max_size=200), st.sampled_from([21, 23, 5060]))
def test_whatever_is_said_is_read_or_malformed(raw: bytes, port: int) -> None:
    try:
        assert set(observed(raw, port).fields) <= set(PROBE.fields)
    except MalformedReply:
        return
