"""Each shipped policy over devices that match, do not match, and have to be checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.audit import examine
from camscan.audit.sureness import LIKELY, SURE
from camscan.audit.wording import judging_words
from camscan.match import weights
from camscan.model.finding import Verdict
from camscan.model.policy import Status

NAMING_HIKVISION = {
    "ndaa-889-a", "ndaa-889-b", "fcc-covered-list", "us-entity-list",
    "uk-2022-11-24", "au-2023", "ca-2025", "qc-2023",
}  # fmt: skip
FAMILIES = {
    "ndaa-889", "fcc-covered-list", "uk-2022-11-24", "au-2023", "au-pspf-2024", "ca-2025", "qc-2023",
}  # fmt: skip


def verdicts(findings):
    return {regime: finding.verdict for regime, finding in findings.items()}


def test_a_proven_hikvision_at_a_sensitive_site_matches_every_policy_that_means_it(device, policy_findings):
    found = policy_findings(device("Hikvision", brand="Hikvision"), sensitive=True)
    assert dict.fromkeys(NAMING_HIKVISION, Verdict.MATCHES) == verdicts(found)


def test_a_proven_dahua_matches_all_but_the_canadian_decision(device, policy_findings):
    found = policy_findings(device("Dahua", brand="Dahua"), sensitive=True)
    assert dict.fromkeys(NAMING_HIKVISION - {"ca-2025"}, Verdict.MATCHES) == verdicts(found)


def test_a_proven_hytera_matches_the_us_rules_about_use_and_sale(device, policy_findings):
    found = policy_findings(device("Hytera", brand="Hytera"), sensitive=False)
    assert dict.fromkeys(("ndaa-889-a", "ndaa-889-b", "fcc-covered-list"), Verdict.MATCHES) == verdicts(found)


def test_a_proven_axis_has_no_finding(device, policy_findings):
    assert {} == policy_findings(device("Axis", brand="Axis"), sensitive=True)


@pytest.mark.parametrize("confidence", [0.0, 0.3, 0.6, 0.75, 0.89, 0.8999])
def test_an_unsure_maker_is_to_be_checked_everywhere(confidence, device, policy_findings):
    found = policy_findings(device("Hikvision", confidence, brand="Hikvision"), sensitive=True)
    named = {regime: found[regime].verdict for regime in NAMING_HIKVISION}
    assert dict.fromkeys(NAMING_HIKVISION, Verdict.TO_BE_CHECKED) == named


@given(
    maker=st.sampled_from(["Hikvision", "Dahua", "Huawei", "EZVIZ", "Uniview", "Axis", "Nobody", "Reolink"]),
    confidence=st.floats(0, 0.8999),
    brand=st.sampled_from(["", "Hikvision", "EZVIZ", "LTS"]),
    sensitive=st.sampled_from([None, True, False]),
)
@settings(max_examples=120, deadline=None)
def test_no_unsure_maker_ever_carries_a_flat_verdict(
    catalog, device, inventory, maker, confidence, brand, sensitive
):
    held = inventory(device(maker, confidence, brand=brand), sensitive=sensitive)
    found = examine(held, catalog.policies, catalog.advisories)
    assert Verdict.MATCHES not in {finding.verdict for finding in found}


def test_the_border_of_sureness_is_the_one_identification_uses():
    assert (weights.CERTAIN, weights.LIKELY) == (SURE, LIKELY)


def test_the_clause_for_huawei_says_telecommunications_equipment_and_is_to_be_checked(
    device, policy_findings
):
    found = policy_findings(device("Huawei", brand="Huawei"))["ndaa-889-b"]
    assert Verdict.TO_BE_CHECKED is found.verdict
    assert "s.889(a)(1)(B) with (f)(3)(A)" == found.reference
    assert "that a camera is such equipment is a common reading, not the clause's own words" in found.wording
    assert "physical security surveillance" not in found.wording


def test_the_clause_for_hikvision_names_video_surveillance_and_its_purposes(device, policy_findings):
    found = policy_findings(device("Hikvision", brand="Hikvision"))["ndaa-889-b"]
    assert "s.889(a)(1)(B) with (f)(3)(B)" == found.reference
    assert (
        "video surveillance and telecommunications equipment, for the purpose of public safety"
        in found.wording
    )


def test_the_fcc_list_means_all_video_surveillance_equipment_of_huawei(device, policy_findings):
    found = policy_findings(device("Huawei", brand="Huawei"))["fcc-covered-list"]
    assert Verdict.MATCHES is found.verdict
    assert "all telecommunications and video surveillance equipment" in found.wording


def test_a_relabel_by_a_proven_maker_matches_by_the_maker(device, policy_findings):
    found = policy_findings(device("Hikvision", brand="LTS"))
    assert Verdict.MATCHES is found["ndaa-889-a"].verdict
    assert "its label here is LTS" in found["au-2023"].wording


def test_a_relabel_is_to_be_checked_where_the_source_says_nothing_of_labels(device, policy_findings):
    found = policy_findings(device("Hikvision", brand="LTS"))["ca-2025"]
    assert Verdict.TO_BE_CHECKED is found.verdict
    assert "it wears the label LTS" in found.wording


def test_an_own_label_is_no_relabel(device, policy_findings):
    assert Verdict.MATCHES is policy_findings(device("Hikvision", brand="HiLook"))["ca-2025"].verdict


@pytest.mark.parametrize(("subsidiary", "parent"), [("EZVIZ", "Hikvision"), ("Imou", "Dahua")])
def test_a_subsidiary_that_made_it_matches_where_subsidiaries_are_meant(
    subsidiary, parent, device, policy_findings
):
    found = policy_findings(device(subsidiary, brand=subsidiary))
    assert Verdict.MATCHES is found["ndaa-889-a"].verdict
    assert f"{subsidiary} (a subsidiary of {parent})" in found["ndaa-889-a"].wording
    assert Verdict.TO_BE_CHECKED is found["au-2023"].verdict
    assert "us-entity-list" not in found


def test_a_subsidiary_known_from_recollection_alone_is_to_be_checked(device, policy_findings):
    found = policy_findings(device("Hikrobot", brand="Hikrobot"))["ndaa-889-a"]
    assert Verdict.TO_BE_CHECKED is found.verdict
    assert "that Hikrobot belongs to Hikvision is not read in a source" in found.wording


def test_a_company_named_only_from_recollection_is_to_be_checked(device, policy_findings):
    found = policy_findings(device("Tiandy", brand="Tiandy"), sensitive=False)
    assert {"us-entity-list": Verdict.TO_BE_CHECKED} == verdicts(found)
    assert "background knowledge" in found["us-entity-list"].wording


def test_the_entity_list_is_a_flag_that_asks_for_nothing(device, policy_findings):
    found = policy_findings(device("Dahua", brand="Dahua"))["us-entity-list"]
    assert ("none", True) == (found.action, "not the use of its cameras" in found.wording)


@pytest.mark.parametrize(
    ("sensitive", "expected"), [(True, Verdict.MATCHES), (None, Verdict.TO_BE_CHECKED), (False, None)]
)
def test_the_uk_statement_depends_on_the_site(sensitive, expected, device, policy_findings):
    found = policy_findings(device("Hikvision", brand="Hikvision"), sensitive=sensitive)
    assert expected == verdicts(found).get("uk-2022-11-24")


def test_the_uk_finding_says_that_the_sites_sensitivity_is_not_stated(device, policy_findings):
    found = policy_findings(device("Hikvision", brand="Hikvision"))["uk-2022-11-24"]
    assert "site sensitivity not stated" in found.wording


def test_a_maker_placed_in_china_by_its_name_alone_is_to_be_checked_in_the_uk(device, policy_findings):
    found = policy_findings(device("Uniview", brand="Uniview"), sensitive=True)["uk-2022-11-24"]
    assert Verdict.TO_BE_CHECKED is found.verdict
    assert "IEEE registry" in found.wording


def test_a_maker_of_unrecorded_jurisdiction_is_to_be_checked_at_a_sensitive_site(device, policy_findings):
    found = policy_findings(device("Reolink", brand="Reolink"), sensitive=True)
    assert {"uk-2022-11-24": Verdict.TO_BE_CHECKED} == verdicts(found)
    assert "is not recorded" in found["uk-2022-11-24"].wording


def test_an_unknown_maker_is_to_be_checked_once_per_family(device, policy_findings):
    found = policy_findings(device(kind="camera-like-unknown"), sensitive=True)
    assert dict.fromkeys(FAMILIES, Verdict.TO_BE_CHECKED) == verdicts(found)
    assert {"check-maker"} == {finding.action for finding in found.values()}
    assert {"no evidence of a maker"} == {finding.basis for finding in found.values()}


def test_a_maker_that_is_not_even_likely_counts_as_unknown(device, policy_findings):
    found = policy_findings(device("Axis", 0.45, brand="Nobody"), sensitive=True)
    assert FAMILIES == set(found)
    assert "the maker is not established; possibly Axis" in found["ndaa-889"].wording


def test_evidence_for_a_named_maker_against_an_unsure_one_is_to_be_checked(device, policy_findings):
    found = policy_findings(device("Axis", 0.7, brand="Axis", against="Hikvision"))["ndaa-889-a"]
    assert Verdict.TO_BE_CHECKED is found.verdict
    assert "part of the evidence says Hikvision, the rest Axis" in found.wording


@pytest.mark.parametrize("kind", ["not-a-camera", "unknown", ""])
def test_what_is_no_camera_never_has_a_finding(kind, device, policy_findings):
    assert {} == policy_findings(device("Hikvision", brand="Hikvision", kind=kind), sensitive=True)


@pytest.mark.parametrize("kind", ["camera", "recorder", "encoder", "intercom", "access-terminal"])
def test_every_kind_an_inventory_lists_is_compared(kind, device, policy_findings):
    assert "ndaa-889-a" in policy_findings(device("Hikvision", brand="Hikvision", kind=kind))


def test_a_component_is_a_question_and_nothing_more(device, policy_findings):
    noted = device("Axis", brand="Axis", notes=("component question: HiSilicon (hi3516 in the banner)",))
    found = policy_findings(noted)
    assert {"ndaa-889-a": Verdict.QUESTION, "ndaa-889-b": Verdict.QUESTION} == verdicts(found)
    assert "hi3516 in the banner" in found["ndaa-889-a"].basis


def test_a_component_of_a_device_that_matches_anyway_is_not_asked_for(device, policy_findings):
    noted = device("Hikvision", brand="Hikvision", notes=("component question: HiSilicon",))
    assert Verdict.MATCHES is policy_findings(noted)["ndaa-889-a"].verdict


def test_an_item_built_after_the_quebec_date_was_acquired_after_it(device, policy_findings):
    later = policy_findings(device("Dahua", brand="Dahua", manufactured="2024-03"))["qc-2023"]
    earlier = policy_findings(device("Dahua", brand="Dahua", manufactured="2019-05-02"))["qc-2023"]
    assert ("remove", "assess") == (later.action, earlier.action)
    assert "has to come from the papers" in earlier.wording


def test_a_policy_not_yet_in_effect_is_to_be_checked_with_its_date(device, policy_findings):
    found = policy_findings(device("Hikvision", brand="Hikvision"), today=date(2020, 8, 12))
    assert Verdict.MATCHES is found["ndaa-889-a"].verdict
    assert Verdict.TO_BE_CHECKED is found["ndaa-889-b"].verdict
    assert "it applies only from 2020-08-13" in found["ndaa-889-b"].wording


def test_a_policy_is_in_effect_on_its_day(device, policy_findings):
    found = policy_findings(device("Hikvision", brand="Hikvision"), today=date(2020, 8, 13))
    assert Verdict.MATCHES is found["ndaa-889-b"].verdict


@pytest.mark.parametrize(("today", "count"), [(date(2026, 6, 30), 1), (date(2026, 7, 1), 0)])
def test_a_policy_that_ended_gives_no_finding(today, count, catalog, device, inventory):
    ended = replace(catalog.policies[0], ends=date(2026, 6, 30))
    found = examine(inventory(device("Hikvision", brand="Hikvision")), [ended], (), today=today)
    assert count == len(found)


def test_the_day_of_the_scan_is_the_default_day(catalog, device, inventory):
    coming = replace(catalog.policies[0], effective=date(2026, 11, 24))
    found = examine(inventory(device("Hikvision", brand="Hikvision")), [coming], ())
    assert [Verdict.TO_BE_CHECKED] == [finding.verdict for finding in found]


def test_every_finding_names_evidence_source_date_and_confidence(device, policy_findings):
    for finding in policy_findings(device("Hikvision", brand="Hikvision"), sensitive=True).values():
        shown = (
            'sadp.device_sn "DS-2CD-SERIAL" (rule hikvision.serial, heard by sadp on port 37020, 2026-11-23)'
        )
        assert shown in finding.basis
        assert shown in finding.wording
        assert "confidence 0.97" in finding.wording
        assert "(as of 2026-09-01)" in finding.source
        assert finding.effective is not None


def test_no_finding_judges(device, policy_findings):
    for maker in ("", "Hikvision", "Huawei", "EZVIZ", "Uniview"):
        for sensitive in (None, True, False):
            for finding in policy_findings(device(maker), sensitive=sensitive).values():
                assert [] == judging_words(finding.wording)


def test_hostile_names_stay_text_and_are_cut(device, policy_findings):
    found = policy_findings(device("Hikvision", brand="{evidence}" + "x" * 10_000))["au-2023"]
    assert "{evidence}" in found.wording
    assert len(found.wording) < 1500


def test_findings_come_in_the_order_of_devices_and_policies(catalog, device, inventory):
    devices = [replace(device("Hikvision"), device_id=f"d{n}") for n in (3, 1, 2)]
    found = examine(inventory(*devices), catalog.policies, catalog.advisories)
    assert ["d3", "d1", "d2"] == list(dict.fromkeys(finding.device_id for finding in found))
    assert found == examine(inventory(*devices), catalog.policies, catalog.advisories)


def test_the_site_of_each_device_is_looked_up(catalog, device, inventory):
    from camscan.model.inventory import Site

    held = replace(
        inventory(device("Hikvision", site="a"), replace(device("Hikvision", site="b"), device_id="d2")),
        sites=(Site("a", sensitive=True), Site("b", sensitive=False)),
    )
    uk = [policy for policy in catalog.policies if policy.id == "uk-2022-11-24"]
    assert ["d1"] == [finding.device_id for finding in examine(held, uk, ())]


def test_recalled_policies_never_match_flatly(catalog, device, inventory):
    recalled = [replace(policy, status=Status.BACKGROUND) for policy in catalog.policies]
    found = examine(inventory(device("Hikvision", brand="Hikvision"), sensitive=True), recalled, ())
    assert {Verdict.TO_BE_CHECKED} == {finding.verdict for finding in found}
