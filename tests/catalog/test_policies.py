"""Policies, operators' lists and advisories as files: what ships, and what each fault says."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from camscan.audit import examine
from camscan.audit.wording import judging_words
from camscan.catalog import Catalog, default_directory, load
from camscan.catalog.advisories import check_policies
from camscan.catalog.documents import policy_schema_file
from camscan.catalog.parties import Parties
from camscan.catalog.policies import choose_policies, read_user_policies, with_lists
from camscan.catalog.policy_text import describe, document
from camscan.cli.main import invoke
from camscan.errors import FingerprintError, UsageError
from camscan.model.device import Claim, Device
from camscan.model.finding import Verdict
from camscan.model.inventory import Coverage, Inventory, Scan, Site
from camscan.model.policy import Reach, SiteRule, Status

ROOT = Path(__file__).resolve().parents[2]

POLICY = """
id = "{id}"
name = "Harbour rule"
reference = "Harbour Act, s.7"
about = "Names one maker."
applies_to = "harbours"
test = "names"
effective = 2020-01-01
status = "certain"
source = "the act"
as_of = 2026-01-01
action = "assess"
inventory = ["maker"]

[wording]
matches = "Matches {{policy}}: {{maker}} on {{evidence}} ({{confidence}})."
check = "To be checked against {{policy}}: {{reasons}}."

[[entity]]
maker = "acme"
named_as = "Acme"
covers = "cameras"
status = "certain"
subsidiaries = "not-stated"
relabels = "covered"
""".replace("{{", "{").replace("}}", "}")

ADVISORY = """
vendor = "acme"
grammar = "dotted"

[[advisory]]
id = "CVE-2020-1234"
scope = "AC2xx"
cut_off = "before 5.41"
source = "the maker"

[[advisory.affected]]
models = ['^AC2']
before = ["5.41"]
"""

LIST = """
id = "our-list"
name = "Our list of 2026"
effective = 2026-01-01
source = "Board decision 17/2026"

[[entity]]
maker = "hikvision"

[[entity]]
maker = "Nobody Optics"
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(cache=False)


@pytest.fixture
def with_files(directory: Path) -> Callable[..., list[str]]:
    """Writes a policy and an advisory beside the invented vendors and gives the faults."""

    def check(policy: str = POLICY, advisory: str = ADVISORY, jurisdictions: str = "") -> list[str]:
        for folder in ("policies", "advisories"):
            (directory / folder).mkdir(exist_ok=True)
        (directory / "policies" / "harbour.toml").write_text(policy.replace("{id}", "harbour"))
        (directory / "advisories" / "acme.toml").write_text(advisory)
        if jurisdictions:
            (directory / "jurisdictions.toml").write_text(jurisdictions)
        held = load(directory, cache=False)
        return [str(fault) for fault in check_policies(directory, dict(held.vendors), list(held.brands))]

    return check


def hikvision(catalog: Catalog) -> Inventory:
    from datetime import UTC, datetime

    claims = {"kind": Claim("camera", 0.9), "manufacturer": Claim("Nobody Optics", 0.95)}
    device = Device("d1", ("10.0.0.1",), claims=claims)
    scan = Scan("s", Site("hq"), datetime(2026, 5, 1, tzinfo=UTC), None, "0", "", Coverage(1, 1))
    return Inventory(scan, (device,))


def test_the_files_that_ship_have_no_faults(catalog):
    assert [] == check_policies(default_directory(), dict(catalog.vendors), list(catalog.brands))


def test_the_schema_is_one_and_the_files_that_ship_satisfy_it(catalog):
    from jsonschema import Draft202012Validator

    schema = json.loads(policy_schema_file().read_text())
    Draft202012Validator.check_schema(schema)
    for pattern, definition in (
        ("policies/*.toml", "policy_file"),
        ("advisories/*.toml", "advisory_file"),
        ("jurisdictions.toml", "jurisdictions_file"),
    ):
        validator = Draft202012Validator({**schema, "$ref": f"#/$defs/{definition}"})
        for file in default_directory().glob(pattern):
            held = json.loads(json.dumps(tomllib.loads(file.read_text()), default=str))
            assert [] == [error.message for error in validator.iter_errors(held)], file.name


