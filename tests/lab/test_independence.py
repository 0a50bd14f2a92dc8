"""The lab shares no encoder with the decoders it tests: of camscan it imports model and errors only."""

from __future__ import annotations

import ast
from pathlib import Path

import camscan.lab


def test_the_lab_imports_only_model_and_errors():
    root = Path(camscan.lab.__path__[0])
    foreign = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            foreign |= {name for name in names if name.startswith("camscan")}
    allowed = ("camscan.lab", "camscan.model", "camscan.errors")
    assert set() == {name for name in foreign if not name.startswith(allowed)}
