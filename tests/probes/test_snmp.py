from __future__ import annotations

from datetime import UTC, datetime

from camscan.model.exchange import Ask, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.snmp import PROBE, with_community
from camscan.wire import snmp

TARGET = Target("192.168.1.64")


def test_without_a_community_nothing_is_asked() -> None:
    assert PROBE.asks is not None
    assert ("community", []) == (PROBE.needs, list(PROBE.asks(TARGET)))


def heard(values: list[tuple[str, snmp.Tag, bytes]]) -> Observation:
    payload = snmp.encode_response("s3cret", 1, values)
    ask = Ask(PROBE.name, TARGET.ip, 161, Transport.UDP, b"")
    (found,) = PROBE.read(Reply(ask, TARGET.ip, 161, payload, datetime(2024, 1, 1, tzinfo=UTC)))
    assert isinstance(found, Observation)
    return found


def test_with_a_community_two_questions_carry_it() -> None:
    probe = with_community("s3cret")
    assert probe.asks is not None
    payloads = [ask.payload for ask in probe.asks(TARGET)]
    assert ("", 2, 2) == (probe.needs, len(payloads), len(set(payloads)))
    assert all(b"s3cret" in payload for payload in payloads)


def test_what_a_device_calls_itself_is_read() -> None:
    found = heard([(snmp.SYS_DESCR, snmp.Tag.OCTETS, b"; AXIS P3343; Network Camera; 5.20")])
    assert {"snmp.sys_descr": ("; AXIS P3343; Network Camera; 5.20",)} == dict(found.fields)


def test_makers_objects_and_interface_addresses_are_read() -> None:
    found = heard(
        [
            ("1.3.6.1.4.1.39165.1.1.0", snmp.Tag.OCTETS, b"DS-2CD"),
            ("1.3.6.1.4.1.3967.1.1.0", snmp.Tag.NO_SUCH_OBJECT, b""),
            ("1.3.6.1.2.1.2.2.1.6.1", snmp.Tag.OCTETS, b""),
            ("1.3.6.1.2.1.2.2.1.6.2", snmp.Tag.OCTETS, bytes.fromhex("accc8e010203")),
        ]
    )
    assert {
        "snmp.value": ("1.3.6.1.4.1.39165.1.1.0 = DS-2CD",),
        "mac.claimed": ("ac:cc:8e:01:02:03",),
    } == dict(found.fields)


def test_the_community_is_in_no_observation() -> None:
    assert "s3cret" not in repr(heard([(snmp.SYS_NAME, snmp.Tag.OCTETS, b"cam")]))