def test_the_policies_that_ship_are_the_ones_of_the_issue(catalog):
    dates = {policy.id: policy.effective for policy in catalog.policies}
    assert {
        "au-2023": date(2023, 2, 9),
        "au-pspf-2024": date(2024, 7, 8),
        "ca-2025": date(2025, 6, 27),
        "fcc-covered-list": date(2023, 2, 6),
        "ndaa-889-a": date(2019, 8, 13),
        "ndaa-889-b": date(2020, 8, 13),
        "qc-2023": date(2023, 12, 22),
        "uk-2022-11-24": date(2022, 11, 24),
        "us-entity-list": date(2019, 10, 9),
    } == dates


def test_every_policy_shows_reference_dates_source_and_what_an_inventory_must_show(catalog):
    for policy in catalog.policies:
        text = describe(policy)
        for part in (policy.id, policy.effective.isoformat(), "What an inventory must show", "Source:"):
            assert part in text
        assert " ".join(policy.reference.split()) in " ".join(text.split())
        assert [] == [word for sentence in policy.wording.values() for word in judging_words(sentence)]


def test_a_fact_that_was_not_read_never_stands_as_certain_without_a_doubt(catalog):
    for policy in catalog.policies:
        for entity in policy.entities:
            recalled = "recalled" in entity.source or "background" in entity.source
            assert not (recalled and entity.status is Status.CERTAIN), (policy.id, entity.named_as)


def test_only_the_uk_statement_depends_on_the_site_and_goes_by_a_class(catalog):
    assert ["uk-2022-11-24"] == [p.id for p in catalog.policies if p.site_rule is SiteRule.SENSITIVE]
    assert ["uk-2022-11-24"] == [p.id for p in catalog.policies if p.elsewhere is not None]


def test_all_advisories_of_the_facts_are_there_with_their_flags(catalog):
    assert 140 == len({advisory.id for advisory in catalog.advisories}) == len(catalog.advisories)
    exploited = [advisory for advisory in catalog.advisories if advisory.known_exploited]
    assert 21 == len(exploited)
    assert all(advisory.kev_added for advisory in exploited)


def test_an_advisory_that_no_device_can_get_says_why(catalog):
    out = {each.id: each.not_assessed for each in catalog.advisories if not each.affected}
    assert all(out.values())
    assert {"CVE-2021-28372", "CVE-2026-0709", "CVE-2023-21407"} <= set(out)


def test_subsidiaries_come_from_the_brand_table_and_recalled_links_are_not_firm(catalog):
    linked = {
        each.name: each.firm for each in Parties(catalog.vendors, catalog.brands).subsidiaries("hikvision")
    }
    assert {"EZVIZ": True, "HIKMICRO": True, "Hikrobot": False, "Pyronix": False} == linked


def test_a_directory_without_policies_has_none(directory):
    held = load(directory, cache=False)
    assert ((), ()) == (held.policies, held.advisories)


