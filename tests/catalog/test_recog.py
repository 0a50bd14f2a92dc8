from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from camscan.catalog.checking import check_directory
from camscan.catalog.recog import convert_recog
from camscan.errors import FileFormatError

HEAD = '<?xml version="1.0"?>\n<fingerprints matches="http_header.server" protocol="http">\n'
ACME = r"""
<fingerprint pattern="^Acme[ (]web\)? (?:v)?(AC\d+)/((\d+)\.\d+)$">
  <description>An invented camera's server</description>
  <example hw.product="AC210">Acme web AC210/5.40</example>
  <param pos="0" name="hw.vendor" value="Acme"/>
  <param pos="0" name="hw.device" value="IP Camera"/>
  <param pos="1" name="hw.product"/>
  <param pos="2" name="os.version"/>
</fingerprint>
"""


def write(tmp_path: Path, body: str, head: str = HEAD) -> Path:
    file = tmp_path / "recog.xml"
    file.write_text(f"{head}{body}</fingerprints>")
    return file


def test_a_device_becomes_a_rule_with_its_groups_named_and_its_example(tmp_path: Path) -> None:
    draft = convert_recog(write(tmp_path, ACME), "acme", "Acme")
    (rule,) = tomllib.loads(draft.toml)["fingerprint"]
    assert (
        r"^Acme[ (]web\)? (?:v)?(?P<model>AC\d+)/(?P<firmware>(?:\d+)\.\d+)$"
        == rule["when"]["http.server"]["regex"]
    )
    assert {"brand": "Acme", "model": "{model}", "firmware": "{firmware}", "kind": "camera"} == rule["claim"]
    assert {"brand": "Acme", "model": "AC210", "firmware": "5.40", "kind": "camera"} == rule["example"][0][
        "expect"
    ]


def test_a_draft_passes_the_check(tmp_path: Path, directory: Path) -> None:
    draft = convert_recog(write(tmp_path, ACME), "draft", "Draft")
    (directory / "vendors" / "draft.toml").write_text(draft.toml)
    assert [] == [str(fault) for fault in check_directory(directory)]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('name="hw.', 'name="service.', "names software, not a device"),
        ("^Acme", "^(?=Acme)Acme", "RE2 refuses its pattern"),
        ("Acme web AC210", "Another", "no example that the pattern matches"),
    ],
)
def test_what_cannot_be_kept_is_left_out_and_named(tmp_path: Path, old: str, new: str, reason: str) -> None:
    draft = convert_recog(write(tmp_path, ACME.replace(old, new)), "acme", "Acme")
    assert (0, 1) == (draft.rules, len(draft.left_out))
    assert reason in draft.left_out[0]


def test_another_kind_of_device_is_not_a_camera(tmp_path: Path) -> None:
    draft = convert_recog(write(tmp_path, ACME.replace("IP Camera", "Printer")), "acme", "Acme")
    assert "claim.kind = 'not-a-camera'" in draft.toml


def test_an_example_in_base64_is_decoded(tmp_path: Path) -> None:
    body = ACME.replace(
        '<example hw.product="AC210">Acme web AC210/5.40',
        '<example _encoding="base64">QWNtZSB3ZWIgQUMyMTAvNS40MA==',
    )
    assert "'Acme web AC210/5.40'" in convert_recog(write(tmp_path, body), "acme", "Acme").toml


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]>\n<fingerprints matches="http_header.server">', ACME),
        ("<other>", ""),
        ('<fingerprints matches="smtp.banner">', ACME),
        (HEAD, "<fingerprint>"),
    ],
)
def test_what_is_not_recogs_xml_is_refused(tmp_path: Path, head: str, body: str) -> None:
    with pytest.raises(FileFormatError):
        convert_recog(write(tmp_path, body, head), "acme", "Acme")
