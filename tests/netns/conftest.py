"""A street of real servers: one bridge, each server in a network namespace of its own, no way out."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from camscan.lab.namespace import Namespace, unavailable
from camscan.lab.process import child_environment
from camscan.model.device import Device
from camscan.model.inventory import Inventory
from camscan.report.load import read

NETWORK = "10.99.0"
SCANNER = 250
READY_SECONDS = 20.0

CONNECTS = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close()"
BOUND = "import sys; sys.exit(f':{int(sys.argv[1]):04X} ' not in open('/proc/net/udp').read())"


class Street:
    """One subnet; `house` puts a namespace on it, `serve` starts a server in one and waits for its port."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._middle = self._namespace(None)
        # Snooping without a querier would withhold groups.
        self._middle.ip(["link set lo up", "link add br0 type bridge mcast_snooping 0", "link set br0 up"])
        self.scanner = self.house(SCANNER, "02:00:00:00:00:fa")

    def _namespace(self, inside: Namespace | None) -> Namespace:
        space = Namespace(inside)
        self._stack.callback(space.close)
        space.sysctl({"ipv6/conf/default/accept_dad": "0"})
        return space

    def house(self, number: int, mac: str) -> Namespace:
        """A namespace with `lan0`, this hardware address and the address NETWORK.number."""
        space = self._namespace(self._middle)
        self._middle.ip(
            [
                f"link add port{number} type veth peer name lan0 netns {space.pid}",
                f"link set port{number} master br0 up",
            ]
        )
        space.ip(
            [
                "link set lo up",
                f"link set lan0 address {mac}",
                f"addr add {NETWORK}.{number}/24 broadcast + dev lan0",
                "link set lan0 up",
                f"route add default via {NETWORK}.1 dev lan0",
            ]
        )
        return space

    def serve(
        self, space: Namespace, command: Sequence[str], log: Path, *, tcp: str = "", udp: int = 0
    ) -> None:
        """Start a server in the foreground; tcp "address port" or udp port: what shows that it is ready."""
        output = self._stack.enter_context(log.open("wb"))
        child = subprocess.Popen(
            (*space.prefix, *command), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        self._stack.callback(_end, child)
        check = [CONNECTS, *tcp.split()] if tcp else [BOUND, str(udp)]
        deadline = time.monotonic() + READY_SECONDS
        while subprocess.run(
            (*space.prefix, sys.executable, "-c", *check), capture_output=True, check=False
        ).returncode:
            if child.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} did not start: {log.read_text(errors='replace')[-1500:]}")
            time.sleep(0.1)

    def scan(self, folder: Path, *arguments: str) -> Inventory:
        """`camscan scan` from the scanner's house; the inventory it wrote."""
        return scan_in(self.scanner, folder, *arguments)


def scan_in(space: Namespace, folder: Path, *arguments: str) -> Inventory:
    """Run `camscan scan -n` inside a namespace and read what it wrote; incomplete coverage is no failure."""
    out = folder / "inventory.jsonl"
    done = subprocess.run(
        (*space.prefix, sys.executable, "-m", "camscan", "scan", "-n", "-q", "-o", str(out), *arguments),
        capture_output=True, text=True, check=False, timeout=300, env=child_environment(),
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr[-3000:]
    return read(out.read_bytes().splitlines(keepends=True))


def by_address(inventory: Inventory) -> dict[str, Device]:
    """Every address of every device."""
    return {ip: device for device in inventory.devices for ip in device.addresses}


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=5)
        return
    child.kill()
    child.wait(timeout=5)


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    if reason := unavailable():
        pytest.skip(f"no namespaces here: {reason}")
    with ExitStack() as stack:
        yield Street(stack)
