"""GET / of a web port, and the few reads it leads to: redirects, meta refresh, favicon, two vendor pages.

Rules: at most two redirects and one refresh, only at the device's own address (http_paths.py); no login, no
cookie sent back, no script run; every message is a GET. Where a dialogue stands is in `Ask.step`: the hops
taken from the root ("root", "root>redirect", "root>redirect>refresh") or the last read's name ("favicon",
"hikvision-status", "2n-info"). One Observation per answer. Source: facts 6.2.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from camscan.errors import MalformedReply
from camscan.model.address import parse_mac
from camscan.model.exchange import Ask, Framing, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, RawFields, observe
from camscan.probes.http_fields import challenge_fields, cookie_names, header_lines
from camscan.probes.http_paths import Place, follow, shown
from camscan.probes.ports import ports_speaking
from camscan.wire.favicon import favicon_md5, favicon_mmh3, is_image
from camscan.wire.html import HtmlPage, body_text, parse_page
from camscan.wire.http import HttpResponse, decode_response, encode_request, host_header
from camscan.wire.loosejson import read_object
from camscan.wire.redact import without_credentials
from camscan.wire.xml import parse_xml

NAME = "http"
MAX_REDIRECTS = 2
BODY_KEPT_BYTES = 16 * 1024
SCRIPT_PAGE_BYTES = 4096  # only a page this small is taken for a mere forwarder by script
HIKVISION_STATUS = "/SDK/activateStatus"
TWON_INFO = "/api/system/info"

_HIKVISION_SERVER = re.compile(r"Hikvision-Webs|DN?VRS-Webs|DVRDVS-Webs|App-webs", re.IGNORECASE)
_HIKVISION_REALM = re.compile(r"hikvision|IP Camera\(|IP Dome\(|DVRNVRDVS", re.IGNORECASE)
_HIKVISION_PAGE = re.compile(r"doc/page/login\.asp|doc/index\.html#/portal", re.IGNORECASE)
_TWON = re.compile(r"\b2N(?:®| TELEKOMUNIKACE| IP\b| Helios| Access Unit| Indoor)|\bHelios IP\b")
_REQUEST_PATH = re.compile(rb"[A-Z]{1,10} (\S{1,2048}) HTTP/")


def http_asks(target: Target, port: int, tls: bool = False) -> tuple[Ask, ...]:
    """The opening GET / for one open web port."""
    return (_get(target.ip, Place(port, tls, "/"), "root"),)


def _get(ip: str, place: Place, step: str) -> Ask:
    return Ask(
        probe=NAME,
        ip=ip,
        port=place.port,
        transport=Transport.TLS if place.tls else Transport.TCP,
        payload=encode_request("GET", host_header(ip, place.port, place.tls), place.path),
        framing=Framing.HTTP,
        step=step,
        timeout_seconds=6.0 if place.tls else 4.0,
    )


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """Observations of one answer and what to ask next. Raises MalformedReply."""
    response = decode_response(reply.payload)
    here = _place(reply.ask)
    step = reply.ask.step
    if step == "favicon":
        yield from _read_favicon(reply, response)
    elif step in ("hikvision-status", "2n-info"):
        yield from _read_vendor(reply, response, here)
    elif response.version.startswith("RTSP"):
        yield _seen(
            reply,
            {
                "rtsp.status": str(response.status),
                "rtsp.server": response.all("server"),
                "rtsp.header": header_lines(response),
                **challenge_fields(response, "rtsp"),
            },
        )
    else:
        yield from _read_page(reply, response, here, step or "root")


def _seen(reply: Reply, fields: RawFields) -> Observation:
    return observe(
        reply.source_ip,
        NAME,
        fields,
        at=reply.at,
        payload=reply.payload,
        port=reply.source_port,
        interface=reply.interface,
    )


def _place(ask: Ask) -> Place:
    found = _REQUEST_PATH.match(ask.payload)
    path = found.group(1).decode("ascii", "replace") if found else "/"
    return Place(ask.port, ask.transport is Transport.TLS, path)


def _read_page(reply: Reply, response: HttpResponse, here: Place, step: str) -> Iterator[Observation | Ask]:
    text = body_text(response)
    page = parse_page(text)
    yield _seen(reply, page_fields(response, page, text, here.path))
    ip = reply.ask.ip
    onward = _onward(response, page, here, ip, step)
    if onward is not None:
        yield onward
        return
    if response.status == 200:
        yield from _icon(reply, page, here)
    if _suggests_hikvision(response, page, text, here):
        yield _get(ip, Place(here.port, here.tls, HIKVISION_STATUS), "hikvision-status")
    elif _TWON.search(" ".join((page.title, response.header("server"), text[:BODY_KEPT_BYTES]))):
        yield _get(ip, Place(here.port, here.tls, TWON_INFO), "2n-info")


def page_fields(response: HttpResponse, page: HtmlPage, text: str, path: str) -> RawFields:
    """Every http.* value one page states; also what imports make of a recorded answer."""
    targets = [response.header("location"), page.refresh, page.script_target]
    return {
        "http.status": str(response.status) if response.status else None,
        "http.server": response.all("server"),
        "http.title": page.title,
        "http.header": header_lines(response),
        "http.cookie": cookie_names(response),
        "http.location": [shown(target) for target in targets if target],
        "http.path": shown(path),
        "http.body": without_credentials(text[:BODY_KEPT_BYTES]),
        "http.script": page.paths,
        "http.generator": page.generator,
        **challenge_fields(response, "http"),
    }


def _onward(response: HttpResponse, page: HtmlPage, here: Place, ip: str, step: str) -> Ask | None:
    """The next hop, when there is one, it is the device's own and the hops are not used up."""
    if 300 <= response.status < 400:
        hop, target = "redirect", response.header("location")
        used = step.count("redirect") >= MAX_REDIRECTS
    else:
        small = len(response.body) <= SCRIPT_PAGE_BYTES
        hop, target = "refresh", page.refresh or (page.script_target if small else "")
        used = "refresh" in step
    place = follow(target, here, ip) if target and not used else None
    return _get(ip, place, f"{step}>{hop}") if place and place != here else None


