"""The shipped advisories over devices just before, at and after each kind of cut-off."""

# ruff: noqa: E501  (a case stays on one line)

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from camscan.audit import examine
from camscan.audit.affected import Answer, Product, judge_row
from camscan.audit.wording import judging_words
from camscan.model.finding import Verdict
from camscan.model.policy import Affected, Grammar

M, C, CHECK = Verdict.MATCHES, Verdict.CANNOT_BE_DECIDED, Verdict.TO_BE_CHECKED


def verdict(found, cve):
    """The verdict on one CVE, alone or in a group; None when there is no finding."""
    for finding in found.values():
        if finding.reference == cve or f"{cve} " in finding.wording or f"{cve}," in finding.wording:
            return finding.verdict
    return None


HIK = {"maker": "Hikvision", "brand": "Hikvision"}
DAH = {"maker": "Dahua", "brand": "Dahua"}
CASES = [
    # Hikvision: version ranges with builds at both ends
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.1.9 build 140720"}, None),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.2.0 build 140721"}, M),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.4.0 build 160530"}, M),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.4.0 build 160531"}, None),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.4.0", "firmware_date": "2016-05-30"}, M),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.4.0", "firmware_date": "2016-05"}, C),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.4.0", "firmware_date": "2016-06"}, None),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.4.0"}, C),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I", "firmware": "V5.5.0"}, None),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032F-I"}, C),
    ("CVE-2017-7921", {**HIK, "model": "DS-2CD2032-I", "firmware": "V5.3.0 build 150513"}, None),
    ("CVE-2017-7921", {**HIK, "firmware": "V5.3.0 build 150513"}, C),
    ("CVE-2017-7921", {**HIK, "firmware": "V5.6.0 build 190513"}, None),
    # a relabel: the maker decides, and a renamed model leaves it open until every cut-off is past
    ("CVE-2017-7921", {"maker": "Hikvision", "brand": "LTS", "model": "CMIP3142", "firmware": "V5.3.0 build 150513"}, C),
    ("CVE-2017-7921", {"maker": "Hikvision", "brand": "LTS", "model": "CMIP3142", "firmware": "V5.4.5 build 170124"}, None),
    ("CVE-2017-7921", {"maker": "Hikvision", "brand": "LTS", "model": "DS-2CD2032F-I", "firmware": "V5.3.0 build 150513"}, M),
    # a recalled cut-off decides nothing, on either side
    ("CVE-2021-36260", {**HIK, "model": "DS-2CD2143G0-I", "firmware": "V5.6.3 build 190923"}, C),
    ("CVE-2021-36260", {**HIK, "model": "DS-2CD2143G0-I", "firmware": "V5.7.18 build 240826"}, C),
    # several cut-offs "by model": below all, above all, between
    ("CVE-2023-28809", {**HIK, "kind": "access-terminal", "model": "DS-K1T671M", "firmware": "V3.2.0 build 220705"}, M),
    ("CVE-2023-28809", {**HIK, "kind": "access-terminal", "model": "DS-K1T671M", "firmware": "V3.2.30 build 221223"}, C),
    ("CVE-2023-28809", {**HIK, "kind": "access-terminal", "model": "DS-K1T671M", "firmware": "V3.5.0 build 230118"}, None),
    # a named model, and the others that the record names without being read
    ("CVE-2024-29947", {**HIK, "kind": "recorder", "model": "DS-7604NI-K1/4P(B)", "firmware": "V4.30.096 build 221220"}, M),
    ("CVE-2024-29947", {**HIK, "kind": "recorder", "model": "DS-7604NI-K1/4P(B)", "firmware": "V4.30.097 build 221221"}, None),
    ("CVE-2024-29947", {**HIK, "kind": "recorder", "model": "DS-7616NI-K2", "firmware": "V4.30.097 build 221221"}, C),
    ("CVE-2024-29949", {**HIK, "kind": "recorder", "model": "DS-7616NI-M2", "firmware": "V5.02.005"}, M),
    ("CVE-2024-29949", {**HIK, "kind": "recorder", "model": "DS-7616NI-M2", "firmware": "V5.02.006"}, None),
    ("CVE-2024-29949", {**HIK, "kind": "recorder", "model": "DS-7616NI-M2", "firmware": "V4.62.210"}, None),
    ("CVE-2025-66177", {**HIK, "kind": "recorder", "model": "DS-9632NI-I8", "firmware": "V4.50.1 build 250806"}, M),
    ("CVE-2025-66177", {**HIK, "kind": "recorder", "model": "DS-9632NI-I8", "firmware": "V4.50.1 build 250807"}, None),
    # Dahua: build time, and fixed versions of a branch
    ("CVE-2021-33044", {**DAH, "model": "IPC-HFW3441E", "firmware": "2.800.0000000.16.R", "firmware_date": "2021-05-31"}, M),
    ("CVE-2021-33044", {**DAH, "model": "IPC-HFW3441E", "firmware": "2.800.0000000.16.R", "firmware_date": "2021-06-01"}, None),
    ("CVE-2021-33044", {**DAH, "model": "DH-IPC-HFW3441E", "firmware": "2.800.0000000.16.R"}, C),
    ("CVE-2021-33044", {**DAH, "model": "IPC-HFW4431R", "firmware_date": "2019-01-01"}, None),
    ("CVE-2021-33045", {**DAH, "model": "IPC-HFW3441E", "firmware": "2.800.0000000.29.R.210629"}, C),
    ("CVE-2021-33045", {**DAH, "model": "IPC-HFW3441E", "firmware": "2.800.0000000.29.R.210630"}, None),
    ("CVE-2021-33045", {**DAH, "model": "IPC-HFW3441E", "firmware": "2.800.0000000.9.R.200430"}, M),
    ("CVE-2021-33045", {**DAH, "kind": "recorder", "model": "DHI-NVR4108HS-8P", "firmware": "4.001.0000005.0.R.210712"}, M),
    ("CVE-2021-33045", {**DAH, "kind": "recorder", "model": "NVR4108HS-8P", "firmware": "4.001.0000005.1.R.210713"}, None),
    ("CVE-2021-33045", {"maker": "Dahua", "brand": "Amcrest", "kind": "recorder", "model": "NV4108E-HS", "firmware_date": "2020-01-01"}, C),
    ("CVE-2021-33045", {"maker": "Dahua", "brand": "Amcrest", "kind": "recorder", "model": "NV4108E-HS", "firmware": "4.002.00AC001.0.R", "firmware_date": "2023-01-01"}, None),
    ("CVE-2024-39944", {**DAH, "model": "IPC-HFW8241E", "firmware_date": "2024-02-01"}, M),
    ("CVE-2024-39944", {**DAH, "model": "IPC-HFW8241E", "firmware_date": "2024-02-02"}, None),
    ("CVE-2025-31700", {**DAH, "model": "IPC-HFW1230S", "firmware_date": "2025-04-15"}, C),
    ("CVE-2025-31700", {**DAH, "model": "IPC-HFW1230S", "firmware_date": "2025-04-16"}, None),
    # by label: the customer's own advisory
    ("CVE-2021-32941", {"maker": "Hikvision", "brand": "Annke", "model": "N48PBB", "firmware": "V3.4.106 build 200422"}, M),
    ("CVE-2021-32941", {"maker": "Hikvision", "brand": "LTS", "model": "N48PBB", "firmware": "V3.4.106 build 200422"}, None),
    ("CVE-2019-18228", {"maker": "Dahua", "brand": "Honeywell", "model": "H4W4GR1V", "firmware": "1.000.HW00.20.R"}, M),
    ("CVE-2019-18228", {"maker": "Dahua", "brand": "Honeywell", "model": "H4W4GR1V", "firmware": "1.000.HW00.21.20190812"}, None),
    ("CVE-2023-3704", {"maker": "Dahua", "brand": "CP Plus", "model": "CP-UVR-0801K1-H", "firmware": "4.000.00AT008.0.R.20230301"}, M),
    ("CVE-2023-3704", {"maker": "Dahua", "brand": "CP Plus", "model": "CP-UVR-0801K1-H", "firmware": "4.000.00AT008.0.R.20230302"}, None),
    # Uniview: only the platforms that are named
    ("CVE-2023-0773", {"maker": "Uniview", "model": "IPC322LB-SF28-A", "firmware": "CIPC-B2303.2.8.230105"}, M),
    ("CVE-2023-0773", {"maker": "Uniview", "model": "IPC322LB-SF28-A", "firmware": "CIPC-B2303.2.9.230401"}, None),
    ("CVE-2023-0773", {"maker": "Uniview", "brand": "SUNBA", "model": "P630", "firmware": "DIPC-B1213.6.4.220101"}, M),
    ("CVE-2023-0773", {"maker": "Uniview", "model": "IPC322LB-SF28-A", "firmware": "QIPC-B2202.2.0.230111"}, None),
    ("CVE-2023-0773", {"maker": "Uniview", "model": "IPC322LB-SF28-A"}, C),
    # Axis: ranges of AXIS OS, release tracks with fixes of their own
    ("CVE-2023-21413", {"maker": "Axis", "model": "P3245-LVE", "firmware": "10.4.9"}, None),
    ("CVE-2023-21413", {"maker": "Axis", "model": "P3245-LVE", "firmware": "10.5.0"}, M),
    ("CVE-2023-21413", {"maker": "Axis", "model": "P3245-LVE", "firmware": "10.12.153"}, C),
    ("CVE-2023-21413", {"maker": "Axis", "model": "P3245-LVE", "firmware": "11.4.63"}, M),
    ("CVE-2023-21413", {"maker": "Axis", "model": "P3245-LVE", "firmware": "11.5.20"}, C),
    ("CVE-2023-21413", {"maker": "Axis", "model": "P3245-LVE", "firmware": "11.6.16"}, None),
    ("CVE-2023-21406", {"maker": "Axis", "kind": "access-terminal", "model": "A1001", "firmware": "1.65.4"}, M),
    ("CVE-2023-21406", {"maker": "Axis", "kind": "access-terminal", "model": "A1001", "firmware": "1.65.5"}, None),
    ("CVE-2018-10660", {"maker": "Axis", "model": "P3245-LVE", "firmware": "12.1.0"}, C),
    # others
    ("CVE-2024-7339", {"maker": "TVT", "kind": "recorder", "model": "TD-2104TS-CL", "firmware": "1.3.4.22966B181219.D00.U1(4A21S)"}, C),
    ("CVE-2024-7339", {"maker": "TVT", "kind": "recorder", "model": "TD-2104TS-CL", "firmware": "1.3.4.24880B190223"}, None),
    ("CVE-2024-3765", {"maker": "Xiongmai", "firmware": "V4.02.R11.24340142.10001.131900.00000"}, M),
    ("CVE-2024-3765", {"maker": "Xiongmai", "firmware": "V4.02.R11.24340142.10001.131900.00001"}, C),
    ("CVE-2026-0629", {"maker": "TP-Link", "model": "VIGI C345", "firmware": "3.1.0 Build 250820 Rel.57667n"}, M),
    ("CVE-2026-0629", {"maker": "TP-Link", "model": "VIGI C345", "firmware": "3.1.0 Build 250820 Rel.57668n"}, None),
    ("CVE-2026-0629", {"maker": "TP-Link", "model": "VIGI C540", "firmware": "3.1.0 Build 250820 Rel.57668n"}, C),
    ("CVE-2024-48644", {"maker": "Reolink", "model": "Duo 2 WiFi", "firmware": "v3.0.0.1889_23031701"}, M),
    ("CVE-2024-39349", {"maker": "Synology", "model": "BC500", "firmware": "1.0.7-0297"}, M),
    ("CVE-2024-39349", {"maker": "Synology", "model": "BC500", "firmware": "1.0.7-0298"}, None),
    ("CVE-2023-5037", {"maker": "Hanwha Vision", "model": "QNV-8080R", "firmware": "1.41.15"}, M),
    ("CVE-2023-5037", {"maker": "Hanwha Vision", "model": "QNV-8080R", "firmware": "1.41.16_20230101"}, C),
    ("CVE-2023-5037", {"maker": "Hanwha Vision", "model": "QNV-8080R", "firmware": "2.22.00"}, None),
    ("CVE-2018-1149", {"maker": "NUUO", "kind": "recorder", "model": "NVRmini2", "firmware": "3.8.0"}, M),
    ("CVE-2018-1149", {"maker": "NUUO", "kind": "recorder", "model": "NVRmini2", "firmware": "3.9.1"}, None),
    ("CVE-2020-25078", {"maker": "D-Link", "model": "DCS-2530L", "firmware": "1.05.05"}, M),
    ("CVE-2020-25078", {"maker": "D-Link", "model": "DCS-2530L", "firmware": "1.06.01"}, C),
    ("CVE-2020-25078", {"maker": "D-Link", "model": "DCS-2530L", "firmware": "1.07"}, None),
    ("CVE-2024-37066", {"maker": "Wyze", "model": "Cam V4 Pro", "firmware": "4.50.4.9221"}, M),
    ("CVE-2024-37066", {"maker": "Wyze", "model": "Cam V4 Pro", "firmware": "4.50.4.9222"}, C),
    ("CVE-2024-37066", {"maker": "Wyze", "model": "Cam V4 Pro", "firmware": "4.52.4.9888"}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cve", "claims", "expected"),
    CASES,
    ids=[f"{cve} {' '.join(claims.values())}" for cve, claims, _ in CASES],
)
def test_an_advisory_over_a_device_at_its_border(cve, claims, expected, device, advisory_findings):
    assert expected == verdict(advisory_findings(device(**claims)), cve)


