from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.http import PROBE, http_asks, read
from camscan.probes.http_paths import FORBIDDEN, Place, follow, is_allowed, shown
from camscan.wire.favicon import favicon_md5, favicon_mmh3

AT = datetime(2026, 1, 2, tzinfo=UTC)
IP = "10.0.3.17"
ICON = b"\x89PNG\r\n\x1a\n" + bytes(64)


def answer(ask: Ask, payload: bytes, ended: str = "complete") -> tuple[list[Observation], list[Ask]]:
    reply = Reply(ask, IP, ask.port, payload, AT, ended=ended)
    found = list(read(reply))
    return [each for each in found if isinstance(each, Observation)], [e for e in found if isinstance(e, Ask)]


def root(port: int = 80, tls: bool = False) -> Ask:
    (ask,) = http_asks(Target(IP), port, tls)
    return ask


def page(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def moved(to: str) -> bytes:
    return page(b"", b"Location: " + to.encode(), status=b"302 Found")


def paths(asks: Iterable[Ask]) -> list[tuple[str, int, str, str]]:
    return [(ask.transport, ask.port, ask.payload.split(b" ")[1].decode(), ask.step) for ask in asks]


def test_the_opening_is_one_get_of_the_root_without_credentials() -> None:
    ask = root(8443, tls=True)
    assert (ask.transport, ask.port, ask.step) == (Transport.TLS, 8443, "root")
    assert ask.payload.startswith(b"GET / HTTP/1.1\r\nHost: 10.0.3.17:8443\r\n")
    assert b"authorization" not in ask.payload.lower()


def test_a_login_page_becomes_one_observation_with_every_field() -> None:
    body = (
        b"<html><head><title>WEB  SERVICE</title><meta name=generator content=g>"
        b"<script src=/js/a.js></script></head><input type=password value=s3cret></html>"
    )
    headers = (
        b"Server: Webs/1",
        b"Date: Mon, 01 Jan 2024 00:00:00 GMT",
        b"X-Frame-Options: DENY",
        b"Set-Cookie: SESSION=topsecret; path=/",
        b'WWW-Authenticate: Digest realm="Login to 4K0", nonce="abc", qop=auth',
        b'www-authenticate: Basic realm="x"',
        b"X-CSRF-Token: topsecret",
    )
    (seen,), _ = answer(root(), page(body, *headers))
    expected = {
        "http.status": ("200",),
        "http.server": ("Webs/1",),
        "http.title": ("WEB SERVICE",),
        "http.cookie": ("SESSION",),
        "http.realm": ("Login to 4K0", "x"),
        "http.auth": ('Digest realm="Login to 4K0", qop=auth', 'Basic realm="x"'),
        "http.header": (
            "Server: Webs/1",
            "X-Frame-Options: DENY",
            "Set-Cookie: SESSION",
            'WWW-Authenticate: Digest realm="Login to 4K0", qop=auth',
            'www-authenticate: Basic realm="x"',
            "X-CSRF-Token:",
            f"Content-Length: {len(body)}",
        ),
        "http.path": ("/",),
        "http.script": ("/js/a.js",),
        "http.generator": ("g",),
        "http.body": (body.decode().replace("value=s3cret", 'value=""'),),
    }
    assert expected == dict(seen.fields)
    assert (seen.ip, seen.source, seen.port) == (IP, "http", 80)
    assert set(seen.fields) <= set(PROBE.fields)


def test_a_final_page_leads_to_its_icon_once() -> None:
    _, asks = answer(root(), page(b"<link rel=icon href=img/logo.png>"))
    assert paths(asks) == [("tcp", 80, "/img/logo.png", "favicon")]
    _, asks = answer(root(81), page(b"<html>"))
    assert paths(asks) == [("tcp", 81, "/favicon.ico", "favicon")]


def test_a_refusal_or_an_icon_elsewhere_leads_nowhere() -> None:
    assert answer(root(), page(b"", status=b"401 Unauthorized"))[1] == []
    assert answer(root(), page(b"<link rel=icon href=http://evil.example/i.ico>"))[1] == []


def test_an_icon_inside_the_page_is_hashed_without_asking() -> None:
    data = base64.b64encode(ICON).decode()
    seen, asks = answer(root(), page(f'<link rel=icon href="data:image/png;base64,{data}">'.encode()))
    assert asks == []
    assert (favicon_md5(ICON),) == seen[1].fields["http.favicon_md5"]


def test_two_redirects_are_followed_and_a_third_is_only_recorded() -> None:
    _, (first,) = answer(root(), moved("/a/"))
    _, (second,) = answer(first, moved("b.html?x=1"))
    assert paths([first, second]) == [
        ("tcp", 80, "/a/", "root>redirect"),
        ("tcp", 80, "/a/b.html?x=1", "root>redirect>redirect"),
    ]
    (seen,), asks = answer(second, moved("/c"))
    assert asks == []
    assert seen.fields["http.location"] == ("/c",)


def test_a_redirect_to_tls_on_the_same_device_becomes_a_tls_ask() -> None:
    _, asks = answer(root(), moved(f"https://{IP}/login"))
    assert paths(asks) == [("tls", 443, "/login", "root>redirect")]
    _, asks = answer(root(), moved(f"https://{IP}:8443/"))
    assert paths(asks) == [("tls", 8443, "/", "root>redirect")]


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.3.18/",
        "https://camera.example/",
        "//evil.example/x",
        f"http://user:pw@{IP}/",
        f"http://{IP}:9100/",
        f"http://{IP}:99999/",
        "http://[::1/",
        "ftp://10.0.3.17/",
        "javascript:alert(1)",
        "/System/configurationFile?auth=YWRtaW46MTEK",
        "/cgi-bin/reboot",
        "",
    ],
)
def test_a_redirect_elsewhere_is_recorded_and_not_followed(target: str) -> None:
    seen, asks = answer(root(), moved(target))
    assert asks == []
    assert bool(target) == ("http.location" in seen[0].fields)


