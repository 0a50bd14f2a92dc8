"""Which addresses the http probe may ask for: the device's own, and no path that leaks or changes anything.

Rules: a target counts as the device's own only when its host is the address asked (names are recorded, not
followed); printer ports are never followed to; FORBIDDEN is facts 6.2.3 and always wins, whatever a device
redirects to and however it is percent-encoded.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from camscan.model.address import parse_ip
from camscan.probes.ports import PRINTER_PORTS

MAX_TARGET_CHARACTERS = 1024

FORBIDDEN = (
    "/web_caps/",
    "/current_config",
    "/system/configurationfile",
    "/onvif-http/",
    "/security/users",
    "/proc/",
    "auth=",
    "get_params.cgi",
    "get_camera_params.cgi",
    "/rom-0",
)
"""Parts of a path or query, lower case: information-disclosure bugs of known products (facts 6.2.3)."""

CHANGING = (
    "reboot",
    "restart",
    "reset",
    "restore",
    "factory",
    "delete",
    "format",
    "upgrade",
    "shutdown",
    "logout",
)
"""Words of a device-chosen target that camscan does not follow: a GET must not change anything."""

_CREDENTIAL = re.compile(r"\b(pass(?:wd|word)?|pwd|psw|user(?:name)?|usr|login)=[^&;#\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask next: port, whether over TLS, and path with query, percent-encoded ASCII."""

    port: int
    tls: bool
    path: str


def is_allowed(path: str) -> bool:
    """Whether camscan may request this path and query, judged decoded, normalised and in lower case."""
    text = path
    for _ in range(3):  # %252e%252e and deeper encodings
        text = unquote(text)
    text = text.lower().replace("\\", "/")
    before, mark, query = text.partition("?")
    normal = posixpath.normpath("/" + before.lstrip("/")) + "/"
    judged = (normal + mark + query, text)
    return not any(part in each for part in FORBIDDEN for each in judged)


def follow(target: str, here: Place, ip: str) -> Place | None:
    """The place a Location, refresh or icon link leads to, or None when it is not followed."""
    target = target.strip()
    if not target or len(target) > MAX_TARGET_CHARACTERS:
        return None
    try:
        parts = urlsplit(target)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower() or ("https" if here.tls else "http")
    if scheme not in ("http", "https") or parts.username is not None:
        return None
    if parts.netloc and host and parse_ip(host) != parse_ip(ip.split("%")[0]):
        return None
    absolute = bool(parts.netloc or parts.scheme)
    tls = scheme == "https"
    chosen = port or ((443 if tls else 80) if absolute else here.port)
    path = _path(parts.path, here.path if not absolute else "/")
    if parts.query:
        path += "?" + quote(parts.query, safe="%/:?&=;,+!*'()@$-._~")
    if chosen in PRINTER_PORTS or not is_allowed(path) or any(word in path.lower() for word in CHANGING):
        return None
    return Place(chosen, tls, path)


def _path(target: str, base: str) -> str:
    """The target's path against the page's, dots resolved, everything unusual percent-encoded."""
    directory = base.partition("?")[0].rpartition("/")[0]
    full = target if target.startswith("/") else f"{directory}/{target}" if target else base.partition("?")[0]
    normal = posixpath.normpath(full).lstrip("/")
    ending = "/" if full.endswith("/") and normal else ""
    return "/" + quote(normal, safe="%/:=;,+!*'()@$&-._~") + ending


def shown(target: str) -> str:
    """A target as text for an observation: user information and credential parameters removed."""
    text = re.sub(r"//[^/?#\s@]{0,256}@", "//", target.strip()[:MAX_TARGET_CHARACTERS])
    return _CREDENTIAL.sub(r"\1=", text)
