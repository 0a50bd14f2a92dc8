"""Alerts through Apprise to a real HTTP endpoint on loopback, and what a dead endpoint leaves behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from camscan.publish import alerts

pytest.importorskip("apprise")


class Endpoint(BaseHTTPRequestHandler):
    """Takes JSON and remembers it; answers with the status its server was given."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(json.loads(body))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.heard = []  # type: ignore[attr-defined]
    server.status = 200  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_one_message_with_a_line_for_each_event(endpoint: ThreadingHTTPServer) -> None:
    lines = [
        alerts.line("HQ", "new", "10.0.0.7", "Hikvision DS-2CD", "", "10.0.0.7"),
        alerts.line("HQ", "re-firmwared", "10.0.0.8", "Axis P1", "1", "2"),
    ]

    assert "" == alerts.send(f"json://127.0.0.1:{endpoint.server_port}/", alerts.title(["HQ"], 2), lines)

    (message,) = endpoint.heard  # type: ignore[attr-defined]
    assert "camscan: 2 changes at HQ" == message["title"]
    assert [
        "HQ: new device: Hikvision DS-2CD at 10.0.0.7",
        "HQ: firmware changed: Axis P1 at 10.0.0.8 (1 → 2)",
    ] == message["message"].splitlines()


def test_an_endpoint_that_fails_says_why_and_never_its_url(endpoint: ThreadingHTTPServer) -> None:
    endpoint.status = 500  # type: ignore[attr-defined]

    fault = alerts.send(f"json://me:secret@127.0.0.1:{endpoint.server_port}/", "t", ["x"])

    assert fault
    assert "secret" not in fault
    assert "\n" not in fault


def test_a_dead_endpoint_is_a_reason_and_no_exception() -> None:
    assert alerts.send("json://127.0.0.1:1/", "t", ["x"])


def test_a_url_nobody_understands_is_a_reason() -> None:
    assert "the URL is not one that Apprise understands" == alerts.send("nonsense://x", "t", ["x"])


def test_a_long_list_is_cut_and_says_so() -> None:
    text = alerts.body([str(number) for number in range(alerts.MOST_LINES + 5)]).splitlines()

    assert alerts.MOST_LINES + 1 == len(text)
    assert "… and 5 more: camscan alerts list" == text[-1]


def test_what_a_device_says_stays_on_its_line() -> None:
    assert "\n" not in alerts.line("HQ", "new", "10.0.0.1", "evil\nmodel\x1b[2J", "", "")
    assert "\x1b" not in alerts.line("HQ", "new", "10.0.0.1", "evil\nmodel\x1b[2J", "", "")
