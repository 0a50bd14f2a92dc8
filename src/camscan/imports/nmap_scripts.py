"""Output of nmap's scripts to the observations the same words would have given a probe.

Rules: only scripts that quote the device are read, and only their quotes; a script that camscan does not know
is left out. Source: the scripts' own nsedoc pages (nmap.org/nsedoc).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from camscan.imports.answers import Place, greeting, handshake, http_answer
from camscan.imports.notes import Notes
from camscan.model.observation import Observation
from camscan.probes.http_paths import shown
from camscan.wire.tls_records import ServerHandshake

Node = Any  # lxml ships no types
_Fields = dict[str, str | tuple[str | None, ...]]

_MD5 = re.compile(r"MD5:\s*([0-9A-Fa-f]{32})")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,40000})-----END CERTIFICATE-----")
_HEX_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
_UPNP = {
    "Server": "ssdp.server",
    "Location": "ssdp.location",
    "Name": "upnp.friendly_name",
    "Manufacturer": "upnp.manufacturer",
    "Model Descr": "upnp.model_description",
    "Model Name": "upnp.model_name",
    "Model Version": "upnp.model_number",
}


def script_observations(scripts: Sequence[Node], place: Place, notes: Notes) -> Iterator[Observation]:
    """What the scripts of one port quote: one observation of the web page, the others each their own."""
    page: _Fields = {}
    for script in scripts:
        name, output = script.get("id", ""), script.get("output", "")
        if name in _PAGE:
            page |= _PAGE[name](script, output)
        elif name in _WHOLE:
            yield from _WHOLE[name](script, output, place)
        elif name in _PLAIN:
            source, fields = _PLAIN[name](output)
            if any(fields.values()):
                yield notes.observe(place.ip, source, fields, at=place.at, port=place.port or None)
    if any(page.values()):
        yield notes.observe(place.ip, "http", page, at=place.at, port=place.port or None)


def _elements(script: Node, key: str) -> tuple[str, ...]:
    return tuple(each.text or "" for each in script.iter("elem") if each.get("key") == key)


def _title(script: Node, _output: str) -> _Fields:
    return {
        "http.title": _elements(script, "title"),
        "http.location": tuple(map(shown, _elements(script, "redirect_url"))),
    }


def _server(script: Node, output: str) -> _Fields:
    return {"http.server": tuple(each.text or "" for each in script.iter("elem")) or output.strip()}


def _realm(script: Node, _output: str) -> _Fields:
    return {"http.realm": _elements(script, "realm")}


def _favicon(_script: Node, output: str) -> _Fields:
    found = _MD5.search(output)
    return {"http.favicon_md5": found.group(1).lower() if found else ""}


def _generator(_script: Node, output: str) -> _Fields:
    return {"http.generator": output.strip()}


def _headers(_script: Node, output: str, place: Place) -> Iterator[Observation]:
    lines = [line.strip() for line in output.splitlines()]
    block = "\r\n".join(line for line in lines if line and not line.startswith("(Request type"))
    return http_answer(place, block.encode("utf-8", "replace") + b"\r\n\r\n")


def _certificate(script: Node, output: str, place: Place) -> Iterator[Observation]:
    found = _PEM.search("\n".join(_elements(script, "pem")) or output)
    try:
        der = base64.b64decode(found.group(1)) if found else b""
    except (binascii.Error, ValueError):
        der = b""
    return handshake(place, ServerHandshake("", der)) if der else iter(())


def _greeting(_script: Node, output: str, place: Place) -> Iterator[Observation]:
    raw = _HEX_ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), output)
    return greeting(place, raw.encode("latin-1", "replace"))


def _rtsp_methods(output: str) -> tuple[str, _Fields]:
    return "rtsp", {"rtsp.public": output.strip()}


def _snmp(output: str) -> tuple[str, _Fields]:
    return "snmp", {"snmp.sys_descr": output.partition("\n  System uptime")[0].strip()}


def _upnp(output: str) -> tuple[str, _Fields]:
    fields: _Fields = {}
    for line in output.splitlines():
        name, _, value = line.strip().partition(": ")
        if name in _UPNP:
            fields.setdefault(_UPNP[name], shown(value) if name == "Location" else value.strip())
    return "ssdp", fields


_PAGE: Mapping[str, Callable[[Node, str], _Fields]] = {
    "http-title": _title,
    "http-server-header": _server,
    "http-auth": _realm,
    "http-favicon": _favicon,
    "http-generator": _generator,
}
_WHOLE: Mapping[str, Callable[[Node, str, Place], Iterator[Observation]]] = {
    "http-headers": _headers,
    "ssl-cert": _certificate,
    "banner": _greeting,
}
_PLAIN: Mapping[str, Callable[[str], tuple[str, _Fields]]] = {
    "rtsp-methods": _rtsp_methods,
    "snmp-sysdescr": _snmp,
    "upnp-info": _upnp,
}
READ_SCRIPTS = (*_PAGE, *_WHOLE, *_PLAIN)
"""Names of the scripts whose output is read."""