def test_an_unsure_maker_gives_to_be_checked_instead_of_a_match(device, advisory_findings):
    unsure = device("Hikvision", 0.8, model="DS-2CD2032F-I", firmware="V5.3.0 build 150513")
    found = advisory_findings(unsure)["CVE-2017-7921"]
    assert (CHECK, "check-maker") == (found.verdict, found.action)


def test_a_doubt_about_a_maker_that_is_not_likely_is_not_said(device, advisory_findings):
    assert {} == advisory_findings(device("Hikvision", 0.5, model="DS-7616NI-K2", kind="recorder"))


def test_a_model_or_version_that_is_not_likely_decides_nothing(device, advisory_findings):
    held = device("Hikvision", brand="Hikvision", model="DS-2CD2032F-I", firmware="V5.3.0 build 150513")
    weak = {**held.claims, "firmware": structs.replace(held.claims["firmware"], confidence=0.5)}
    found = advisory_findings(replace(held, claims=weak))
    assert C is verdict(found, "CVE-2017-7921")


def test_a_known_exploited_vulnerability_is_flagged_and_dated(device, advisory_findings):
    found = advisory_findings(device(**HIK, model="DS-2CD2032F-I", firmware="V5.3.0 build 150513"))
    exploited, other = found["CVE-2017-7921"], found["CVE-2017-7923"]
    assert (True, date(2026, 3, 5)) == (exploited.known_exploited, exploited.effective)
    assert "CISA lists it as exploited since 2026-03-05." in exploited.wording
    assert (False, None) == (other.known_exploited, other.effective)


