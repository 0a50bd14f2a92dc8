"""zgrab2's JSON Lines to observations: its http, tls, banner, ftp and telnet modules.

Rules: the answer is put together again from zgrab's parts and read by the probe's own code; a body that
zgrab cut stays cut; other modules are left out and counted. Source: zgrab2 `lib/`, `modules/`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from camscan.imports.answers import Place, any_answer, greeting, handshake, http_answer
from camscan.imports.lines import dig, json_records, list_at, port_of, text_at
from camscan.imports.notes import Notes
from camscan.model.address import parse_ip
from camscan.model.observation import Observation
from camscan.wire.tls_records import ServerHandshake

SOURCE = "zgrab2"
_DEFAULT_PORTS = {"http": 80, "tls": 443, "ftp": 21, "telnet": 23, "banner": 0}
_MAX_HEADERS = 100


def read(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """Every grab that succeeded."""
    for number, record in json_records(stream, notes):
        ip = parse_ip(text_at(record, "ip"))
        data = dig(record, "data")
        if ip is None or not isinstance(data, dict):
            notes.fault(f"line {number}", "no zgrab2 record with an address")
            continue
        notes.records += 1
        for module, grab in data.items():
            yield from _grab(ip, str(module), grab, notes)


def _grab(ip: str, module: str, grab: object, notes: Notes) -> Iterator[Observation]:
    kind = text_at(grab, "protocol") or module
    result = dig(grab, "result")
    if text_at(grab, "status") not in ("success", "application-error") or not isinstance(result, dict):
        return
    if kind not in _DEFAULT_PORTS:
        notes.skipped[f"zgrab2 module {kind[:40]}"] += 1
        return
    at = _instant(text_at(grab, "timestamp"), notes.at)
    url = _url(result)
    port = port_of(text_at(grab, "port")) or url[0] or _DEFAULT_PORTS[kind]
    place = Place(ip, port, at, notes.name)
    if port:
        yield notes.observe(ip, SOURCE, {"net.open_port": str(port)}, at=at, port=port)
    for keys in (
        ("tls", "handshake_log"),
        ("handshake_log",),
        ("response", "request", "tls_log", "handshake_log"),
    ):
        yield from _certificate(place, dig(result, *keys))
    if kind == "http":
        yield from _page(place, dig(result, "response"), url[1])
    elif text := text_at(result, "banner"):
        raw = text.encode("utf-8", "replace")
        yield from any_answer(place, raw, first_words=True) if kind == "banner" else greeting(place, raw)


def _url(result: object) -> tuple[int | None, str]:
    """(port, path) that the last request of an http grab went to."""
    url = dig(result, "response", "request", "url")
    host, path = text_at(url, "host"), text_at(url, "path") or "/"
    try:
        return urlsplit(f"//{host}").port, path
    except ValueError:
        return None, path


def _page(place: Place, response: object, path: str) -> Iterator[Observation]:
    if not isinstance(response, dict):
        return iter(())
    status = text_at(response, "status_line") or text_at(response, "status_code")
    version = text_at(response, "protocol", "name") or "HTTP/1.1"
    lines = [f"{version} {status}", *_headers(dig(response, "headers"))]
    head = "\r\n".join(line.replace("\r", " ").replace("\n", " ") for line in lines)
    # zgrab has decompressed and dechunked the body, and its length is what is here.
    body = text_at(response, "body").encode("utf-8", "replace")
    return http_answer(place, head.encode("utf-8", "replace") + b"\r\n\r\n" + body, path=path)


def _headers(headers: object) -> Iterator[str]:
    if not isinstance(headers, dict):
        return
    for name, values in list(headers.items())[:_MAX_HEADERS]:
        if name == "unknown":
            for each in list_at(headers, "unknown")[:_MAX_HEADERS]:
                for value in list_at(each, "value"):
                    yield f"{_header_name(text_at(each, 'key'))}: {value}"
        elif name not in ("transfer_encoding", "content_encoding", "content_length"):
            for value in values if isinstance(values, list) else ():
                yield f"{_header_name(str(name))}: {value}"


def _header_name(key: str) -> str:
    """`www_authenticate` → `Www-Authenticate`: zgrab2 keeps no letter case."""
    return "-".join(part.capitalize() for part in key.split("_")).replace(":", "")


def _certificate(place: Place, log: object) -> Iterator[Observation]:
    version = text_at(log, "server_hello", "version", "name").replace("TLS ", "TLSv")
    raw = text_at(log, "server_certificates", "certificate", "raw")
    try:
        der = base64.b64decode(raw) if raw else b""
    except (binascii.Error, ValueError):
        der = b""
    return handshake(place, ServerHandshake(version, der or None)) if der or version else iter(())


def _instant(text: str, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return otherwise
    return found if found.tzinfo else otherwise
