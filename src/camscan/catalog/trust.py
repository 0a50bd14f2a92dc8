"""Whose bundles are accepted: the keys this camscan came with (none yet), and the user's own.

The user's are `keys/*.pub` in the configuration directory, in minisign's form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from camscan.catalog.minisign import MAX_KEY_BYTES, PublicKey, key_name, read_public_key
from camscan.errors import FingerprintError, UsageError

_SHIPPED = Path(__file__).with_name("trusted-keys.txt")


@dataclass(frozen=True, slots=True)
class Trusted:
    """A key and where it comes from, for people."""

    key: PublicKey
    origin: str


def keys_folder() -> Path:
    """Where the user's own keys are."""
    from platformdirs import user_config_path

    return user_config_path("camscan", appauthor=False) / "keys"


def trusted_keys(folder: Path) -> tuple[Trusted, ...]:
    """Every trusted key, the shipped ones first. Raises FingerprintError for a file that is no key."""
    lines = _SHIPPED.read_text(encoding="utf-8").splitlines()
    found = [
        Trusted(read_public_key(line.encode(), _SHIPPED.name), "came with camscan")
        for line in lines
        if line.strip() and not line.startswith("#")
    ]
    for file in sorted(folder.glob("*.pub")):
        found.append(Trusted(_read(file), str(file)))
    return tuple(found)


def given_key(text: str) -> Trusted:
    """The key an operator gives: a file, or the key itself as text. Raises UsageError, FingerprintError."""
    if re.fullmatch(r"RW[A-Za-z0-9+/=]{54}", text):
        return Trusted(read_public_key(text.encode(), "the key given"), "given on the command line")
    file = Path(text)
    if not file.is_file():
        raise UsageError(f"`{text}` is neither a file nor a minisign public key (56 characters from RW on)")
    return Trusted(_read(file), str(file))


def choose_key(key_id: bytes, keys: tuple[Trusted, ...], name: str) -> Trusted:
    """The trusted key that a signature names. Raises FingerprintError when there is none."""
    for each in keys:
        if each.key.key_id == key_id:
            return each
    known = ", ".join(each.key.name for each in keys) or "none: camscan comes without, add the publisher's"
    raise FingerprintError(
        f"{name}: signed with key {key_name(key_id)}, which you do not trust (trusted: {known}); get the key "
        "from its publisher by another way, then `camscan fingerprints keys add KEY`"
    )


def add_key(key: PublicKey, folder: Path) -> Path:
    """Trust a key from now on; the file it is in. Raises UsageError when another key has its id."""
    file = folder / f"{key.name}.pub"
    for each in trusted_keys(folder):
        if each.key.key_id == key.key_id:
            if each.key == key:
                raise UsageError(f"key {key.name} is trusted already ({each.origin})")
            raise UsageError(f"another key is trusted under the id {key.name} ({each.origin})")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("x", encoding="ascii") as stream:
        stream.write(f"untrusted comment: minisign public key {key.name}\n{key.text}\n")
    return file


def remove_key(name: str, folder: Path) -> Path:
    """Trust a key of the user's no longer; the file that is gone. Raises UsageError."""
    for each in trusted_keys(folder):
        if each.key.name == name.strip().upper():
            file = Path(each.origin)
            if not file.is_file():
                raise UsageError(f"key {each.key.name} came with camscan and cannot be removed here")
            file.unlink()
            return file
    raise UsageError(f"no key `{name}` is trusted; `camscan fingerprints keys list` shows those that are")


def _read(file: Path) -> PublicKey:
    with file.open("rb") as stream:
        return read_public_key(stream.read(MAX_KEY_BYTES + 1), str(file))
