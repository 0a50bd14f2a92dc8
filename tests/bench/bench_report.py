"""Reports over 100,000 devices: seconds and memory, each format in a process of its own.

    python tests/bench/bench_report.py [DEVICES]             the writers alone
    python tests/bench/bench_report.py DEVICES command       `camscan report FILE -o …`, reading included

Targets (issue 6): CSV under 1 s, JSON Lines under 1 s, HTML under 5 s, memory under 500 MB. The inventory is
the simulated audit (6.6 pieces of evidence a device, 2.4 kB a line); making it is not timed. `memory` is the
peak above what the inventory itself takes. CPU seconds are printed too, and for CSV, JSON Lines and reading a
floor in the same process (`csv.writer` over rows already made, msgspec without camscan around it), because on
a shared machine only the ratio to it can be compared. Figures: docs/performance.md, "Reports".
"""

from __future__ import annotations

import csv
import gc
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from camscan.model.device import Device
from camscan.model.inventory import Inventory
from camscan.report import rows

FORMATS = ("csv", "jsonl", "html", "md", "xlsx", "cyclonedx", "summary", "load")
SUFFIXES = (".csv", ".jsonl", ".html", ".md", ".xlsx", ".cdx.json", ".pdf", ".ecs.jsonl", ".ndaa-889.csv")


def measure(name: str, devices: int) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent / "report"))
    import simulated_audit

    from camscan.report import csv as csv_report
    from camscan.report import formats, jsonl
    from camscan.report.load import read
    from camscan.report.summary import summarise

    held = simulated_audit.audit(devices).inventory
    formats.render(simulated_audit.audit(10, 5).inventory, name if name in FORMATS[:6] else "csv")  # imports
    lines = jsonl.render(held).splitlines(keepends=True) if name == "load" else []
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # as `camscan.cli.main.run` does
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    if name == "load":
        size = len(read(lines).devices)
    elif name == "jsonl":  # as a scan writes it, line by line
        size = sum(len(jsonl.write_line(device)) for device in held.devices)
    elif name == "csv":  # as the command writes it, piece by piece
        size = sum(map(len, csv_report.pieces(held)))
    elif name == "summary":
        size = summarise(held).devices
    else:
        size = len(formats.render(held, name))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    floor = f"  {cpu / _floor(name, held, lines):5.2f} x floor" if name in ("csv", "jsonl", "load") else ""
    print(f"{name:10} {wall:7.2f} s  {cpu:7.2f} s CPU  {peak:7.0f} MB  {size:>12,}{floor}")


def _floor(name: str, held: Inventory, lines: list[bytes]) -> float:
    """CPU seconds of the library alone."""
    ready = [list(row) for row in rows.rows(rows.entries(held))] if name == "csv" else []
    device_lines = [line for line in lines if line.startswith(b'{"type":"device"')]
    gc.collect()
    gc.freeze()
    gc.disable()
    cpu = time.process_time()
    if name == "csv":
        csv.writer(io.StringIO()).writerows(ready)
    elif name == "jsonl":
        encode = msgspec.json.Encoder().encode
        for device in held.devices:
            encode(device)
    else:
        list(map(msgspec.json.Decoder(Device).decode, device_lines))
    return time.process_time() - cpu


def commands(devices: int) -> None:
    """The real command on a real file: CPU seconds, wall and peak memory of the whole process."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "report"))
    import simulated_audit

    from camscan.report import formats

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "audit.jsonl"
        formats.write(simulated_audit.audit(devices).inventory, file)
        print(f"the file: {file.stat().st_size:,} bytes")
        for suffix in SUFFIXES:
            out = Path(folder) / f"out{suffix}"
            camscan = [sys.executable, "-m", "camscan", "report", str(file), "-o", str(out)]
            began = time.perf_counter()
            pid = os.posix_spawn(sys.executable, camscan, os.environ)
            _, status, used = os.wait4(pid, 0)
            wall, cpu = time.perf_counter() - began, used.ru_utime + used.ru_stime
            size = out.stat().st_size if not status else 0
            print(
                f"{suffix:20} {wall:7.2f} s  {cpu:7.2f} s CPU  {used.ru_maxrss / 1024:7.0f} MB  {size:>12,}"
            )
            out.unlink(missing_ok=True)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if sys.argv[2:] == ["command"]:
        commands(count)
    elif len(sys.argv) > 2:
        measure(sys.argv[2], count)
    else:
        print(f"{count:,} devices")
        for each in FORMATS:
            subprocess.run([sys.executable, __file__, str(count), each], check=True)
