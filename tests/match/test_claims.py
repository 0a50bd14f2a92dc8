"""What adds up, what repeats, what contradicts."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from camscan.match.claims import strength, weigh
from camscan.model.device import Evidence, Kind

AT = datetime(2026, 11, 24, tzinfo=UTC)


def said(value: str, weight: float = 0.7, family: str = "http", rule: str = "x.rule") -> Evidence:
    return Evidence(rule, "http.server", value, "http", 80, "0" * 16, AT, family, weight, value)


def test_independent_evidence_adds_up_and_repeated_evidence_does_not() -> None:
    once = weigh("manufacturer", [said("Dahua")])
    twice = weigh("manufacturer", [said("Dahua"), said("Dahua", rule="y.rule")])
    apart = weigh("manufacturer", [said("Dahua"), said("Dahua", family="rtsp")])
    assert once is not None
    assert twice is not None
    assert apart is not None
    assert once.confidence == twice.confidence == 0.7
    assert 0.91 == apart.confidence


def test_a_contradiction_lowers_and_is_shown() -> None:
    claim = weigh("manufacturer", [said("Dahua", 0.95), said("Hikvision", 0.7, "tls")])
    assert claim is not None
    assert "Dahua" == claim.value
    assert 0.6 < claim.confidence < 0.9
    assert ["Hikvision"] == [each.says for each in claim.against]


def test_two_proofs_that_disagree_are_for_a_person_to_settle() -> None:
    many = [said("Dahua", 0.95, family) for family in ("http", "rtsp", "dhip", "tls", "serial")]
    claim = weigh("manufacturer", [*many, said("Hikvision", 0.95, "sadp")])
    assert claim is not None
    assert "Dahua" == claim.value
    assert 0.6 < claim.confidence < 0.9


def test_a_hint_against_many_proofs_leaves_them_certain() -> None:
    many = [said("Dahua", 0.95, family) for family in ("http", "rtsp", "dhip")]
    claim = weigh("manufacturer", [*many, said("Hikvision", 0.3, "favicon")])
    assert claim is not None
    assert claim.confidence >= 0.9


def test_spellings_of_one_version_agree_and_the_fullest_is_shown() -> None:
    claim = weigh("firmware", [said("V5.6.5", 0.95), said("V5.6.5 build 200316", 0.9, "sadp")])
    assert claim is not None
    assert "V5.6.5 build 200316" == claim.value
    assert () == claim.against
    assert claim.confidence > 0.95


def test_a_short_serial_inside_a_long_one_is_the_same_serial() -> None:
    claim = weigh(
        "serial", [said("J12345678"), said("DS-2CD2346G2-ISU/SL20240117AAWRJ12345678", 0.7, "sadp")]
    )
    assert claim is not None
    assert claim.value.startswith("DS-2CD")
    assert () == claim.against


def test_speaking_as_cameras_do_supports_a_camera_and_never_beats_one() -> None:
    like = said(Kind.CAMERA_LIKE, 0.6, "onvif")
    alone = weigh("kind", [like])
    with_camera = weigh("kind", [like, said(Kind.CAMERA, 0.3)])
    assert alone is not None
    assert with_camera is not None
    assert Kind.CAMERA_LIKE == alone.value
    assert Kind.CAMERA == with_camera.value
    assert with_camera.confidence > 0.6


def test_camera_likeness_does_not_make_a_suggested_kind_certain() -> None:
    like = [said(Kind.CAMERA_LIKE, 0.95, "maker"), said(Kind.CAMERA_LIKE, 0.6, "onvif")]
    suggested = weigh("kind", [*like, said(Kind.RECORDER, 0.7, "web")])
    proved = weigh("kind", [*like, said(Kind.RECORDER, 0.95, "serial")])
    assert suggested is not None
    assert proved is not None
    assert (Kind.RECORDER, 0.85) == (suggested.value, suggested.confidence)
    assert (Kind.RECORDER, 0.975) == (proved.value, proved.confidence)


def test_not_a_camera_contradicts_camera_likeness() -> None:
    claim = weigh("kind", [said(Kind.NOT_A_CAMERA, 0.95), said(Kind.CAMERA_LIKE, 0.45, "rtsp-answer")])
    assert claim is not None
    assert Kind.NOT_A_CAMERA == claim.value
    assert [Kind.CAMERA_LIKE] == [each.says for each in claim.against]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1)), max_size=12))
def test_confidence_is_a_probability_and_more_evidence_never_weakens(pairs: list[tuple[str, float]]) -> None:
    evidence = [said("X", weight, family) for family, weight in pairs]
    before = 0.0
    for count in range(len(evidence) + 1):
        now = strength(evidence[:count])
        assert before <= now <= 1
        before = now
