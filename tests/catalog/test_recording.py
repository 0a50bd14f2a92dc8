from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from camscan.catalog import load
from camscan.catalog.recording import example_toml, redact
from camscan.model.fingerprint import Field
from camscan.model.observation import Observation, observe

AT = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS = {"sadp.device_sn": Field("sadp.device_sn", "DeviceSN.", ("sadp",), "serial")}


def seen(**fields: str | list[str]) -> Observation:
    named = {name.replace("__", "."): words for name, words in fields.items()}
    return observe("10.1.2.3", "test", named, at=AT, interface="eth7")


def cleaned(*observations: Observation) -> dict[str, tuple[str, ...]]:
    return {name: words for _, each in redact(observations, FIELDS) for name, words in each.fields.items()}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("at 10.1.2.3:80", "at 192.0.2.1:80"),
        ("http://[fe80::1a2b:3cff:fe4d:5e6f]/x", "http://[2001:db8::1]/x"),
        ("44:19:B6:12:34:56", "44:19:B6:00:00:00"),
        ("id 4419b6123456.", "id 4419b6000000."),
        ("uuid:b5a2c3d4-1111-2222-3333-4419b6123456", "uuid:b5a2c3d4-1111-2222-3333-000000000000"),
        ("firmware 5.7.18.2", "firmware 5.7.18.2"),
        ("00:12:34 uptime", "00:12:34 uptime"),
    ],
)
def test_what_belongs_to_one_unit_or_place_is_replaced(said: str, kept: str) -> None:
    assert {"http.title": (kept,)} == cleaned(seen(http__title=said))


def test_the_digits_that_count_units_go_from_a_serial_and_its_date_stays() -> None:
    serial = "DS-2CD2346G2-ISU/SL20210618AAWRF12345678"
    assert ("DS-2CD2346G2-ISU/SL20210618AAWRF00000000",) == cleaned(seen(sadp__device_sn=serial))[
        "sadp.device_sn"
    ]


def test_a_serial_is_replaced_wherever_it_is_said() -> None:
    found = cleaned(seen(sadp__device_sn="F12345678"), seen(http__title="Camera F12345678"))
    assert {"sadp.device_sn": ("F12000000",), "http.title": ("Camera F12000000",)} == found


def test_a_serial_that_is_a_hardware_address_keeps_its_registrant() -> None:
    assert ("ACCC8E000000",) == cleaned(seen(sadp__device_sn="ACCC8E7EA36D"))["sadp.device_sn"]


@pytest.mark.parametrize(
    "said", ["X-Token: abc", "password=admin", "Set-Cookie: id=1", 'Digest nonce="12"', "apiKey 1"]
)
def test_what_looks_like_a_credential_is_left_out(said: str) -> None:
    assert {"http.server": ("nginx",)} == cleaned(seen(http__server="nginx", http__header=[said]))


def test_places_and_the_packets_own_address_are_left_out() -> None:
    ((_, redacted),) = redact([seen(http__server="nginx", onvif__location="Berlin")], FIELDS)
    assert ("192.0.2.1", "", {"http.server": ("nginx",)}) == (
        redacted.ip,
        redacted.interface,
        redacted.fields,
    )


def test_an_example_that_is_written_passes_the_check(directory: Path) -> None:
    from camscan.catalog.checking import check_directory

    catalog = load(directory, cache=False)
    ((original, redacted),) = redact([seen(http__server="Acme-AC999/1.2")], catalog.fields)
    match = catalog.matcher.match
    toml = example_toml(redacted, match(redacted), match(original), "a lab")
    file = directory / "vendors" / "acme.toml"
    file.write_text(f"{file.read_text()}\n{toml}")
    assert [] == check_directory(directory)
    assert 2 == len(load(directory, cache=False).fingerprints[0].examples)


def test_a_rule_that_redaction_silences_is_a_comment(directory: Path) -> None:
    catalog = load(directory, cache=False)
    original = seen(http__server="Acme-AC999/1.2")
    toml = example_toml(seen(http__server="other"), (), catalog.matcher.match(original), "a lab")
    assert "# acme.http-server fires on the device's own words, not on the redacted ones.\n" == toml
