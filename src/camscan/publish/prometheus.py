"""The register as Prometheus metrics, for node_exporter's textfile collector.

Rules: `policy=""` counts every device once; other policies count devices that match them, so they are not
to be added up; names and units as Prometheus wants them (docs/register.md lists them all).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from camscan.model.inventory import Scan

_HELP = {
    "camscan_devices": "Devices of the register by site, maker and matching policy (empty: all devices).",
    "camscan_devices_missing": "Devices that the last scans of their site did not see.",
    "camscan_scan_timestamp_seconds": "Start of the last finished scan; time() minus it is its age.",
    "camscan_scan_age_seconds": "Age of the last finished scan when this file was written.",
    "camscan_scan_targets": "Addresses that the last scan asked.",
    "camscan_scan_responders": "Addresses that answered the last scan.",
    "camscan_scan_complete": "1 when the last scan could ask everything in its scope.",
    "camscan_probe_targets": "How each probe of the last scan ended, in targets.",
}
Samples = dict[str, list[str]]


def render(counts: Iterable[tuple[str, str, str, int, int]], scans: Iterable[Scan], now: datetime) -> str:
    """The whole file. counts: (site, maker, policy, devices, of which missing); scans: one per site."""
    samples: Samples = {name: [] for name in _HELP}
    for site, maker, policy, devices, missing in counts:
        labels = {"site": site, "manufacturer": maker, "policy": policy}
        _add(samples, "camscan_devices", labels, devices)
        if not policy:
            _add(samples, "camscan_devices_missing", {"site": site, "manufacturer": maker}, missing)
    for scan in scans:
        site_label = {"site": scan.site.id}
        coverage = scan.coverage
        _add(samples, "camscan_scan_timestamp_seconds", site_label, int(scan.started.timestamp()))
        _add(samples, "camscan_scan_age_seconds", site_label, int((now - scan.started).total_seconds()))
        _add(samples, "camscan_scan_targets", site_label, coverage.targets)
        _add(samples, "camscan_scan_responders", site_label, coverage.responders)
        _add(samples, "camscan_scan_complete", site_label, int(coverage.complete))
        for probe in coverage.probes:
            for outcome, count in probe.outcomes.items():
                labels = {"site": scan.site.id, "probe": probe.probe, "outcome": str(outcome)}
                _add(samples, "camscan_probe_targets", labels, count)
    return "".join(
        f"# HELP {name} {_HELP[name]}\n# TYPE {name} gauge\n" + "".join(lines)
        for name, lines in samples.items()
        if lines
    )


def _add(samples: Samples, name: str, labels: Mapping[str, str], value: int) -> None:
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    samples[name].append(f"{name}{{{inside}}} {value}\n")


def _escaped(text: str) -> str:
    """As the exposition format wants label values: backslash, quote and line break escaped."""
    text = "".join(ch if ch.isprintable() or ch == "\n" else "�" for ch in text)
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