def test_sound_files_have_no_faults(with_files):
    assert [] == with_files()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('maker = "acme"', 'maker = "acne"', "entity #1.maker: no vendor `acne`; did you mean `acme`?"),
        ('id = "{id}"', 'id = "port"', "policies/harbour.toml: id: `port` must equal the file name"),
        ("effective = 2020-01-01", "", "policies/harbour.toml: `effective` is missing"),
        ("effective = 2020-01-01", 'effective = "2020-02-30"', "effective: no such day in the calendar"),
        (
            "effective = 2020-01-01",
            "effective = 2020-01-01\nends = 2019-01-01",
            "ends: lies before `effective`",
        ),
        ('covers = "cameras"', 'covers = "illegal cameras"', "entity #1.covers: `illegal` judges"),
        ("Matches {policy}:", "Is non-compliant with {policy}:", "wording.matches: `non-compliant` judges"),
        ("{maker} on", "{made} on", "wording.matches: no slot `made`; did you mean `maker`?"),
        ("{evidence}", "proof", "wording.matches: must say {evidence}"),
        ("{reasons}.", "{reasons.", "wording.check: braces do not pair"),
        ('status = "certain"\nsource', 'status = "sure"\nsource', "`sure` is not one of certain, background"),
        ("[[entity]]", "[[entty]]", "entty: unknown key; did you mean `entity`?"),
        ("about =", "about = =", "not TOML"),
    ],
)
def test_a_fault_of_a_policy_names_file_and_key(old, new, expected, with_files):
    found = with_files(policy=POLICY.replace(old, new, 1))
    assert any(expected in fault for fault in found), found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("'^AC2'", "'AC2'", "CVE-2020-1234: affected #1.models: anchor `AC2` with ^"),
        ("'^AC2'", "'^AC(?=2)'", "CVE-2020-1234: affected #1.models: RE2 refuses"),
        ('["5.41"]', '["latest"]', "affected #1.before: `latest` is no version of grammar dotted"),
        ('before = ["5.41"]', "", "affected #1: says nowhere which versions"),
        ('id = "CVE-2020-1234"', 'id = "CVE-20"', "advisory #1.id: `CVE-20` must look like"),
        ('vendor = "acme"', 'vendor = "bolt"', "vendor: `bolt` must equal the file name"),
        (
            'source = "the maker"',
            'source = "x"\nnot_assessed = "software"',
            "affected: needs rows of `affected`, or",
        ),
        (
            'source = "the maker"',
            'source = "x"\nkev_added = 2024-01-01',
            "kev_added: is set but `kev` is not true",
        ),
        ('grammar = "dotted"', 'grammar = "doted"', "grammar: `doted` is not one of"),
    ],
)
def test_a_fault_of_an_advisory_names_file_cve_and_key(old, new, expected, with_files):
    found = with_files(advisory=ADVISORY.replace(old, new, 1))
    assert any(expected in fault for fault in found), found


def test_a_maker_stands_once_in_the_jurisdictions(with_files):
    row = '[[maker]]\nmaker = "acme"\ncountry = "CN"\nbasis = "b"\nstatus = "certain"\nsource = "s"\n'
    assert ["jurisdictions.toml: acme: maker: stands here twice"] == with_files(jurisdictions=row * 2)


def test_the_general_check_includes_policies(directory, with_files):
    from camscan.catalog.checking import check_directory

    with_files(policy=POLICY.replace('maker = "acme"', 'maker = "acne"'))
    assert any("no vendor `acne`" in str(fault) for fault in check_directory(directory))


def test_a_wrong_policy_stops_its_use_with_one_line(directory, with_files):
    with_files(policy=POLICY.replace('maker = "acme"', 'maker = "acne"'))
    with pytest.raises(FingerprintError, match="no vendor `acne`"):
        _ = load(directory, cache=False).policies


