"""camscan's SYN sweep beside masscan and zmap: `python tests/bench/bench_sweep.py [--runs N]`.

65,536 addresses × 8 ports with 3,000 open ports (375 hosts with all eight open), behind a router in another
namespace, whose kernel (a) drops what goes to the other addresses, (b) refuses every closed port. Each tool
is a whole process, start and imports included. What is not like for like is said in docs/performance.md.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from namespace_pair import OURS, Contestant, build, compete, enter, installed

NETWORK = "10.50.0.0/16"
PORTS = (80, 554, 8000, 8080, 443, 37777, 34567, 8554)
OPEN_HOSTS = [f"10.50.{n * 5 % 256}.{n % 250 + 1}" for n in range(375)]
ONLY = "|".join(map(str, PORTS))


def camscan(mode: str) -> None:
    """What the child does: one sweep as a scan does it, the open pairs on standard output."""
    if mode == "plain":
        sys.modules["numpy"] = None  # type: ignore[assignment]
    import asyncio

    from camscan.model.exchange import Outcome
    from camscan.model.scope import Scope, parse_target
    from camscan.net.connect import Turn
    from camscan.net.gate import Gate
    from camscan.net.pace import HEADROOM, TEMPLATES, Manners, Pace
    from camscan.net.sweeping import Guide, make_sweep

    gate = Gate(Scope.of([parse_target(NETWORK).addresses]))
    fast = Manners(packets_per_second=float("inf"), device_packets_per_second=float("inf"))
    pace = Pace(TEMPLATES[5], HEADROOM) if mode == "t5" else Pace(fast)

    def found(ip: str, port: int, outcome: Outcome, why: str, sock: object) -> None:
        if outcome is Outcome.ANSWERED:
            print(ip, port)

    async def work() -> None:
        guide = Guide(turn=lambda ip: Turn.NOW)
        sweep = make_sweep(gate=gate, pace=pace, port_map={}, found=found, guide=guide, raw=True)
        await sweep.everyone(PORTS, seed=1, after=0)
        sweep.close()

    asyncio.run(work())


def lines(pattern: str):
    """Counts the different lines that hold a pair."""
    reader = re.compile(pattern, re.MULTILINE)
    return lambda output: len(set(reader.findall(output)))


def hosts(output: str) -> int:
    """Devices with an open port in a JSON Lines inventory."""
    return len(set(re.findall(r'"addresses":\["([\d.]+)".*"open_ports":\[\d', output)))


def contestants(mac: str) -> list[Contestant]:
    """Whoever is here."""
    me = [sys.executable, __file__, "--sweep"]
    ports = ",".join(map(str, PORTS))
    pair = rf"^(10\.50\.\d+\.\d+) ({ONLY})$"
    command = [sys.executable, "-m", "camscan", "scan", "-T5", "-n", "--no-store", "--probe", "tcp-connect"]
    every = [
        Contestant("camscan, rate off", [[*me, "free"]], lines(pair), "a scan's sweep, up to 4 SYNs a pair"),
        Contestant("camscan, -T5", [[*me, "t5"]], lines(pair), "a scan's sweep at 20,000/s"),
        Contestant("camscan, rate off, without numpy", [[*me, "plain"]], lines(pair), "as the first"),
        Contestant(
            "camscan scan -T5",
            [[*command, "-p", ports, "--format", "jsonl", NETWORK]],
            hosts,
            "the whole command, sweep only; counts hosts, and questions each",
            len(OPEN_HOSTS),
        ),
    ]
    if installed("masscan"):
        base = ["masscan", NETWORK, f"-p{ports}", "-e", "va", "--source-ip", OURS]
        base += ["--source-port", "50001", "--router-mac", mac, "--wait", "2", "-oL", "-"]
        listed = lines(rf"^open tcp ({ONLY}) (10\.50\.\d+\.\d+)")
        for rate in ("10000000", "100000", "20000"):
            every.append(
                Contestant(
                    f"masscan at {int(rate):,}/s", [[*base, "--rate", rate]], listed, "--wait 2, no retries"
                )
            )
    for rate, name in (("0", "zmap, one run a port"), ("20000", "zmap at 20,000/s, one run a port")):
        if not installed("zmap"):
            break
        commands = [
            [
                *("zmap", "-p", str(port), NETWORK, "-i", "va", "-G", mac, "-S", OURS, "-r", rate, "-c", "1"),
                *("-q", "-v", "0", "-b", "/dev/null", "-O", "csv", "-f", "saddr,sport"),
                *("--output-filter=success = 1 && repeat = 0", "-o", "-"),
            ]
            for port in PORTS
        ]
        found = lines(rf"^(10\.50\.\d+\.\d+),({ONLY})$")
        every.append(Contestant(name, commands, found, f"-r {rate} -c 1 -P 1"))
    return every


def main() -> None:
    """Both halves; each in namespaces of its own, because the far end differs."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--runs", type=int, default=5)
    reader.add_argument("--half", choices=("dropped", "refused"), default="dropped")
    reader.add_argument("--sweep", choices=("free", "t5", "plain"), help=argparse.SUPPRESS)
    reader.add_argument("--only", default="", help="a regular expression over the names of the tools")
    asked = reader.parse_args()
    if asked.sweep:
        camscan(asked.sweep)
        return
    enter()
    listening = [(host, port) for host in OPEN_HOSTS for port in PORTS]
    owned = [f"{host}/32" for host in OPEN_HOSTS] if asked.half == "dropped" else [NETWORK]
    mac = build(owned=owned, listening=listening)
    chosen = [each for each in contestants(mac) if re.search(asked.only, each.name)]
    compete(chosen, asked.runs, len(listening), f"65,536 addresses × 8 ports, the rest {asked.half}")


if __name__ == "__main__":
    main()
