"""The public interface: its documented examples run, and embedding disturbs nobody."""

from __future__ import annotations

import logging
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from camscan.errors import ScopeError
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
    import camscan

    before = (list(logging.root.handlers), logging.root.level, signal.getsignal(signal.SIGINT))
    camscan.scan("127.77.0.10", timing=4)
    assert before == (list(logging.root.handlers), logging.root.level, signal.getsignal(signal.SIGINT))


def test_a_scope_that_is_public_or_empty_is_refused_in_one_line() -> None:
    import camscan

    with pytest.raises(ScopeError, match="public"):
        camscan.scan("8.8.8.8")
    with pytest.raises(ScopeError, match="nothing is left"):
        camscan.scan("10.0.0.1", exclude="10.0.0.1")


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
