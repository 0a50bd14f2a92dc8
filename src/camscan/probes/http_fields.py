"""Shared reading code: the headers of an HTTP or RTSP answer as observation values.

Rules: order and case are kept; what changes from answer to answer (dates, nonces, cookie values, tokens) is
not, because it identifies nothing and may open a session.
"""

from __future__ import annotations

import re

from camscan.model.observation import MAX_VALUES_PER_FIELD
from camscan.probes.http_paths import shown
from camscan.wire import challenge
from camscan.wire.challenge import MAX_CHALLENGES
from camscan.wire.http import HttpResponse

_UNKEPT = frozenset({"date", "cseq", "authentication-info", "proxy-authenticate", "session", "age"})
_ADDRESSES = frozenset({"location", "content-base", "content-location", "refresh", "link"})
_SECRET = re.compile(r"nonce|token|csrf|xsrf|session|password|authorization", re.IGNORECASE)


def header_lines(response: HttpResponse) -> tuple[str, ...]:
    """Each header as `Name: value`; a cookie keeps its name, a challenge loses its nonce, Date goes."""
    return tuple(
        _line(name, value)
        for name, value in response.headers[:MAX_VALUES_PER_FIELD]
        if name.lower() not in _UNKEPT
    )


def _line(name: str, value: str) -> str:
    lower = name.lower()
    if lower in ("set-cookie", "set-cookie2"):
        value = value.partition("=")[0].partition(";")[0].strip()
    elif lower == "www-authenticate":
        value = ", ".join(challenge.texts_of((value,)))
    elif lower in _ADDRESSES:
        value = shown(value)
    elif _SECRET.search(name):
        value = ""
    return f"{name}: {value}".strip()


def cookie_names(response: HttpResponse) -> tuple[str, ...]:
    """Names of the cookies set, never their values."""
    return tuple(value.partition("=")[0].partition(";")[0].strip() for value in response.all("set-cookie"))


def challenge_fields(response: HttpResponse, prefix: str) -> dict[str, tuple[str, ...]]:
    """`<prefix>.realm` and `<prefix>.auth` of an answer, "http" or "rtsp" being the prefix."""
    values = response.all("www-authenticate")[:MAX_CHALLENGES]
    return {f"{prefix}.realm": challenge.realms_of(values), f"{prefix}.auth": challenge.texts_of(values)}
