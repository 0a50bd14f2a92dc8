from __future__ import annotations

import struct
from datetime import UTC, datetime

from camscan.model.exchange import Ask, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.mdns import PROBE, asks, read
from camscan.wire import dns

AT = datetime(2024, 1, 1, tzinfo=UTC)


def record(name: tuple[str, ...], kind: int, data: bytes) -> bytes:
    return dns.encode_name(name) + struct.pack(">HHIH", kind, 0x8001, 120, len(data)) + data


def ptr(name: str, target: tuple[str, ...]) -> bytes:
    return record(dns.name_of(name), dns.Type.PTR, dns.encode_name(target))


def srv(name: tuple[str, ...], host: str) -> bytes:
    return record(name, dns.Type.SRV, struct.pack(">HHH", 0, 0, 80) + dns.encode_name(dns.name_of(host)))


def txt(name: tuple[str, ...], *entries: str) -> bytes:
    return record(name, dns.Type.TXT, b"".join(bytes([len(e)]) + e.encode() for e in entries))


def a(host: str, ip: str) -> bytes:
    return record(dns.name_of(host), dns.Type.A, bytes(map(int, ip.split("."))))


def heard(*records: bytes, source_ip: str = "192.168.1.90") -> list[Observation | Ask]:
    payload = struct.pack(">HHHHHH", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)
    ask = Ask(PROBE.name, source_ip, 5353, Transport.UDP, b"")
    return list(read(Reply(ask, source_ip, 5353, payload, AT)))


def fields(found: list[Observation | Ask]) -> dict[str, tuple[str, ...]]:
    return {
        name: values
        for each in found
        if isinstance(each, Observation)
        for name, values in each.fields.items()
    }


AXIS = ("AXIS M5014 - ACCC8E3C0419", "_axis-video", "_tcp", "local")


def test_a_host_is_asked_by_name_and_for_its_list_with_the_unicast_bit() -> None:
    named, listed = [dns.decode(ask.payload) for ask in asks(Target("192.0.2.1"))]
    assert ("_axis-video", "_tcp", "local") == named.questions[0].name
    assert [("_services", "_dns-sd", "_udp", "local")] == [each.name for each in listed.questions]
    assert all(each.unicast_wanted for each in (*named.questions, *listed.questions))


def test_an_axis_camera_gives_model_and_mac() -> None:
    found = fields(
        heard(
            ptr("_axis-video._tcp.local", AXIS),
            srv(AXIS, "axis-accc8e3c0419.local"),
            txt(AXIS, "macaddress=ACCC8E3C0419"),
            a("axis-accc8e3c0419.local", "192.168.1.90"),
        )
    )
    assert {
        "mdns.service": ("_axis-video._tcp",),
        "mdns.instance": ("AXIS M5014 - ACCC8E3C0419",),
        "mdns.host": ("axis-accc8e3c0419.local",),
        "mdns.txt": ("macaddress=ACCC8E3C0419",),
        "mac.claimed": ("ac:cc:8e:3c:04:19",),
        "net.claimed_address": ("192.168.1.90",),
    } == found


def test_the_case_of_a_hikvision_service_and_its_serial_are_kept() -> None:
    name = ("HIKVISION DS-2CD2722FWD-IZS - 733050127", "_CGI", "_tcp", "local")
    found = fields(heard(srv(name, "DS-2CD2722FWD-IZS20170321BBWR733050075.local"), txt(name, "path=/")))
    assert (("_CGI._tcp",), ("DS-2CD2722FWD-IZS20170321BBWR733050075.local",)) == (
        found["mdns.service"],
        found["mdns.host"],
    )
    assert "mac.claimed" not in found


def test_listed_types_are_services() -> None:
    enumeration = "_services._dns-sd._udp.local"
    found = heard(
        ptr(enumeration, dns.name_of("_axis-video._tcp.local")),
        ptr(enumeration, dns.name_of("_ipp._tcp.local")),
    )
    assert {"mdns.service": ("_axis-video._tcp", "_ipp._tcp")} == fields(found)


def test_nothing_further_is_asked() -> None:
    assert [] == [each for each in heard(ptr("_axis-video._tcp.local", AXIS)) if isinstance(each, Ask)]


OTHER = ("Office Printer", "_ipp", "_tcp", "local")


def test_of_a_reflectors_answer_only_its_own_records_are_read() -> None:
    found = fields(
        heard(
            srv(AXIS, "axis.local"),
            txt(AXIS, "macaddress=ACCC8E3C0419"),
            a("axis.local", "10.0.9.9"),
            srv(OTHER, "router.local"),
            a("router.local", "192.168.1.90"),
        )
    )
    assert (("_ipp._tcp",), ("router.local",)) == (found["mdns.service"], found["mdns.host"])
    assert "mac.claimed" not in found


def test_an_answer_about_several_other_hosts_says_nothing_of_the_sender() -> None:
    assert {} == fields(
        heard(
            srv(AXIS, "axis.local"),
            a("axis.local", "10.0.9.9"),
            srv(OTHER, "p.local"),
            a("p.local", "10.0.9.8"),
        )
    )


def test_an_answer_from_a_link_local_address_keeps_its_claimed_one() -> None:
    found = fields(heard(srv(AXIS, "axis.local"), a("axis.local", "10.0.9.9"), source_ip="169.254.3.4"))
    assert ("10.0.9.9",) == found["net.claimed_address"]


def test_a_question_from_another_host_is_not_an_announcement() -> None:
    query = dns.encode_query([dns.Question(dns.name_of("_http._tcp.local"), dns.Type.PTR)])
    assert [] == list(
        read(Reply(Ask(PROBE.name, "h", 5353, Transport.UDP, b""), "192.0.2.1", 5353, query, AT))
    )


def test_what_a_question_says_it_has_heard_already_is_not_the_askers() -> None:
    """Known-answer suppression (RFC 6762, 7.1): a browser repeats cameras' records in its questions."""
    known = ptr("_axis-video._tcp.local", ("AXIS P3245 - B8A44F102032", "_axis-video", "_tcp", "local"))
    asked = dns.encode_query([dns.Question(dns.name_of("_axis-video._tcp.local"), dns.Type.PTR)])
    question = asked[:6] + b"\x00\x01" + asked[8:] + known
    answer = struct.pack(">HHHHHH", 0, 0x8400, 0, 1, 0, 0) + known
    ask = Ask("mdns", "10.0.0.9", 5353, Transport.UDP, b"")
    heard = [list(read(Reply(ask, "10.0.0.9", 5353, raw, AT))) for raw in (question, answer)]
    assert [0, 1] == [len(each) for each in heard]
