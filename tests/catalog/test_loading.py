from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camscan.catalog import load
from camscan.errors import FingerprintError, UsageError
from camscan.match.prefixes import PrefixStatus
from camscan.model.fingerprint import Weight
from camscan.model.observation import observe

Edit = Callable[..., None]
SEEN = observe("192.0.2.1", "test", {"http.server": "Acme-AC210/5.40"}, at=datetime(2026, 1, 1, tzinfo=UTC))


def kept(folder: Path) -> Path:
    (file,) = folder.glob("*.jsonl")
    return file


def test_a_catalog_holds_what_the_files_say(directory: Path) -> None:
    catalog = load(directory, cache=False)
    assert ["acme", "bolt"] == list(catalog.vendors)
    assert ["acme.http-server", "bolt.http-title"] == [rule.id for rule in catalog.fingerprints]
    assert "LabelCam" == catalog.brands[0].brand
    assert "serial" == catalog.fields["sadp.device_sn"].group
    assert PrefixStatus.AMBIGUOUS is catalog.prefixes.look_up("84:8a:59:00:00:01").status


def test_a_cached_catalog_says_the_same_as_the_files(directory: Path, tmp_path: Path) -> None:
    plain = load(directory, cache=False)
    load(directory, cache_directory=tmp_path / "cache")
    cached = load(directory, cache_directory=tmp_path / "cache")
    assert plain.vendors == cached.vendors
    assert list(plain.brands) == list(cached.brands)
    assert plain.fields == cached.fields
    assert plain.matcher.match(SEEN)[0].claims == cached.matcher.match(SEEN)[0].claims
    rule, same = plain.fingerprints[0], cached.fingerprints[0]
    assert (rule.id, rule.when, rule.claims, rule.family, Weight.PROVES) == (
        same.id,
        same.when,
        same.claims,
        same.family,
        same.weight,
    )
    for mac in ("00:50:c2:00:00:01", "84:8a:59:00:00:01", "00:00:01:00:00:01"):
        assert plain.prefixes.look_up(mac) == cached.prefixes.look_up(mac)


def test_examples_are_kept_where_the_files_are_read_and_not_in_the_cache(
    directory: Path, tmp_path: Path
) -> None:
    assert load(directory, cache=False).fingerprints[0].examples
    load(directory, cache_directory=tmp_path / "cache")
    assert () == load(directory, cache_directory=tmp_path / "cache").fingerprints[0].examples


