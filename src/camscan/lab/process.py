"""`LabProcess`: a lab in a child process, so that a scan and its other side do not share an event loop.

The child ends when told, or when its standard input closes: it never outlives the process that
started it. Parent and child speak lines of JSON over the child's standard input and output.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from camscan.errors import OperationalError
from camscan.lab.device import LabDevice
from camscan.lab.faults import Faults
from camscan.lab.run import Lab, PortMap, neighbours
from camscan.lab.wiring import Wiring

_SETTLE_SECONDS = 0.05
"""What the kernel already holds for the lab is read before the log is told."""


@dataclass(frozen=True, slots=True)
class _Order:
    devices: tuple[LabDevice, ...]
    faults: Faults
    seed: int
    excluded: tuple[str, ...]
    wiring: Wiring
    log_file: str


class LabProcess:
    """`with LabProcess(devices) as lab:` runs them in a child and waits until every socket is open.

    prefix: a command put before the child's ("nsenter", …) to place it in a network namespace.
    log_file: where the child writes its log as JSON when it ends; `log()` asks for it at any time.
    Raises OperationalError when the child cannot start within timeout_seconds.
    """

    def __init__(
        self,
        devices: Sequence[LabDevice],
        *,
        faults: Faults | None = None,
        seed: int = 0,
        excluded: Collection[str] = (),
        wiring: Wiring | None = None,
        log_file: Path | None = None,
        prefix: Sequence[str] = (),
        timeout_seconds: float = 60.0,
    ) -> None:
        self.devices = tuple(devices)
        self.port_map: PortMap = {}
        self._order = _Order(
            self.devices,
            faults or Faults(),
            seed,
            tuple(excluded),
            wiring or Wiring(),
            str(log_file.absolute()) if log_file else "",
        )
        self._prefix = tuple(prefix)
        self._timeout_seconds = timeout_seconds
        self._child: subprocess.Popen[str] | None = None
        self._last_log: dict[str, Any] = {}

    @property
    def neighbours(self) -> dict[str, str]:
        """Address → hardware address: what the ARP table of a real network would show."""
        return neighbours(self.devices)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._running().pid

    def log(self) -> dict[str, Any]:
        """What the lab has seen so far (`LabLog.as_dict`); after the end, its last word."""
        if self._child is not None:
            self._last_log = self._ask("log")
        return self._last_log

    def __enter__(self) -> LabProcess:
        command = (*self._prefix, sys.executable, "-m", "camscan.lab", "--child")
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=child_environment()
        )
        # A child that cannot start is killed by the timer, which ends the blocking read below.
        timer = threading.Timer(self._timeout_seconds, self._child.kill)
        timer.start()
        try:
            answer = self._ask(base64.b64encode(pickle.dumps(self._order)).decode())
        except BaseException:
            self._stop()
            raise
        finally:
            timer.cancel()
        if "error" in answer:
            self._stop()
            raise OperationalError(str(answer["error"]))
        self.port_map = {(protocol, port): moved for protocol, port, moved in answer["port_map"]}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running().poll() is None:
            self._last_log = self._ask("stop")
        self._stop()

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None:
            raise OperationalError("lab: the child process is not running")
        return self._child

    def _ask(self, line: str) -> dict[str, Any]:
        child = self._running()
        if child.stdin is None or child.stdout is None:
            raise OperationalError("lab: the child process has no pipes")
        try:
            child.stdin.write(line + "\n")
            child.stdin.flush()
            answer = child.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise OperationalError(f"lab: the child process ended (exit {child.wait()})")
        document: dict[str, Any] = json.loads(answer)
        return document

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin:
            child.stdin.close()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout:
            child.stdout.close()


def child_environment() -> dict[str, str]:
    """The environment in which a child imports the same camscan, and a test's own classes, as its parent."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}


def serve_child() -> None:
    """The child's side: read the order, run the lab, answer "log" and "stop", end at end of input."""
    # The order comes from the parent that started this process, over a private pipe.
    order: _Order = pickle.loads(base64.b64decode(sys.stdin.readline()))  # noqa: S301
    asyncio.run(_serve(order))


async def _serve(order: _Order) -> None:
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())
        loop.call_soon_threadsafe(lines.put_nowait, "end")

    lab = Lab(
        order.devices, faults=order.faults, seed=order.seed, excluded=order.excluded, wiring=order.wiring
    )
    try:
        async with lab:
            _say({"port_map": [[*key, moved] for key, moved in lab.port_map.items()]})
            threading.Thread(target=read, daemon=True).start()
            while (line := await lines.get()) not in ("stop", "end"):
                if line == "log":
                    await asyncio.sleep(_SETTLE_SECONDS)
                    _say(lab.log.as_dict())
            await asyncio.sleep(_SETTLE_SECONDS)
            if line == "stop":
                _say(lab.log.as_dict())
    except OperationalError as error:
        _say({"error": str(error)})
    finally:
        if order.log_file:
            Path(order.log_file).write_text(json.dumps(lab.log.as_dict()), encoding="utf-8")


def _say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
