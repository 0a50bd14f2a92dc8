"""A web server: fixed pages by path, challenges, redirects, keep-alive or close, over TCP or TLS.

Header names, order and the body are the page's own text. GET and HEAD are allowed everywhere, POST where
a handler stands and to the ONVIF device service with a question of facts §2; any other method, and the
paths of facts §6.2.3, are logged as forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from camscan.lab.host import Conversation, Host
from camscan.lab.services.certificate import Certificate, server_context

_REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 400: "Bad Request", 401: "Unauthorized"}
_REASONS |= {403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error"}
_FORBIDDEN_PATH = re.compile(
    r"^/(web_caps/webCapsConfig|current_config/|System/configurationFile|onvif-http/snapshot"
    r"|Security/users|proc/kcore|get_params\.cgi|get_camera_params\.cgi|rom-0)|[?&]auth=",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """method, path with query, header names in lower case, body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    port: int


@dataclass(frozen=True, slots=True)
class Page:
    """One response; headers go out in this order after Server, before Content-Length."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),)


class Handler(Protocol):
    """A page that depends on the request."""

    def reply(self, request: HttpRequest, host: Host) -> Page:
        """The page for this request at this host."""


@dataclass(frozen=True, slots=True)
class Http:
    """pages: path without query → page or handler; missing: what other paths get.
    server: the Server header, "" for none; certificate: TLS when given; keep_alive: HTTP/1.1 manners.
    also: further identical ports."""

    port: int = 80
    server: str = ""
    pages: Mapping[str, Page | Handler] = field(default_factory=dict)
    missing: Page = Page(b"<html><body>404 Not Found</body></html>", 404)
    certificate: Certificate | None = None
    keep_alive: bool = True
    also: tuple[int, ...] = ()

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """TCP ports it binds."""
        return tuple(("tcp", port) for port in (self.port, *self.also))

    async def open(self, host: Host) -> None:
        """Start serving."""
        for port in (self.port, *self.also):
            await host.conversations(port, self._serve, tls=self.certificate is not None)

    async def _serve(self, conversation: Conversation) -> None:
        if self.certificate:
            await conversation.start_tls(server_context(self.certificate))
        for _ in range(100):
            request = await _read(conversation)
            if request is None:
                return
            host, port = conversation.host, conversation.port
            host.log.requested(host.ip, port, f"{request.method} {request.path}")
            keep = self.keep_alive and request.headers.get("connection", "").lower() != "close"
            page = self._page(request, host)
            await conversation.write(self._encode(page, keep, with_body=request.method != "HEAD"))
            if not keep:
                return

    def _page(self, request: HttpRequest, host: Host) -> Page:
        found = self.pages.get(request.path.split("?", 1)[0], self.missing)
        if _FORBIDDEN_PATH.search(request.path):
            host.log.forbid(host.ip, request.port, f"{request.method} {request.path}")
        if "authorization" in request.headers and isinstance(found, Page):
            host.log.authorized(host.ip, request.port, f"{request.method} {request.path}", accepted=False)
        if isinstance(found, Page):
            if request.method not in ("GET", "HEAD") and not _is_a_question(request):
                host.log.forbid(host.ip, request.port, f"{request.method} {request.path}")
                return Page(b"", 405)
            return found
        return found.reply(request, host)

    def _encode(self, page: Page, keep: bool, *, with_body: bool) -> bytes:
        lines = [f"HTTP/1.1 {page.status} {_REASONS.get(page.status, 'Unknown')}"]
        lines += [f"Server: {self.server}"] if self.server else []
        lines += [f"{name}: {value}" for name, value in page.headers]
        lines += [f"Content-Length: {len(page.body)}", f"Connection: {'keep-alive' if keep else 'close'}"]
        return "\r\n".join((*lines, "", "")).encode("latin-1") + (page.body if with_body else b"")


_QUESTIONS = (
    b"GetDeviceInformation",
    b"GetServices",
    b"GetCapabilities",
    b"GetSystemDateAndTime",
    b"GetHostname",
)


def _is_a_question(request: HttpRequest) -> bool:
    """A POST that only asks, to a device that has no ONVIF: refused, yet nothing forbidden."""
    asks = any(word in request.body for word in _QUESTIONS)
    return request.method == "POST" and request.path == "/onvif/device_service" and asks


async def _read(conversation: Conversation) -> HttpRequest | None:
    block = await conversation.read_until_blank_line()
    if not block:
        return None
    first, *rest = block.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in rest if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    length = int(headers.get("content-length", "0") or "0")
    body = await conversation.read_exactly(length) if length else b""
    return HttpRequest(method, path, headers, body, conversation.port)


def page(html: str, status: int = 200, **headers: str) -> Page:
    """An HTML page; keyword names become header names with dashes."""
    extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Page(html.encode(), status, (("Content-Type", "text/html"), *extra))


def titled(title: str, body: str = "") -> Page:
    """The usual page: a title, and whatever marks a maker's pages carry."""
    return page(f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{body}</body></html>")


def redirect(location: str, status: int = 302) -> Page:
    """A redirect."""
    return Page(b"", status, (("Location", location),))


def challenge(*values: str) -> Page:
    """A 401 with these WWW-Authenticate values, in order."""
    headers = (("Content-Type", "text/html"), *(("WWW-Authenticate", value) for value in values))
    return Page(b"<html><body>401 Unauthorized</body></html>", 401, headers)


def digest(realm: str, nonce: str = "0c4f0a7c5b1d9e3b8f6a2d4c1e5b7a90") -> str:
    """A Digest challenge value."""
    return f'Digest realm="{realm}", qop="auth", nonce="{nonce}", stale="FALSE"'
