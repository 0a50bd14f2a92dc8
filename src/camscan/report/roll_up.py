"""Inventory → counts by any columns, and the two tables that audits have asked for.

Rules: a device counts once; what the register calls removed counts only where `status` is one of the
columns; a cell camscan cannot know is left empty for a person, never invented.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from camscan.errors import UsageError
from camscan.model.device import Kind
from camscan.model.finding import Finding
from camscan.model.inventory import Inventory
from camscan.report.csv import table as csv_table
from camscan.report.evidence_text import short_evidence
from camscan.report.markdown import table as markdown_table
from camscan.report.relation import relation
from camscan.report.rows import Entry, choose, entries, hedged, instant, two_decimals
from camscan.report.summary import standing

AU_2023_MAKERS = ("Hikvision", "Dahua")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text; header and rows are equally long."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_csv(self) -> bytes:
        """As CSV."""
        return csv_table(self.header, self.rows)

    def to_markdown(self) -> bytes:
        """As a Markdown table."""
        return markdown_table(self.header, self.rows).encode("utf-8")


def only_policy(inventory: Inventory, policy: str) -> Inventory:
    """The devices with a finding of this policy, and those findings; `ndaa-889` also means `ndaa-889-a`.

    A finding under the family alone (`ndaa-889`: nobody knows the maker) concerns each of its policies, so
    `ndaa-889-a` means it too.
    """
    findings = tuple(finding for finding in inventory.findings if _concerns(finding.regime, policy))
    wanted = {finding.device_id for finding in findings}
    devices = tuple(device for device in inventory.devices if device.device_id in wanted)
    return replace(inventory, devices=devices, findings=findings)


def _concerns(regime: str, policy: str) -> bool:
    return regime == policy or regime.startswith(f"{policy}-") or policy.startswith(f"{regime}-")


def roll_up(inventory: Inventory, by: Sequence[str]) -> Table:
    """devices and sites for each combination of the named columns, the largest first.

    Raises UsageError for an unknown column (known ones are listed) or none.
    """
    if not [name for name in by if name.strip()]:
        raise UsageError("--by needs at least one column, e.g. --by organisation,site")
    columns = choose(by)
    listed = entries(inventory)
    if all(column.name != "status" for column in columns):
        listed = standing(listed)
    groups: dict[tuple[str, ...], _Count] = defaultdict(_Count)
    for entry in listed:
        groups[tuple(column.value(entry) for column in columns)].add(entry)
    made = sorted(groups.items(), key=lambda item: (-item[1].devices, item[0]))
    return Table(
        (*(column.name for column in columns), "devices", "sites"),
        tuple((*key, str(group.devices), str(len(group.sites))) for key, group in made),
    )


@dataclass(slots=True)
class _Count:
    """Devices of one group, by kind, and the ids of their sites."""

    devices: int = 0
    sites: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Entry) -> None:
        """Count one device."""
        self.devices += 1
        self.sites.add(entry.site.id)
        self.kinds[entry.device.value("kind")] += 1


def au_2023(inventory: Inventory) -> Table:
    """Organisation × brand × devices × sites, to lay beside the Australian answers of 2022-23.

    The question then was by brand name: `devices` and `sites` count the label. `devices_made` and
    `sites_made` count the maker, whatever the label (facts: audit, section 1).
    """
    labelled: dict[tuple[str, str], _Count] = defaultdict(_Count)
    made: dict[tuple[str, str], _Count] = defaultdict(_Count)
    organisations = set()
    for entry in standing(entries(inventory)):
        organisations.add(entry.site.organisation)
        labelled[entry.site.organisation, entry.device.value("brand")].add(entry)
        made[entry.site.organisation, entry.device.value("manufacturer")].add(entry)
    lines = []
    for organisation in sorted(organisations):
        for name in AU_2023_MAKERS:
            worn, built = labelled[organisation, name], made[organisation, name]
            lines.append(
                (
                    organisation,
                    name,
                    str(worn.devices),
                    str(len(worn.sites)),
                    *(
                        str(worn.kinds[kind])
                        for kind in ("camera", "recorder", "intercom", "access-terminal")
                    ),
                    str(built.devices),
                    str(len(built.sites)),
                )
            )
    header = (
        "organisation",
        "brand",
        "devices",
        "sites",
        "cameras",
        "recorders",
        "intercoms",
        "entry_systems",
        "devices_made",
        "sites_made",
    )
    return Table(header, tuple(lines))


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    value: Callable[[Entry, Finding], str]


def _claim(name: str) -> Callable[[Entry, Finding], str]:
    return lambda entry, _finding: entry.device.value(name)


def _described(kind: str) -> str:
    known = kind if kind != Kind.CAMERA_LIKE else "device, type not established"
    return f"network video {known}"


def _empty(_entry: Entry, _finding: Finding) -> str:
    return ""


_NDAA_889 = (
    _Field("finding", lambda _e, f: hedged(f)),
    _Field("clause", lambda _e, f: f.reference),
    _Field("brand", _claim("brand")),
    _Field("model_number", _claim("model")),
    _Field("oem_or_manufacturer_part_number", _claim("hardware_id")),
    _Field("wholesaler_number", _empty),
    _Field("item_description", lambda e, _f: _described(e.device.value("kind"))),
    _Field("producer", _claim("manufacturer")),
    _Field("producer_relation", lambda e, _f: relation(e.device)),
    _Field("producer_uei", _empty),
    _Field("producer_cage_code", _empty),
    _Field("supplier", _empty),
    _Field("supplier_uei", _empty),
    _Field("supplier_cage_code", _empty),
    _Field("contract_number", _empty),
    _Field("order_number", _empty),
    _Field("serial", _claim("serial")),
    _Field("organisation", lambda e, _f: e.site.organisation),
    _Field("site", lambda e, _f: e.site.name or e.site.id),
    _Field("address_in_network", lambda e, _f: e.device.ip),
    _Field("use", _empty),
    _Field("mitigation", _empty),
    _Field("phase_out_plan", _empty),
    _Field("confidence", lambda _e, f: two_decimals(f.confidence)),
    _Field("basis", lambda e, f: f.basis or short_evidence(e.device)),
    _Field("source", lambda _e, f: f.source),
    _Field("last_seen", lambda e, _f: instant(e.device.last_seen)),
    _Field("device_id", lambda e, _f: e.device.device_id),
)


def ndaa_889(inventory: Inventory) -> Table:
    """One line per device and s.889 finding with what FAR 52.204-24 and 52.204-25(d)(2) ask for.

    Contract, supplier, use and mitigation stay empty: the network does not tell them (facts: policy, 1.5).
    """
    lines = [
        tuple(each.value(entry, finding) for each in _NDAA_889)
        for entry in standing(entries(inventory))
        for finding in entry.findings
        if finding.regime.startswith("ndaa-889")
    ]
    return Table(tuple(each.name for each in _NDAA_889), tuple(lines))
