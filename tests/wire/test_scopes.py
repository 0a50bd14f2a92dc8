from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camscan.wire.scopes import parse_scopes


def test_categories_are_read_without_case_and_values_keep_theirs() -> None:
    scopes = parse_scopes(
        (
            "onvif://www.onvif.org/Name/HIKVISION%20DS-2CD2385G1-I",
            "onvif://www.onvif.org/HARDWARE/DS-2CD2385G1-I",
            "onvif://www.onvif.org/location/city/hangzhou",
            "onvif://www.onvif.org/MAC/8c:e7:48:01:02:03",
            "onvif://www.onvif.org/MacAddress/8C-E7-48-01-02-04",
            "onvif://www.onvif.org/Profile/Q/FactoryDefault",
            "onvif://www.onvif.org/manufacturer/Hanwha+Techwin",
            "onvif://www.onvif.org/SerialNumber/ZC123",
            "onvif://www.onvif.org/type/ptz",
        )
    )
    assert ("HIKVISION DS-2CD2385G1-I",) == scopes.name
    assert ("DS-2CD2385G1-I",) == scopes.hardware
    assert ("city/hangzhou",) == scopes.location
    assert ("8c:e7:48:01:02:03", "8c:e7:48:01:02:04") == scopes.macs
    assert ("Q/FactoryDefault",) == scopes.profile
    assert ("Hanwha Techwin",) == scopes.manufacturer
    assert ("ZC123",) == scopes.serial
    assert ("ptz",) == scopes.type


def test_a_plus_at_the_end_is_part_of_the_model() -> None:
    assert ("C350+",) == parse_scopes(("onvif://www.onvif.org/hardware/C350+",)).hardware


def test_an_encoded_plus_is_a_plus() -> None:
    assert ("A+B",) == parse_scopes(("onvif://www.onvif.org/hardware/A%2BB",)).hardware


def test_broken_escapes_do_not_cost_the_scope() -> None:
    assert ("50%zz",) == parse_scopes(("onvif://www.onvif.org/name/50%zz",)).name


def test_scopes_of_other_schemes_are_kept_whole() -> None:
    scopes = parse_scopes(("flir://www.flir.com/security/", "urn:schemas-pelco-com:onvif:extensions:1"))
    assert ("flir://www.flir.com/security/", "urn:schemas-pelco-com:onvif:extensions:1") == scopes.all
    assert () == scopes.name


def test_empty_values_say_nothing() -> None:
    assert () == parse_scopes(("onvif://www.onvif.org/location/", "onvif://www.onvif.org/name")).location


@given(st.lists(st.text(max_size=60), max_size=5))
def test_no_scope_raises(scopes: list[str]) -> None:
    parse_scopes([*scopes, *(f"onvif://www.onvif.org/{scope}" for scope in scopes)])
