"""Fetching one file from servers that behave and servers that do not, on loopback."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from camscan.errors import OperationalError, UsageError
from camscan.net.fetch import FetchTerms, fetch

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A server on loopback: path → answer, and the requests it saw."""

    port: int
    scheme: str
    answers: dict[str, Answer]
    seen: list[tuple[str, http.client.HTTPMessage]] = field(default_factory=list)

    def url(self, path: str) -> str:
        """The URL of a path here."""
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"


@contextlib.contextmanager
def serve(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server of plain http, or of https with this context."""
    place = Server(0, "https" if context else "http", {})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place.seen.append((self.path, self.headers))
            with contextlib.suppress(OSError):
                place.answers[self.path](self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        place.port = server.server_address[1]
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield place
        server.shutdown()


def says(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "authority.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def secure(authority: Path) -> Iterator[Server]:
    """A server of https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with serve(context) as server:
        yield server


@pytest.fixture
def plain() -> Iterator[Server]:
    """A server of plain http."""
    with serve() as server:
        yield server


HTTP = FetchTerms(1000, seconds=20, allow_http=True)


def refused(url: str, terms: FetchTerms, said: str) -> None:
    with pytest.raises(OperationalError, match=said) as fault:
        fetch(url, terms)
    assert "\n" not in str(fault.value)


def test_a_file_comes_over_https(secure: Server, authority: Path) -> None:
    secure.answers["/b"] = says(b"bundle")
    assert b"bundle" == fetch(secure.url("/b"), FetchTerms(1000, ca_file=authority))


def test_a_certificate_that_nobody_vouches_for_ends_it(secure: Server) -> None:
    secure.answers["/b"] = says(b"bundle")
    refused(secure.url("/b"), FetchTerms(1000), "its certificate is not one this machine trusts")
    assert [] == secure.seen


def test_plain_http_is_refused_before_anything_is_sent(plain: Server) -> None:
    with pytest.raises(UsageError, match="only https is fetched; --allow-http"):
        fetch(plain.url("/b"), FetchTerms(1000))
    assert [] == plain.seen


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/b", "file:///etc/passwd", "https://", "https://[::1/b", "https://a:b:c/", "b"]
)
def test_what_is_no_https_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        fetch(url, FetchTerms(1000))


def test_a_login_in_a_url_is_neither_sent_nor_repeated(plain: Server) -> None:
    with pytest.raises(UsageError, match="a URL with a login") as fault:
        fetch(plain.url("/b").replace("//", "//me:secret@"), HTTP)
    assert "secret" not in str(fault.value)
    assert [] == plain.seen


def test_nothing_of_the_environment_or_the_user_is_sent(
    plain: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    plain.answers["/b"] = says(b"", 302, Location="/c", Set_Cookie="who=me")
    plain.answers["/c"] = says(b"bundle")
    assert b"bundle" == fetch(plain.url("/b"), HTTP)
    for _, headers in plain.seen:
        assert not {"authorization", "cookie"} & {name.lower() for name in headers}


def test_a_redirect_from_https_to_http_is_not_followed_even_where_http_is_allowed(
    secure: Server, plain: Server, authority: Path
) -> None:
    plain.answers["/b"] = says(b"bundle")
    secure.answers["/b"] = says(b"", 302, Location=plain.url("/b"))
    terms = FetchTerms(1000, allow_http=True, ca_file=authority)
    refused(secure.url("/b"), terms, "redirects away from https")
    assert [] == plain.seen


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "http://["]
)
def test_a_redirect_to_what_is_not_fetched_ends_it(plain: Server, location: str) -> None:
    plain.answers["/b"] = says(b"", 302, Location=location)
    refused(plain.url("/b"), HTTP, "/b: ")
    assert 1 == len(plain.seen)


def test_a_circle_of_redirects_ends(plain: Server) -> None:
    plain.answers["/b"] = says(b"", 302, Location="/b")
    refused(plain.url("/b"), HTTP, "over 3 redirects")
    assert 4 == len(plain.seen)


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500])
def test_any_other_status_ends_it(plain: Server, status: int) -> None:
    plain.answers["/b"] = says(b"", status)
    refused(plain.url("/b"), HTTP, f"the server answers {status}")


def test_a_body_that_is_announced_too_large_is_not_read(plain: Server) -> None:
    plain.answers["/b"] = says(b"x", Content_Length="1001")
    refused(plain.url("/b"), HTTP, "1,001 bytes; at most 1,000 are taken")


def test_a_body_without_end_is_cut_off(plain: Server) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    plain.answers["/b"] = endless
    refused(plain.url("/b"), HTTP, "over 1,000 bytes; no more is taken")


def test_a_body_that_ends_early_is_refused(plain: Server) -> None:
    plain.answers["/b"] = says(b"bun", Content_Length="6")
    refused(plain.url("/b"), HTTP, "cannot be fetched|ended after 3 of 6")


def test_a_compressed_body_is_refused_unread(plain: Server) -> None:
    plain.answers["/b"] = says(b"\x1f\x8b", Content_Encoding="gzip")
    refused(plain.url("/b"), HTTP, "sent compressed")


def test_a_drip_feed_ends_at_the_deadline(plain: Server) -> None:
    over = Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while not over.wait(0.02):
            handler.wfile.write(b"X-A: a\r\n"[:1])

    plain.answers["/b"] = drip
    try:
        refused(
            plain.url("/b"), FetchTerms(1000, seconds=0.5, allow_http=True), "after 0.5 seconds; given up"
        )
    finally:
        over.set()


def test_a_server_that_is_not_there_is_said_without_a_traceback(plain: Server) -> None:
    port = plain.port
    plain.answers["/b"] = says(b"")
    with serve() as gone:
        port = gone.port
    refused(f"http://127.0.0.1:{port}/b", HTTP, f"http://127.0.0.1:{port}/b: cannot be fetched")


def test_a_message_shows_no_query_and_no_control_characters(plain: Server) -> None:
    plain.answers["/b?token=secret"] = says(b"", 404)
    with pytest.raises(OperationalError) as fault:
        fetch(plain.url("/b?token=secret"), HTTP)
    assert f"{plain.url('/b')}: the server answers 404" == str(fault.value)


def test_no_part_of_a_scan_can_reach_the_network_this_way() -> None:
    source = Path(__file__).parents[2] / "src" / "camscan"
    users = [
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if "net.fetch" in file.read_text(encoding="utf-8") and file.name != "fetch.py"
    ]
    assert ["cli/bundles.py"] == users