def test_a_meta_refresh_is_followed_once() -> None:
    _, (first,) = answer(root(), page(b"<meta http-equiv=refresh content='0;url=/x.html'>"))
    assert paths([first]) == [("tcp", 80, "/x.html", "root>refresh")]
    _, asks = answer(first, page(b"<meta http-equiv=refresh content='0;url=/y.html'>"))
    assert paths(asks) == [("tcp", 80, "/favicon.ico", "favicon")]


def test_a_small_page_that_forwards_by_script_is_followed_and_a_large_one_is_not() -> None:
    script = b"<script>window.location.href='/doc/page/login.asp?_'+x</script>"
    _, asks = answer(root(), page(script))
    assert paths(asks) == [("tcp", 80, "/doc/page/login.asp?_", "root>refresh")]
    _, asks = answer(root(), page(script + b" " * 5000))
    assert "root>refresh" not in [ask.step for ask in asks]


def test_a_refresh_to_the_page_itself_ends_the_walk() -> None:
    _, asks = answer(root(), page(b"<meta http-equiv=refresh content='60;url=/'>"))
    assert paths(asks) == [("tcp", 80, "/favicon.ico", "favicon")]


@pytest.mark.parametrize(
    "first",
    [
        page(b"", b"Server: App-webs/", status=b"404 Not Found"),
        page(b"", b'WWW-Authenticate: Basic realm="hikvision"', status=b"401 Unauthorized"),
        page(b"<script>var u='/doc/page/login.asp'</script>" + b" " * 5000, status=b"403 Forbidden"),
    ],
)
def test_what_looks_like_hikvision_is_asked_whether_it_is_activated(first: bytes) -> None:
    _, asks = answer(root(8000), first)
    assert paths(asks) == [("tcp", 8000, "/SDK/activateStatus", "hikvision-status")]
    body = b'<?xml version="1.0"?><ActivateStatus xmlns="http://www.hikvision.com/ver20/XMLSchema"><Activated>true</Activated></ActivateStatus>'
    (seen,), asks = answer(asks[0], page(body))
    assert seen.fields["hikvision.activated"] == ("true",)
    assert seen.fields["http.path"] == ("/SDK/activateStatus",)
    assert asks == []


def test_what_looks_like_2n_is_asked_for_its_system_information() -> None:
    _, asks = answer(root(), page(b"<title>2N IP Verso</title>", status=b"401 Unauthorized"))
    assert paths(asks) == [("tcp", 80, "/api/system/info", "2n-info")]
    body = (
        b'{"success":true,"result":{"devType":"4","variant":"2N IP Verso","serialNumber":"54-1234-5678",'
        b'"macAddr":"7C-1E-B3-00-11-22","hwVersion":"535v1","swVersion":"2.46.0.59.2","deviceName":"Door"}}'
    )
    (seen,), _ = answer(asks[0], page(body))
    assert seen.fields["twon.variant"] == ("2N IP Verso",)
    assert seen.fields["twon.serial"] == ("54-1234-5678",)
    assert seen.fields["twon.firmware"] == ("2.46.0.59.2",)
    assert seen.fields["mac.claimed"] == ("7c:1e:b3:00:11:22",)
    with pytest.raises(MalformedReply):
        answer(asks[0], page(b'{"success":true}'))


@pytest.mark.parametrize(
    "first", [page(b"<title>NETGEAR</title>"), page(b"<title>12N3</title>"), page(b"", b"Server: Webs")]
)
def test_other_devices_are_asked_no_vendor_page(first: bytes) -> None:
    assert {"favicon"} == {ask.step for ask in answer(root(), first)[1]}


