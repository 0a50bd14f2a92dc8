"""Fetches one file over HTTPS for the operator: fingerprint bundles, and never during a scan.

Rules of this file:
- https only, unless plain http is allowed for this one fetch; a redirect is held to the same and never goes
  from https to http. No login in a URL, no cookies, no .netrc, no proxy or CA bundle from the environment.
- The size is capped while reading, and the whole fetch by a deadline of its own: a drip feed ends too.
- Every failure is OperationalError in one line; what the server says never reaches the terminal.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from camscan import __version__
from camscan.errors import OperationalError, UsageError

if TYPE_CHECKING:
    import requests

MAX_REDIRECTS = 3
CONNECT_SECONDS, READ_SECONDS = 10.0, 20.0
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class FetchTerms:
    """What one fetch may do. ca_file: authorities to trust instead of the usual ones."""

    most_bytes: int
    seconds: float = 120.0
    allow_http: bool = False
    ca_file: Path | None = None


def fetch(url: str, terms: FetchTerms) -> bytes:
    """The body of `url`. Raises UsageError for a URL that may not be asked, OperationalError for the rest."""
    _permit(url, terms.allow_http)
    ended: list[bytes | BaseException] = []

    def work() -> None:
        try:
            ended.append(_follow(url, terms))
        except BaseException as fault:  # noqa: BLE001 - raised again in the thread that asked
            ended.append(fault)

    thread = threading.Thread(target=work, name="camscan-fetch", daemon=True)
    thread.start()
    thread.join(terms.seconds)
    if not ended:
        raise OperationalError(f"{_shown(url)}: not done after {terms.seconds:g} seconds; given up")
    if isinstance(ended[0], BaseException):
        raise ended[0]
    return ended[0]


def _follow(url: str, terms: FetchTerms) -> bytes:
    import requests

    deadline = time.monotonic() + terms.seconds
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update({"User-Agent": f"camscan/{__version__}", "Accept-Encoding": "identity"})
        session.verify = str(terms.ca_file) if terms.ca_file else True
        for _ in range(MAX_REDIRECTS + 1):
            session.cookies.clear()
            try:
                with session.get(
                    url, stream=True, allow_redirects=False, timeout=(CONNECT_SECONDS, READ_SECONDS)
                ) as answer:
                    if not answer.is_redirect:
                        return _body(answer, url, terms.most_bytes, deadline)
                    url = _next(url, answer.headers["location"], terms.allow_http)
            except requests.exceptions.SSLError:
                raise OperationalError(
                    f"{_shown(url)}: its certificate is not one this machine trusts"
                ) from None
            except requests.exceptions.Timeout:
                raise OperationalError(f"{_shown(url)}: no answer in time") from None
            except (requests.exceptions.RequestException, OSError, ValueError) as fault:
                raise OperationalError(f"{_shown(url)}: cannot be fetched ({type(fault).__name__})") from None
    raise OperationalError(f"{_shown(url)}: over {MAX_REDIRECTS} redirects")


def _body(answer: requests.Response, url: str, most: int, deadline: float) -> bytes:
    if answer.status_code != 200:
        raise OperationalError(f"{_shown(url)}: the server answers {answer.status_code}")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise OperationalError(f"{_shown(url)}: sent compressed although that was not asked for")
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise OperationalError(f"{_shown(url)}: {int(length):,} bytes; at most {most:,} are taken")
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if len(body) > most:
            raise OperationalError(f"{_shown(url)}: over {most:,} bytes; no more is taken")
        if time.monotonic() > deadline:
            raise OperationalError(f"{_shown(url)}: too slow; given up")
    if length.isdecimal() and len(body) != int(length):
        raise OperationalError(f"{_shown(url)}: ended after {len(body):,} of {int(length):,} bytes")
    return bytes(body)


def _next(url: str, location: str, allow_http: bool) -> str:
    target = urljoin(url, location)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise OperationalError(f"{_shown(url)}: redirects away from https, which is not followed")
    try:
        _permit(target, allow_http)
    except UsageError as fault:
        raise OperationalError(f"{_shown(url)}: redirects to what is not fetched: {fault}") from None
    return target


def _permit(url: str, allow_http: bool) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"`{_shown(url)}` is not a URL") from None
    if parts.scheme not in ("https", "http") or not host:
        raise UsageError(f"`{_shown(url)}`: only https://host/… is fetched")
    if parts.scheme == "http" and not allow_http:
        raise UsageError(f"`{_shown(url)}`: only https is fetched; --allow-http takes http this once")
    if parts.username is not None or parts.password is not None:
        raise UsageError("a URL with a login in it is not fetched: fetch the file yourself and give its name")
    return parts


def _shown(url: str) -> str:
    """The URL without login, query and fragment, printable and short."""
    plain = url.partition("?")[0].partition("#")[0]
    scheme, mark, rest = plain.partition("://")
    host, slash, path = rest.partition("/")
    text = f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
    return "".join(ch if ch.isprintable() else "?" for ch in text[:200])
