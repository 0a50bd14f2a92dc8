"""Bundles and their installation: what is taken, and every attack by name."""

from __future__ import annotations

import gzip
import importlib.util
import io
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.catalog import bundle as bundles
from camscan.catalog import default_directory, installing
from camscan.catalog.bundle import collect, pack, unpack
from camscan.catalog.editions import Edition, edition_of, parse_edition, read_installed
from camscan.catalog.installing import Signed, install, remove
from camscan.catalog.minisign import read_public_key, read_signature
from camscan.catalog.places import shipped_directory
from camscan.catalog.trust import Trusted, add_key, choose_key, remove_key, trusted_keys
from camscan.errors import FingerprintError, OperationalError, UsageError

AT = "2026-11-24T08:00:00+00:00"


def _publishing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("publishing", Path(__file__).with_name("publishing.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("publishing", module)
    spec.loader.exec_module(module)
    return module


publishing = _publishing()
PUBLISHER, STRANGER = publishing.make_publisher(7), publishing.make_publisher(8)
Files = dict[str, bytes]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A sound bundle's files: edition 9000.1."""
    return collect(publishing.write_directory(tmp_path / "edition"), Edition((9000, 1)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data directory for bundles."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "camscan" / "fingerprints"


def signed(raw: bytes, by: object = PUBLISHER, signature: bytes | None = None) -> Signed:
    """A bundle whose signature names the publisher's key, which is trusted."""
    key = read_public_key(PUBLISHER.public.encode(), "key")
    seal = signature if signature is not None else by.sign(raw)  # type: ignore[attr-defined]
    return Signed("b.tar.gz", raw, read_signature(seal, "b.tar.gz.minisig"), Trusted(key, "test"))


def edition(files: Files, text: str) -> Files:
    return {**files, "EDITION": text.encode() + b"\n"}


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A gzipped tar archive of whatever a tar archive can hold."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(out.getvalue())


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


# --- what is taken -------------------------------------------------------------------------------------


def test_a_bundle_holds_the_files_of_a_directory_and_gives_them_back(files: Files) -> None:
    assert files == unpack(pack(files), "b")
    assert "README.md" not in files


def test_the_same_files_make_the_same_bytes(files: Files) -> None:
    assert pack(files) == pack(dict(reversed(files.items())))


def test_the_shipped_fingerprints_make_a_bundle() -> None:
    here = shipped_directory()
    own = edition_of(here)
    assert own is not None
    found = unpack(pack(collect(here, own)), "b")
    assert {f"vendors/{file.name}" for file in (here / "vendors").glob("*.toml")} <= set(found)
    assert "schema.json" not in found


def test_an_installed_bundle_is_what_is_read_by_default(files: Files, folder: Path) -> None:
    assert shipped_directory() == default_directory()
    now = install(signed(pack(files)), folder, at=AT)
    assert (folder / now.folder, "9000.1") == (default_directory(), now.edition)
    assert files["vendors/acme.toml"] == (default_directory() / "vendors" / "acme.toml").read_bytes()
    assert (PUBLISHER.name, "from the test", AT) == (now.key, now.comment, now.at)


def test_what_came_with_camscan_is_used_once_it_is_the_newer(
    files: Files, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(signed(pack(files)), folder, at=AT)
    newer = publishing.write_directory(tmp_path / "newer")
    (newer / "EDITION").write_text("9000.1.1\n")
    monkeypatch.setattr("camscan.catalog.places.shipped_directory", lambda: newer)
    assert newer == default_directory()


def test_installing_what_is_installed_changes_nothing(files: Files, folder: Path) -> None:
    first = install(signed(pack(files)), folder, at=AT)
    assert first == install(signed(pack(files)), folder, at="later")


def test_a_newer_edition_takes_the_place_and_the_one_before_is_kept_for_scans_that_read_it(
    files: Files, folder: Path
) -> None:
    one, two, three = (
        install(signed(pack(edition(files, text))), folder, at=AT) for text in ("9000.1", "9000.2", "9000.10")
    )
    assert {two.folder, three.folder} == {each.name for each in folder.iterdir() if each.is_dir()}
    assert folder / three.folder == default_directory()
    assert one.folder != two.folder


def test_removing_goes_back_to_what_came_with_camscan(files: Files, folder: Path) -> None:
    install(signed(pack(files)), folder, at=AT)
    assert remove(folder)
    assert shipped_directory() == default_directory()
    assert not remove(folder)


@pytest.mark.parametrize(
    ("older", "newer"), [("2026.2.1", "2026.11"), ("9", "10"), ("2026.11", "2026.11.1"), ("1.0.1", "1.1")]
)
def test_editions_compare_by_number(older: str, newer: str) -> None:
    assert parse_edition(older, "x") < parse_edition(newer, "x")


def test_trailing_noughts_make_no_new_edition() -> None:
    assert parse_edition("2026.1", "x") == parse_edition("2026.1.0\n", "x")


@pytest.mark.parametrize("text", ["", "v2", "2026-11", "1.2.3.4.5", "-1", "1..2", "١", "9" * 9, "1\n2"])
def test_what_is_no_edition_is_refused(text: str) -> None:
    with pytest.raises(FingerprintError, match=r"^x: an edition is numbers with dots"):
        parse_edition(text, "x")


# --- attacks on the signature --------------------------------------------------------------------------


def refused(bundle: Signed, folder: Path, said: str, *, allow_older: bool = False) -> None:
    """It is refused with these words, and nothing is written or changed."""
    before = sorted(folder.rglob("*")) if folder.exists() else []
    with pytest.raises(FingerprintError, match=said):
        install(bundle, folder, at=AT, allow_older=allow_older)
    assert before == (sorted(folder.rglob("*")) if folder.exists() else [])


def test_an_altered_bundle_is_refused(files: Files, folder: Path) -> None:
    raw = pack(files)
    altered = pack({**files, "brands.toml": b"# mine\n"})
    refused(signed(altered, signature=PUBLISHER.sign(raw)), folder, "b.tar.gz: the signature .* does not fit")


@pytest.mark.parametrize("cut", [1, 100, 0])
def test_a_truncated_bundle_is_refused(files: Files, folder: Path, cut: int) -> None:
    raw = pack(files)
    refused(signed(raw[: len(raw) - cut if cut else 0], signature=PUBLISHER.sign(raw)), folder, "cut short")


def test_a_bundle_with_something_appended_is_refused(files: Files, folder: Path) -> None:
    raw = pack(files)
    refused(signed(raw + b"\0", signature=PUBLISHER.sign(raw)), folder, "does not fit")


def test_a_wrongly_signed_bundle_is_refused_although_it_names_a_trusted_key(
    files: Files, folder: Path
) -> None:
    raw = pack(files)
    forged = publishing.SecretKey(read_public_key(PUBLISHER.public.encode(), "k").key_id, bytes(32))
    refused(signed(raw, signature=publishing.sign(raw, forged, "x").encode()), folder, "does not fit")


def test_the_signature_of_another_edition_is_refused(files: Files, folder: Path) -> None:
    other = PUBLISHER.sign(pack(edition(files, "9000.2")))
    refused(signed(pack(files), signature=other), folder, "does not fit")


def test_an_altered_trusted_comment_is_refused(files: Files, folder: Path) -> None:
    seal = PUBLISHER.sign(pack(files)).replace(b"from the test", b"from the best")
    refused(signed(pack(files), signature=seal), folder, "trusted comment was altered")


def test_a_key_that_nobody_trusts_is_named_and_refused(files: Files, tmp_path: Path) -> None:
    seal = read_signature(STRANGER.sign(pack(files)), "s")
    with pytest.raises(FingerprintError, match=f"key {STRANGER.name}, which you do not trust .trusted: none"):
        choose_key(seal.key_id, trusted_keys(tmp_path), "b")


# --- attacks through the edition -----------------------------------------------------------------------


def test_an_older_edition_is_a_downgrade_and_refused(files: Files, folder: Path) -> None:
    install(signed(pack(edition(files, "9000.2"))), folder, at=AT)
    refused(signed(pack(files)), folder, "9000.1 is older than the installed one .9000.2.; --allow-older")


def test_an_older_edition_is_taken_when_it_is_asked_for(files: Files, folder: Path) -> None:
    install(signed(pack(edition(files, "9000.2"))), folder, at=AT)
    assert "9000.1" == install(signed(pack(files)), folder, at=AT, allow_older=True).edition


def test_another_bundle_of_the_same_edition_is_refused(files: Files, folder: Path) -> None:
    install(signed(pack(files)), folder, at=AT)
    other = pack({**files, "brands.toml": b"# another\n"})
    refused(signed(other), folder, "another bundle of edition 9000.1 is installed")


@pytest.mark.parametrize("allow_older", [False, True])
def test_an_edition_older_than_what_camscan_came_with_is_never_taken(
    files: Files, folder: Path, allow_older: bool
) -> None:
    own = edition_of(shipped_directory())
    for text in ("1", str(own)):
        refused(
            signed(pack(edition(files, text))),
            folder,
            "not newer than the one camscan came with",
            allow_older=allow_older,
        )


def test_an_edition_that_is_none_is_refused(files: Files, folder: Path) -> None:
    refused(signed(pack(edition(files, "newest"))), folder, "b.tar.gz: EDITION: an edition is numbers")


# --- attacks through the archive: signed, and refused all the same -------------------------------------


@pytest.mark.parametrize(
    ("hostile", "said"),
    [
        (member("../evil.toml"), "leads out of the directory"),
        (member("vendors/../../evil.toml"), "leads out of the directory"),
        (member("/etc/cron.d/evil"), "leads out of the directory"),
        (member("C:evil.toml"), "leads out of the directory"),
        (member("vendors\\..\\..\\evil.toml"), "leads out of the directory"),
        (member("vendors/link.toml", tarfile.SYMTYPE, "/etc/passwd"), "is a link"),
        (member("vendors/link.toml", tarfile.LNKTYPE, "../../x"), "is a link"),
        (member("vendors/fifo.toml", tarfile.FIFOTYPE), "no plain file"),
        (member("vendors/disk.toml", tarfile.BLKTYPE), "no plain file"),
        (member("vendors", tarfile.DIRTYPE), "no plain file"),
        (member("vendors/evil.py"), "has no place in a fingerprint directory"),
        (member("vendors/.hidden.toml"), "has no place"),
        (member("schema.json"), "has no place"),
        (member("vendors/a/b.toml"), "has no place"),
        (member("vendors/\x1b[2J.toml"), r"`vendors/\?\[2J.toml` has no place"),
        (member("EDITION"), "`EDITION` is there twice"),
    ],
    ids=lambda value: value.name if isinstance(value, tarfile.TarInfo) else "",
)
def test_a_hostile_member_is_refused(files: Files, folder: Path, hostile: tarfile.TarInfo, said: str) -> None:
    sound = [(member(name), content) for name, content in files.items()]
    refused(signed(tar_of(*sound, (hostile, b""))), folder, said)
    assert not folder.exists()


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MAX_UNPACKED_BYTES", 1 << 20)
    refused(signed(gzip.compress(bytes(64 << 20))), folder, "unpacks to more than 1 MB")


def test_too_many_and_too_large_files_are_refused(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = pack(files)
    monkeypatch.setattr(bundles, "MAX_FILES", 3)
    with pytest.raises(FingerprintError, match="over 3 files"):
        unpack(raw, "b")
    monkeypatch.setattr(bundles, "MAX_FILE_BYTES", 100)
    with pytest.raises(FingerprintError, match=r"`advisories/acme.toml` has over"):
        unpack(raw, "b")


def test_a_size_that_leads_beyond_the_end_is_refused(files: Files) -> None:
    tar = bytearray(gzip.decompress(pack(files)))
    head = tarfile.TarInfo("vendors/zzz.toml")
    head.size = 1 << 20
    end = len(tar) - tarfile.RECORDSIZE
    forged = bytes(tar[: end + tarfile.RECORDSIZE - 1024]).rstrip(b"\0")
    forged += bytes(-len(forged) % 512) + head.tobuf(tarfile.USTAR_FORMAT)
    with pytest.raises(FingerprintError, match=r"cut short in `vendors/zzz.toml`"):
        unpack(gzip.compress(forged), "b")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda raw: raw + b"more", "something follows the gzip stream"),
        (lambda raw: raw[:-9], "the gzip stream has no end"),
        (lambda raw: gzip.compress(gzip.decompress(raw)[:-100]), "not a whole number of tar blocks"),
        (lambda raw: gzip.compress(gzip.decompress(raw).rstrip(b"\0") + b"\0"), "cut short"),
        (lambda raw: gzip.compress(gzip.decompress(raw) + b"x" * 512), "something follows the end"),
        (lambda raw: gzip.compress(b"x" * 1024), "not a tar archive"),
        (lambda raw: gzip.compress(b""), "the archive has no end"),
        (lambda raw: b"PK\3\4" + raw, "not a gzip file"),
    ],
)
def test_an_archive_that_is_none_is_refused(
    files: Files, damage: Callable[[bytes], bytes], said: str
) -> None:
    with pytest.raises(FingerprintError, match=f"^b: .*{said}"):
        unpack(damage(pack(files)), "b")


@pytest.mark.parametrize("name", ["fields.toml", "ieee.csv", "policies/harbour.toml", "vendors/acme.toml"])
def test_half_a_directory_is_refused_because_policies_would_vanish(
    files: Files, folder: Path, name: str
) -> None:
    del files[name]
    refused(signed(pack(files)), folder, "a bundle is a whole fingerprint directory")


@given(st.binary(max_size=2000))
def test_whatever_is_in_a_bundle_is_files_or_a_fingerprint_error(raw: bytes) -> None:
    for body in (raw, gzip.compress(raw), gzip.compress(raw + bytes(-len(raw) % 512))):
        with pytest.raises(FingerprintError):
            unpack(body, "b")


# --- attacks and accidents through the content and the disk --------------------------------------------


def test_content_with_a_fault_is_refused_and_what_was_in_effect_stays(files: Files, folder: Path) -> None:
    first = install(signed(pack(files)), folder, at=AT)
    wrong = files["vendors/acme.toml"].replace(b'brand = "acme" }', b'brand = "bolt" }')
    bad = signed(pack(edition({**files, "vendors/acme.toml": wrong}, "9000.2")))
    refused(bad, folder, "cannot use it: vendors/acme.toml: acme.title: example #1: expects brand")
    assert folder / first.folder == default_directory()


def test_a_regex_that_is_not_linear_is_refused(files: Files, folder: Path) -> None:
    wrong = files["vendors/acme.toml"].replace(b'.is = "Acme"', b".regex = '^(?=A)Acme$'")
    refused(signed(pack({**files, "vendors/acme.toml": wrong})), folder, "RE2 refuses")


def test_a_disk_that_fills_up_leaves_what_was_in_effect(
    files: Files, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = install(signed(pack(files)), folder, at=AT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(installing.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        install(signed(pack(edition(files, "9000.2"))), folder, at=AT)
    assert folder / first.folder == default_directory()
    assert [first.folder] == [each.name for each in folder.iterdir() if each.is_dir()]


def test_an_update_that_ended_meanwhile_is_not_undone(
    files: Files, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = installing.check_directory

    def slow(directory: Path) -> object:
        monkeypatch.setattr(installing, "check_directory", check)
        install(signed(pack(edition(files, "9000.3"))), folder, at=AT)
        return check(directory)

    monkeypatch.setattr(installing, "check_directory", slow)
    with pytest.raises(FingerprintError, match="another update ended meanwhile"):
        install(signed(pack(edition(files, "9000.2"))), folder, at=AT)
    now = read_installed(folder)
    assert now is not None
    assert "9000.3" == now.edition


@pytest.mark.parametrize("damage", ["cut", "traversal", "folder gone", "not json", "list", "number"])
def test_a_damaged_record_is_said_and_never_means_other_fingerprints_in_silence(
    files: Files, folder: Path, damage: str
) -> None:
    now = install(signed(pack(files)), folder, at=AT)
    record = folder / "current"
    text = record.read_text()
    if damage == "folder gone":
        shutil.rmtree(folder / now.folder)
    else:
        record.write_text(
            {
                "cut": text[:-10],
                "traversal": text.replace(now.folder, "../../.."),
                "not json": "current",
                "list": "[]",
                "number": text.replace('"9000.1"', "9000.1"),
            }[damage]
        )
    with pytest.raises(OperationalError, match="current is damaged: `camscan fingerprints remove`"):
        default_directory()
    remove(folder)
    assert shipped_directory() == default_directory()


# --- whose keys ----------------------------------------------------------------------------------------


def test_camscan_comes_with_no_key_because_its_project_has_none(tmp_path: Path) -> None:
    assert () == trusted_keys(tmp_path / "nowhere")


def test_no_bundle_can_carry_a_key(files: Files) -> None:
    for name in ("trusted-keys.txt", "keys/mine.pub", "mine.pub"):
        with pytest.raises(FingerprintError, match="has no place"):
            unpack(pack({**files, name: PUBLISHER.public.encode()}), "b")


def test_a_key_is_trusted_once_and_forgotten_by_its_id(tmp_path: Path) -> None:
    key = read_public_key(PUBLISHER.public.encode(), "k")
    file = add_key(key, tmp_path / "keys")
    assert [Trusted(key, str(file))] == list(trusted_keys(tmp_path / "keys"))
    with pytest.raises(UsageError, match="is trusted already"):
        add_key(key, tmp_path / "keys")
    assert file == remove_key(PUBLISHER.name.lower(), tmp_path / "keys")
    with pytest.raises(UsageError, match="no key"):
        remove_key(PUBLISHER.name, tmp_path / "keys")


def test_a_second_key_under_a_trusted_id_is_refused(tmp_path: Path) -> None:
    key = read_public_key(PUBLISHER.public.encode(), "k")
    add_key(key, tmp_path)
    with pytest.raises(UsageError, match="another key is trusted under the id"):
        add_key(publishing.SecretKey(key.key_id, bytes(32)).public, tmp_path)
