"""docs/vendors.md: what camscan knows of each maker, counted from what the tests prove.

`python -m camscan.cli.reference docs` writes it. Rules of this file:
- A rule counts by its examples: the suite runs each of them and fails when it does not yield what it expects.
- Words that nobody is known to have seen on a device (`NAMING`) are counted apart.
- A recording counts for a maker only when identification concludes that maker from it, here and now; replies
  made from a described layout (`"real": false`) never do.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from camscan.catalog.loading import Catalog
from camscan.match.resolve import Identifier
from camscan.model.device import CAMERA_KINDS, Kind
from camscan.model.fingerprint import Fingerprint
from camscan.model.observation import Observation, observe

NAMING = "vendor product naming, general knowledge"
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_CAMERAS = {kind.value for kind in CAMERA_KINDS}
_SPELLED = {
    "dhcp": "DHCP", "dhip": "DHIP", "ftp": "FTP", "gige": "GigE Vision", "http": "HTTP", "mdns": "mDNS",
    "onvif": "ONVIF", "pppp": "PPPP", "rtsp": "RTSP", "sadp": "SADP", "sip": "SIP", "snmp": "SNMP",
    "ssdp": "SSDP", "tcp": "TCP banner", "telnet": "Telnet", "tls": "TLS", "upnp": "UPnP",
}  # fmt: skip
_HEAD = """# Makers

<!-- made by `python -m camscan.cli.reference docs`; edit fingerprints/vendors/, not this page -->

Counted from the fingerprints and the tests, so it cannot promise more than they prove. How sure a verdict is,
and how often it is wrong, is in [method.md](method.md); how to add a maker, in
[add-a-vendor.md](add-a-vendor.md).

- **protocols**: where the words of the examples were said.
- **seen**: examples whose words somebody recorded or published, with their source. **named**: examples made
  from the maker's public product names; rules that rest on these alone never *prove* anything.
- **recordings**: real devices whose recorded replies are in `tests/recordings/` and are identified as this
  maker's.
- **lab**: simulated devices of this maker in `camscan demo`, which a test scans and compares with the truth.

"""


def recorded_devices(catalog: Catalog, folder: Path) -> Counter[str]:
    """Vendor id → devices under `folder`/<probe>/<device>/*.json that are identified as that maker's."""
    identifier, found = Identifier(catalog), Counter[str]()
    for device in sorted(each for each in folder.glob("*/*") if each.is_dir()):
        heard = [each for file in sorted(device.glob("*.json")) for each in _recorded(file)]
        if not heard:
            continue
        claims = identifier.resolve(heard).claims
        for name in ("manufacturer", "brand"):
            vendor = catalog.names.vendor(claims[name].value) if name in claims else None
            if vendor is not None:
                found[vendor.id] += 1
                break
    return found


def vendor_page(catalog: Catalog, recorded: Mapping[str, int], lab: Mapping[str, int]) -> str:
    """The page; `catalog` must have been read from its files (examples are not cached). Keys: vendor ids."""
    rules: dict[str, list[Fingerprint]] = {name: [] for name in catalog.vendors}
    for rule in catalog.fingerprints:
        rules[rule.vendor].append(rule)
    cameras = [name for name, found in rules.items() if _kinds(found) & _CAMERAS]
    others = [name for name, found in rules.items() if found and not _kinds(found) & _CAMERAS]
    silent = [name for name, found in rules.items() if not found]
    examples = [example for found in rules.values() for rule in found for example in rule.examples]
    named = sum(example.source.startswith(NAMING) for example in examples)
    firm = sum(any(_seen(rule) for rule in rules[name]) for name in cameras)
    return "".join(
        [
            _HEAD,
            f"{len(cameras)} makers have rules that recognise a camera, recorder, encoder, intercom or "
            f"terminal; of {firm} of them\nthe words of at least one device were seen. "
            f"{len(catalog.fingerprints)} rules, {len(examples)} examples, {named} of these from\n"
            f"product names; {sum(recorded.values())} recorded devices, {sum(lab.values())} simulated.\n\n",
            "## Cameras, recorders, encoders, intercoms, terminals\n\n",
            *_table(catalog, rules, cameras, recorded, lab),
            "\n## Known so that they are not called cameras\n\n",
            *_table(catalog, rules, others, recorded, lab),
            "\n## Names only\n\n",
            "No rule: known as a party in a list, a holder of IEEE blocks or a label's maker:\n\n",
            ", ".join(sorted((catalog.vendors[name].name for name in silent), key=str.casefold)) or "None",
            ".\n",
        ]
    )


def _table(
    catalog: Catalog,
    rules: Mapping[str, list[Fingerprint]],
    vendors: list[str],
    recorded: Mapping[str, int],
    lab: Mapping[str, int],
) -> Iterator[str]:
    yield "| maker | recognised as | protocols | rules | seen | named | recordings | lab |\n"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n"
    for name in sorted(vendors, key=lambda each: catalog.vendors[each].name.casefold()):
        found = rules[name]
        seen = sum(map(_seen, found))
        cells = [
            catalog.vendors[name].name.replace("|", "\\|"),
            ", ".join(kind for kind in Kind if kind in _kinds(found)) or "brand only",
            ", ".join(_protocols(found)),
            len(found),
            seen or "–",
            sum(len(rule.examples) for rule in found) - seen or "–",
            recorded.get(name, 0) or "–",
            lab.get(name, 0) or "–",
        ]
        yield f"| {' | '.join(map(str, cells))} |\n"


def _seen(rule: Fingerprint) -> int:
    return sum(not example.source.startswith(NAMING) for example in rule.examples)


def _kinds(rules: list[Fingerprint]) -> set[str]:
    return {example.expect["kind"] for rule in rules for example in rule.examples if "kind" in example.expect}


def _protocols(rules: list[Fingerprint]) -> list[str]:
    """The protocols of the examples' words, most examples first."""
    said = Counter(
        prefix
        for rule in rules
        for example in rule.examples
        for prefix in {field.partition(".")[0] for field in example.given}
    )
    return [
        _SPELLED.get(prefix, prefix) for prefix, _ in sorted(said.items(), key=lambda row: (-row[1], row[0]))
    ]


def _recorded(file: Path) -> Iterator[Observation]:
    record = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(record, dict) or record.get("real") is False:
        return
    for fields in record.get("observations", []):
        yield observe("192.0.2.1", str(record["probe"]), fields, at=_ANY_TIME)
