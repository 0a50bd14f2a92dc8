"""camscan's ARP sweep beside arp-scan and nmap: `python tests/bench/bench_arp.py [--runs N] --size 22|16`.

The far kernel answers for 300 addresses of the /22, 1,000 of the /16. Each tool is a whole process; camscan's
own time without start and imports is printed too, because a scan pays for the start once.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from namespace_pair import Contestant, build, compete, enter, installed

SIZES = {"22": ("10.50.0.0/22", 300, 3), "16": ("10.50.0.0/16", 1000, 65)}


def camscan(network: str, retries: int) -> None:
    """What the child does: one ARP sweep, what was found and its own time on standard output."""
    from camscan.model.scope import Scope, parse_target
    from camscan.net.gate import Gate
    from camscan.net.pace import Manners, Pace
    from camscan.net.places import address_text, number_of
    from camscan.net.raw.batch import BatchGate
    from camscan.net.raw.hops import Hops
    from camscan.net.raw.routes import Routes
    from camscan.net.raw.template import arp_template

    arp_template(bytes(6), "10.50.0.1")  # scapy is loaded once a scan

    gate = Gate(Scope.of([parse_target(network).addresses]))
    pace = Pace(Manners(packets_per_second=float("inf")))
    hops = Hops(Routes.read(), BatchGate(gate), pace, arp_retries=retries)

    async def work() -> None:
        ip = number_of("10.50.0.2")
        hops.mac_for(ip, hops.routes.way(ip))
        await hops.finished()

    began = time.monotonic()
    asyncio.run(work())
    for ip, mac in hops.on_link.items():
        print(address_text(ip), mac.hex(":"))
    print(f"own time {time.monotonic() - began:.2f}")


class Timed(Contestant):
    """A contestant that prints its own time as well."""

    def run(self) -> None:
        """As any other, keeping what the child says of itself in the flags."""
        own = self.__dict__.setdefault("own", [])
        counted = self.count

        def count(output: str) -> int:
            own.extend(float(each) for each in re.findall(r"own time ([\d.]+)", output))
            return counted(output)

        self.count = count
        try:
            super().run()
        finally:
            self.count = counted
        self.flags = f"without start: {sorted(own)[len(own) // 2]:.2f} s wall"


def found(output: str) -> int:
    """Different addresses that were shown with a hardware address or as up."""
    return len(set(re.findall(r"^(?:Host: )?(10\.50\.\d+\.\d+)\s", output, re.MULTILINE)))


def main() -> None:
    """One size a run: namespaces of its own."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--runs", type=int, default=5)
    reader.add_argument("--size", choices=SIZES, default="22")
    reader.add_argument("--retries", type=int, help=argparse.SUPPRESS)
    reader.add_argument("--only", default="", help="a regular expression over the names of the tools")
    asked = reader.parse_args()
    network, hosts, step = SIZES[asked.size]
    if asked.retries is not None:
        camscan(network, asked.retries)
        return
    enter()
    first = int.from_bytes(bytes([10, 50, 0, 2]), "big")
    present = [".".join(map(str, (first + n * step).to_bytes(4, "big"))) for n in range(hosts)]
    build(owned=[f"{ip}/32" for ip in present], on_link=f"10.50.0.1/{asked.size}")
    me = [sys.executable, __file__, "--size", asked.size, "--retries"]
    chosen = [Timed(f"camscan, {n + 1} rounds", [[*me, str(n)]], found) for n in (1, 2)]
    if installed("arp-scan"):
        for name, flags in (
            ("arp-scan, default", []),
            ("arp-scan, tuned", ["--retry=2", "--timeout=100", "--bandwidth=1000000000"]),
        ):
            command = ["arp-scan", "--interface=va", "--plain", *flags, network]
            chosen.append(Contestant(name, [command], found, " ".join(flags)))
    if installed("nmap"):
        for name, flags in (
            ("nmap, default", []),
            ("nmap, tuned", ["-T5", "--min-rate=100000", "--max-retries=1", "--min-hostgroup=4096"]),
        ):
            command = ["nmap", "-sn", "-n", "-e", "va", "-oG", "-", *flags, network]
            chosen.append(Contestant(name, [command], found, "-sn -n " + " ".join(flags)))
    chosen = [each for each in chosen if re.search(asked.only, each.name)]
    compete(chosen, asked.runs, hosts, f"ARP over a /{asked.size}, {hosts:,} answer")


if __name__ == "__main__":
    main()
