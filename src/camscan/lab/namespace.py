"""Network namespaces without a way out: a scanner, a router, and a fleet of devices with their own MACs.

    scanner ── cable ── bridge of subnet 1 ┬─ macvlan per device of subnet 1
    (lan0, .250)        router (.1)        │
                        bridge of subnet 2 ┴─ macvlan per device of subnet 2

Every namespace is held by a child process that ends with its standard input, so that namespaces and all
interfaces in them vanish with this process, however it ends. Needs root or unprivileged user namespaces.
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from camscan.errors import OperationalError
from camscan.lab.device import LabDevice
from camscan.lab.faults import Faults
from camscan.lab.process import LabProcess, child_environment
from camscan.lab.wire import Cable
from camscan.lab.wiring import Wiring

SCANNER_HOST = 250
"""The last number of the scanner's address in the first subnet."""

SCANNER_MAC = "02:00:00:00:00:fa"
"""The scanner's hardware address, fixed so that devices can know it beforehand."""

_NEEDED = ("ip", "unshare", "nsenter")


class Namespace:
    """One network namespace, held by a child process. `prefix` runs a command inside it."""

    def __init__(self, inside: Namespace | None = None) -> None:
        """inside: another namespace whose user namespace this one shares. Raises OperationalError."""
        root = os.geteuid() == 0
        fresh = () if root or inside else ("--user", "--map-root-user")
        command = (*(inside.prefix if inside and not root else ()), "unshare", *fresh, "--net")
        self._holder = subprocess.Popen(  # noqa: S603 - fixed words
            (*command, "sh", "-c", "echo ready; exec cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        if not self._holder.stdout or self._holder.stdout.readline() != "ready\n":
            reason = self._holder.stderr.read().strip() if self._holder.stderr else ""
            self.close()
            raise OperationalError(f"cannot make a network namespace: {reason or 'unshare failed'}")
        user = () if root else ("--user", "--preserve-credentials")
        self.prefix: tuple[str, ...] = ("nsenter", "--target", str(self._holder.pid), *user, "--net")

    @property
    def pid(self) -> int:
        """The process that holds it."""
        return self._holder.pid

    def run(self, *command: str, text: str = "", timeout_seconds: float = 120) -> str:
        """Run a command inside; its standard output. Raises OperationalError with its last words."""
        done = subprocess.run(  # noqa: S603 - commands of the lab and its tests
            (*self.prefix, *command), input=text, capture_output=True, text=True, check=False,
            timeout=timeout_seconds,
        )  # fmt: skip
        if done.returncode:
            raise OperationalError(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def ip(self, lines: Sequence[str]) -> None:
        """Run `ip -batch` with these lines."""
        self.run("ip", "-batch", "-", text="\n".join(lines) + "\n")

    def sysctl(self, values: Mapping[str, str]) -> None:
        """Write values under /proc/sys/net."""
        script = "; ".join(f"echo {value} > /proc/sys/net/{name}" for name, value in values.items())
        self.run("sh", "-c", script)

    def close(self) -> None:
        """Let the holder end; the kernel removes the namespace with everything in it."""
        for stream in (self._holder.stdin, self._holder.stdout, self._holder.stderr):
            if stream:
                stream.close()
        self._holder.wait(timeout=10)


def unavailable() -> str:
    """Why namespaces cannot be made here; "" when they can."""
    for name in _NEEDED:
        if not shutil.which(name):
            return f"the command {name!r} is missing"
    try:
        space = Namespace()
    except OperationalError as error:
        return str(error)
    try:
        space.ip(["link add probe0 type bridge", "link add link probe0 name probe1 type macvlan mode bridge"])
    except OperationalError as error:
        return f"bridges or macvlan are missing: {error}"
    finally:
        space.close()
    return ""


@dataclass(frozen=True, slots=True)
class Medium:
    """The cable between scanner and fleet; all zero is a plain veth pair."""

    loss: float = 0.0
    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0

    @property
    def perfect(self) -> bool:
        """True when nothing is lost or late."""
        return not (self.loss or self.delay_seconds or self.jitter_seconds)


class Fleet:
    """`with Fleet(devices, networks=("10.77.1", "10.77.2")) as fleet:` builds all, and always cleans up.

    networks: /24s by their first three numbers (prefix changes the length); the scanner stands in the
    first at .250 as `lan0`. A device outside every network is put on the first one's wire with its own
    address: a misaddressed device. witness: watch the scanner's cable (`witnessed`).
    fleet.run("camscan", "scan", …) runs a command in the scanner's place.
    Raises OperationalError without the rights or tools (`unavailable` tells beforehand).
    """

    def __init__(
        self,
        devices: Sequence[LabDevice],
        *,
        networks: Sequence[str] = ("10.77.1", "10.77.2"),
        prefix: int = 24,
        medium: Medium | None = None,
        faults: Faults | None = None,
        seed: int = 0,
        excluded: Collection[str] = (),
        witness: bool = False,
    ) -> None:
        self.devices = tuple(devices)
        self.networks = tuple(networks)
        self.cable_counts: dict[str, int] = {}
        self._prefix = prefix
        self._medium = medium or Medium()
        self._faults = faults
        self._seed = seed
        self._excluded = tuple(excluded)
        self._stack = ExitStack()
        self._relay: subprocess.Popen[str] | None = None
        self._with_witness = witness
        self._witness: subprocess.Popen[str] | None = None
        self._near_witness: subprocess.Popen[str] | None = None

    @property
    def scanner_ip(self) -> str:
        """The scanner's address."""
        return f"{self.networks[0]}.{SCANNER_HOST}"

    @property
    def targets(self) -> tuple[str, ...]:
        """The subnets in CIDR form."""
        return tuple(str(self._subnet(network)) for network in self.networks)

    def run(self, *command: str, timeout_seconds: float = 300) -> str:
        """Run a command where the scanner stands; its standard output. Raises OperationalError."""
        return self.scanner.run(*command, timeout_seconds=timeout_seconds)

    def log(self) -> dict[str, Any]:
        """What the fleet has seen (`LabLog.as_dict`)."""
        return self.lab.log()

    def witnessed(self, *, before_the_cable: bool = False) -> dict[str, Any]:
        """What the scanner has put on its cable so far (`Witness.text`), seen from the far end of the cable,
        or where the scanner stands, before any of it was lost."""
        witness = self._near_witness if before_the_cable else self._witness
        if not witness or not witness.stdin or not witness.stdout:
            raise OperationalError("lab: this fleet was built without a witness")
        witness.stdin.write("counts\n")
        witness.stdin.flush()
        counts: dict[str, Any] = json.loads(witness.stdout.readline())
        return counts

    def __enter__(self) -> Fleet:
        try:
            self._build()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _build(self) -> None:
        self.router = Namespace()
        self._stack.callback(self.router.close)
        self.scanner = Namespace(self.router)
        self._stack.callback(self.scanner.close)
        self.space = Namespace(self.router)
        self._stack.callback(self.space.close)
        for each in (self.router, self.scanner, self.space):
            # Nothing here has a duplicate, and waiting for one costs a second.
            each.sysctl({"ipv6/conf/default/accept_dad": "0"})
        self._wire_router()
        self._wire_scanner()
        interfaces = self._wire_devices()
        if self._with_witness:
            self._witness = self._serve("--witness", "port0")
            self._near_witness = self._serve("--witness", "lan0 out", self.scanner)
        self.lab = LabProcess(
            self.devices,
            faults=self._faults,
            seed=self._seed,
            excluded=self._excluded,
            wiring=Wiring(interfaces, self._prefix),
            prefix=self.space.prefix,
        )
        self._stack.enter_context(self.lab)

    def _wire_router(self) -> None:
        self.router.sysctl({"ipv4/ip_forward": "1"})
        lines = ["link set lo up"]
        for number, network in enumerate(self.networks):
            lines += [
                # Snooping without a querier would withhold groups, a fault of real switches that the
                # fleet does not simulate.
                f"link add br{number} address {_router_mac(number)} type bridge mcast_snooping 0",
                f"addr add {network}.1/{self._prefix} dev br{number}",
                f"link add up{number} type veth peer name parent{number} netns {self.space.pid}",
                f"link set up{number} master br{number} up",
                f"link set br{number} up",
            ]
        self.router.ip(lines)

    def _wire_scanner(self) -> None:
        if self._medium.perfect:
            self.router.ip([f"link add port0 type veth peer name lan0 netns {self.scanner.pid}"])
        else:
            self._start_cable()
        self.router.ip(["link set port0 master br0 up"])
        self.scanner.ip(
            [
                "link set lo up",
                f"link set lan0 address {SCANNER_MAC}",
                f"addr add {self.scanner_ip}/{self._prefix} dev lan0",
                "link set lan0 up",
                f"route add default via {self.networks[0]}.1 dev lan0",
            ]
        )

    def _start_cable(self) -> None:
        medium = self._medium
        cable = Cable(
            ((self.scanner.pid, "lan0"), (self.router.pid, "port0")),
            medium.loss, medium.delay_seconds, medium.jitter_seconds, self._seed,
        )  # fmt: skip
        self._relay = self._serve("--wire", cable.text())
        self._stack.callback(self._stop_cable)

    def _serve(self, what: str, order: str, space: Namespace | None = None) -> subprocess.Popen[str]:
        """Start a process of the lab in the router's (or this) namespace and wait until it is ready."""
        command = (*(space or self.router).prefix, sys.executable, "-m", "camscan.lab", what)
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=child_environment()
        )
        self._stack.callback(_end, child)
        if child.stdin and child.stdout:
            child.stdin.write(order + "\n")
            child.stdin.flush()
            if child.stdout.readline() != "ready\n":
                raise OperationalError(f"lab: {what.strip('-')} did not start (is /dev/net/tun there?)")
        return child

    def _stop_cable(self) -> None:
        relay, self._relay = self._relay, None
        if relay and relay.stdin and relay.stdout:
            relay.stdin.close()
            self.cable_counts = json.loads(relay.stdout.readline() or "{}")

    def _wire_devices(self) -> dict[str, str]:
        self.space.sysctl(
            {
                "ipv4/conf/all/arp_ignore": "1",
                "ipv4/conf/all/arp_announce": "2",
                "ipv4/conf/all/rp_filter": "0",
                "ipv4/conf/default/rp_filter": "0",
                "ipv4/igmp_max_memberships": "256",
            }
        )
        interfaces: dict[str, str] = {}
        lines = ["link set lo up", *(f"link set parent{number} up" for number in range(len(self.networks)))]
        for number, device in enumerate(self.devices):
            name, table, ip = f"d{number}", 1000 + number, device.ip
            mac = device.truth.mac
            interfaces[ip] = name
            home = next((at for at, each in enumerate(self.networks) if self._holds(each, ip)), None)
            lines += [
                f"link add link parent{home or 0} name {name} address {mac} type macvlan mode bridge",
                f"addr add {ip}/{self._prefix} dev {name} noprefixroute",
                f"link set {name} up",
                f"route add {self._subnet(ip)} dev {name} src {ip} table {table}",
                f"rule add from {ip} table {table}",
            ]
            if home is not None:
                gateway = f"{self.networks[home]}.1"
                lines += [
                    f"route add default via {gateway} dev {name} table {table}",
                    # The kernel keeps one neighbour table of about a thousand entries for all of its
                    # namespaces; hundreds of real devices have one each. Permanent entries do not count.
                    f"neigh replace {gateway} lladdr {_router_mac(home)} dev {name} nud permanent",
                ]
            if home == 0:
                lines.append(f"neigh replace {self.scanner_ip} lladdr {SCANNER_MAC} dev {name} nud permanent")
        self.space.ip(lines)
        return interfaces

    def _holds(self, network: str, ip: str) -> bool:
        return ipaddress.ip_address(ip) in self._subnet(network)

    def _subnet(self, text: str) -> ipaddress.IPv4Network:
        address = text if text.count(".") == 3 else f"{text}.0"
        return ipaddress.IPv4Network(f"{address}/{self._prefix}", strict=False)


def _end(child: subprocess.Popen[str]) -> None:
    if child.stdin and not child.stdin.closed:
        child.stdin.close()
    if child.stdout:
        child.stdout.close()
    child.wait(timeout=10)


def _router_mac(number: int) -> str:
    return f"02:00:00:00:01:{number:02x}"
