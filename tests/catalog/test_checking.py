from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from camscan.catalog import default_directory
from camscan.catalog.checking import MAX_UNSELECTIVE, check_directory
from camscan.match.patterns import MIN_LITERAL

Edit = Callable[..., None]


def faults(directory: Path) -> list[str]:
    return [str(fault) for fault in check_directory(directory)]


def test_a_sound_directory_has_no_faults(directory: Path) -> None:
    assert [] == faults(directory)


def test_the_fingerprints_that_ship_have_no_faults() -> None:
    assert [] == faults(default_directory())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "weight = ",
            "wieght = ",
            "vendors/acme.toml: acme.http-server: wieght: unknown key; did you mean `weight`?",
        ),
        (
            '"proves"',
            '"prove"',
            "weight: `prove` is not one of proves, suggests, hints; did you mean `proves`?",
        ),
        ('id = "acme"', 'id = "acne"', "vendors/acme.toml: vendor.id: `acne` must equal the file name"),
        (
            'id = "acme.http',
            'id = "other.http',
            "other.http-server: id: must begin with the vendor's id: `acme.`",
        ),
        (
            'when."http.server"',
            'when."http.sever"',
            'when."http.sever": no such field; did you mean `http.server`?',
        ),
        (
            'when."http.server"',
            "when.http.server",
            'field names hold a dot and stand in quotes: when."http.server".regex',
        ),
        (".regex = ", ".regexp = ", 'when."http.server".regexp: unknown key; did you mean `regex`?'),
        ("{model}", "{modle}", "claim.model: no group `modle`; did you mean `model`?"),
        ('claim.model = "{model}"', "", 'when."http.server".regex: group `model` is used by no claim'),
        (
            'claim.manufacturer = "acme"',
            'claim.manufacturer = "acmee"',
            "`acmee` is no vendor and no brand; did you mean",
        ),
        (
            'claim.model = "{model}"',
            'claim.model = "IPC"\nclaim.serial = "{model}"',
            "`IPC` names nothing and is never a model",
        ),
        ('claim.kind = "camera"', 'claim.kind = "kamera"', "claim.kind: `kamera` is not one of"),
        ("'^Acme-", "'(?=x)^Acme-", "RE2 refuses `(?=x)^Acme-"),
        ("'^Acme-", "'\\x41cme-", "write it without \\Q…\\E"),
        (
            "'^Acme-(?P<model>AC\\d{3})/(?P<firmware>\\d+(?:\\.\\d+)+)$'",
            "'(?P<model>AC\\d)(?P<firmware>5)'",
            "anchor it with ^ or $",
        ),
        ('"{firmware}"', '"{firmware|daet}"', "unknown transform `daet`"),
        ('source = "invented for this test"', "", "example #1: `source` is missing"),
        (
            'firmware = "5.40" }',
            'firmware = "5.41" }',
            "example #1: expects firmware = `5.41`, but the rule claims `5.40`",
        ),
        (', firmware = "5.40" }', " }", "example #1: claims firmware = `5.40`, which `expect` does not list"),
        (
            'model = "AC210",',
            'model = "AC210", serial = "1",',
            "example #1: expects serial = `1`, which the rule does not claim",
        ),
        ('= "Acme-AC210/5.40"', '= "Acme"', "example #1: the rule does not match its own example"),
        ('= "Acme-Print/5.40"', '= "Acme-AC210/5.40"', "counterexample #1: the rule fires on it"),
        ('name = "Acme Vision"', 'name = ""', "vendors/acme.toml: vendor.name: must not be empty"),
        ('"acme.http-server"', '"bolt.http-title"', "id: used twice: also in vendors/acme.toml"),
        ("[vendor]", "[vendor", "vendors/acme.toml: not TOML:"),
        ("only_cameras = true", 'only_cameras = "yes"', "vendor.only_cameras: must be true or false"),
        (
            "The web server names",
            "FILL-IN: The web server names",
            "acme.http-server: about: FILL-IN is still to be filled in",
        ),
        ("claim.firmware = ", 'claim.firmware_date = "june"\nclaim.firmware = ', "`june` is no ISO date"),
    ],
)
def test_a_fault_names_file_rule_key_and_the_likely_spelling(
    directory: Path, edit: Edit, old: str, new: str, expected: str
) -> None:
    edit(old, new)
    found = faults(directory)
    assert any(expected in each for each in found), found


def test_all_faults_are_listed_not_only_the_first(directory: Path, edit: Edit) -> None:
    edit("weight = ", "wieght = ")
    edit('weight = "proves"', 'weight = "sure"', "vendors/bolt.toml")
    assert {"vendors/acme.toml", "vendors/bolt.toml"} == {each.split(":")[0] for each in faults(directory)}


