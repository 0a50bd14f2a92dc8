"""A fingerprint bundle: one `.tar.gz` with an edition and the files a catalog is read from, and nothing else.

Rules of this file:
- A list of names is allowed, whatever else is refused: no paths that lead outside, no links, no devices, no
  directories, no name twice. Nothing is written here and no member chooses where it goes.
- The gzip stream is unpacked up to a limit and must end where it says; the standard library reads headers, a
  block at a time, and sizes are checked here.
- The same files make the same bytes: no clock, no owner, sorted names.
- Signatures are checked before anything here runs (`installing`); still, whatever arrives: files or
  FingerprintError.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from camscan.catalog.editions import FILE, Edition
from camscan.errors import FingerprintError

MAX_BUNDLE_BYTES = 16 * 1024 * 1024
MAX_UNPACKED_BYTES = 128 * 1024 * 1024
MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_FILES = 5000

NEEDED = (FILE, "fields.toml", "brands.toml", "ieee.csv", "ieee-ambiguous.csv")
_OPTIONAL = ("idioms.toml", "jurisdictions.toml")
FOLDERS = ("vendors", "policies", "advisories")
_MEMBER = re.compile(rf"(?:{'|'.join(FOLDERS)})/[a-z0-9][a-z0-9-]{{0,80}}\.toml")
_BLOCK = tarfile.BLOCKSIZE


def collect(directory: Path, edition: Edition) -> dict[str, bytes]:
    """The files of a fingerprint directory that a bundle holds, `edition` among them, by name.

    Raises FingerprintError when one that is needed is missing.
    """
    found = {FILE: f"{edition}\n".encode()}
    for name in (*NEEDED[1:], *_OPTIONAL):
        if (directory / name).is_file():
            found[name] = (directory / name).read_bytes()
    for folder in FOLDERS:
        for file in sorted((directory / folder).glob("*.toml")):
            found[f"{folder}/{file.name}"] = file.read_bytes()
    _judge(found, str(directory))
    return found


def pack(files: Mapping[str, bytes]) -> bytes:
    """The bundle of these files."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(files[name]), 0o644
            archive.addfile(member, io.BytesIO(files[name]))
    packed = gzip.compress(tar.getvalue(), mtime=0)
    if len(packed) > MAX_BUNDLE_BYTES:
        raise FingerprintError(f"the bundle has over {MAX_BUNDLE_BYTES >> 20} MB, which no camscan takes")
    return packed


def unpack(raw: bytes, name: str) -> dict[str, bytes]:
    """The files of a bundle, by their place in a fingerprint directory. name: for messages."""
    tar = memoryview(_gunzip(raw, name))
    if len(tar) % _BLOCK:
        raise FingerprintError(f"{name}: cut short: not a whole number of tar blocks")
    files: dict[str, bytes] = {}
    at = 0
    while at < len(tar) and any(tar[at : at + _BLOCK]):
        try:
            header = tarfile.TarInfo.frombuf(bytes(tar[at : at + _BLOCK]), "utf-8", "surrogateescape")
        except (tarfile.TarError, ValueError, OverflowError) as fault:
            raise FingerprintError(f"{name}: not a tar archive: {fault}") from None
        _judge_member(header, files, name)
        start = at + _BLOCK
        at = start + -(-header.size // _BLOCK) * _BLOCK
        if at > len(tar):
            raise FingerprintError(f"{name}: cut short in `{header.name}`")
        files[header.name] = bytes(tar[start : start + header.size])
    if at >= len(tar):
        raise FingerprintError(f"{name}: cut short: the archive has no end")
    if any(tar[at:]):
        raise FingerprintError(f"{name}: something follows the end of the archive")
    _judge(files, name)
    return files


def _gunzip(raw: bytes, name: str) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        tar = stream.decompress(raw, MAX_UNPACKED_BYTES + 1)
    except zlib.error as fault:
        raise FingerprintError(f"{name}: not a gzip file, or damaged: {fault}") from None
    if len(tar) > MAX_UNPACKED_BYTES:
        raise FingerprintError(f"{name}: unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB")
    if not stream.eof:
        raise FingerprintError(f"{name}: cut short: the gzip stream has no end")
    if stream.unused_data:
        raise FingerprintError(f"{name}: something follows the gzip stream")
    return tar


def _judge_member(header: tarfile.TarInfo, files: Mapping[str, bytes], name: str) -> None:
    member = header.name
    if header.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        kind = "a link" if header.issym() or header.islnk() else "no plain file"
        raise FingerprintError(f"{name}: `{_shown(member)}` is {kind}; a bundle holds files only")
    if member.startswith(("/", "\\")) or ":" in member or ".." in re.split(r"[/\\]", member):
        raise FingerprintError(f"{name}: `{_shown(member)}` leads out of the directory")
    if member not in (*NEEDED, *_OPTIONAL) and not _MEMBER.fullmatch(member):
        raise FingerprintError(f"{name}: `{_shown(member)}` has no place in a fingerprint directory")
    if member in files:
        raise FingerprintError(f"{name}: `{member}` is there twice")
    if not 0 <= header.size <= MAX_FILE_BYTES:
        raise FingerprintError(f"{name}: `{member}` has over {MAX_FILE_BYTES >> 20} MB")
    if len(files) >= MAX_FILES:
        raise FingerprintError(f"{name}: over {MAX_FILES} files")


def _judge(files: Mapping[str, bytes], name: str) -> None:
    missing = [each for each in NEEDED if each not in files]
    missing += [
        f"{each}/*.toml" for each in FOLDERS if not any(file.startswith(each + "/") for file in files)
    ]
    if missing:
        raise FingerprintError(
            f"{name}: no {', '.join(missing)}; a bundle is a whole fingerprint directory, because it takes "
            "the place of the one in use"
        )


def _shown(member: str) -> str:
    return "".join(ch if ch.isprintable() else "?" for ch in member[:100])
