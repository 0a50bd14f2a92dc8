"""What changed: each kind of change from the smallest pair of views that shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from camscan.match.diff import ChangeKind, between, combined, diff, fail_on, label
from camscan.match.register import Sight
from camscan.model.device import Claim, Device
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Coverage, Inventory, Scan, Site

BASE = Sight(
    "cam-1",
    "cam-1",
    "HQ",
    "",
    ("10.0.0.1",),
    "",
    "camera",
    "LTS",
    "Hikvision",
    "M1",
    "5.4",
    "S1",
    ("mac:1",),
    (),
)


def kinds(before: list[Sight], after: list[Sight], **how: object) -> list[str]:
    return [str(each.kind) for each in diff(before, after, **how)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ({"addresses": ("10.0.0.2",)}, "moved"),
        ({"zone": "west"}, "moved"),
        ({"site": "LAB"}, "moved"),
        ({"firmware": "5.5"}, "re-firmwared"),
        ({"brand": "Hikvision"}, "re-labelled"),
        ({"manufacturer": "Dahua"}, "re-identified"),
        ({"model": "M2"}, "re-identified"),
        ({"conflicts": ("mac:1 is held by several devices",)}, "identity-conflict"),
    ],
)
def test_a_fact_that_differs_is_one_change(what: dict[str, object], kind: str) -> None:
    assert [kind] == kinds([BASE], [BASE._replace(**what)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"firmware": ""},
        {"hostname": "yard"},
        {"keys": ("mac:1", "cert:9")},
        {"addresses": ("10.0.0.1", "fe80::1")},
        {"addresses": ("10.0.0.1", "10.0.0.2")},
    ],
)
def test_what_is_only_known_better_is_no_change(what: dict[str, object]) -> None:
    assert [] == kinds([BASE], [BASE._replace(**what)])  # type: ignore[arg-type]


def test_learning_a_word_is_no_change_either() -> None:
    assert [] == kinds([BASE._replace(firmware="", brand="")], [BASE])


def test_new_and_gone() -> None:
    assert ["new", "gone"] == kinds([BASE], [BASE._replace(device_id="cam-2")])
    assert [] == kinds([BASE], [], covered=lambda _sight: False)
    assert [] == kinds([BASE], [], missing={"cam-1"})
    assert ["returned"] == kinds([BASE], [BASE], missing={"cam-1"})


def test_a_new_device_in_conflict_says_both() -> None:
    doubtful = BASE._replace(conflicts=("mac:1 is held by several devices",))

    assert ["new", "identity-conflict"] == kinds([], [doubtful])


def test_a_move_to_another_site_names_both() -> None:
    (change,) = diff([BASE], [BASE._replace(site="LAB", addresses=("10.0.0.9",))])

    assert ("HQ 10.0.0.1", "LAB 10.0.0.9") == (change.before, change.after)


def test_merged_identities_are_one_device_the_primary_first() -> None:
    other = BASE._replace(identity_id="cam-2", addresses=("10.0.0.2",), model="X", hostname="yard")

    both = combined(other, BASE)

    assert (("10.0.0.1", "10.0.0.2"), "M1", "yard") == (both.addresses, both.model, both.hostname)
    assert [] == kinds([BASE], [other, BASE])


def test_a_label_is_the_shortest_useful_name() -> None:
    assert "LTS M1" == label(BASE)
    assert "camera" == label(BASE._replace(brand="", manufacturer="", model=""))


def inventory(*devices: Device, findings: tuple[Finding, ...] = ()) -> Inventory:
    at = datetime(2026, 1, 4, tzinfo=UTC)
    return Inventory(Scan("s", Site("HQ"), at, at, "0", "", Coverage(1, 1)), devices, findings)


def camera(name: str, maker: str = "Axis", ip: str = "10.0.0.1", key: str = "mac:1") -> Device:
    claims = {"kind": Claim("camera", 0.9)} | ({"manufacturer": Claim(maker, 0.9)} if maker else {})
    return Device(name, (ip,), claims=claims, identity_keys=(key,))


def finding(regime: str, verdict: Verdict = Verdict.MATCHES, device: str = "a") -> Finding:
    return Finding(device, regime, "x", verdict, "w", "b", 0.9, "s")


@pytest.mark.parametrize(
    ("words", "findings", "maker", "expected"),
    [
        (["listed"], (finding("ndaa-889-a"),), "Axis", True),
        (["listed"], (finding("ndaa-889-a", Verdict.TO_BE_CHECKED),), "Axis", False),
        (["listed"], (finding("advisory"),), "Axis", False),
        (["advisory"], (finding("advisory"),), "Axis", True),
        (["advisory"], (finding("ndaa-889-a"),), "Axis", False),
        (["unknown"], (), "Axis", False),
        (["unknown"], (), "", True),
        (["new", "unknown"], (), "Axis", False),
        ([], (finding("ndaa-889-a"),), "", False),
    ],
)
def test_fail_on_holds_for_what_it_names(
    words: list[str], findings: tuple[Finding, ...], maker: str, expected: bool
) -> None:
    assert expected == fail_on([], inventory(camera("a", maker), findings=findings), words)


def test_fail_on_new_needs_a_new_device_and_a_waiver_excuses_it() -> None:
    changes = diff([], [BASE])

    assert fail_on(changes, inventory(), ["new"])
    assert not fail_on(changes, inventory(), ["new"], waived={"cam-1"})
    assert not fail_on([replace(changes[0], kind=ChangeKind.MOVED)], inventory(), ["new"])


def test_a_waived_device_fails_nothing() -> None:
    held = inventory(camera("a", ""), findings=(finding("ndaa-889-a"), finding("advisory")))

    assert not fail_on([], held, ["listed", "advisory", "unknown"], waived={"a"})


def test_two_inventories_without_a_register_are_compared_by_identity() -> None:
    before = inventory(camera("dev-1"), camera("dev-2", ip="10.0.0.2", key="mac:2"))
    moved = camera("dev-1", ip="10.0.0.2", key="mac:2")
    new = camera("dev-2", ip="10.0.0.3", key="mac:3")
    after = inventory(moved, new, findings=(finding("ndaa-889-a", device="dev-2"),))

    renamed, changes = between(before, after)

    assert ["dev-2", "dev-2+"] == [each.device_id for each in renamed.devices]
    assert ["dev-2+"] == [each.device_id for each in renamed.findings]
    assert [("new", "dev-2+"), ("gone", "dev-1")] == [(str(each.kind), each.device_id) for each in changes]