def test_open_advisories_of_one_reason_are_one_finding_and_exploited_ones_stand_alone(
    device, advisory_findings
):
    found = advisory_findings(device(**DAH))
    assert {"CVE-2021-33044", "CVE-2021-33045"} == {
        key for key, each in found.items() if each.known_exploited
    }
    (group,) = [each for each in found.values() if not each.known_exploited]
    assert group.reference.endswith("advisories (Dahua)")
    assert "because the model is not known" in group.wording
    assert "CVE-2017-7925" in group.wording


def test_an_advisory_finding_names_range_evidence_and_source(device, advisory_findings):
    found = advisory_findings(device(**HIK, model="DS-2CD2032F-I", firmware="V5.3.0 build 150513"))
    finding = found["CVE-2017-7921"]
    assert "from V5.2.0 build 140721 up to V5.4.0 build 160530" in finding.wording
    assert 'firmware: sadp.firmware "V5.3.0 build 150513" (rule hikvision.serial' in finding.basis
    assert finding.source.startswith("CISA CSAF ICSA-17-124-01")
    assert "Nothing was tested on the device" in finding.wording


def test_a_recalled_cut_off_says_so_and_which_way_it_leans(device, advisory_findings):
    found = advisory_findings(device(**HIK, model="DS-2CD2143G0-I", firmware="V5.7.18 build 240826"))
    said = found["CVE-2021-36260"].wording
    assert "is recalled, not read; compared with it, this firmware would not be affected" in said