def test_an_icon_is_hashed_whole_or_not_at_all() -> None:
    _, (ask,) = answer(root(), page(b"<html>"))
    (seen,), _ = answer(ask, page(ICON))
    assert {"http.favicon_md5": (favicon_md5(ICON),), "http.favicon_mmh3": (favicon_mmh3(ICON),)} == dict(
        seen.fields
    )
    assert answer(ask, page(ICON)[:-1], ended="closed")[0] == []
    assert answer(ask, page(ICON), ended="limit")[0] == []
    assert answer(ask, page(b"<html>not found</html>"))[0] == []
    assert answer(ask, page(ICON, status=b"404 Not Found"))[0] == []


def test_an_rtsp_server_on_a_web_port_is_rtsp_evidence() -> None:
    (seen,), asks = answer(root(), b"RTSP/1.0 400 Bad Request\r\nServer: H264DVR 1.0\r\n\r\n")
    assert seen.fields["rtsp.server"] == ("H264DVR 1.0",)
    assert not [name for name in seen.fields if name.startswith("http.")]
    assert asks == []


def test_a_location_with_credentials_is_recorded_without_them() -> None:
    assert shown("//admin:secret@10.0.0.1/a?user=admin&pwd=secret&x=1") == "//10.0.0.1/a?user=&pwd=&x=1"


@pytest.mark.parametrize(
    "path",
    [
        "/web_caps/webCapsConfig",
        "/WEB_CAPS/webcapsconfig",
        "/current_config/passwd",
        "/a/../current_config/x",
        "/%63urrent_config/x",
        "/%2563urrent_config/x",
        "//current_config/x",
        "\\current_config\\x",
        "/System/configurationFile?auth=x",
        "/onvif-http/snapshot?auth=x",
        "/Security/users?auth=x",
        "/proc/kcore",
        "/any?a=1&AUTH=x",
        "/get_params.cgi",
        "/cgi/get_camera_params.cgi?user=",
        "/rom-0",
    ],
)
def test_a_forbidden_path_is_never_asked_however_it_is_written(path: str) -> None:
    assert not is_allowed(path)
    assert follow(path, Place(80, False, "/"), IP) is None


@given(
    st.sampled_from(["302", "meta", "script", "icon"]),
    st.text(alphabet="/.%25ceaurth?=&-_:@[]ABC0 \\#é\x1b", max_size=24)
    | st.sampled_from([*FORBIDDEN, "/%2e%2e/proc/kcore", "/x/..%2fproc/"]),
)
def test_no_device_talks_camscan_into_another_address_or_a_forbidden_path(how: str, target: str) -> None:
    text = target.encode("utf-8")
    payload = {
        "302": page(b"", b"Location: " + text, status=b"302 Found"),
        "meta": page(b'<meta http-equiv=refresh content="0;url=' + text + b'">'),
        "script": page(b"<script>location='" + text + b"'</script>"),
        "icon": page(b'<link rel=icon href="' + text + b'">'),
    }[how]
    _, asks = answer(root(), payload)
    for ask in asks:
        path = ask.payload.split(b" ")[1].decode()
        assert is_allowed(path)
        assert ask.ip == IP
        assert ask.payload.startswith(b"GET /")
        assert ask.payload.count(b"\r\n\r\n") == 1


@given(
    st.binary(max_size=200),
    st.sampled_from(["root", "root>redirect>redirect>refresh", "favicon", "2n-info", "hikvision-status"]),
)
def test_whatever_arrives_at_any_step_is_read_or_malformed(raw: bytes, step: str) -> None:
    ask = Ask("http", IP, 80, Transport.TCP, root().payload, step=step)
    for payload in (raw, b"HTTP/1.1 200 OK\r\n\r\n" + raw, b"HTTP/1.1 302 x\r\nLocation: " + raw):
        try:
            answer(ask, payload)
        except MalformedReply:
            continue


def test_a_dialogue_never_needs_more_requests_than_the_probe_states() -> None:
    """Every answer is the worst: it redirects as often as it may, refreshes, names a maker and an icon."""
    pending, sent = [root()], 0
    while pending:
        ask = pending.pop()
        sent += 1
        target = f"/{sent}"
        if ask.step.count("redirect") < 2 and ask.step.startswith("root"):
            payload = page(b"", b"Server: App-webs/", b"Location: " + target.encode(), status=b"302 Found")
        else:
            payload = page(
                f"<title>2N IP</title><meta http-equiv=refresh content='0;url={target}'>".encode(),
                b"Server: App-webs/",
            )
        try:
            pending += answer(ask, payload)[1]
        except MalformedReply:
            continue
    assert sent == PROBE.packets
