from __future__ import annotations

from datetime import UTC, datetime

from camscan.model.exchange import Ask, Reply, Target
from camscan.model.observation import Observation
from camscan.probes.snmp import PROBE, with_community
from camscan.wire import snmp

TARGET = Target("192.168.1.64")


def test_without_a_community_nothing_is_asked() -> None:
    assert PROBE.asks is not None
    assert ("community", []) == (PROBE.needs, list(PROBE.asks(TARGET)))


def answered(values: list[tuple[str, snmp.Tag, bytes]]) -> list[Observation | Ask]:
    probe = with_community("s3cret")
    assert probe.asks is not None
    (ask,) = probe.asks(TARGET)
    assert b"s3cret" in ask.payload
    payload = snmp.encode_response("s3cret", 1, values)
    return list(probe.read(Reply(ask, ask.ip, ask.port, payload, datetime(2024, 1, 1, tzinfo=UTC))))


def test_the_makers_objects_follow_an_answer_and_end_there() -> None:
    observation, ask = answered([(snmp.SYS_DESCR, snmp.Tag.OCTETS, b"; AXIS P3343; Network Camera; 5.20")])
    assert isinstance(observation, Observation)
    assert isinstance(ask, Ask)
    assert ("makers", {"snmp.sys_descr": ("; AXIS P3343; Network Camera; 5.20",)}) == (
        ask.step,
        dict(observation.fields),
    )
    values = [
        ("1.3.6.1.4.1.39165.1.1.0", snmp.Tag.OCTETS, b"DS-2CD"),
        ("1.3.6.1.4.1.3967.1.1.0", snmp.Tag.NO_SUCH_OBJECT, b""),
        ("1.3.6.1.2.1.2.2.1.6.1", snmp.Tag.OCTETS, b""),
        ("1.3.6.1.2.1.2.2.1.6.2", snmp.Tag.OCTETS, bytes.fromhex("accc8e010203")),
    ]
    reply = Reply(
        ask, ask.ip, ask.port, snmp.encode_response("x", 1, values), datetime(2024, 1, 1, tzinfo=UTC)
    )
    (found,) = with_community("s3cret").read(reply)
    assert isinstance(found, Observation)
    assert {
        "snmp.value": ("1.3.6.1.4.1.39165.1.1.0 = DS-2CD",),
        "mac.claimed": ("ac:cc:8e:01:02:03",),
    } == dict(found.fields)


def test_the_community_is_in_no_observation() -> None:
    found = answered([(snmp.SYS_NAME, snmp.Tag.OCTETS, b"cam")])
    assert "s3cret" not in repr([each for each in found if isinstance(each, Observation)])
