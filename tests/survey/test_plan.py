"""What is said next to one device."""

from __future__ import annotations

from camscan.model.exchange import Ask, Framing, Target, Transport
from camscan.survey.plan import Known, Plan

IP = "10.0.0.5"
UNKNOWN = Known()


def plan(*ports: int) -> Plan:
    made = Plan(Target(IP))
    for port in ports:
        made.opened(port)
    return made


def spoken(made: Plan, left: int = 6) -> list[tuple[int, str]]:
    said = []
    while (talk := made.next_talk(UNKNOWN, left)) is not None:
        said.append((talk.port, talk.asks[0].probe))
        made.ended(talk)
    return said


def test_the_strongest_port_speaks_first_and_every_protocol_gets_its_turn() -> None:
    assert [(80, "http"), (80, "onvif-device"), (80, "tls"), (554, "rtsp")] == spoken(plan(554, 80))


def test_a_port_that_answered_is_not_tried_in_another_protocol() -> None:
    made = plan(80)
    talk = made.next_talk(UNKNOWN, 6)
    assert talk is not None
    further = made.heard(talk.asks[0], understood=True)
    assert ["onvif-device"] == [ask.probe for ask in further]
    made.ended(talk)
    assert made.next_talk(UNKNOWN, 6) is None


def test_one_port_is_spoken_to_in_one_protocol_at_a_time() -> None:
    made = plan(80)
    assert made.next_talk(UNKNOWN, 6) is not None
    assert made.next_talk(UNKNOWN, 6) is None


def test_an_announced_service_address_gives_port_and_path_but_never_a_host() -> None:
    made = plan()
    made.announced(["http://192.168.77.1:8899/onvif/device_service", "http://10.0.0.5:9100/x", "garbage"])
    talk = made.next_talk(UNKNOWN, 6)
    assert talk is not None
    assert (8899, {IP}) == (talk.port, {ask.ip for ask in talk.asks})


def test_a_device_that_is_settled_is_left_alone() -> None:
    assert plan(80).next_talk(Known(complete=True), 6) is None
    assert plan(80).next_talk(Known(not_a_camera=True), 6) is None
    assert plan(80).next_talk(UNKNOWN, 0) is None


def test_the_same_follow_up_is_taken_once_and_never_for_another_device() -> None:
    made = plan()
    there = Ask("ssdp", IP, 49152, Transport.TCP, b"GET /desc.xml HTTP/1.1\r\n\r\n", framing=Framing.HTTP)
    for _ in range(3):
        made.elsewhere(there)
    made.elsewhere(Ask("ssdp", "10.0.0.6", 80, Transport.TCP, b"GET / HTTP/1.1\r\n\r\n"))
    made.elsewhere(Ask("mdns", IP, 5353, Transport.UDP, b"\0"))
    assert [(49152, "ssdp")] == spoken(made)


def test_axis_is_asked_for_its_own_information_once() -> None:
    made = plan(80)
    made.looks_like_axis = True
    assert ["axis-info", "http", "onvif-device", "tls"] == [probe for _, probe in spoken(made)]


def test_onvif_is_tried_where_a_get_of_the_page_got_no_answer() -> None:
    said = spoken(plan(2020))

    assert (2020, "onvif-device") in said


def test_a_description_read_on_a_port_leaves_its_page_to_be_asked_for() -> None:
    made = plan()
    description = Ask("ssdp", IP, 49152, Transport.TCP, b"GET /d.xml HTTP/1.1", Framing.HTTP, "description")
    made.heard(description, understood=True)
    made.opened(49152)

    assert [(49152, "http")] == spoken(made)


def test_the_page_is_asked_for_beside_an_onvif_service_that_answered_when_no_page_is_known() -> None:
    made = plan(80)
    made.announced(["http://10.0.0.5/onvif/device_service"])
    talk = made.next_talk(UNKNOWN, 6)
    assert talk is not None
    made.heard(talk.asks[0], understood=True)
    made.ended(talk)

    assert [(80, "http")] == spoken(made)
