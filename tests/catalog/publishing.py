"""A publisher of fingerprint bundles and what he publishes, for the tests of catalog, cli and net."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from camscan.catalog.signing import SecretKey, read_secret_key, sign

_FIELDS = """
["http.title"]
about = "Text of the title."
probes = ["http"]
"""
_ACME = """
[vendor]
id = "acme"
name = "Acme Vision"

[[fingerprint]]
id = "acme.title"
about = "The title names it."
weight = "proves"
when."http.title".is = "Acme"
claim.brand = "acme"

    [[fingerprint.example]]
    given."http.title" = "Acme"
    expect = { brand = "acme" }
    source = "invented"
"""
_POLICY = """
id = "harbour"
name = "Harbour rule"
reference = "Harbour Act, s.7"
about = "Names one maker."
applies_to = "harbours"
test = "names"
effective = 2020-01-01
status = "certain"
source = "the act"
as_of = 2026-01-01
action = "assess"
inventory = ["maker"]

[wording]
matches = "Matches {policy}: {maker} on {evidence} ({confidence})."
check = "To be checked against {policy}: {reasons}."

[[entity]]
maker = "acme"
named_as = "Acme"
covers = "cameras"
status = "certain"
subsidiaries = "not-stated"
relabels = "covered"
"""
_ADVISORY = """
vendor = "acme"
grammar = "dotted"

[[advisory]]
id = "CVE-2020-1234"
scope = "AC2xx"
cut_off = "before 5.41"
source = "the maker"

[[advisory.affected]]
models = ['^AC2']
before = ["5.41"]
"""


@dataclass(frozen=True)
class Publisher:
    """Somebody with a key pair, as `minisign -G -W` writes it."""

    secret: str
    public: str
    name: str

    def sign(self, raw: bytes, comment: str = "from the test") -> bytes:
        """The .minisig of these bytes."""
        return sign(raw, read_secret_key(self.secret.encode(), "key", str), comment).encode()

    def put(self, file: Path, raw: bytes) -> Path:
        """Write a bundle and its signature beside it."""
        file.write_bytes(raw)
        file.with_name(file.name + ".minisig").write_bytes(self.sign(raw))
        return file


def make_publisher(seed: int) -> Publisher:
    """The one with this seed; two seeds, two strangers."""
    key = SecretKey(bytes([seed]) * 8, bytes([seed]) * 32)
    body = b"Ed\0\0B2" + bytes(48) + key.key_id + key.seed + key.public.key + bytes(32)
    secret = "untrusted comment: for a test\n" + base64.b64encode(body).decode() + "\n"
    public = f"untrusted comment: minisign public key {key.public.name}\n{key.public.text}\n"
    return Publisher(secret, public, key.public.name)


def write_directory(here: Path) -> Path:
    """A whole fingerprint directory of one vendor, newer than any that ships: edition 9000.1."""
    for folder in ("vendors", "policies", "advisories"):
        (here / folder).mkdir(parents=True)
    (here / "EDITION").write_text("9000.1\n")
    (here / "fields.toml").write_text(_FIELDS)
    (here / "brands.toml").write_text("")
    (here / "ieee.csv").write_text("prefix,prefix_bits,registrant,vendor\n")
    (here / "ieee-ambiguous.csv").write_text("prefix,prefix_bits,registrant,why_ambiguous\n")
    (here / "vendors" / "acme.toml").write_text(_ACME)
    (here / "policies" / "harbour.toml").write_text(_POLICY)
    (here / "advisories" / "acme.toml").write_text(_ADVISORY)
    return here
