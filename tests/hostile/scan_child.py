"""A whole scan in a process of its own, so that its time and memory are its own. Orders come on stdin."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path


def main() -> int:
    """Read one order (JSON), scan, write every format, tell seconds, megabytes and the exit code."""
    import netaddr

    from camscan import catalog
    from camscan.cli.output import Output
    from camscan.cli.running import run_scan
    from camscan.model.scope import Scope
    from camscan.net.interfaces import list_interfaces
    from camscan.survey.request import ScanRequest

    order = json.load(sys.stdin)
    folder = Path(order["folder"])
    request = ScanRequest(
        scope=Scope.of(
            [netaddr.IPSet(order["targets"])], [netaddr.IPSet(order["exclude"])], text="hostile lab"
        ),
        links=tuple(each for each in list_interfaces() if each.loopback),
        neighbours=order["neighbours"],
        port_map={(protocol, port): moved for protocol, port, moved in order["port_map"]},
        resolve_names=False,
        experimental=order.get("experimental", False),
        group_questions="auto",
    )
    files = tuple(folder / f"inventory.{suffix}" for suffix in ("csv", "jsonl", "html", "md", "ecs.jsonl"))
    known = catalog.load()
    began = time.monotonic()
    _, ended = run_scan(request, known, Output(files, verbose=2))
    figures = {
        "seconds": time.monotonic() - began,
        # Not ru_maxrss: a child begins with its parent's peak, and a test runner may be large.
        "megabytes": int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) / 1024,  # type: ignore[index]
        "exit": int(ended),
    }
    (folder / "figures.json").write_text(json.dumps(figures))
    return int(ended)


if __name__ == "__main__":
    sys.exit(main())
