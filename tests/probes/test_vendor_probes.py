"""The vendor UDP probes: what they send, what they read, and what must never get through them."""

from __future__ import annotations

import base64
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, digest_of
from camscan.probes import load_probes
from camscan.probes.sadp import fields_of_frame
from camscan.wire import sadp_raw, topsee, tvt, vstarcam

ROOT = Path(__file__).parents[2]
RECORDINGS = Path(__file__).parents[1] / "recordings"
AT = datetime(2024, 5, 17, 9, 30, tzinfo=UTC)
TARGET = Target("192.0.2.7")

# facts §0.1: destination ports, groups, fixed reply port, unicast, single-source (§10.4), passive ports
FACTS: dict[str, tuple[tuple[int, ...], set[tuple[str, int]], int | None, bool, bool, tuple[int, ...]]] = {
    "sadp": ((37020,), {("239.255.255.250", 37020), ("broadcast", 37020)}, None, True, False, (37020,)),
    "dhip": ((37810,), {("239.255.255.251", 37810), ("broadcast", 37810)}, None, True, False, (37810,)),
    "dahua-dvrip": ((5050,), {("broadcast", 5050)}, 5050, False, False, ()),
    "xiongmai": ((34569,), {("broadcast", 34569)}, 34569, False, False, ()),
    "tvt": ((23456,), {("234.55.55.55", 23456)}, 23456, False, False, (23456,)),
    "bosch": ((1757,), {("broadcast", 1757)}, 1758, False, True, ()),
    "hanwha": ((7701,), {("broadcast", 7701)}, 7711, False, True, ()),
    "vivotek": ((10000,), {("broadcast", 10000)}, None, False, True, ()),
    "foscam": ((10000,), {("broadcast", 10000)}, 10000, False, False, ()),
    "vstarcam": ((8600,), {("broadcast", 8600)}, None, False, False, ()),
    "panasonic": ((10670,), {("broadcast", 10670)}, 10669, False, False, ()),
    "sony": ((2380, 52380), {("broadcast", 2380), ("broadcast", 52380)}, None, True, False, ()),
    "ubiquiti": ((10001,), {("233.89.188.1", 10001), ("broadcast", 10001)}, None, True, False, (10001,)),
    "reolink": ((2000,), {("broadcast", 2000)}, 3000, False, True, ()),
    "tp-link": ((20002, 20004), {("broadcast", 20002), ("broadcast", 20004)}, None, True, False, ()),
    "pppp": ((32108,), {("broadcast", 32108)}, None, False, True, ()),
    "topsee": ((3001,), {("broadcast", 3001)}, 3001, False, True, ()),
    "vision360": ((3600,), {("broadcast", 3600)}, 3600, False, True, ()),
    "gige-vision": ((3956,), {("broadcast", 3956)}, None, True, False, ()),
}
PROBES = {probe.name: probe for probe in load_probes() if probe.name in FACTS}


def recordings() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in sorted(FACTS):
        for path in sorted((RECORDINGS / name).glob("*/reply.json")):
            yield f"{name}/{path.parent.name}", json.loads(path.read_text("utf-8"))


ALL = dict(recordings())


def reply_of(recording: dict[str, Any], payload: bytes | None = None) -> Reply:
    raw = base64.b64decode(recording["payload_base64"]) if payload is None else payload
    ask = Ask(recording["probe"], "broadcast", 0, Transport.GROUP, b"")
    return Reply(ask, recording["source_ip"], recording["source_port"], raw, AT, interface="eth7")


def observed(probe: Probe, reply: Reply) -> list[Observation]:
    items = list(probe.read(reply))
    assert all(isinstance(item, Observation) for item in items), "a vendor probe never asks further"
    return [item for item in items if isinstance(item, Observation)]


def everything_sent(probe: Probe) -> list[bytes]:
    asks = [*(probe.asks(TARGET) if probe.asks else ()), *(probe.group_asks() if probe.group_asks else ())]
    return [ask.payload for ask in asks]


