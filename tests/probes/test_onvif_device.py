from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.model.exchange import Ask, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.onvif_device import PROBE, onvif_asks, read

AT = datetime(2024, 1, 1, tzinfo=UTC)
TARGET = Target("192.168.1.64")


def ask(step: str = "GetDeviceInformation", tls: bool = False) -> Ask:
    opening = onvif_asks(TARGET, 8443, "/onvif/services?x=1", tls)[0]
    return Ask(
        PROBE.name, opening.ip, opening.port, opening.transport, opening.payload, opening.framing, step=step
    )


def heard(
    asked: Ask, status: str, body: str = "", *headers: str
) -> tuple[dict[str, tuple[str, ...]], list[Ask]]:
    head = "\r\n".join((f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"))
    reply = Reply(asked, asked.ip, asked.port, f"{head}\r\n\r\n{body}".encode(), AT)
    found = list(read(reply))
    fields = {
        name: values
        for each in found
        if isinstance(each, Observation)
        for name, values in each.fields.items()
    }
    return fields, [each for each in found if isinstance(each, Ask)]


def soap(body: str) -> str:
    return f"<s:Envelope><s:Body>{body}</s:Body></s:Envelope>"


def steps(asks: list[Ask]) -> list[str]:
    return [each.step for each in asks]


CLOCK = {"Hour": 1, "Minute": 2, "Second": 3, "Year": 2024, "Month": 5, "Day": 6}
INFORMATION = soap("<GetDeviceInformationResponse><Model>X1</Model></GetDeviceInformationResponse>")
NOT_AUTHORIZED = soap("<s:Fault><s:Reason><s:Text>Sender not Authorized</s:Text></s:Reason></s:Fault>")
DIGEST = 'WWW-Authenticate: Digest realm="Login to 4K049EBPAG1D7E7", nonce="abc123"'


def test_the_opening_question_is_the_most_telling_one() -> None:
    opening = onvif_asks(TARGET, 80)
    assert ["GetDeviceInformation"] == steps(list(opening))
    assert opening[0].payload.startswith(b"POST /onvif/device_service HTTP/1.1\r\nHost: 192.168.1.64\r\n")


def test_an_xaddr_decides_port_path_and_tls() -> None:
    opening = onvif_asks(TARGET, 8443, "/onvif/services", True)[0]
    assert (8443, Transport.TLS) == (opening.port, opening.transport)
    assert b"POST /onvif/services HTTP/1.1\r\nHost: 192.168.1.64:8443\r\n" in opening.payload


@pytest.mark.parametrize(
    ("port", "path"),
    [
        (80, "/System/configurationFile?auth=YWRtaW46MTEK"),
        (80, "/%53ecurity/users"),
        (80, "/reboot.cgi"),
        (80, "//10.0.0.1/onvif/device_service"),
        (80, "http://10.0.0.1/onvif/device_service"),
        (9100, "/onvif/device_service"),
    ],
)
def test_an_xaddr_cannot_lead_where_camscan_may_not_go(port: int, path: str) -> None:
    assert () == onvif_asks(TARGET, port, path)


def test_odd_characters_of_an_xaddr_are_encoded() -> None:
    assert onvif_asks(TARGET, 80, "/ön vif\r\nX: y")[0].payload.startswith(b"POST /%C3%B6n%20vif")


def test_an_answer_makes_services_and_time_worth_asking() -> None:
    fields, asks = heard(ask(), "200 OK", INFORMATION)
    assert ("X1",) == fields["onvif.device_model"]
    assert ["GetServices", "GetSystemDateAndTime"] == steps(asks)


def test_a_refusal_is_evidence_and_makes_the_host_name_worth_asking() -> None:
    fields, asks = heard(ask(), "400 Bad Request", NOT_AUTHORIZED, DIGEST, "Server: Webs")
    assert ("Sender not Authorized",) == fields["onvif.fault"]
    assert ("Login to 4K049EBPAG1D7E7",) == fields["http.realm"]
    assert ("Webs",) == fields["http.server"]
    assert ["GetServices", "GetSystemDateAndTime", "GetHostname"] == steps(asks)


def test_a_bare_401_keeps_the_realm_without_its_nonce_and_asks_once_more() -> None:
    fields, asks = heard(ask(), "401 Unauthorized", "", DIGEST)
    assert ('Digest realm="Login to 4K049EBPAG1D7E7"',) == fields["http.auth"]
    assert ["GetServices"] == steps(asks)
    assert ({"http.realm", "http.auth"}, []) == (
        set(fields),
        heard(asks[0], "401 Unauthorized", "", DIGEST)[1],
    )


def test_a_web_server_that_is_no_onvif_device_is_asked_no_more() -> None:
    assert ({}, []) == heard(ask(), "404 Not Found", "<html><body>no</body></html>", "Server: nginx")


def test_a_fault_to_get_services_falls_back_to_capabilities() -> None:
    assert ["GetCapabilities"] == steps(heard(ask("GetServices"), "500 Error", NOT_AUTHORIZED)[1])


def test_a_refused_fallback_is_final() -> None:
    for step in ("GetCapabilities", "GetSystemDateAndTime", "GetHostname"):
        assert [] == heard(ask(step), "500 Error", NOT_AUTHORIZED)[1]


def test_a_dialogue_stays_within_its_budget() -> None:
    pending, sent = [ask()], 0
    while pending:
        sent += 1
        pending += heard(pending.pop(0), "500 Error", NOT_AUTHORIZED)[1]
    assert PROBE.packets == sent


def test_follow_ups_go_to_the_same_place() -> None:
    asked = ask(tls=True)
    for each in heard(asked, "200 OK", INFORMATION)[1]:
        assert (asked.ip, asked.port, asked.transport) == (each.ip, each.port, each.transport)
        assert each.payload.startswith(b"POST /onvif/services?x=1 HTTP/1.1\r\n")


def test_services_and_clock_become_fields() -> None:
    body = "<GetServicesResponse><Service><Namespace>http://n</Namespace><XAddr>http://h/x</XAddr></Service></GetServicesResponse>"
    fields, asks = heard(ask("GetServices"), "200 OK", soap(body))
    assert (("http://n",), ("http://h/x",), []) == (fields["onvif.service"], fields["onvif.xaddr"], asks)
    time = "".join(f"<{name}>{value}</{name}>" for name, value in CLOCK.items())
    time = f"<GetSystemDateAndTimeResponse><UTCDateTime>{time}</UTCDateTime></GetSystemDateAndTimeResponse>"
    assert ("2024-05-06T01:02:03Z",) == heard(ask("GetSystemDateAndTime"), "200 OK", soap(time))[0][
        "onvif.clock"
    ]


def test_an_echoed_password_digest_is_in_no_field() -> None:
    header = (
        "<s:Header><Security><Username>admin</Username><Password>c2VjcmV0</Password></Security></s:Header>"
    )
    fields, _ = heard(ask(), "200 OK", INFORMATION.replace("<s:Body>", header + "<s:Body>"))
    assert "c2VjcmV0" not in repr(fields)