def test_two_rules_that_name_different_makers_for_one_example_are_a_fault(
    directory: Path, edit: Edit
) -> None:
    edit("'^Bolt printer'", "'^(?:Bolt printer|Acme)'", "vendors/bolt.toml")
    edit('claim.kind = "not-a-camera"\n', "", "vendors/bolt.toml")
    edit('kind = "not-a-camera", ', "", "vendors/bolt.toml")
    edit(
        '    given."http.server" = "Acme-AC210/5.40"',
        '    given."http.server" = "Acme-AC210/5.40"\n    given."http.title" = "Acme"',
    )
    (found,) = faults(directory)
    assert found.startswith(
        "vendors/acme.toml: acme.http-server: example #1: "
        "says manufacturer `acme`, but bolt.http-title says brand `bolt`"
    )


def test_a_known_relabel_is_no_disagreement(directory: Path, edit: Edit) -> None:
    edit("'^Bolt printer'", "'^(?:Bolt printer|Acme)'", "vendors/bolt.toml")
    edit('claim.kind = "not-a-camera"\n', "", "vendors/bolt.toml")
    edit('kind = "not-a-camera", ', "", "vendors/bolt.toml")
    edit(
        '    given."http.server" = "Acme-AC210/5.40"',
        '    given."http.server" = "Acme-AC210/5.40"\n    given."http.title" = "Acme"',
    )
    edit('brand = "LabelCam"', 'brand = "Bolt Printers"', "brands.toml")
    assert [] == faults(directory)


def test_a_camera_and_not_a_camera_on_one_example_are_a_fault(directory: Path, edit: Edit) -> None:
    edit('claim.brand = "bolt"\n', "", "vendors/bolt.toml")
    edit(', brand = "bolt"', "", "vendors/bolt.toml")
    edit("'^Bolt printer'", "'^(?:Bolt printer|Acme)'", "vendors/bolt.toml")
    edit(
        '    given."http.server" = "Acme-AC210/5.40"',
        '    given."http.server" = "Acme-AC210/5.40"\n    given."http.title" = "Acme"',
    )
    (found,) = faults(directory)
    assert "says kind `camera`, but bolt.http-title says `not-a-camera`" in found


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "brands.toml",
            '"acme"',
            '"acne"',
            "brands.toml: brand LabelCam: maker: no vendor `acne`; did you mean `acme`?",
        ),
        ("brands.toml", '"relabel"', '"label"', "brand LabelCam: relation: `label` is not one of"),
        ("ieee.csv", ",acme", ",acne", "ieee.csv: acne: vendor: no vendor `acne`; did you mean `acme`?"),
        ("ieee.csv", "0050C2,24", "0050C2,25", "ieee.csv: line 2: prefix_bits `25` is not 24, 28 or 36"),
        ("ieee.csv", "0050C2", "0050C", "ieee.csv: line 2: prefix `0050C` is not 6 hex digits"),
        ("ieee.csv", "prefix,", "prefixes,", "ieee.csv: line 1: the columns must be"),
        ("fields.toml", 'about = "DeviceSN."', "", 'fields.toml: "sadp.device_sn": `about` is missing'),
    ],
)
def test_the_other_files_are_checked_as_well(
    directory: Path, edit: Edit, file: str, old: str, new: str, expected: str
) -> None:
    edit(old, new, file)
    found = faults(directory)
    assert any(expected in each for each in found), found


def test_absence_alone_is_a_fault(directory: Path, edit: Edit) -> None:
    edit(
        "when.\"http.title\".regex = '^Bolt printer'", 'when."http.title".absent = true', "vendors/bolt.toml"
    )
    assert any("needs at least one field that is present" in each for each in faults(directory))


def test_too_many_rules_that_nothing_selects_are_a_fault(directory: Path) -> None:
    rule = """
[[fingerprint]]
id = "bolt.r{number}"
about = "A rule without any literal."
weight = "hints"
when."http.title".regex = '^.\\d{{{number}}}$'
claim.note = "digits"
    [[fingerprint.example]]
    given."http.title" = "x{digits}"
    expect = {{ note = "digits" }}
    source = "invented"
"""
    text = (directory / "vendors" / "bolt.toml").read_text()
    text += "".join(rule.format(number=n, digits="1" * n) for n in range(1, MAX_UNSELECTIVE + 2))
    (directory / "vendors" / "bolt.toml").write_text(text)
    assert [
        f"vendors: http.title: {MAX_UNSELECTIVE + 1} rules have no literal text of {MIN_LITERAL} characters "
        f"to be selected by (at most {MAX_UNSELECTIVE})"
    ] == faults(directory)


def test_what_is_no_fingerprint_directory_is_said_so(tmp_path: Path) -> None:
    assert any("is this a fingerprint directory?" in each for each in faults(tmp_path))
