"""A network of two namespaces with no way out, and one sweep in it: `unshare -n python raw_lab.py SCENARIO`.

The peer answers by rule: it counts every frame per target, loses some by a hash of (target, port, attempt),
and can forge. Prints one JSON object. The namespaces and both interfaces end with the process.

SCENARIO (JSON): sweep ("syn", "arp", "nodes", "scan": the whole command at -T5), prefix (of our address),
targets, excluded, ports, open ([ip, port]…), refusing (hosts that answer RST), on_link (targets are on the
link and answer ARP when in `present`), loss (share each way), forge (a false SYN-ACK for every SYN that is
not to an open port), rate, device_rate, without_numpy, strangers ([ip]… that answer the first ARP request),
then_ports (asked of responders and also_asked, [ip]…), after (steps of the walk to leave out), by_kernel
(connections come too, whose checksums a card would fill in), finished ([ip]… that are to be left alone).
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from random import Random

_CLONE_NEWNET = 0x40000000
_PEER_MAC = bytes.fromhex("02000000beef")


def device_mac(ip: int) -> bytes:
    """The hardware address the peer gives each device."""
    return b"\x02\x01" + struct.pack(">I", ip)


class Peer:
    """Answers on the far end; `frames` counts by target; `times`, `to`: when each SYN came, for whom."""

    def __init__(self, scenario: dict) -> None:
        self.open = {(number(ip), port) for ip, port in scenario.get("open", [])}
        self.refusing = {number(ip) for ip in scenario.get("refusing", [])}
        self.present = {number(ip) for ip in scenario.get("present", [])}
        self.loss, self.forge = scenario.get("loss", 0.0), scenario.get("forge", False)
        self.strangers = scenario.get("strangers", [])
        self.by_kernel = scenario.get("by_kernel", False)
        self.frames: Counter[str] = Counter()
        self.times: list[float] = []
        self.to: list[str] = []
        self.attempts: Counter[tuple[int, int]] = Counter()
        self.datagrams: dict[int, set[bytes]] = {}
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
        except PermissionError:  # in a user namespace
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.bind(("vb", 3))

    def lost(self, ip: int, port: int, way: str) -> bool:
        attempt = self.attempts[ip, port]
        return Random(f"{ip} {port} {attempt} {way}").random() < self.loss

    def serve(self) -> None:
        while True:
            frame, where = self.sock.recvfrom(2048)
            if where[2] == socket.PACKET_OUTGOING:
                continue
            kind = frame[12:14]
            if kind == b"\x08\x06":
                self.arp(frame)
            elif kind == b"\x08\x00" and frame[23] == 6:
                self.tcp(frame)
            elif kind == b"\x08\x00" and frame[23] == 17 and not frame[0] & 1:
                self.datagrams.setdefault(int.from_bytes(frame[36:38], "big"), set()).add(frame[30:34])

    def arp(self, frame: bytes) -> None:
        if frame[21] != 1:
            return
        target = int.from_bytes(frame[38:42], "big")
        self.frames[text(target)] += 1
        self.attempts[target, 0] += 1
        for ip in self.strangers:
            self.arp_reply(frame, number(ip))
        self.strangers = []
        if target in self.present and not self.lost(target, 0, "in") and not self.lost(target, 0, "out"):
            self.arp_reply(frame, target)

    def arp_reply(self, frame: bytes, ip: int) -> None:
        mac = device_mac(ip)
        head = frame[6:12] + mac + b"\x08\x06" + bytes.fromhex("0001080006040002")
        self.sock.send(head + mac + struct.pack(">I", ip) + frame[22:32])

    def tcp(self, frame: bytes) -> None:
        ip, (sport, port, seq) = int.from_bytes(frame[30:34], "big"), struct.unpack(">HHI", frame[34:42])
        if not frame[47] & 2:
            return  # the kernel's RST to our SYN-ACK
        self.frames[text(ip)] += 1
        self.times.append(time.monotonic())
        self.to.append(text(ip))
        self.attempts[ip, port] += 1
        assert checksum(frame[14:34]) == 0, "IP checksum"
        pseudo = frame[26:34] + struct.pack(">BBH", 0, 6, len(frame) - 34)
        assert self.by_kernel or checksum(pseudo + frame[34:]) == 0, "TCP checksum"
        if (ip, port) not in self.open and self.forge:
            self.answer(frame, ip, port, sport, 0x12, (seq + 2) & 0xFFFFFFFF)
        if self.lost(ip, port, "in") or self.lost(ip, port, "out"):
            return
        if (ip, port) in self.open:
            self.answer(frame, ip, port, sport, 0x12, (seq + 1) & 0xFFFFFFFF)
        elif ip in self.refusing:
            self.answer(frame, ip, port, sport, 0x14, (seq + 1) & 0xFFFFFFFF)

    def answer(self, frame: bytes, ip: int, port: int, sport: int, flags: int, ack: int) -> None:
        tcp = struct.pack(">HHIIBBHHH", port, sport, 99, ack, 0x50, flags, 1000, 0, 0)
        total = checksum(frame[30:34] + frame[26:30] + struct.pack(">BBH", 0, 6, 20) + tcp)
        tcp = tcp[:16] + struct.pack(">H", total) + tcp[18:]
        head = struct.pack(">BBHHHBBH", 0x45, 0, 40, 0, 0x4000, 64, 6, 0) + frame[30:34] + frame[26:30]
        head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
        self.sock.send(frame[6:12] + frame[0:6] + b"\x08\x00" + head + tcp)


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def number(ip: str) -> int:
    return int.from_bytes(socket.inet_aton(ip), "big")


def text(ip: int) -> str:
    return socket.inet_ntoa(struct.pack(">I", ip))


def ip_command(*lines: str) -> None:
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines).encode(), check=True)


def link_local(interface: str, address: str) -> tuple[str, str]:
    """Without duplicate address detection, which takes a second or two."""
    return f"link set {interface} addrgenmode none", f"addr add {address}/64 dev {interface} nodad"


def make_network(scenario: dict) -> tuple[int, int]:
    """Two namespaces joined by va–vb; returns (peer's pid, pipe on which it reports when told SIGTERM)."""
    report_in, report_out = os.pipe()
    ready_in, ready_out = os.pipe()
    moved_in, moved_out = os.pipe()
    ip_command("link set lo up", "link add va type veth peer name vb")
    pid = os.fork()
    if pid == 0:
        system = ctypes.CDLL(None)
        system.prctl(1, signal.SIGKILL)
        assert system.unshare(_CLONE_NEWNET) == 0
        os.write(ready_out, b"x")
        os.read(moved_in, 1)
        if scenario.get("on_link"):
            ip_command(
                *link_local("vb", "fe80::2"), "link set vb address 02:00:00:00:be:ef", "link set vb up"
            )
        else:
            ip_command("addr add 10.99.0.2/30 dev vb", "link set vb up")
        ip_command("link set lo up")
        peer = Peer(scenario)

        def report(*_: object) -> None:
            datagrams = {port: len(hosts) for port, hosts in peer.datagrams.items()}
            gaps = {"frames": peer.frames, "times": peer.times, "to": peer.to, "datagrams": datagrams}
            with os.fdopen(report_out, "w") as pipe:
                pipe.write(json.dumps(gaps))
            os._exit(0)

        signal.signal(signal.SIGTERM, report)
        os.write(ready_out, b"y")
        try:
            peer.serve()
        finally:
            os._exit(1)
    os.close(ready_out)
    os.close(report_out)
    assert os.read(ready_in, 1) == b"x"
    ip_command(f"link set vb netns {pid}")
    os.write(moved_out, b"x")
    assert os.read(ready_in, 1) == b"y", "the peer did not start"
    if scenario.get("on_link"):
        prefix = scenario.get("prefix", 16)
        ip_command(*link_local("va", "fe80::1"), f"addr add 10.50.0.1/{prefix} dev va", "link set va up")
    else:
        ip_command("addr add 10.99.0.1/30 dev va", "link set va up", "route add default via 10.99.0.2")
    return pid, report_in


def sweep(scenario: dict) -> dict:
    """What the wanted sweep found in this namespace."""
    from camscan.model.scope import Scope, parse_target
    from camscan.net.gate import Gate
    from camscan.net.pace import Manners, Pace

    excluded = [parse_target(each).addresses for each in scenario.get("excluded", [])]
    targets = [parse_target(each).addresses for each in scenario["targets"]]
    gate = Gate(Scope.of(targets, excluded))
    rate = scenario.get("rate") or float("inf")
    pace = Pace(
        Manners(
            packets_per_second=rate,
            device_packets_per_second=scenario.get("device_rate") or float("inf"),
            connect_timeout_seconds=0.6,
        )
    )
    what = {"syn": syn, "arp": arp, "nodes": nodes}[scenario["sweep"]]
    began = time.monotonic()
    return {
        **what(scenario, gate, pace),
        "seconds": time.monotonic() - began,
        "refused_at_gate": gate.refused,
    }


def syn(scenario: dict, gate, pace) -> dict:
    from camscan.net.connect import Turn
    from camscan.net.raw.tries import RoundTrip
    from camscan.net.sweeping import Guide, make_sweep

    calls: list[tuple[str, int, str, str]] = []
    begun: list[int] = []
    RoundTrip.LEAST_SECONDS = 0.15  # the floor for slow devices only costs time here

    async def work() -> dict:
        made = make_sweep(
            gate=gate,
            pace=pace,
            port_map={},
            found=lambda ip, port, outcome, why, _sock: calls.append((ip, port, outcome.value, why)),
            raw=True,
            guide=Guide(
                turn=lambda ip: Turn.NOW,
                finished=lambda: scenario.get("finished", ()),
                begun=begun.append,
            ),
        )
        ends: list[tuple[str, int, str, str]] = []
        raw = getattr(made, "_raw", None)
        try:
            await made.everyone(scenario["ports"], seed=7, after=scenario.get("after", 0))
            if "then_ports" in scenario:
                await made.responders(scenario["then_ports"], lambda: scenario.get("also_asked", []))
        finally:
            told = {ip: (outcome.value, why) for ip, outcome, why in made.outcomes()}
            for ip, port, state in raw.table.ends() if raw else ():
                if (ip := text(ip)) in told:
                    names = {64: "refused", 128: "answered", 0: told[ip][0]}
                    ends.append((ip, port, names.get(state, "silent"), told[ip][1]))
            made.close()
        if raw is None:
            return {"kind": type(made).__name__, "ends": calls}
        return {
            "kind": type(made).__name__,
            "table": type(raw.table).__name__,
            "ends": [*ends, *(call for call in calls if call[0] not in told)],
            "told": told,
            "begun": sum(begun),
            "sent": raw.sent,
            "spoofed": raw.spoofed,
            "slowed": raw.slowed,
            "faults": made.faults(),
            "macs": made.macs(),
            "strangers": raw.hops.strangers,
        }

    return {**asyncio.run(work()), "calls": calls}


def arp(scenario: dict, gate, pace) -> dict:
    from camscan.net.interfaces import list_interfaces
    from camscan.net.raw.arp import arp_sweep
    from camscan.net.raw.batch import BatchGate

    (interface,) = [each for each in list_interfaces() if each.name == "va"]
    addresses = [*gate.scope.addresses(), *scenario.get("also_asked", [])]
    heard = asyncio.run(arp_sweep(interface, addresses, admission=BatchGate(gate), pace=pace))
    return {"found": heard.found, "strangers": heard.strangers, "sent": heard.sent}


def nodes(scenario: dict, gate, pace) -> dict:
    from camscan.net.interfaces import list_interfaces
    from camscan.net.raw.neighbours6 import ask_all_nodes

    (interface,) = [each for each in list_interfaces() if each.name == "va"]
    found = asyncio.run(ask_all_nodes(interface, gate=gate, pace=pace, window_seconds=0.3))
    return {"found": found.found, "refusal": found.refusal}


def whole_scan(scenario: dict) -> dict:
    """`camscan scan` in a child: what it wrote, what it said, and the most memory it held."""
    words = ("scan", "-n", "-q", "--no-store", "-T5", "--format", "jsonl", *scenario["targets"])
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        child = subprocess.Popen((sys.executable, "-m", "camscan", *words), stdout=out, stderr=said)
        _, _, used = os.wait4(child.pid, 0)
        out.seek(0)
        said.seek(0)
        lines, stderr = out.read().splitlines(keepends=True), said.read().decode()
    from camscan.report.load import read

    inventory = read(lines)
    return {
        "stderr": stderr,
        "macs": {d.ip: [mac.mac for mac in d.macs if mac.observed] for d in inventory.devices},
        "complete": inventory.scan.coverage.complete,
        "warnings": inventory.scan.coverage.warnings,
        "max_rss_bytes": used.ru_maxrss * 1024,
    }


def main() -> None:
    """Build, sweep, print."""
    scenario = json.loads(sys.argv[1])
    if scenario.get("without_numpy"):
        sys.modules["numpy"] = None  # type: ignore[assignment]
    pid, report = make_network(scenario)
    result = whole_scan(scenario) if scenario["sweep"] == "scan" else sweep(scenario)
    os.kill(pid, signal.SIGTERM)
    with os.fdopen(report) as pipe:
        result["peer"] = json.loads(pipe.read())
    print(json.dumps(result))


if __name__ == "__main__":
    main()