def _icon(reply: Reply, page: HtmlPage, here: Place) -> Iterator[Observation | Ask]:
    if page.icon.startswith("data:"):
        raw = _data_url(page.icon)
        if is_image(raw):
            yield _seen(reply, _icon_fields(raw))
        return
    place = follow(page.icon or "/favicon.ico", here, reply.ask.ip)
    if place is not None and (place.port, place.tls) == (here.port, here.tls):
        yield _get(reply.ask.ip, place, "favicon")


def _data_url(url: str) -> bytes:
    head, _, data = url.partition(",")
    if not head.endswith(";base64"):
        return b""
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError):
        return b""


def _icon_fields(raw: bytes) -> RawFields:
    return {"http.favicon_md5": favicon_md5(raw), "http.favicon_mmh3": favicon_mmh3(raw)}


def _read_favicon(reply: Reply, response: HttpResponse) -> Iterator[Observation]:
    """Hashes of a whole image; a cut one would only hash to a value that names nothing."""
    said = response.header("content-length")
    whole = reply.ended in ("complete", "closed") and (
        not said.isdecimal() or len(response.body) == int(said[:9])
    )
    if response.status == 200 and whole and is_image(response.body):
        yield _seen(reply, _icon_fields(response.body))


def _suggests_hikvision(response: HttpResponse, page: HtmlPage, text: str, here: Place) -> bool:
    realms = " ".join(challenge_fields(response, "http")["http.realm"])
    addresses = " ".join(
        (response.header("location"), page.refresh, page.script_target, here.path, *page.paths)
    )
    return bool(
        _HIKVISION_SERVER.search(response.header("server"))
        or _HIKVISION_REALM.match(realms)
        or _HIKVISION_PAGE.search(addresses)
        or _HIKVISION_PAGE.search(text[:BODY_KEPT_BYTES])
    )


def _read_vendor(reply: Reply, response: HttpResponse, here: Place) -> Iterator[Observation]:
    """Answers of the two vendor reads; a refusal still says something by its realm."""
    fields: dict[str, str | tuple[str, ...] | None] = {
        "http.path": here.path,
        "http.status": str(response.status),
        "http.server": response.all("server"),
        **challenge_fields(response, "http"),
    }
    if response.status == 200 and reply.ask.step == "hikvision-status":
        fields["hikvision.activated"] = parse_xml(response.body).text_of("Activated").lower()
        fields["http.body"] = body_text(response, 2048)
    elif response.status == 200:
        fields |= _twon_fields(response.body)
    yield _seen(reply, fields)


def _twon_fields(body: bytes) -> dict[str, str | tuple[str, ...] | None]:
    info = read_object(body)
    if "serialNumber" not in info and "swVersion" not in info:
        raise MalformedReply("no 2N system information in the answer")
    return {
        "twon.device_type": info.text("devType"),
        "twon.variant": info.text("variant"),
        "twon.serial": info.text("serialNumber"),
        "twon.hardware": info.text("hwVersion"),
        "twon.firmware": info.text("swVersion"),
        "twon.name": info.text("deviceName"),
        "mac.claimed": parse_mac(info.text("macAddr")),
    }


PROBE = Probe(
    name=NAME,
    about="Reads the start page of each open web port, its favicon, and one public vendor page.",
    transport=Transport.TCP,
    ports=ports_speaking(NAME),
    fields=(
        "http.status",
        "http.server",
        "http.title",
        "http.realm",
        "http.auth",
        "http.header",
        "http.cookie",
        "http.location",
        "http.path",
        "http.body",
        "http.script",
        "http.generator",
        "http.favicon_mmh3",
        "http.favicon_md5",
        "hikvision.activated",
        "twon.device_type",
        "twon.variant",
        "twon.serial",
        "twon.hardware",
        "twon.firmware",
        "twon.name",
        "mac.claimed",
        "rtsp.status",
        "rtsp.server",
        "rtsp.realm",
        "rtsp.auth",
        "rtsp.header",
    ),
    read=read,
    asks=lambda target: http_asks(target, 80),
    packets=6,
    stage=1,
)
