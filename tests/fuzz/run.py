"""`python tests/fuzz/run.py TARGET [SECONDS]`: coverage-guided fuzzing of one target, or of `all`.

The stored corpus (corpus/TARGET.txt: one base64 input a line) and the recordings are the start; `--keep`
writes back the smallest inputs that together reach the same coverage. Needs `pip install 'camscan[fuzz]'`.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
MAX_INPUT_BYTES = 4096
KEEP_BYTES = 6000
ONE_INPUT_SECONDS = 5
MEMORY_MB = 1024


def stored(name: str) -> list[bytes]:
    """The corpus of one target."""
    file = CORPUS / f"{name}.txt"
    return [base64.b64decode(line) for line in file.read_text("ascii").split()] if file.exists() else []


def keep(name: str, inputs: list[bytes]) -> None:
    """Store the smallest inputs that together run every line of camscan the whole corpus runs, a few KB."""
    import targets

    run = targets.all_targets()[name]
    seen: set[tuple[str, int]] = set()
    chosen: list[bytes] = []
    for each in inputs:
        lines = _lines_run(run, each)
        if lines - seen and sum(map(len, chosen)) + len(each) <= KEEP_BYTES:
            seen |= lines
            chosen.append(each)
    text = "".join(base64.b64encode(each).decode() + "\n" for each in chosen if each)
    (CORPUS / f"{name}.txt").write_text(text, "ascii")


def _lines_run(run: Callable[[bytes], None], data: bytes) -> set[tuple[str, int]]:
    lines: set[tuple[str, int]] = set()

    def trace(frame: FrameType, _event: str, _argument: object) -> object:
        if "camscan" not in frame.f_code.co_filename:
            return None
        lines.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        run(data)
    finally:
        sys.settrace(None)
    return lines


def fuzz(name: str, seconds: int, *, storing: bool = False) -> tuple[int, str]:
    """Run one target in a child; (exit code, one line of figures or the finding)."""
    sys.path.insert(0, str(HERE))
    import targets

    with tempfile.TemporaryDirectory() as work:
        seeds, findings = Path(work, "seeds"), Path(work, "findings")
        seeds.mkdir()
        findings.mkdir()
        for number, each in enumerate([*stored(name), *targets.seeds_of(name)]):
            (seeds / f"{number}").write_bytes(each[:MAX_INPUT_BYTES])
        code, text = _child(name, [str(seeds), f"-max_total_time={seconds}", f"-artifact_prefix={findings}/"])
        if code == 0 and storing:
            keep(
                name,
                sorted((each.read_bytes() for each in seeds.iterdir()), key=lambda each: (len(each), each)),
            )
        found = next((each.read_bytes() for each in findings.iterdir()), b"")
    runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", text)
    coverage = re.findall(r"cov: (\d+)", text)
    if code:
        tail = "\n".join(text.splitlines()[-40:])
        return code, f"{name}: FINDING with {base64.b64encode(found).decode()}\n{tail}"
    return 0, f"{name}: {int(runs[-1]) if runs else 0:,} inputs, {coverage[-1] if coverage else '?'} branches"


def _child(name: str, options: list[str]) -> tuple[int, str]:
    command = [
        sys.executable, __file__, "--child", name, *options, f"-max_len={MAX_INPUT_BYTES}",
        "-print_final_stats=1",
        f"-timeout={ONE_INPUT_SECONDS}", f"-rss_limit_mb={MEMORY_MB}", "-close_fd_mask=0",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def child() -> None:
    """One libFuzzer process: instrument camscan, then run."""
    import atheris

    sys.path.insert(0, str(HERE))
    with atheris.instrument_imports(include=["camscan"]):
        import targets

        run = targets.all_targets()[sys.argv[2]]
        for each in targets.seeds_of(sys.argv[2])[:1]:
            run(each)  # what is imported late is instrumented too
    atheris.Setup([sys.argv[0], *sys.argv[3:]], run)
    atheris.Fuzz()


def main() -> int:
    """The command line."""
    if sys.argv[1:2] == ["--child"]:
        child()
        return 0
    words = [each for each in sys.argv[1:] if not each.startswith("--")]
    sys.path.insert(0, str(HERE))
    import targets

    names = list(targets.all_targets()) if words[:1] in ([], ["all"]) else words[0].split(",")
    seconds = int(words[1]) if len(words) > 1 else 60
    worst = 0
    for name in names:
        began = time.monotonic()
        code, line = fuzz(name, seconds, storing="--keep" in sys.argv)
        worst = max(worst, abs(code))
        sys.stdout.write(f"{line} ({time.monotonic() - began:.0f} s)\n")
        sys.stdout.flush()
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())