def test_an_operators_list_needs_five_keys_and_means_labels_and_subsidiaries(catalog, tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text(LIST)
    (policy,) = read_user_policies(file, Parties(catalog.vendors, catalog.brands))
    known, other = policy.entities
    assert (True, Reach.COVERED, Reach.COVERED) == (policy.user, known.subsidiaries, known.relabels)
    assert "hilook" in known.maker.names
    assert frozenset({"nobodyoptics"}) == other.maker.names


def test_an_operators_list_gives_findings(catalog, tmp_path):
    (tmp_path / "ours.toml").write_text(LIST)
    policies = with_lists(catalog, [tmp_path])
    found = {each.regime: each for each in examine(hikvision(catalog), policies, ())}
    assert Verdict.MATCHES is found["our-list"].verdict
    assert (
        "Matches Our list of 2026 (Our list of 2026) because the maker is Nobody Optics"
        in found["our-list"].wording
    )


def test_an_operators_list_may_not_take_the_id_of_another(catalog, tmp_path):
    (tmp_path / "ours.toml").write_text(LIST.replace("our-list", "ndaa-889-a"))
    with pytest.raises(FingerprintError, match=r"ours\.toml: id: `ndaa-889-a` is the id of another policy"):
        with_lists(catalog, [tmp_path])


@pytest.mark.parametrize("place", ["nothing.toml", "empty"])
def test_a_place_without_lists_is_said(place, catalog, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no policy list at"):
        with_lists(catalog, [tmp_path / place])


def test_policies_are_chosen_by_id_or_family(catalog):
    assert ["ndaa-889-a", "ndaa-889-b"] == [p.id for p in choose_policies(catalog.policies, ["ndaa-889"])]
    assert ["ca-2025"] == [p.id for p in choose_policies(catalog.policies, ["ca-2025"])]
    assert ["uk-2022-11-24"] == [p.id for p in choose_policies(catalog.policies, ["uk"])]
    assert catalog.policies == choose_policies(catalog.policies, [])
    with pytest.raises(UsageError, match="no policy `ndaa-88`; did you mean `ndaa-889`"):
        choose_policies(catalog.policies, ["ndaa-88"])


def test_the_page_of_policies_is_current(catalog):
    assert (ROOT / "docs" / "policies.md").read_text() == document(catalog.policies)


def test_the_list_command_has_one_line_a_policy(capsys):
    assert 0 == invoke(["policies", "list"])
    lines = capsys.readouterr().out.splitlines()
    assert 9 == len(lines)
    assert lines[4].split(None, 2)[:2] == ["ndaa-889-a", "2019-08-13"]
    assert lines[4].endswith("Huawei, ZTE, Hytera, Hikvision, Dahua")


def test_the_show_command_says_everything(capsys):
    assert 0 == invoke(["policies", "show", "ndaa-889"])
    out = capsys.readouterr().out
    for part in (
        "(f)(3)(A)",
        "(f)(3)(B)",
        "HiSilicon",
        "What an inventory must show",
        "recalled, not read again",
    ):
        assert part in out


def test_the_show_command_knows_an_operators_list(capsys, tmp_path):
    (tmp_path / "ours.toml").write_text(LIST)
    assert 0 == invoke(["policies", "show", "--policies", str(tmp_path), "our-list"])
    assert "a list of yours" in capsys.readouterr().out


def test_an_unknown_policy_is_one_line_and_exit_2(capsys):
    assert 2 == invoke(["policies", "show", "ul-2022-11"])
    assert "camscan: no policy `ul-2022-11`; did you mean" in capsys.readouterr().err


CLASS = """
id = "by-country"
name = "Our rule by country"
effective = 2026-01-01
source = "Board decision 18/2026"

[class]
jurisdiction = "CN"
named_as = "makers under that country's law"
covers = "cameras"
subsidiaries = "covered"
relabels = "covered"
"""


def test_an_operators_list_may_go_by_the_country_of_the_maker(catalog, tmp_path):
    (tmp_path / "ours.toml").write_text(CLASS)
    policy = with_lists(catalog, [tmp_path])[-1]
    assert "hikvision" in {name for entity in policy.entities for name in entity.maker.names}
    nobody = hikvision(catalog)  # a maker without a recorded country
    claims = {**nobody.devices[0].claims, "manufacturer": Claim("Hikvision", 0.95)}
    known = replace(nobody, devices=(replace(nobody.devices[0], claims=claims),))
    assert [Verdict.TO_BE_CHECKED] == [each.verdict for each in examine(nobody, (policy,), ())]
    assert [Verdict.MATCHES] == [each.verdict for each in examine(known, (policy,), ())]


def test_an_operators_class_that_nobody_falls_under_is_a_fault(catalog, tmp_path):
    (tmp_path / "ours.toml").write_text(CLASS.replace('"CN"', '"ZZ"'))
    with pytest.raises(FingerprintError, match=r"no maker is recorded under `ZZ`; known: .*CN"):
        with_lists(catalog, [tmp_path])


def test_an_operators_list_names_makers_or_a_class(catalog, tmp_path):
    (tmp_path / "ours.toml").write_text(LIST.partition("[[entity]]")[0])
    with pytest.raises(
        FingerprintError, match=r"name the makers in \[\[entity\]\] rows or a country in \[class\]"
    ):
        with_lists(catalog, [tmp_path])
