"""`camscan fingerprints update` and its family, as a person types them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

from camscan.catalog.bundle import collect, pack
from camscan.catalog.editions import parse_edition
from camscan.cli.exits import Exit
from camscan.errors import OperationalError


def _publishing() -> ModuleType:
    path = Path(__file__).parents[1] / "catalog" / "publishing.py"
    spec = importlib.util.spec_from_file_location("publishing", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("publishing", module)
    spec.loader.exec_module(module)
    return module


publishing = _publishing()
PUBLISHER, STRANGER = publishing.make_publisher(7), publishing.make_publisher(8)
Run = Callable[..., object]


def packed(directory: Path, edition: str = "9000.1") -> bytes:
    return pack(collect(directory, parse_edition(edition, "test")))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return publishing.write_directory(tmp_path / "edition")  # type: ignore[no-any-return]


@pytest.fixture
def bundle(tmp_path: Path, directory: Path) -> Path:
    """A bundle of edition 9000.1 with the publisher's signature beside it."""
    return PUBLISHER.put(tmp_path / "b.tar.gz", packed(directory))  # type: ignore[no-any-return]


@pytest.fixture
def trusting(camscan: Run) -> Run:
    """A command line whose user trusts the publisher's key."""
    key = PUBLISHER.public.splitlines()[1]
    assert Exit.OK == camscan("fingerprints", "keys", "add", key).code  # type: ignore[attr-defined]
    return camscan


def in_use(camscan: Run) -> str:
    """What `camscan fingerprints edition` says is in use."""
    return camscan("fingerprints", "edition").out  # type: ignore[attr-defined, no-any-return]


def refused(said: object, words: str, code: Exit = Exit.USAGE) -> None:
    """One line, these words, nothing on stdout."""
    assert (code, "") == (said.code, said.out)  # type: ignore[attr-defined]
    assert words in said.err  # type: ignore[attr-defined]
    assert 1 == said.err.count("\n")  # type: ignore[attr-defined]


def test_a_bundle_from_a_file_is_installed_used_and_removed(trusting: Run, bundle: Path) -> None:
    assert "came with camscan" in in_use(trusting)
    said = trusting("fingerprints", "update", bundle)
    assert (0, f"edition 9000.1 is in use, signed with key {PUBLISHER.name}: from the test\n", "") == (
        said.code, said.out, said.err,
    )  # fmt: skip
    assert in_use(trusting).startswith("edition 9000.1, installed ")
    assert "acme    1  Acme Vision\n" == trusting("fingerprints", "list").out
    assert "Harbour rule" in trusting("policies", "list").out
    assert 0 == trusting("fingerprints", "remove").code
    assert "came with camscan" in in_use(trusting)