def test_every_probe_of_the_facts_is_there_and_recorded() -> None:
    assert set(FACTS) == set(PROBES)
    assert set(FACTS) == {key.split("/")[0] for key in ALL}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_probe_has_the_ports_groups_and_standing_of_the_facts(name: str) -> None:
    probe = PROBES[name]
    ports, groups, reply_port, unicast, experimental, speaks_on = FACTS[name]
    assert ports == probe.ports
    assert groups == {(group.ip, group.port) for group in probe.groups}
    assert reply_port == probe.reply_port
    assert unicast == (probe.asks is not None)
    assert experimental == probe.experimental
    assert speaks_on == probe.speaks_on
    assert 2 <= probe.repeats <= 3


def test_answers_that_go_to_a_group_have_that_group_joined() -> None:
    joined = {name: {join for group in PROBES[name].groups for join in group.join} for name in FACTS}
    assert {"234.55.55.55", "234.55.55.56"} == joined["tvt"]
    assert {"239.255.255.250"} == joined["sadp"]
    assert {"239.255.255.251"} == joined["dhip"]
    assert {"233.89.188.1"} == joined["ubiquiti"]


@pytest.mark.parametrize("name", sorted(name for name, row in FACTS.items() if row[3]))
def test_unicast_questions_go_to_the_target_alone_and_within_the_packet_budget(name: str) -> None:
    probe = PROBES[name]
    assert probe.asks is not None
    asks = list(probe.asks(TARGET))
    assert {(TARGET.ip, port) for port in probe.ports} == {(ask.ip, ask.port) for ask in asks}
    assert {(name, Transport.UDP)} == {(ask.probe, ask.transport) for ask in asks}
    assert len(asks) * probe.repeats <= probe.packets


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_same_question_twice_is_the_same_bytes(name: str) -> None:
    assert everything_sent(PROBES[name]) == everything_sent(PROBES[name])


def test_nothing_but_the_allowed_messages_is_ever_sent() -> None:
    """facts §0.3, as literal bytes."""
    sent = {name: everything_sent(probe) for name, probe in PROBES.items()}
    for payload in sent["sadp"]:
        assert payload.split(b"<Types>")[1] in (
            b"inquiry</Types></Probe>",
            b"inquiry_v32</Types></Probe>",
        )
    assert {b"DHDiscover.search"} == {payload.split(b'"')[3] for payload in sent["dhip"]}
    assert {bytes.fromhex("ff00000000000000000000000000fa0500000000")} == set(sent["xiongmai"])
    assert {1} == {int.from_bytes(payload[8:12], "little") for payload in sent["tvt"]}
    assert all(not any(payload[12:]) for payload in sent["tvt"])
    assert {bytes.fromhex("4d4f5f490000" + "00" * 9 + "04000000040000000000" + "0001")} == set(sent["foscam"])
    assert {b"\x44\x48\x01\x01"} == set(sent["vstarcam"])
    assert {b"\xf1\x30\0\0", b"\xf1\x32\0\0"} == set(sent["pppp"])
    assert {b"\x01\0\0\0", b"\x02\x08\0\0"} == set(sent["ubiquiti"])
    assert {b"\x02ENQ:allinfo\xff\x03"} == set(sent["sony"])
    assert {b"\x42\x11\x00\x02"} == {payload[:4] for payload in sent["gige-vision"]}
    assert {b'Msg_type="SYSTEM_SEARCHIPC_MESSAGE" Msg_code="1"'} == {
        payload.split(b"MESSAGE_HEADER ")[1].split(b" Msg_flag")[0] for payload in sent["topsee"]
    }


def test_panasonic_leaves_room_for_the_address_that_the_sender_fills_in() -> None:
    group_asks = PROBES["panasonic"].group_asks
    assert group_asks is not None
    (ask,) = group_asks()
    assert ask.sender_ip_at == 18
    assert b"\xff" * 6 + bytes(4) == ask.payload[12:22]


