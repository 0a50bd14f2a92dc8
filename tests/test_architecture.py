"""The house rules of DESIGN.md, section 2, held by reading every import of every module."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "camscan"

LAYERS = (
    {"errors", "entry"},
    {"model"},
    {"wire"},
    {"probes", "match", "audit"},
    {"catalog"},
    {"net", "store", "report", "publish", "imports", "lab"},
    {"survey"},
    {"scan"},
    {"cli", "library"},
)
"""From the bottom up; names of one line do not import each other."""

ONLY_IN = {
    "socket": {"net", "lab"},
    "ssl": {"net", "lab"},
    "scapy": {"net", "lab"},
    "zeroconf": {"net"},
    "requests": {"net", "publish"},
    "onvif": {"net"},
    "zeep": {"net"},
    "sqlalchemy": {"store"},
    "apprise": {"publish"},
    "pynetbox": {"publish"},
    "click": {"cli"},
}
ALLOWED_SIDEWAYS = {
    # (importer, imported): why
    ("report", "match"),  # downwards; listed for the reader: explain uses the weights' words
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "handler"}
MAX_LINES = 400


def _modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "_fingerprints" not in path.parts)


def _room(path: Path) -> str:
    relative = path.relative_to(SOURCE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "camscan"}
    return found


def _level(room: str) -> int | None:
    return next((number for number, names in enumerate(LAYERS) if room in names), None)


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_downwards(path: Path) -> None:
    room = _room(path)
    if room in ("__init__", "__main__"):
        return
    level = _level(room)
    assert level is not None, (
        f"{room} is no room of the house: give it a place in LAYERS and a page in docs/decisions"
    )
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] != "camscan" or len(parts) < 2 or parts[1] == room or parts[1] == "__version__":
            continue
        other = _level(parts[1])
        assert other is not None, f"{path}: {name} is no room of the house"
        assert other < level, f"{path}: {room} must not import {parts[1]}"


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_library_is_used_only_in_its_room(path: Path) -> None:
    room = _room(path)
    for name in _imports(path):
        rooms = ONLY_IN.get(name.split(".")[0])
        assert rooms is None or room in rooms, f"{path}: {name} belongs in {rooms}"


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_has_a_purpose_a_name_and_a_size(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem not in FORBIDDEN_NAMES
    assert len(text.splitlines()) <= MAX_LINES, f"{path}: over {MAX_LINES} lines is two jobs"
    if path.name != "__init__.py" or text.strip():
        assert ast.get_docstring(ast.parse(text)), f"{path}: one sentence of purpose is missing"


def test_every_public_function_says_what_it_does() -> None:
    silent = []
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            members = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            silent += [
                f"{path.relative_to(SOURCE)}: {node.name}.{each.name}"
                for each in members
                if not node.name.startswith("_")
                and not each.name.startswith("_")
                and not ast.get_docstring(each)
                and not any("overload" in ast.dump(d) or "setter" in ast.dump(d) for d in each.decorator_list)
            ]
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if named and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(SOURCE)}: {node.name}")
    assert [] == silent


def test_help_imports_nothing_heavy() -> None:
    import subprocess

    heavy = (
        "scapy",
        "zeep",
        "onvif",
        "zeroconf",
        "sqlalchemy",
        "psycopg",
        "lxml",
        "re2",
        "requests",
        "rich",
        "netaddr",
    )
    code = (
        "import sys\nfrom camscan.cli.main import invoke\ninvoke(['--help'])\n"
        f"print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stderr.strip().splitlines()[-1]