def test_what_bundle_writes_update_installs(
    trusting: Run, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    key.write_text(PUBLISHER.secret)
    key.chmod(0o600)
    out = tmp_path / "out.tar.gz"
    assert 0 == trusting("fingerprints", "bundle", directory, "-o", out, "--key", key).code
    assert 0 == trusting("fingerprints", "update", out).code
    assert "file out.tar.gz" in in_use(trusting)
    refused(trusting("fingerprints", "bundle", directory, "-o", out, "--key", key), "exists already")


def test_a_key_for_this_once_is_enough(camscan: Run, bundle: Path, tmp_path: Path) -> None:
    key = tmp_path / "publisher.pub"
    key.write_text(PUBLISHER.public)
    assert 0 == camscan("fingerprints", "update", bundle, "--public-key", key).code
    assert "" == camscan("fingerprints", "keys", "list").out


def test_the_signature_may_lie_elsewhere(trusting: Run, bundle: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "seal"
    bundle.with_name("b.tar.gz.minisig").rename(elsewhere)
    assert 0 == trusting("fingerprints", "update", bundle, "--signature", elsewhere).code


def test_an_unsigned_bundle_is_refused(trusting: Run, bundle: Path) -> None:
    bundle.with_name("b.tar.gz.minisig").unlink()
    refused(trusting("fingerprints", "update", bundle), "b.tar.gz is not signed: there is no")
    assert "came with camscan" in in_use(trusting)


def test_an_empty_signature_is_refused(trusting: Run, bundle: Path) -> None:
    bundle.with_name("b.tar.gz.minisig").write_bytes(b"")
    refused(trusting("fingerprints", "update", bundle), "no minisign signature")


def test_a_bundle_of_a_stranger_is_refused_and_his_key_named(
    trusting: Run, directory: Path, tmp_path: Path
) -> None:
    theirs = STRANGER.put(tmp_path / "theirs.tar.gz", packed(directory))
    said = trusting("fingerprints", "update", theirs)
    refused(said, f"signed with key {STRANGER.name}, which you do not trust (trusted: {PUBLISHER.name})")


def test_a_user_who_trusts_nobody_is_told_that_camscan_comes_without_a_key(
    camscan: Run, bundle: Path
) -> None:
    refused(camscan("fingerprints", "update", bundle), "trusted: none: camscan comes without")
    assert "camscan comes with none" in camscan("fingerprints", "keys", "list").err


def test_a_key_for_this_once_replaces_the_trusted_ones(trusting: Run, bundle: Path) -> None:
    other = STRANGER.public.splitlines()[1]
    refused(trusting("fingerprints", "update", bundle, "--public-key", other), "which you do not trust")


@pytest.mark.parametrize("change", ["altered", "truncated", "swapped", "empty"])
def test_a_changed_bundle_is_refused(trusting: Run, bundle: Path, directory: Path, change: str) -> None:
    raw = bundle.read_bytes()
    changed = {
        "altered": raw[:50] + bytes([raw[50] ^ 1]) + raw[51:],
        "truncated": raw[:-20],
        "swapped": packed(directory, "9000.2"),
        "empty": b"",
    }[change]
    bundle.write_bytes(changed)
    refused(trusting("fingerprints", "update", bundle), "does not fit: altered, cut short, or signed by")
    assert "came with camscan" in in_use(trusting)


def test_a_downgrade_is_refused_unless_it_is_asked_for(
    trusting: Run, bundle: Path, directory: Path, tmp_path: Path
) -> None:
    newer = PUBLISHER.put(tmp_path / "newer.tar.gz", packed(directory, "9000.2"))
    assert 0 == trusting("fingerprints", "update", newer).code
    refused(trusting("fingerprints", "update", bundle), "9000.1 is older than the installed one (9000.2)")
    assert in_use(trusting).startswith("edition 9000.2")
    assert 0 == trusting("fingerprints", "update", bundle, "--allow-older").code
    assert in_use(trusting).startswith("edition 9000.1")


def test_a_path_that_leads_outside_is_refused_although_it_is_signed(
    trusting: Run, directory: Path, tmp_path: Path
) -> None:
    files = collect(directory, parse_edition("9000.1", "test")) | {"../../../evil.toml": b"x"}
    evil = PUBLISHER.put(tmp_path / "evil.tar.gz", pack(files))
    refused(trusting("fingerprints", "update", evil), "`../../../evil.toml` leads out of the directory")
    assert [] == list(tmp_path.rglob("evil.toml"))


def test_content_with_a_fault_is_refused(trusting: Run, directory: Path, tmp_path: Path) -> None:
    file = directory / "vendors" / "acme.toml"
    file.write_text(file.read_text().replace("claim.brand", "claim.colour"))
    bad = PUBLISHER.put(tmp_path / "bad.tar.gz", packed(directory))
    refused(trusting("fingerprints", "update", bad), "this camscan cannot use it: vendors/acme.toml")


def test_a_file_that_is_not_there_is_said(trusting: Run, tmp_path: Path) -> None:
    refused(trusting("fingerprints", "update", tmp_path / "no.tar.gz"), "there is no such file")


@pytest.mark.parametrize("key", ["RWx", "/dev/null", "", "RW" + "!" * 54])
def test_what_is_no_key_is_refused(camscan: Run, key: str) -> None:
    refused(camscan("fingerprints", "keys", "add", key), "")


def test_keys_are_listed_and_forgotten(trusting: Run, bundle: Path) -> None:
    assert trusting("fingerprints", "keys", "list").out.startswith(f"{PUBLISHER.name}  RW")
    assert 0 == trusting("fingerprints", "keys", "remove", PUBLISHER.name).code
    refused(trusting("fingerprints", "update", bundle), "which you do not trust")


def test_an_installed_edition_that_a_later_camscan_cannot_read_says_how_to_go_back(
    trusting: Run, bundle: Path, home: Path
) -> None:
    assert 0 == trusting("fingerprints", "update", bundle).code
    (file,) = (
        (home / "data").rglob("acme.toml").__iter__().__next__().parent.parent.rglob("vendors/acme.toml")
    )
    file.write_text("[vendor]\nid = 3\n")
    said = trusting("fingerprints", "list")
    refused(said, "`camscan fingerprints remove` goes back to those camscan came with")


# --- publishers ----------------------------------------------------------------------------------------


def test_a_key_that_others_can_read_signs_nothing(camscan: Run, directory: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(PUBLISHER.secret)
    key.chmod(0o644)
    said = camscan("fingerprints", "bundle", directory, "-o", tmp_path / "o", "--key", key)
    refused(said, "others can read")
    assert not (tmp_path / "o").exists()


def test_a_directory_with_a_fault_is_not_published(camscan: Run, directory: Path, tmp_path: Path) -> None:
    (directory / "vendors" / "acme.toml").write_text("[vendor]\nid = 'bolt'\nname = 'Bolt'\n")
    refused(
        camscan("fingerprints", "bundle", directory, "-o", tmp_path / "o"),
        "`camscan fingerprints check` must find no fault",
    )


def test_a_directory_without_an_edition_is_told_what_to_write(
    camscan: Run, directory: Path, tmp_path: Path
) -> None:
    (directory / "EDITION").unlink()
    refused(camscan("fingerprints", "bundle", directory, "-o", tmp_path / "o"), "write the edition there")
    assert 0 == camscan("fingerprints", "bundle", directory, "-o", tmp_path / "o", "--edition", "9000.3").code


def test_without_a_key_the_bundle_is_said_to_be_unsigned(
    camscan: Run, directory: Path, tmp_path: Path
) -> None:
    said = camscan("fingerprints", "bundle", directory, "-o", tmp_path / "o.tar.gz")
    assert (0, True) == (said.code, "not signed yet: minisign -S" in said.err)
    assert not (tmp_path / "o.tar.gz.minisig").exists()


# --- from a URL ----------------------------------------------------------------------------------------


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def url(bundle: Path) -> Iterator[str]:
    """Where a server on loopback offers the bundle."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(bundle.parent))) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/b.tar.gz"
        server.shutdown()


def test_a_bundle_from_a_url_is_installed(trusting: Run, url: str) -> None:
    refused(trusting("fingerprints", "update", url), "only https is fetched; --allow-http")
    assert 0 == trusting("fingerprints", "update", url, "--allow-http").code
    assert url in in_use(trusting)


def test_an_unsigned_bundle_at_a_url_is_not_even_fetched(trusting: Run, url: str, bundle: Path) -> None:
    bundle.with_name("b.tar.gz.minisig").unlink()
    said = trusting("fingerprints", "update", url, "--allow-http")
    refused(said, "b.tar.gz.minisig: the server answers 404", Exit.OPERATIONAL)


def test_a_file_needs_no_network(trusting: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*_: object) -> bytes:
        raise OperationalError("the network was asked")

    monkeypatch.setattr("camscan.net.fetch.fetch", dead)
    assert 0 == trusting("fingerprints", "update", bundle).code
