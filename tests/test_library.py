"""The public interface: its documented examples run, and embedding disturbs nobody."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import camscan
from camscan.errors import CamscanError, ScopeError, UsageError
from camscan.lab.building import demo_building
from camscan.lab.process import LabProcess

PAGE = Path(__file__).parent.parent / "docs" / "library.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def building() -> Iterator[LabProcess]:
    with LabProcess(demo_building()[:12]) as lab:
        if lab.port_map:
            pytest.skip("ports below 1024 cannot be bound here, and the examples ask the true ones")
        yield lab


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_page_runs_as_written(building: LabProcess, number: int, capsys) -> None:  # type: ignore[no-untyped-def]
    namespace: dict[str, object] = {}
    exec(compile(EXAMPLES[number], f"{PAGE.name} example {number + 1}", "exec"), namespace)
    inventory = namespace["inventory"]
    assert "Hikvision" == inventory.devices[0].value("manufacturer")  # type: ignore[attr-defined]
    assert "" == capsys.readouterr().err


@pytest.mark.timeout(120)
def test_embedding_touches_neither_logging_nor_signals(building: LabProcess) -> None:
    before = (list(logging.root.handlers), logging.root.level, signal.getsignal(signal.SIGINT))
    camscan.scan("127.77.0.10", timing=4)
    assert before == (list(logging.root.handlers), logging.root.level, signal.getsignal(signal.SIGINT))


def test_a_scope_that_is_public_or_empty_is_refused_in_one_line() -> None:
    with pytest.raises(ScopeError, match="public"):
        camscan.scan("8.8.8.8")
    with pytest.raises(ScopeError, match="nothing is left"):
        camscan.scan("10.0.0.1", exclude="10.0.0.1")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("after_seconds", [0.0, 0.05, 0.6])
def test_a_scan_that_is_cancelled_leaves_no_task_and_no_socket(after_seconds: float) -> None:
    async def cancelled() -> tuple[int, int]:
        before = open_files()
        task = asyncio.create_task(camscan.scan_async("127.78.0.10-127.78.0.40", timing=5))
        await asyncio.sleep(after_seconds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks()) - 1, open_files() - before

    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0

    camscan.identify([])  # what is loaded once and kept is loaded
    tasks, files = asyncio.run(cancelled())
    assert 0 == tasks
    assert files <= 1  # the random source that the first scan opens


@pytest.mark.timeout(60)
def test_what_the_caller_raises_about_a_device_ends_the_scan_and_reaches_the_caller(
    building: LabProcess,
) -> None:
    def mine(_: object) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        camscan.scan("127.77.0.10", timing=5, on_device=mine)


@pytest.mark.filterwarnings("error")
def test_scan_inside_an_event_loop_says_what_to_call_instead() -> None:
    async def inside() -> None:
        camscan.scan("127.77.0.10")

    with pytest.raises(UsageError, match="scan_async"):
        asyncio.run(inside())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: camscan.scan(5), "targets: a string, or several, are wanted, not int"),
        (lambda: camscan.scan([None]), "targets: strings are wanted, not NoneType"),
        (lambda: camscan.scan(b"127.0.0.1"), "targets: a string, or several, are wanted, not bytes"),
        (lambda: camscan.scan("127.0.0.1", exclude=None), "exclude: a string, or several, are wanted"),
        (lambda: camscan.scan("127.0.0.1", interfaces=5), "interfaces: a string, or several, are wanted"),
        (lambda: camscan.scan("127.0.0.1", timing=[]), "timing \\[\\] is not one of 0 to 5"),
        (lambda: camscan.scan("127.0.0.1", site=5), "site: a string is wanted, not int"),
        (lambda: camscan.scan("127.0.0.1", on_device=5), "on_device: something to call is wanted"),
        (lambda: camscan.scan("127.0.0.1", fingerprints=5), "fingerprints: a path is wanted, not int"),
        (lambda: camscan.identify([1]), "heard: an inventory or observations are wanted"),
        (lambda: camscan.report(None), "inventory: what scan.. or load.. gave is wanted, not NoneType"),
        (lambda: camscan.load("/nowhere/at/all"), "cannot read /nowhere/at/all: No such file"),
    ],
)
def test_a_wrong_argument_is_one_clear_line(call: Callable[[], object], said: str) -> None:
    with pytest.raises(CamscanError, match=said):
        call()


def test_importing_camscan_loads_nothing_else() -> None:
    code = "import sys, camscan; print([m for m in sys.modules if m.startswith('camscan.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_the_rooms_that_share_a_name_with_a_function_stay_modules() -> None:
    import camscan
    import camscan.report.formats
    import camscan.scan as pipeline

    assert callable(camscan.scan)
    assert callable(camscan.report)
    assert "pipeline" in (pipeline.__doc__ or "")
    assert camscan.report.formats.known()