def test_a_changed_file_is_read_anew(directory: Path, tmp_path: Path, edit: Edit) -> None:
    load(directory, cache_directory=tmp_path / "cache")
    edit("Acme Vision", "Acme Optics")
    assert "Acme Optics" == load(directory, cache_directory=tmp_path / "cache").vendors["acme"].name


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other json", "wrong count"])
def test_a_damaged_cache_is_ignored(directory: Path, tmp_path: Path, damage: str) -> None:
    import hashlib

    cache = tmp_path / "cache"
    load(directory, cache_directory=cache)
    raw = kept(cache).read_bytes()
    body = raw.partition(b"\n")[2]
    if damage == "wrong count":
        body = b"\n".join(body.split(b"\n")[:-1])
    if damage in ("other json", "wrong count"):
        body = b"[1,2]\n{}" if damage == "other json" else body
        damaged = hashlib.sha256(body).hexdigest().encode() + b"\n" + body
    else:
        damaged = {"cut": raw[: len(raw) // 2], "flipped": raw[:-5] + b"x" + raw[-4:], "empty": b""}[damage]
    kept(cache).write_bytes(damaged)
    assert ["acme", "bolt"] == list(load(directory, cache_directory=cache).vendors)


def poison(cache: Path) -> None:
    """Give the cached catalog another vendor name, with a right digest: only the file's rights can tell."""
    import hashlib

    body = kept(cache).read_bytes().partition(b"\n")[2].replace(b"Acme Vision", b"Evil Vision")
    kept(cache).write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def test_a_cache_that_others_may_write_is_not_believed(directory: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    load(directory, cache_directory=cache)
    poison(cache)
    assert "Evil Vision" == load(directory, cache_directory=cache).vendors["acme"].name
    os.chmod(kept(cache), 0o666)
    assert "Acme Vision" == load(directory, cache_directory=cache).vendors["acme"].name
    poison(cache)
    os.chmod(cache, 0o777)
    assert "Acme Vision" == load(directory, cache_directory=cache).vendors["acme"].name


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a file away")
def test_a_cache_of_another_user_is_not_believed(directory: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    load(directory, cache_directory=cache)
    poison(cache)
    os.chown(kept(cache), 65534, 65534)
    assert "Acme Vision" == load(directory, cache_directory=cache).vendors["acme"].name


def test_the_cache_is_readable_by_its_user_alone(directory: Path, tmp_path: Path) -> None:
    load(directory, cache_directory=tmp_path / "cache")
    assert 0o600 == kept(tmp_path / "cache").stat().st_mode & 0o777
    assert 0o700 == (tmp_path / "cache").stat().st_mode & 0o777


def test_where_no_cache_can_be_written_the_files_are_read(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert load(directory, cache_directory=tmp_path / "file" / "cache").vendors


def test_a_fault_is_told_with_the_command_that_lists_all(directory: Path, edit: Edit) -> None:
    edit("weight = ", "wieght = ")
    with pytest.raises(FingerprintError, match="check` lists all"):
        load(directory, cache=False)


def test_a_rule_that_cannot_run_never_reaches_the_engine(directory: Path, tmp_path: Path, edit: Edit) -> None:
    edit("'^Acme-", "'^(?<!x)Acme-")
    for _ in range(2):
        with pytest.raises(FingerprintError, match="RE2 refuses"):
            load(directory, cache_directory=tmp_path / "cache")


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are POSIX here")
@pytest.mark.timeout(20)
@pytest.mark.parametrize("target", ["/dev/zero", "a pipe", "a folder", "nowhere", "itself"])
def test_what_is_no_file_is_refused_and_never_opened(directory: Path, tmp_path: Path, target: str) -> None:
    place = directory / "vendors" / "stranger.toml"
    if target == "a pipe":
        os.mkfifo(place)
    elif target == "a folder":
        place.mkdir()
    else:
        place.symlink_to({"nowhere": tmp_path / "nowhere", "itself": place}.get(target, Path(target)))
    with pytest.raises(FingerprintError, match=r"stranger\.toml: cannot be read"):
        load(directory, cache_directory=tmp_path / "cache")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_a_file_whose_name_is_no_text_is_a_fault_like_any_other(directory: Path, tmp_path: Path) -> None:
    (directory / "vendors" / os.fsdecode(b"\xff.toml")).write_text("broken")
    with pytest.raises(FingerprintError, match="not TOML"):
        load(directory, cache_directory=tmp_path / "cache")


def test_a_missing_directory_is_the_operators_to_put_right(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--fingerprints DIR"):
        load(tmp_path / "nowhere")


def test_importing_the_catalog_loads_nothing_heavy() -> None:
    heavy = ("re2", "ahocorasick", "tomllib", "lxml", "click")
    code = f"import sys, camscan.catalog; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


@pytest.mark.parametrize(("family", "expected"), [("", "acme:http"), ('family = "acme:web"', "acme:web")])
def test_a_family_is_the_vendor_and_protocol_unless_given(
    directory: Path, edit: Edit, family: str, expected: str
) -> None:
    edit('weight = "proves"', f'weight = "proves"\n{family}')
    assert expected == load(directory, cache=False).fingerprints[0].family


def test_the_family_of_a_grouped_field_is_its_group(directory: Path, edit: Edit) -> None:
    edit('when."http.server"', 'when."any.serial"')
    edit('given."http.server"', 'given."sadp.device_sn"')
    assert "acme:serial" == load(directory, cache=False).fingerprints[0].family