def test_what_is_no_camera_has_no_advisory(device, advisory_findings):
    switch = device(**HIK, kind="not-a-camera", model="DS-2CD2032F-I", firmware="V5.3.0 build 150513")
    assert {} == advisory_findings(switch)


def test_every_row_of_every_advisory_judges_every_sort_of_product(catalog):
    products = [
        Product("camera", "", "", None),
        Product("recorder", "X", "no version at all", (date(2020, 1, 1), date(2020, 1, 31))),
        Product("camera", "X", "1.2.3", None),
    ]
    for advisory in catalog.advisories:
        for row in advisory.affected:
            for product in products:
                opinion = judge_row(row, product)
                assert (opinion.answer is Answer.NO) == (opinion.reason == "")


def test_two_cut_offs_that_disagree_leave_it_open():
    row = Affected(("^",), Grammar.DOTTED, before=("1.41.16", "2.22.00"))
    answers = [
        judge_row(row, Product("camera", "", text, None)).answer for text in ("1.41.15", "2.0.0", "2.22.1")
    ]
    assert [Answer.YES, Answer.OPEN, Answer.NO] == answers


@given(model=st.text(max_size=40), firmware=st.text(max_size=60), built=st.text(max_size=12))
@settings(max_examples=150, deadline=None)
def test_hostile_models_and_versions_never_raise_and_never_judge(
    catalog, device, inventory, model, firmware, built
):
    for maker, brand in (("Hikvision", "LTS"), ("Dahua", "Honeywell"), ("Axis", ""), ("TP-Link", "")):
        held = device(maker, brand=brand, model=model, firmware=firmware, firmware_date=built)
        for finding in examine(inventory(held), (), catalog.advisories):
            assert finding.wording
            if model.isascii() and firmware.isascii():
                assert [] == [word for word in judging_words(finding.wording) if word not in model + firmware]