@pytest.mark.parametrize("key", sorted(ALL))
def test_a_recorded_reply_yields_exactly_its_observation(key: str) -> None:
    recording = ALL[key]
    probe = PROBES[recording["probe"]]
    (observation,) = observed(probe, reply_of(recording))
    assert recording["observations"][0] == {name: list(values) for name, values in observation.fields.items()}
    assert (recording["source_ip"], recording["source_port"], probe.name, AT, "eth7") == (
        observation.ip,
        observation.port,
        observation.source,
        observation.at,
        observation.interface,
    )


@pytest.mark.parametrize(
    "key", sorted(key for key, recording in ALL.items() if not recording["planted_secrets"])
)
def test_the_digest_is_that_of_the_packet(key: str) -> None:
    reply = reply_of(ALL[key])
    (observation,) = observed(PROBES[ALL[key]["probe"]], reply)
    assert digest_of(reply.payload) == observation.digest


WITH_SECRETS = sorted(key for key, recording in ALL.items() if recording["planted_secrets"])


def test_all_three_protocols_that_announce_credentials_are_recorded_with_some() -> None:
    assert {"topsee", "tvt", "vstarcam"} == {key.split("/")[0] for key in WITH_SECRETS}


@pytest.mark.parametrize("key", WITH_SECRETS)
def test_no_secret_survives_in_an_observation(key: str) -> None:
    recording = ALL[key]
    reply = reply_of(recording)
    (observation,) = observed(PROBES[recording["probe"]], reply)
    assert observation.fields["device.credentials_announced"] == ("true",)
    for secret in recording["planted_secrets"]:
        assert secret.encode() in reply.payload
        assert secret not in repr(observation)


@pytest.mark.parametrize("key", WITH_SECRETS)
def test_another_secret_gives_the_same_observation_digest_included(key: str) -> None:
    recording = ALL[key]
    probe, reply = PROBES[recording["probe"]], reply_of(recording)
    changed = reply.payload
    for secret in recording["planted_secrets"]:
        changed = changed.replace(secret.encode(), secret.upper().encode())
    assert changed != reply.payload
    assert observed(probe, reply) == observed(probe, replace(reply, payload=changed))


@pytest.mark.parametrize("wire", [tvt, vstarcam, topsee])
def test_what_is_left_to_parse_and_hash_holds_no_secret(wire: Any) -> None:
    name = wire.__name__.rpartition(".")[2]
    for key in WITH_SECRETS:
        if key.startswith(f"{name}/"):
            kept = wire.without_credentials(reply_of(ALL[key]).payload)
            assert [secret for secret in ALL[key]["planted_secrets"] if secret.encode() in kept] == []
            assert kept == wire.without_credentials(kept)


@pytest.mark.parametrize("key", WITH_SECRETS)
def test_a_broken_packet_with_secrets_complains_without_quoting_them(key: str) -> None:
    recording = ALL[key]
    probe, whole = PROBES[recording["probe"]], reply_of(recording).payload
    complaints = []
    for length in range(len(whole)):
        try:
            list(probe.read(reply_of(recording, whole[:length])))
        except MalformedReply as error:
            complaints.append(str(error))
    assert complaints
    assert not any("planted" in complaint or b"planted".hex() in complaint for complaint in complaints)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_our_own_questions_coming_back_say_nothing_to_any_probe(name: str) -> None:
    for payload in everything_sent(PROBES[name]):
        for probe in PROBES.values():
            assert observed(probe, reply_of({**ALL["pppp/vstarcam_vstb_unknown"]}, payload)) == []


@pytest.mark.parametrize("key", sorted(ALL))
def test_another_protocols_packet_says_nothing(key: str) -> None:
    """net hands a packet to every probe of its port: 10000 is Foscam's and Vivotek's."""
    recording = ALL[key]
    for name, probe in PROBES.items():
        if name != recording["probe"]:
            assert observed(probe, reply_of(recording)) == [], name


