"""A fingerprint directory of two invented vendors, to be broken by each test in its own way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

FIELDS = """
["http.server"]
about = "Value of the Server header."
probes = ["http"]

["http.title"]
about = "Text of the title."
probes = ["http"]

["onvif.device_serial"]
about = "SerialNumber."
probes = ["onvif-device"]
group = "serial"

["sadp.device_sn"]
about = "DeviceSN."
probes = ["sadp"]
group = "serial"
"""

ACME = """
[vendor]
id = "acme"
name = "Acme Vision"
prefixes_prove = "maker"
only_cameras = true
aliases = ["ACME"]

[[fingerprint]]
id = "acme.http-server"
about = "The web server names product and firmware."
weight = "proves"
when."http.server".regex = '^Acme-(?P<model>AC\\d{3})/(?P<firmware>\\d+(?:\\.\\d+)+)$'
claim.kind = "camera"
claim.manufacturer = "acme"
claim.model = "{model}"
claim.firmware = "{firmware}"

    [[fingerprint.example]]
    given."http.server" = "Acme-AC210/5.40"
    expect = { kind = "camera", manufacturer = "acme", model = "AC210", firmware = "5.40" }
    source = "invented for this test"

    [[fingerprint.counterexample]]
    given."http.server" = "Acme-Print/5.40"
    because = "their label printer"
"""

BOLT = """
[vendor]
id = "bolt"
name = "Bolt Printers"

[[fingerprint]]
id = "bolt.http-title"
about = "The page title of their printers."
weight = "proves"
when."http.title".regex = '^Bolt printer'
claim.kind = "not-a-camera"
claim.brand = "bolt"

    [[fingerprint.example]]
    given."http.title" = "Bolt printer 3"
    expect = { kind = "not-a-camera", brand = "bolt" }
    source = "invented for this test"
"""

BRANDS = """
[[brand]]
brand = "LabelCam"
maker = "acme"
relation = "relabel"
scope = "all"
confidence = "high"
source = "invented for this test"
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """fields.toml, brands.toml, both CSV files and two vendors, without a fault."""
    here = tmp_path / "fingerprints"
    (here / "vendors").mkdir(parents=True)
    (here / "fields.toml").write_text(FIELDS)
    (here / "brands.toml").write_text(BRANDS)
    (here / "ieee.csv").write_text("prefix,prefix_bits,registrant,vendor\n0050C2,24,Acme Vision,acme\n")
    (here / "ieee-ambiguous.csv").write_text(
        "prefix,prefix_bits,registrant,why_ambiguous\n848A59,24,Chips,chip maker\n"
    )
    (here / "vendors" / "acme.toml").write_text(ACME)
    (here / "vendors" / "bolt.toml").write_text(BOLT)
    return here


Edit = Callable[..., None]


@pytest.fixture
def edit(directory: Path) -> Edit:
    """edit(old, new, file="vendors/acme.toml"): replace text that must be there."""

    def replace(old: str, new: str, file: str = "vendors/acme.toml") -> None:
        path = directory / file
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))

    return replace
