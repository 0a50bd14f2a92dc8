"""Labelled lines (one JSON object each: kind, data, what the device was) to observations.

Rules: a line becomes exactly the fields a live probe would have filled from the same words, through the
probes' own reading code; nothing of the label, the source or the notes ever becomes a field. What no probe
could have heard is read as the text of a banner. Kinds are those of shared/corpus/README.md.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from camscan.errors import MalformedReply
from camscan.imports.labelled_packets import ADDRESS, AT, Read, read_packet, read_with
from camscan.model.observation import Observation, RawFields, observe
from camscan.probes import dhip, onvif_device, rtsp, sadp, snmp, ssdp, ws_discovery
from camscan.probes import http as http_probe
from camscan.probes import mdns as mdns_probe
from camscan.wire import banner as wire_banner
from camscan.wire import challenge, dns, soap, wsd
from camscan.wire import snmp as wire_snmp
from camscan.wire import ssdp as wire_ssdp
from camscan.wire.dhcp_options import client_fields
from camscan.wire.html import parse_page
from camscan.wire.http import decode_response
from camscan.wire.namespaces import foreign_namespaces
from camscan.wire.rtsp import decode_answer
from camscan.wire.upnp import decode_description

_INFORMATION = re.compile(
    r"""['"]?\b(Manufacturer|Model|FirmwareVersion|SerialNumber|HardwareId)['"]?\s*:\s*['"]?([^,\n'"}]*)"""
)
_INFORMATION_FIELDS = {
    "Manufacturer": "onvif.device_manufacturer",
    "Model": "onvif.device_model",
    "FirmwareVersion": "onvif.device_firmware",
    "SerialNumber": "onvif.device_serial",
    "HardwareId": "onvif.device_hardware",
}
_SCOPE_PAIR = re.compile(r"""\b([A-Za-z_]\w*(?:/\w+)?)='([^']{1,80})'""")
_HARDWARE_ADDRESS = re.compile(rb"<(?:[\w.-]{1,20}:)?HwAddress>([^<]{11,24})<")
_LONG_NAMES = {
    "commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU", "countryName": "C",
    "stateOrProvinceName": "ST", "localityName": "L", "emailAddress": "emailAddress",
}  # fmt: skip
_NAME_PART = re.compile(r"(^|,)\s*([A-Za-z]\w*)\s*=\s*")  # "C = US, O = X", as openssl prints it
_OID = re.compile(r"\.?((?:\d+\.){3,}\d+)\b\s*(.*)", re.S)


def observations_of(line: Mapping[str, object]) -> tuple[Observation, ...]:
    """What a probe would have observed of this line; () when the kind is unknown or nothing can be read."""
    payload = payload_of(line)
    reader = READERS.get(str(line.get("kind")))
    if reader is None or not payload:
        return ()
    try:
        read = list(reader(payload))
    except MalformedReply:
        return ()
    observed = (observe(ADDRESS, source, fields, at=AT, payload=payload) for source, fields in read)
    return tuple(each for each in observed if each.fields)


def payload_of(line: Mapping[str, object]) -> bytes:
    """The recorded bytes: `data_b64`, else `data` as UTF-8; b"" when there are none."""
    encoded, text = line.get("data_b64"), line.get("data")
    if isinstance(encoded, str) and encoded:
        try:
            return base64.b64decode(encoded)
        except binascii.Error:
            return b""
    return text.encode("utf-8", "replace") if isinstance(text, str) else b""


def _text(payload: bytes) -> str:
    return payload.decode("utf-8", "replace").strip()


def _http_header(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    lines = payload.replace(b"\r\n", b"\n").strip().split(b"\n")
    if not payload.lstrip().startswith(b"HTTP/"):
        lines.insert(0, b"HTTP/1.1 200 OK")
    yield from _page(b"\r\n".join(lines) + b"\r\n\r\n")


def _page(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    response = decode_response(payload)
    text = response.body.decode("utf-8", "replace")
    yield "http", http_probe.page_fields(response, parse_page(text), text, "/")


def _http_body(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    if re.search(rb"<(?:[\w.-]{1,20}:)?(?:Envelope|Body)\b", payload[:4096]):
        yield from _soap(payload)
    elif payload.lstrip().startswith(b"HTTP/"):
        yield from _page(payload)
    else:
        yield from _page(b"HTTP/1.1 200 OK\r\n\r\n" + payload)


def _soap(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    answer = soap.decode(payload)
    yield (
        "onvif-device",
        {
            **onvif_device.answer_fields(answer),
            "onvif.namespace": foreign_namespaces(payload),
            "mac.claimed": [each.decode("ascii", "replace") for each in _HARDWARE_ADDRESS.findall(payload)],
        },
    )


def _http_title(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    yield "http", {"http.title": " ".join(_text(payload).split())}


def _www_authenticate(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    values = (_text(payload),)
    realms, texts = challenge.realms_of(values), challenge.texts_of(values)
    yield "http", {"http.realm": realms or values, "http.auth": texts or values}


def _rtsp(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    raw = payload.lstrip()
    if raw.startswith(b"v=0"):
        raw = b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n" + raw
    elif not re.match(rb"(?:RTSP|HTTP)/", raw):
        raw = b"RTSP/1.0 200 OK\r\n" + raw.strip() + b"\r\n\r\n"
    answer = decode_answer(raw)
    yield "rtsp", rtsp.answer_fields(answer, describes=b"v=0" in answer.body)


def _probe_match(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    text = _text(payload)
    if b"<" not in payload and "onvif://" not in text:
        pairs = _SCOPE_PAIR.findall(text)
        payload += " ".join(f" onvif://www.onvif.org/{k}/{v}" for k, v in pairs).encode()
    for match in wsd.decode(payload).matches:
        fields = ws_discovery.match_fields(match)
        yield "ws-discovery", {**fields, "onvif.namespace": foreign_namespaces(payload)}


def _device_information(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    if b"<" in payload:
        yield from _soap(payload)
        return
    found = _INFORMATION.findall(_text(payload))
    yield "onvif-device", {_INFORMATION_FIELDS[name]: value.strip() for name, value in found}


def _ssdp(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    yield "ssdp", ssdp.message_fields(wire_ssdp.decode(payload))


def _upnp(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    if b"<root" not in payload:
        payload = (
            b"<root><device>"
            + payload.replace(b"</device>", b"").replace(b"</root>", b"")
            + b"</device></root>"
        )
    yield "ssdp", ssdp.description_fields(decode_description(payload))


def _mdns(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    try:
        message = dns.decode(payload)
        if message.records and not message.damaged:
            yield "mdns", mdns_probe.record_fields(message.records)
            return
    except MalformedReply:
        pass
    text = _text(payload)
    if not text.isprintable() and "\n" not in text:
        return
    service = re.search(r"(_[\w-]+\._(?:tcp|udp))", text)
    pairs = re.findall(r"""['"]?([\w#-]{1,20})['"]?\s*[=:]\s*['"]?([^'",;}]{1,80})""", text)
    yield (
        "mdns",
        {
            "mdns.service": service.group(1) if service else "",
            "mdns.txt": [f"{k}={v.strip()}" for k, v in pairs],
        },
    )


def _tls(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    fields: dict[str, str] = {}
    for found in re.finditer(r"(?im)^(subject|issuer)\s*[:=]\s*(.+)$", _text(payload)):
        name = found.group(2)
        if "commonName=" in name or "organizationName=" in name:
            pairs = re.findall(r"(\w+)=([^/]+)", name)
            name = ",".join(f"{_LONG_NAMES.get(key, key)}={value.strip()}" for key, value in pairs)
        fields[f"tls.{found.group(1).lower()}"] = _NAME_PART.sub(r"\1\2=", name.strip())
    yield "tls", dict(fields)


def _snmp(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    if payload[:1] == b"0":
        try:
            yield "snmp", snmp.response_fields(wire_snmp.decode(payload))
            return
        except MalformedReply:
            pass
    text = _text(payload)
    description = re.search(r"(?is)sysDescr: ?(.*?)(?=\n\s*sysObjectID:|\Z)", text)
    identifier = re.search(r"(?is)sysObjectID: ?(.*)", text)
    oid = _OID.match(identifier.group(1).strip()) if identifier else None
    words = (
        description.group(1)
        if description
        else (oid.group(2) if oid else identifier.group(1) if identifier else "")
    )
    values = re.findall(r"(?m)^\.?((?:\d+\.){5,}\d+ = .{0,200})$", text)
    yield (
        "snmp",
        {"snmp.sys_descr": words, "snmp.sys_object_id": oid.group(1) if oid else "", "snmp.value": values},
    )


def _dhcp(payload: bytes) -> Iterator[tuple[str, RawFields]]:
    if payload[:1] in (b"\x01", b"\x02"):
        yield "dhcp", client_fields(payload)
        return
    text = _text(payload)
    named = dict(re.findall(r"([\w-]+)\(\d+\)=([^;]+)", text))
    if named:
        yield (
            "dhcp",
            {
                "dhcp.vendor_class": named.get("vendor-class"),
                "dhcp.hostname": named.get("hostname"),
                "dhcp.param_list": named.get("param-list"),
            },
        )
    else:
        yield "dhcp", {"dhcp.vendor_class": text}


def _favicon(field: str) -> Read:
    def read(payload: bytes) -> Iterator[tuple[str, RawFields]]:
        yield "http", {field: _text(payload).lower()}

    return read


def _banner(field: str) -> Read:
    def read(payload: bytes) -> Iterator[tuple[str, RawFields]]:
        agent = re.match(rb"(?:User-Agent|Server):[ \t]*(.+)", payload)
        if agent and field == "tcp.banner":
            yield "banner", {"sip.user_agent": _text(agent.group(1))}
            return
        heard = wire_banner.decode_banner(payload, 21 if field == "ftp.banner" else 0)
        yield "banner", {field if heard.field == "tcp.banner" else heard.field: heard.text}

    return read


READERS: Mapping[str, Read] = {
    "http_header": _http_header,
    "http_title": _http_title,
    "http_body": _http_body,
    "www_authenticate": _www_authenticate,
    "rtsp": _rtsp,
    "onvif_probematch": _probe_match,
    "onvif_device_information": _device_information,
    "sadp": read_with(sadp.PROBE),
    "dhdiscover": read_with(dhip.PROBE),
    "ssdp": _ssdp,
    "upnp_description": _upnp,
    "mdns": _mdns,
    "tls_cert": _tls,
    "snmp": _snmp,
    "dhcp": _dhcp,
    "favicon_mmh3": _favicon("http.favicon_mmh3"),
    "favicon_md5": _favicon("http.favicon_md5"),
    "tcp_banner": _banner("tcp.banner"),
    "ftp": _banner("ftp.banner"),
    "telnet": _banner("telnet.banner"),
    "vendor_udp": read_packet,
}
"""The kinds that can be read."""
