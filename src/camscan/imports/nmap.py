"""nmap's XML (and masscan's, which copies it) to observations, host by host.

Rules: what a device said (script output, the raw answers in a service fingerprint) is read by the probes' own
code under the probe's name; what nmap concluded stays nmap's, in fields of its own; a DTD may be named, as
nmap does, never contain anything; one host at a time is in memory. Source: nmap.dtd; nmap-service-probes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from lxml import etree

from camscan.imports.answers import Place, any_answer
from camscan.imports.lines import port_of
from camscan.imports.masscan import banner
from camscan.imports.nmap_scripts import script_observations
from camscan.imports.notes import Notes
from camscan.model.address import parse_ip, parse_mac
from camscan.model.observation import Observation, RawFields

SOURCES = ("nmap", "masscan")
_ANSWER = re.compile(r'%r\(([A-Za-z0-9_-]{1,40}),([0-9A-F]{1,6}),"((?:[^"\\]|\\.)*)"\)', re.DOTALL)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_LETTERS = {"r": "\r", "n": "\n", "t": "\t", "0": "\0"}
_READ_ANSWERS = ("GetRequest", "RTSPRequest", "NULL", "SIPOptions")
_MAX_FINGERPRINT = 256 * 1024
_BLOCK_BYTES = 64 * 1024
MAX_HOST_BYTES = 16 * 1024 * 1024

Node = Any  # lxml ships no types


def read(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """Every host of the file; what follows a broken place is lost and said."""
    source = "nmap"
    try:
        for node in _hosts(stream):
            if node.tag == "nmaprun":
                source = node.get("scanner") if node.get("scanner") in SOURCES else source
                continue
            notes.records += 1
            yield from _host(node, source, notes)
    except (etree.XMLSyntaxError, ValueError) as fault:
        position = getattr(fault, "position", None) or (0, 0)
        hosts = f"the {notes.records} hosts before it were kept"
        notes.fault(f"line {position[0] or '?'}", f"{_words(fault)}; {hosts}")


def _hosts(stream: BinaryIO) -> Iterator[Node]:
    """The root as soon as it begins, then every host; what lies between hosts is not kept either.

    Raises XMLSyntaxError, and ValueError for MAX_HOST_BYTES in which nothing below the root ends.
    """
    parser: Any = etree.XMLPullParser(
        events=("start", "end"),
        tag=("nmaprun", "host"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )
    root, since = None, 0
    while block := stream.read(_BLOCK_BYTES):
        parser.feed(block)
        for event, node in parser.read_events():
            if event == "start":
                root = node if root is None and node.tag == "nmaprun" else root
                if node is root:
                    yield node
            elif node.tag == "host":
                yield node
                node.clear()
        since += len(block)
        if root is not None and len(root) > 1:
            since = 0
            del root[:-1]
        if since > MAX_HOST_BYTES:
            raise ValueError(f"{MAX_HOST_BYTES >> 20} MB without the end of a host")
    parser.close()


def _words(fault: Exception) -> str:
    return str(getattr(fault, "msg", None) or fault).partition(", line")[0]


def _host(node: Node, source: str, notes: Notes) -> Iterator[Observation]:
    ip, mac = "", None
    for address in node.iterfind("address"):
        text = address.get("addr", "")
        if address.get("addrtype") == "mac":
            mac = parse_mac(text)
        elif not ip:
            ip = parse_ip(text) or ""
    status = node.find("status")
    if not ip or (status is not None and status.get("state") == "down"):
        return
    at = _instant(node.get("endtime") or node.get("starttime"), notes.at)
    if mac:
        yield notes.observe(ip, source, {"mac.observed": mac}, at=at)
    names = [each.get("name", "") for each in node.iterfind("hostnames/hostname")]
    if any(names):
        yield notes.observe(ip, source, {"net.hostname": names}, at=at)
    for port in node.iterfind("ports/port"):
        yield from _port(port, ip, source, at, notes)
    for script in node.iterfind("hostscript/script"):
        yield from script_observations([script], Place(ip, 0, at, notes.name), notes)


def _port(node: Node, ip: str, source: str, at: datetime, notes: Notes) -> Iterator[Observation]:
    number, state = port_of(node.get("portid")), node.find("state")
    if number is None or state is None or state.get("state") != "open":
        return
    service = node.find("service")
    yield notes.observe(ip, source, {"net.open_port": str(number)}, at=at, port=number)
    place = Place(ip, number, at, notes.name, tls=service is not None and service.get("tunnel") == "ssl")
    if service is not None:
        if concluded := _concluded(service):
            yield notes.observe(ip, source, concluded, at=at, port=number)
        for probe, answer in raw_answers(service.get("servicefp") or ""):
            yield from any_answer(place, answer, first_words=probe == "NULL")
        if words := service.get("banner"):
            yield from banner(place, service.get("name") or "", words, notes)
    yield from script_observations(list(node.iterfind("script")), place, notes)


def _concluded(service: Node) -> RawFields:
    """What nmap's version detection says; its port table (`method="table"`) says nothing of the device."""
    if service.get("method") != "probed":
        return {}
    words = [service.get(name) for name in ("product", "version")]
    extra = service.get("extrainfo")
    product = " ".join(word for word in words if word) + (f" ({extra.strip('()')})" if extra else "")
    return {
        "nmap.service": service.get("name"),
        "nmap.product": product.strip(),
        "nmap.device_type": service.get("devicetype"),
        "net.hostname": service.get("hostname"),
    }


def raw_answers(fingerprint: str) -> Iterator[tuple[str, bytes]]:
    """(nmap's probe, the bytes the service answered) of a `servicefp` attribute; cut answers stay cut."""
    for found in _ANSWER.finditer(fingerprint[:_MAX_FINGERPRINT]):
        probe, _, text = found.groups()
        if probe in _READ_ANSWERS:
            yield probe, _ESCAPE.sub(_unescaped, text).encode("latin-1", "replace")


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    return chr(int(code[1:], 16)) if len(code) == 3 else _LETTERS.get(code, code)


def _instant(text: str | None, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(text or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
