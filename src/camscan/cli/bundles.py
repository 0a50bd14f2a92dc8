"""The commands of `camscan fingerprints` about bundles: update, bundle, edition, remove, keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import click

from camscan.cli.exits import Exit

if TYPE_CHECKING:
    from camscan.catalog.signing import SecretKey
    from camscan.net.fetch import FetchTerms

PASSWORD = "CAMSCAN_KEY_PASSWORD"  # noqa: S105 - the name of a variable
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("source", metavar="FILE|URL")
@click.option("--signature", metavar="FILE|URL", help="The signature, when it is not SOURCE.minisig.")
@click.option("--public-key", metavar="KEY", help="Trust this minisign key (text or .pub file), and only it.")
@click.option("--allow-older", is_flag=True, help="Take an edition older than the installed one.")
@click.option("--allow-http", is_flag=True, help="Fetch without TLS; the signature is checked all the same.")
@click.option("--ca-file", type=_FILE, help="Authorities to trust for https instead of the usual ones (PEM).")
def update(
    source: str,
    signature: str | None,
    public_key: str | None,
    allow_older: bool,
    allow_http: bool,
    ca_file: Path | None,
) -> int:
    """Install a signed fingerprint bundle for yourself, from a file or an https URL.

    Its signature (SOURCE.minisig, minisign's format) must be of a key you trust: see `camscan fingerprints
    keys`. Refused as a whole when unsigned, altered, cut short, older than what you have, or with any fault.
    No proxy is used: behind one, fetch both files yourself. Scans never update anything.
    """
    from camscan.catalog.bundle import MAX_BUNDLE_BYTES
    from camscan.catalog.editions import data_folder
    from camscan.catalog.installing import Signed, install
    from camscan.catalog.minisign import MAX_SIGNATURE_BYTES, read_signature
    from camscan.catalog.trust import choose_key, given_key, keys_folder, trusted_keys
    from camscan.net.fetch import FetchTerms

    terms = FetchTerms(MAX_SIGNATURE_BYTES, allow_http=allow_http, ca_file=ca_file)
    keys = (given_key(public_key),) if public_key else trusted_keys(keys_folder())
    beside = signature or _beside(source)
    signed = read_signature(_read_signature(beside, source, terms), _name(beside))
    trusted = choose_key(signed.key_id, keys, _name(beside))
    more = FetchTerms(MAX_BUNDLE_BYTES, allow_http=allow_http, ca_file=ca_file)
    bundle = Signed(_name(source), _read(source, more), signed, trusted)
    now = install(bundle, data_folder(), at=_now(), allow_older=allow_older)
    click.echo(f"edition {now.edition} is in use, signed with key {now.key}: {now.comment}")
    return int(Exit.OK)


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The bundle to write (….tar.gz); the signature goes to FILE.minisig.",
)  # fmt: skip
@click.option("--key", type=_FILE, metavar="KEYFILE", help="Sign with this secret key of minisign.")
@click.option("--edition", help="Say this edition instead of the one in DIRECTORY/EDITION.")
def bundle(directory: Path, output: Path, key: Path | None, edition: str | None) -> int:
    """Make a signed bundle of the fingerprints in DIRECTORY, for publishers.

    DIRECTORY must pass `camscan fingerprints check`. `minisign -G` makes a key pair; the password of an
    encrypted key is asked for, or read from CAMSCAN_KEY_PASSWORD. Without --key nothing is signed:
    `minisign -S` does it.
    """
    from camscan.catalog.bundle import collect, pack
    from camscan.catalog.checking import check_directory
    from camscan.catalog.editions import FILE, edition_of, parse_edition
    from camscan.catalog.signing import sign
    from camscan.errors import FingerprintError, UsageError

    beside = output.with_name(output.name + ".minisig")
    for file in (output, beside):
        if file.exists():
            raise UsageError(f"{file} exists already: it is left as it is")
    own = parse_edition(edition, "--edition") if edition else edition_of(directory)
    if own is None:
        raise UsageError(f"{directory / FILE} is missing: write the edition there, or give --edition")
    faults = [fault for fault in check_directory(directory) if not fault.warning]
    if faults:
        raise FingerprintError(
            f"{faults[0]}: `camscan fingerprints check` must find no fault ({len(faults)})"
        )
    secret = _secret_key(key) if key else None
    raw = pack(collect(directory, own))
    signature = (
        sign(raw, secret, f"camscan fingerprints, edition {own}, file {output.name}") if secret else None
    )
    _write(output, raw)
    if signature is None or secret is None:
        click.echo(
            f"{output}: edition {own}, not signed yet: minisign -S -s KEYFILE -m {output.name}", err=True
        )
        return int(Exit.OK)
    _write(beside, signature.encode())
    click.echo(f"{output} and {beside.name}: edition {own}, signed with key {secret.public.name}", err=True)
    return int(Exit.OK)


@click.command()
def edition() -> int:
    """Say which fingerprints are in use: their edition, where they are, and whose signature they carry."""
    from camscan.catalog.editions import data_folder, edition_of, read_installed
    from camscan.catalog.places import default_directory, shipped_directory

    here, own = default_directory(), edition_of(shipped_directory())
    installed = read_installed(data_folder())
    if installed is None or here == shipped_directory():
        click.echo(f"edition {own or 'without a number'}, came with camscan: {here}")
        if installed is not None:
            click.echo(f"the installed edition {installed.edition} is not newer and not in use", err=True)
        return int(Exit.OK)
    click.echo(f"edition {installed.edition}, installed {installed.at} from {installed.source}: {here}")
    click.echo(f"signed with key {installed.key}: {installed.comment}")
    click.echo(f"camscan came with edition {own}; `camscan fingerprints remove` goes back to it", err=True)
    return int(Exit.OK)


@click.command()
def remove() -> int:
    """Delete installed bundles and go back to the fingerprints camscan came with."""
    from camscan.catalog.editions import data_folder
    from camscan.catalog.installing import remove as remove_installed

    was = remove_installed(data_folder())
    click.echo(
        "the fingerprints camscan came with are in use" if was else "no bundle was installed", err=True
    )
    return int(Exit.OK)


@click.group()
def keys() -> None:
    """The public keys whose bundles you accept. camscan comes with none: its project has no key yet."""


@keys.command(name="list")
def list_() -> int:
    """List the trusted keys: id, key, and where it comes from."""
    from camscan.catalog.trust import keys_folder, trusted_keys

    found = trusted_keys(keys_folder())
    for each in found:
        click.echo(f"{each.key.name}  {each.key.text}  {each.origin}")
    if not found:
        click.echo(
            "no key is trusted: camscan comes with none; `camscan fingerprints keys add KEY`", err=True
        )
    return int(Exit.OK)


@keys.command()
@click.argument("key")
def add(key: str) -> int:
    """Trust KEY from now on: minisign's text (RW…) or its .pub file, got from the publisher by a safe way."""
    from camscan.catalog.trust import add_key, given_key, keys_folder

    click.echo(f"{add_key(given_key(key).key, keys_folder())}: trusted from now on", err=True)
    return int(Exit.OK)


@keys.command(name="remove")
@click.argument("key_id", metavar="ID")
def remove_key(key_id: str) -> int:
    """Trust the key ID no longer; an installed bundle stays until `camscan fingerprints remove`."""
    from camscan.catalog.trust import keys_folder
    from camscan.catalog.trust import remove_key as forget

    click.echo(f"{forget(key_id, keys_folder())}: deleted, no longer trusted", err=True)
    return int(Exit.OK)


def _is_url(source: str) -> bool:
    return "://" in source


def _beside(source: str) -> str:
    if not _is_url(source):
        return source + ".minisig"
    parts = urlsplit(source)
    return urlunsplit(parts._replace(path=parts.path + ".minisig", fragment=""))


def _name(source: str) -> str:
    text = source.partition("?")[0] if _is_url(source) else source
    return "".join(ch if ch.isprintable() else "?" for ch in text)


def _read(source: str, terms: FetchTerms) -> bytes:
    from camscan.errors import UsageError
    from camscan.net.fetch import fetch

    if _is_url(source):
        return fetch(source, terms)
    try:
        with open(source, "rb") as stream:
            return stream.read(terms.most_bytes + 1)
    except FileNotFoundError:
        raise UsageError(f"{_name(source)}: there is no such file") from None


def _read_signature(beside: str, source: str, terms: FetchTerms) -> bytes:
    from camscan.errors import FingerprintError

    if not _is_url(beside) and not Path(beside).exists() and (_is_url(source) or Path(source).exists()):
        raise FingerprintError(
            f"{_name(source)} is not signed: there is no {_name(beside)}; nothing unsigned is installed"
        )
    return _read(beside, terms)


def _secret_key(file: Path) -> SecretKey:
    from camscan.catalog.signing import read_secret_key
    from camscan.errors import UsageError

    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise UsageError(f"others can read {file}: chmod 600 {file}, and ask yourself who has")

    def password() -> str:
        given = os.environ.get(PASSWORD)
        return (
            given
            if given is not None
            else str(click.prompt("Password of the key", hide_input=True, err=True))
        )

    with file.open("rb") as stream:
        return read_secret_key(stream.read(8192), str(file), password)


def _write(file: Path, content: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(content)


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="seconds")
