"""Every roll-up of the simulated 913-device audit equals the truth, counted here in another way."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from dataclasses import replace

import msgspec
import pytest
import simulated_audit

from camscan.errors import UsageError
from camscan.model.finding import Verdict
from camscan.report import formats
from camscan.report.next_steps import StepKind, next_steps
from camscan.report.roll_up import au_2023, ndaa_889, only_policy, roll_up
from camscan.report.rows import ADVISORY
from camscan.report.summary import gravest, summarise, urgent

KINDS = ("camera", "recorder", "intercom", "access-terminal")
OPEN = ("contract_number", "supplier", "producer_uei", "mitigation", "use")


def standing(audit: simulated_audit.Audit) -> list[simulated_audit.Unit]:
    return [unit for unit in audit.units if unit.status != "removed"]


@pytest.mark.parametrize(
    "by",
    [
        ["organisation"],
        ["organisation", "manufacturer"],
        ["site_id"],
        ["brand", "manufacturer", "relation"],
        ["department", "device_type"],
        ["model", "firmware"],
    ],
)
def test_counts_by_any_columns_equal_the_truth(audit: simulated_audit.Audit, by: list[str]) -> None:
    words = {"manufacturer": "maker", "site_id": "site", "device_type": "kind"}
    devices: Counter[tuple[str, ...]] = Counter()
    sites: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for unit in standing(audit):
        key = tuple(getattr(unit, words.get(name, name)) for name in by)
        devices[key] += 1
        sites[key].add(unit.site)
    table = roll_up(audit.inventory, by)
    assert (*by, "devices", "sites") == table.header
    assert {(*key, str(n), str(len(sites[key]))) for key, n in devices.items()} == set(table.rows)
    assert len(devices) == len(table.rows)


def test_removed_devices_count_only_by_status(audit: simulated_audit.Audit) -> None:
    truth = Counter(unit.status for unit in audit.units)
    table = roll_up(audit.inventory, ["status"])
    assert dict(truth) == {status: int(devices) for status, devices, _ in table.rows}


def test_au_2023_counts_labels_and_makers_apart(audit: simulated_audit.Audit) -> None:
    for organisation, brand, *cells in au_2023(audit.inventory).rows:
        here = [unit for unit in standing(audit) if unit.organisation == organisation]
        labelled = [unit for unit in here if unit.brand == brand]
        made = [unit for unit in here if unit.maker == brand]
        kinds = [
            sum(u.kind == k for u in labelled) for k in ("camera", "recorder", "intercom", "access-terminal")
        ]
        truth = [
            len(labelled),
            len({u.site for u in labelled}),
            *kinds,
            len(made),
            len({u.site for u in made}),
        ]
        assert truth == [int(cell) for cell in cells]


def test_au_2023_has_a_line_for_each_organisation_and_brand(audit: simulated_audit.Audit) -> None:
    lines = [row[:2] for row in au_2023(audit.inventory).rows]
    assert [(o, b) for o in simulated_audit.ORGANISATIONS for b in ("Hikvision", "Dahua")] == lines


def test_ndaa_889_has_one_line_for_each_device_and_clause_and_leaves_open_what_a_network_cannot_tell(
    audit: simulated_audit.Audit,
) -> None:
    table = ndaa_889(audit.inventory)
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    listed = [unit for unit in standing(audit) if unit.maker in ("Hikvision", "Dahua")]
    unknown = [unit for unit in standing(audit) if not unit.maker]
    assert 2 * len(listed) + len(unknown) == len(rows)
    assert {"ndaa-889-a (to be checked)"} == {row["finding"] for row in rows if not row["producer"]}
    for row in rows:
        assert {""} == {
            row[name] for name in ("contract_number", "supplier", "producer_uei", "mitigation", "use")
        }
        assert row["basis"]
        assert row["source"]


def test_one_policy_is_its_devices_and_its_findings(audit: simulated_audit.Audit) -> None:
    part = only_policy(audit.inventory, "ndaa-889")
    assert {"ndaa-889-a", "ndaa-889-b"} == {finding.regime for finding in part.findings}
    truth = {simulated_audit.device_id(u) for u in audit.units if u.maker in ("", "Hikvision", "Dahua")}
    assert truth == {device.device_id for device in part.devices}
    assert () == only_policy(audit.inventory, "ndaa").findings[:0]
    assert 0 == len(only_policy(audit.inventory, "nothing").devices)


@pytest.mark.parametrize("by", [[], [""], ["colour"]])
def test_no_column_or_an_unknown_one_is_a_usage_error(audit: simulated_audit.Audit, by: list[str]) -> None:
    with pytest.raises(UsageError):
        roll_up(audit.inventory, by)


def test_the_summary_equals_the_truth(audit: simulated_audit.Audit) -> None:
    summary, here = summarise(audit.inventory), standing(audit)
    assert len(here) == summary.devices
    assert {u.maker for u in here} == {tally.name for tally in summary.makers}
    for tally in summary.makers:
        made = [u for u in here if u.maker == tally.name]
        truth = (len(made), sum(u.brand != u.maker for u in made), len({u.site for u in made}))
        assert truth == (tally.devices, tally.other_label, tally.sites)
    assert "" == summary.makers[-1].name
    assert sum(not u.maker for u in here) == summary.unknown_maker
    assert sum(u.maker in ("Hikvision", "Dahua") for u in here) == summary.listed
    assert len({u.site for u in here}) == len(summary.sites)
    assert 250 == summary.known_sites
    assert not summary.complete


def test_the_next_steps_name_what_is_unknown_unreached_and_hidden(audit: simulated_audit.Audit) -> None:
    steps = {step.kind: step for step in next_steps(summarise(audit.inventory))}
    here = standing(audit)
    unknown = [u for u in here if not u.maker]
    assert len(unknown) == steps[StepKind.LOOK_AT].count
    assert all(any(u.ip in detail for detail in steps[StepKind.LOOK_AT].details) for u in unknown)
    assert sum(u.kind == "recorder" for u in here) == steps[StepKind.RECORDERS].count
    for site in audit.unreachable_sites:
        segment = f"10.{int(site[5:])}.0.0/16"
        assert any(segment in detail for detail in steps[StepKind.UNREACHED].details)
    assert sum(u.model == "CMIP3142-28" for u in here) == steps[StepKind.CHECK_FIRMWARE].count
    assert StepKind.EXPLOITED not in steps


def test_certain_matches_at_sensitive_sites_come_first(audit: simulated_audit.Audit) -> None:
    first, *_, last = urgent(summarise(audit.inventory).entries, 100_000)
    assert first.site.sensitive
    assert first.device.value("manufacturer") in ("Hikvision", "Dahua")
    assert "" == last.device.value("manufacturer")


def test_the_reason_told_for_a_device_is_its_gravest_finding(audit: simulated_audit.Audit) -> None:
    summary = summarise(audit.inventory)
    policies = summary.policies
    entry = urgent(summary.entries, 1)[0]
    first = gravest(entry, policies)
    assert Verdict.MATCHES is first.verdict
    matched = {f.regime for f in entry.findings if f.verdict is Verdict.MATCHES}
    assert next(policy.regime for policy in policies if policy.regime in matched) == first.regime

    open_one = replace(first, verdict=Verdict.TO_BE_CHECKED, known_exploited=True)
    assert first is gravest(msgspec.structs.replace(entry, findings=(open_one, first)), policies)

    flaw = replace(first, regime=ADVISORY, reference="CVE-2021-33044", known_exploited=True)
    assert flaw is gravest(msgspec.structs.replace(entry, findings=(first, flaw)), policies)


@pytest.mark.parametrize("name", ["au-2023", "ndaa-889"])
def test_the_tables_are_formats_of_their_own(audit: simulated_audit.Audit, name: str) -> None:
    content = formats.render(audit.inventory, name)
    table = {"au-2023": au_2023, "ndaa-889": ndaa_889}[name](audit.inventory)
    written = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    assert [list(table.header), *map(list, table.rows)] == written


def test_a_finding_under_the_family_counts_for_each_policy_of_it(audit: simulated_audit.Audit) -> None:
    held = audit.inventory
    unknown = next(each for each in held.findings if each.verdict is Verdict.TO_BE_CHECKED)
    family = replace(held, findings=(replace(unknown, regime="ndaa-889"), replace(unknown, regime="uk-2022")))
    for policy in ("ndaa-889", "ndaa-889-a", "ndaa-889-b"):
        assert ["ndaa-889"] == [each.regime for each in only_policy(family, policy).findings]


def test_only_a_finding_that_hangs_on_the_maker_asks_to_confirm_the_maker(
    audit: simulated_audit.Audit,
) -> None:
    held = audit.inventory
    device = next(each for each in held.devices if each.value("manufacturer") and each.status != "removed")
    template = next(each for each in held.findings if each.verdict is Verdict.TO_BE_CHECKED)

    def kinds(action: str) -> set[StepKind]:
        finding = replace(template, device_id=device.device_id, action=action)
        return {each.kind for each in next_steps(summarise(replace(held, findings=(finding,))))}

    assert StepKind.CHECK_MAKER in kinds("check-maker")
    assert StepKind.CHECK_MAKER not in kinds("assess")