@pytest.mark.parametrize(
    "payload", [b"", b"\0" * 40, b"M-SEARCH * HTTP/1.1\r\n\r\n", b"\xff" * 64, b"hello\n"]
)
def test_foreign_packets_say_nothing(payload: bytes) -> None:
    for probe in PROBES.values():
        assert observed(probe, reply_of(ALL["pppp/vstarcam_vstb_unknown"], payload)) == []


BROKEN = {
    "sadp": b"<ProbeMatch><Uuid>1</Uuid></ProbeMatch>",
    "dhip": bytes(4) + b"DHIP" + bytes(24),
    "dahua-dvrip": b"\xb3\0",
    "xiongmai": bytes.fromhex("ff01000000000000000000000000fb05ff000000"),
    "tvt": b"MHED\x08\0\1\0\2\0\0\0",
    "bosch": b"\x99\x39\xa4\x27" + bytes(28),
    "hanwha": b"\x0b" + bytes(200),
    "vivotek": b"\0\x4a\x5d\x8f\x1c\1\xff",
    "foscam": b"MO_I\1\0\0",
    "vstarcam": b"\x44\x48\x01\x08",
    "panasonic": b"\0\1\0\0\0\x0e",
    "sony": b"\x02MAC:1\xff",
    "ubiquiti": b"\1\0\0\x20\1\0\6",
    "tp-link": b"\2\0" + bytes(14) + b"{}",
    "pppp": b"\xf1\x41\0\x14ABC",
    "topsee": b'<XML_TOPSEE><M Msg_code="3"/></XML_TOPSEE>',
    "vision360": b"DISCOVER ID=1",
    "gige-vision": b"\0\0\0\3\0\xf8\0\1",
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_packet_of_the_protocol_itself_is_malformed(name: str) -> None:
    with pytest.raises(MalformedReply):
        list(PROBES[name].read(reply_of(ALL["pppp/vstarcam_vstb_unknown"], BROKEN[name])))


def test_a_raw_ethernet_frame_gives_the_same_fields_as_the_xml() -> None:
    frame = sadp_raw.SadpFrame(
        "44:19:b6:00:11:22", ("192.168.1.64",), "DS-2CD2132-I20140101CCWR451234567", 30, 8000, 1, 2,
        "V5.2.5build 141201", "V5.0 build 141201", "2014-12-24 08:00:00", True,
    )  # fmt: skip
    fields = fields_of_frame(frame)
    assert set() == set(fields) - set(PROBES["sadp"].fields)
    assert fields["sadp.device_sn"] == "DS-2CD2132-I20140101CCWR451234567"
    assert [fields[f"sadp.{name}"] for name in ("device_type", "command_port", "disks")] == [
        "30",
        "8000",
        "2",
    ]


def test_declared_fields_are_those_of_the_field_list() -> None:
    listed = tomllib.loads((ROOT / "fingerprints" / "fields.toml").read_text("utf-8"))
    for name, probe in PROBES.items():
        assert sorted(field for field, row in listed.items() if name in row["probes"]) == sorted(
            probe.fields
        ), name


@pytest.mark.parametrize("key", sorted(ALL))
def test_yielded_fields_are_declared(key: str) -> None:
    (observation,) = observed(PROBES[ALL[key]["probe"]], reply_of(ALL[key]))
    assert set() == set(observation.fields) - set(PROBES[ALL[key]["probe"]].fields)


CORPUS = [
    json.loads(line) for line in (RECORDINGS / "corpus" / "vendor_udp.jsonl").read_text("utf-8").splitlines()
]


def test_every_corpus_line_is_an_observation_or_nothing_or_malformed() -> None:
    told: dict[str, set[str]] = {}
    for line in CORPUS:
        payload = base64.b64decode(line["data_b64"]) if "data_b64" in line else line["data"].encode()
        for name, probe in PROBES.items():
            try:
                if observed(probe, reply_of(ALL["pppp/vstarcam_vstb_unknown"], payload)):
                    told.setdefault(name, set()).add(line["kind"])
            except MalformedReply:
                continue
    assert {"sadp": {"sadp"}, "dhip": {"dhdiscover"}} == told
