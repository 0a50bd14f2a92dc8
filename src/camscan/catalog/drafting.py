"""Skeletons for authors: `fingerprints new VENDOR` writes one, import-recog fills one.

A skeleton is valid TOML with `BLANK` wherever only the author knows the words; `check` reports every blank.
"""

from __future__ import annotations

import re

BLANK = "FILL-IN"
"""What stands where the author's words go; `check` refuses it anywhere in a vendor file."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def vendor_id(name: str) -> str:
    """`TP-Link Technologies` → `tp-link-technologies`. Raises ValueError when nothing usable is left."""
    found = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    if not _ID.fullmatch(found):
        raise ValueError(f"`{name}` holds no letter or digit to make an id of")
    return found


def text(value: str) -> str:
    """A TOML string: 'literal' where it can be, so that regexes stay readable, else \"escaped\"."""
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def skeleton(vendor: str, name: str, field: str = "http.server") -> str:
    """A vendor file with one rule on `field`, to be filled in."""
    return f'''# docs/add-a-vendor.md explains every key; `camscan fingerprints check` says what is missing.
[vendor]
id = "{vendor}"                     # equals the file name
name = {text(name)}
prefixes_prove = "nothing"         # maker | brand | nothing: what an IEEE block of theirs shows
only_cameras = false               # true when all they make is video surveillance

[[fingerprint]]
id = "{vendor}.{field.replace(".", "-").replace("_", "-")}"
about = "{BLANK}: why these words show what is claimed below."
weight = "suggests"                # proves | suggests | hints
when."{field}".regex = '^{BLANK}-(?P<model>[A-Z0-9-]+)/(?P<firmware>[\\d.]+)$'
claim.kind = "camera"              # camera | recorder | encoder | intercom | access-terminal | not-a-camera
claim.brand = "{vendor}"
claim.model = "{{model}}"
claim.firmware = "{{firmware}}"

    [[fingerprint.example]]
    given."{field}" = "{BLANK}-MODEL1/1.0"        # exactly what a device said
    expect = {{ kind = "camera", brand = "{vendor}", model = "MODEL1", firmware = "1.0" }}
    source = "{BLANK}: where this was seen"

    # [[fingerprint.counterexample]]              # words that look alike and must not match
    # given."{field}" = "…"
    # because = "…"
'''
