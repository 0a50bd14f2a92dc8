"""`python tests/fuzz/run.py all 600 --jobs 4`: coverage-guided fuzzing of some targets, or of `all`.

The stored corpus (corpus/TARGET.txt: one base64 input a line) and the recordings are the start; `--keep`
writes back the smallest inputs that together reach the same coverage. Needs `pip install 'camscan[fuzz]'`.
Each line printed gives inputs, branches, and wall and processor seconds: several jobs share the processors.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


def fuzz(
    name: str, seconds: int, *, storing: bool = False, limit: int = ONE_INPUT_SECONDS
) -> tuple[int, str]:
    """Run one target in a child; (exit code, one line of figures or the finding)."""
    sys.path.insert(0, str(HERE))
    import targets

    with tempfile.TemporaryDirectory() as work:
        seeds, findings = Path(work, "seeds"), Path(work, "findings")
        seeds.mkdir()
        findings.mkdir()
        for number, each in enumerate([*stored(name), *targets.seeds_of(name)]):
            (seeds / f"{number}").write_bytes(each[:MAX_INPUT_BYTES])
        began = time.monotonic()
        code, text, used = _child(
            name,
            [str(seeds), f"-max_total_time={seconds}", f"-artifact_prefix={findings}/", f"-timeout={limit}"],
        )
        took = f"{time.monotonic() - began:.0f} s, {used:.0f} s of processor"
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
    inputs = int(runs[-1]) if runs else 0
    return 0, f"{name}: {inputs:,} inputs, {coverage[-1] if coverage else '?'} branches, {took}"


def _child(name: str, options: list[str]) -> tuple[int, str, float]:
    """(exit code, what it printed, processor seconds)."""
    command = [
        sys.executable, __file__, "--child", name, *options, f"-max_len={MAX_INPUT_BYTES}",
        "-print_final_stats=1", f"-rss_limit_mb={MEMORY_MB}", "-close_fd_mask=0",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as out:
        started = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    return started.returncode, text, usage.ru_utime + usage.ru_stime


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
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("targets", help="names with commas between, or `all`")
    reader.add_argument("seconds", type=int, nargs="?", default=60, help="for each target")
    reader.add_argument("--jobs", type=int, default=1, help="targets at a time")
    reader.add_argument(
        "--one-input-seconds",
        type=int,
        default=ONE_INPUT_SECONDS,
        help="more is a finding; raise it with --jobs",
    )
    reader.add_argument("--keep", action="store_true", help="write the corpus back")
    asked = reader.parse_args()
    sys.path.insert(0, str(HERE))
    import targets

    known = list(targets.all_targets())
    names = known if asked.targets == "all" else asked.targets.split(",")
    if unknown := sorted(set(names) - set(known)):
        reader.error(f"no such target: {', '.join(unknown)}; there are {', '.join(known)}")
    worst = 0
    with ThreadPoolExecutor(asked.jobs) as crew:
        running = [
            crew.submit(fuzz, name, asked.seconds, storing=asked.keep, limit=asked.one_input_seconds)
            for name in names
        ]
        for each in running:
            code, line = each.result()
            worst = max(worst, abs(code))
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())
