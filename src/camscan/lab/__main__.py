"""`python -m camscan.lab`: the demo building in the foreground, or a child of `LabProcess` or `Fleet`."""

from __future__ import annotations

import asyncio
import sys


def main() -> int:
    """Run until Ctrl-C. Exit code 0."""
    if sys.argv[1:] == ["--child"]:
        from camscan.lab.process import serve_child

        serve_child()
        return 0
    if sys.argv[1:] == ["--wire"]:
        from camscan.lab.wire import relay

        relay()
        return 0
    if sys.argv[1:] == ["--witness"]:
        from camscan.lab.witness import watch

        watch()
        return 0
    try:
        asyncio.run(_foreground())
    except KeyboardInterrupt:
        return 0
    return 0


async def _foreground() -> None:
    from camscan.lab.building import demo_building
    from camscan.lab.run import Lab

    async with Lab(demo_building()) as lab:
        for device in lab.devices:
            truth = device.truth
            line = f"{truth.ip:<13} {truth.kind:<19} {truth.brand or '-':<12} {truth.manufacturer or '-':<12}"
            sys.stdout.write(f"{line} {truth.model or '-'}\n")
        for (protocol, port), moved in lab.port_map.items():
            sys.stdout.write(f"{protocol} {port} is served on {moved}\n")
        sys.stdout.write("Running; Ctrl-C ends it.\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
