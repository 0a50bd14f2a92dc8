from __future__ import annotations

from datetime import UTC, datetime

from camscan.model.exchange import Ask, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.ws_discovery import PROBE, asks, group_asks, read
from camscan.wire import wsd

AT = datetime(2024, 1, 1, tzinfo=UTC)


def heard(payload: bytes, source_ip: str = "192.168.1.64") -> list[Observation]:
    reply = Reply(Ask(PROBE.name, source_ip, 3702, Transport.UDP, b""), source_ip, 3702, payload, AT)
    return [each for each in read(reply) if isinstance(each, Observation)]


def match(endpoint: str, host: str, scopes: str = "onvif://www.onvif.org/hardware/X") -> str:
    return (
        f"<ProbeMatch><EndpointReference><Address>{endpoint}</Address></EndpointReference><Scopes>{scopes}</Scopes>"
        f"<XAddrs>http://{host}/onvif/device_service</XAddrs></ProbeMatch>"
    )


def envelope(body: str) -> bytes:
    return f"<Envelope><Header/><Body>{body}</Body></Envelope>".encode()


def test_every_packet_of_a_target_has_its_own_message_id() -> None:
    sent = [
        wsd.decode(ask.payload).message_id
        for ask in (*asks(Target("192.0.2.1")), *asks(Target("192.0.2.2")), *group_asks())
    ]
    assert len(sent) == len(set(sent)) == 10


def test_the_digits_that_net_renews_are_the_last_of_the_message_id() -> None:
    for ask in (*asks(Target("192.0.2.1")), *group_asks()):
        assert ask.fresh_hex_at is not None
        at, count = ask.fresh_hex_at
        renewed = ask.payload[:at] + b"0123456789ab" + ask.payload[at + count :]
        before, after = wsd.decode(ask.payload).message_id, wsd.decode(renewed).message_id
        assert before[:-12] + "0123456789ab" == after
        assert len(ask.payload) == len(renewed)


def test_unicast_asks_three_ways_and_groups_four() -> None:
    assert [3, 4] == [len(list(asks(Target("192.0.2.1")))), len(list(group_asks()))]


def test_a_mac_scope_is_a_claimed_mac() -> None:
    scopes = "onvif://www.onvif.org/MAC/8c:e7:48:01:02:03"
    found = heard(envelope(match("urn:uuid:x", "192.168.1.64", scopes)))
    assert ("8c:e7:48:01:02:03",) == found[0].fields["mac.claimed"]


def test_an_address_other_than_the_packets_source_is_claimed() -> None:
    found = heard(envelope(match("urn:uuid:x", "192.168.0.64")), "10.0.0.5")
    assert ("10.0.0.5", ("192.168.0.64",)) == (found[0].ip, found[0].fields["net.claimed_address"])


def test_of_several_matches_only_the_senders_own_is_read() -> None:
    body = match("urn:uuid:camera", "192.168.1.20") + match("urn:uuid:recorder", "192.168.1.64")
    found = heard(envelope(f"<ProbeMatches>{body}</ProbeMatches>"))
    assert [("urn:uuid:recorder",)] == [each.fields["onvif.endpoint"] for each in found]


def test_a_fault_is_an_observation() -> None:
    found = heard(envelope("<Fault><faultstring>the xml format error</faultstring></Fault>"))
    assert [{"onvif.fault": ("the xml format error",)}] == [dict(each.fields) for each in found]


def test_hello_is_read_and_bye_and_other_clients_probes_are_not() -> None:
    hello = match("urn:uuid:x", "192.168.1.64").replace("ProbeMatch", "Hello")
    assert 1 == len(heard(envelope(hello)))
    assert [] == heard(envelope(hello.replace("Hello", "Bye")))
    assert [] == heard(wsd.encode_probe(wsd.ProbeVariant.UNTYPED, "uuid:1"))


def test_user_information_in_a_service_address_is_not_kept() -> None:
    found = heard(envelope(match("urn:uuid:x", "admin:secret@192.168.1.64")))
    assert "secret" not in repr(found)
